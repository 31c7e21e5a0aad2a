#include "tests/data/ingest/wrong_links.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/check.h"
#include "core/geo/spatial_index.h"
#include "data/ingest/region_import.h"
#include "data/ingest/serving_transformers.h"
#include "data/synth/town.h"

namespace gridmend {
namespace {

constexpr std::size_t kNearestOthers = 5;

class Spoiler {
 public:
  Spoiler(const NetworkRecords& records, const Spoiling& spoiling, Random& random)
      : records_(records),
        spoiling_(spoiling),
        random_(random),
        points_(records.usage_points.begin(), records.usage_points.end()) {}

  SpoiltLinks spoil() {
    for (const UsagePoint& point : points_) truth_.push_back(point.transformer);
    find_poles();
    std::size_t wrong = 0;
    std::map<std::uint32_t, std::uint32_t> of_building;  // drawn once for each
    for (UsagePoint& point : points_) {
      if (spoiling_.whole_buildings) {
        const std::uint32_t building = point.node.index;
        if (!of_building.contains(building)) {
          of_building[building] =
              random_.chance(spoiling_.share) ? another(point).index : Id<Device>::kNone;
        }
        if (of_building[building] != Id<Device>::kNone) {
          move(point, Id<Device>{of_building[building]});
          ++wrong;
        }
      } else if (random_.chance(spoiling_.share)) {
        move(point, another(point));
        ++wrong;
      }
    }
    if (!spoiling_.low_voltage) take_low_voltage_away();
    NetworkRecords spoilt = records_;
    spoilt.usage_points = Table<UsagePoint>{points_};
    if (!devices_.empty()) spoilt.devices = Table<Device>{devices_};
    auto network = NetworkModel::from_records(std::move(spoilt));
    GRIDMEND_CHECK(network, "a spoilt town is a network");
    return {std::move(*network), std::move(truth_), wrong};
  }

 private:
  void find_poles() {
    auto network = NetworkModel::from_records(records_);
    GRIDMEND_CHECK(network, "a town is a network");
    const SwitchState switches{*network};
    const SupplyForest forest = SupplyForest::derive(*network, switches);
    const auto serving = serving_transformers(forest);
    poles_.resize(records_.devices.size());
    std::vector<Position> positions;
    for (const Id<Device> id : records_.devices.ids()) {
      const Device& device = records_.devices[id];
      if (device.kind == DeviceKind::power_transformer) {
        transformers_.push_back(id);
        positions.push_back(device.position);
        poles_[id.index].push_back(device.to);
      } else if (device.kind == DeviceKind::ac_line_segment && serving[device.to].valid()) {
        poles_[serving[device.to].index].push_back(device.to);
        low_voltage_.push_back(id);
      } else if (device.kind == DeviceKind::service_drop) {
        low_voltage_.push_back(id);
      }
    }
    index_ = std::make_unique<SpatialIndex>(std::span<const Position>{positions});
  }

  Id<Device> another(const UsagePoint& point) {
    std::vector<Id<Device>> others;
    for (const std::uint32_t number : index_->nearest(point.position, kNearestOthers + 1)) {
      if (transformers_[number] != point.transformer) others.push_back(transformers_[number]);
    }
    others.resize(std::min(others.size(), kNearestOthers));
    return others[random_.below(others.size())];
  }

  void move(UsagePoint& point, Id<Device> to) {
    point.transformer = to;
    const auto& poles = poles_[to.index];
    point.node = *std::ranges::min_element(poles, {}, [&](Id<ConnectivityNode> node) {
      return distance_m(records_.nodes[node].position, point.position);
    });
  }

  // Everybody hangs at the transformer itself, as where utilities draw no low voltage.
  void take_low_voltage_away() {
    std::vector<std::uint8_t> away(records_.devices.size(), 0);
    for (const Id<Device> id : low_voltage_) away[id.index] = 1;
    std::vector<Id<Device>> renamed(records_.devices.size());
    for (const Id<Device> id : records_.devices.ids()) {
      if (away[id.index] != 0) continue;
      renamed[id.index] = Id<Device>{devices_.size()};
      devices_.push_back(records_.devices[id]);
    }
    for (UsagePoint& point : points_) {
      point.node = records_.devices[point.transformer].to;
      point.transformer = renamed[point.transformer.index];
    }
    for (Id<Device>& id : truth_) id = renamed[id.index];
  }

  const NetworkRecords& records_;
  const Spoiling& spoiling_;
  Random& random_;
  std::vector<UsagePoint> points_;
  std::vector<Id<Device>> truth_;
  std::vector<Device> devices_;  // empty: as they were
  std::vector<Id<Device>> transformers_, low_voltage_;
  std::vector<std::vector<Id<ConnectivityNode>>> poles_;  // by device
  std::unique_ptr<SpatialIndex> index_;
};

double area_under_curve(std::vector<std::pair<double, bool>> suspected) {
  std::ranges::sort(suspected);
  double rank_sum = 0, wrong = 0;
  for (std::size_t begin = 0, end = 0; begin < suspected.size(); begin = end) {
    while (end < suspected.size() && suspected[end].first == suspected[begin].first) ++end;
    const double rank = static_cast<double>(begin + end + 1) / 2;
    for (std::size_t i = begin; i < end; ++i) {
      if (!suspected[i].second) continue;
      rank_sum += rank;
      ++wrong;
    }
  }
  const double right = static_cast<double>(suspected.size()) - wrong;
  if (wrong == 0 || right == 0) return 0;
  return (rank_sum - wrong * (wrong + 1) / 2) / (wrong * right);
}

}  // namespace

Result<NetworkRecords> town_records(std::uint64_t usage_points, std::uint64_t seed) {
  TownSettings settings;
  settings.usage_points = usage_points;
  settings.seed = seed;
  const auto town = make_town(settings);
  if (!town) return unexpected(town.error());
  std::string name = "gridmend_links_";
  name += std::to_string(usage_points) + "_" + std::to_string(seed);
  const auto folder = std::filesystem::temp_directory_path() / name;
  if (auto written = write_town(*town, folder); !written) return unexpected(written.error());
  RegionSpec spec;
  spec.sources.push_back({folder / "network.gpkg", "native"});
  auto imported = import_region(spec, {});
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (!imported) return unexpected(imported.error());
  return imported->region.network.records();
}

SpoiltLinks spoil_links(const NetworkRecords& records, const Spoiling& spoiling, Random& random) {
  return Spoiler{records, spoiling, random}.spoil();
}

LinkScore score(const SpoiltLinks& spoilt, const SuspectedLinks& links) {
  LinkScore result;
  std::vector<std::pair<double, bool>> suspected;
  for (const Id<UsagePoint> id : spoilt.network.usage_points().ids()) {
    const bool wrong = spoilt.network.usage_points()[id].transformer != spoilt.truth[id.index];
    const double probability = 1 - links.declared_probability(id);
    suspected.emplace_back(probability, wrong);
    ++result.usage_points;
    if (wrong) ++result.wrong;
    auto& bin = result.bins[std::min<std::size_t>(9, static_cast<std::size_t>(probability * 10))];
    ++bin.count;
    bin.predicted += probability;
    if (wrong) ++bin.wrong;
    const auto rows = links.of(id);
    for (LinkScore::At& at : result.at) {
      if (rows.empty() || static_cast<double>(rows.front().probability) < at.threshold) continue;
      ++at.said;
      if (wrong) ++at.wrong;
      if (wrong && rows.front().likelier == spoilt.truth[id.index]) ++at.corrected;
    }
  }
  for (LinkScore::Bin& bin : result.bins) {
    if (bin.count > 0) bin.predicted /= static_cast<double>(bin.count);
  }
  result.area_under_curve = area_under_curve(std::move(suspected));
  return result;
}

}  // namespace gridmend
