#include "core/outage/storm_log.h"

#include <algorithm>
#include <numeric>

#include "core/outage/outage_book.h"

namespace gridmend {
namespace {

// Not single premises, nor a service drop.
bool darkens_transformers(const NetworkModel& network, const Outage& outage) {
  const Id<Device> device = outage.probable.device;
  const bool drop = device.valid() && network.devices()[device].kind == DeviceKind::service_drop;
  return !drop && !outage.probable.usage_point.valid() && !outage.affected.empty();
}

Box area_of(const NetworkModel& network, const UsagePointSet& set) {
  Box box{180, 90, -180, -90};
  for (const IdRange<UsagePoint>& range : set.ranges()) {
    for (const Id<UsagePoint> id : range) {
      const Position p = network.usage_points()[id].position;
      box.west_deg = std::min(box.west_deg, p.longitude_deg);
      box.south_deg = std::min(box.south_deg, p.latitude_deg);
      box.east_deg = std::max(box.east_deg, p.longitude_deg);
      box.north_deg = std::max(box.north_deg, p.latitude_deg);
    }
  }
  return box;
}

Box widened(const Box& box, double by_m) {
  const Box low = box_around({box.west_deg, box.south_deg}, by_m);
  const Box high = box_around({box.east_deg, box.north_deg}, by_m);
  return {std::min(low.west_deg, high.west_deg), low.south_deg,
          std::max(low.east_deg, high.east_deg), high.north_deg};
}

// Does it say of all that it darkened that it stood behind its device, and was dark altogether?
bool is_whole(const InferenceForest& forest, const Outage& outage) {
  const Id<InferenceZone> zone = forest.zone_of(outage.probable.device);
  const std::uint8_t phases = outage.phases.live_bits();
  const auto behind = UsagePointSet::of(forest.usage_points_behind(zone));
  return outage.affected.without(behind).empty() &&
         (phases == 0 || (forest[zone].phases.live_bits() & ~phases) == 0);
}

// When and where an outage was.
struct Extent {
  Time from{};
  Time to{};
  Box area;
};

// Which outages belong together: the representative of each.
class Groups {
 public:
  explicit Groups(std::size_t count) : of_(count) { std::iota(of_.begin(), of_.end(), 0U); }
  std::size_t find(std::size_t i) {
    while (of_[i] != i) i = of_[i] = of_[of_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    of_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> of_;
};

Groups overlapping(const std::vector<Extent>& extents, const LinkSettings& settings) {
  std::vector<Box> areas;
  for (const Extent& extent : extents) areas.push_back(extent.area);
  const SpatialIndex index{areas};
  Groups groups{extents.size()};
  for (std::size_t i = 0; i < extents.size(); ++i) {
    for (const std::uint32_t other :
         index.touching(widened(extents[i].area, 2 * settings.reach_m))) {
      const bool apart = extents[other].from > extents[i].to + settings.boundary ||
                         extents[i].from > extents[other].to + settings.boundary;
      if (!apart) groups.join(i, other);
    }
  }
  return groups;
}

}  // namespace

void StormLog::add(const InferenceForest& forest, const Outage& outage, bool restored_at_once) {
  if (outage.status != OutageStatus::closed || !darkens_transformers(forest.network(), outage))
    return;
  EndedOutage ended;
  ended.id = outage.id;
  ended.from = outage.onset_earliest;
  ended.to = std::max(outage.restored_at, outage.onset_earliest);
  ended.area = area_of(forest.network(), outage.affected);
  ended.spells = dark_spells(forest, outage);
  ended.known = restored_at_once && !ended.spells.empty() && is_whole(forest, outage);
  waiting_.push_back(std::move(ended));
}

std::vector<StormLog::Storm> StormLog::take_ended(const NetworkModel& network,
                                                  std::span<const Outage> standing,
                                                  const LinkSettings& settings) {
  if (waiting_.empty()) return {};
  std::vector<Extent> extents;
  for (const EndedOutage& ended : waiting_) extents.push_back({ended.from, ended.to, ended.area});
  for (const Outage& outage : standing) {
    if (has_ended(outage.status) || !darkens_transformers(network, outage)) continue;
    extents.push_back({outage.onset_earliest, Time::max() - settings.boundary,
                       area_of(network, outage.affected)});
  }
  Groups groups = overlapping(extents, settings);
  std::vector<bool> stands(extents.size(), false);
  for (std::size_t i = waiting_.size(); i < extents.size(); ++i) stands[groups.find(i)] = true;
  std::vector<Storm> storms;
  std::vector<std::size_t> storm_of(extents.size(), extents.size());
  std::vector<EndedOutage> rest;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::size_t group = groups.find(i);
    if (stands[group]) {
      rest.push_back(std::move(waiting_[i]));
      continue;
    }
    if (storm_of[group] == extents.size()) {
      storm_of[group] = storms.size();
      storms.emplace_back();
    }
    Storm& storm = storms[storm_of[group]];
    storm.known = storm.known && waiting_[i].known;
    storm.spells.insert(storm.spells.end(), waiting_[i].spells.begin(), waiting_[i].spells.end());
  }
  waiting_ = std::move(rest);
  return storms;
}

void StormLog::carry_over(const IdVector<Device, Id<Device>>& devices) {
  for (EndedOutage& ended : waiting_) {
    for (DarkSpell& spell : ended.spells) {
      if (spell.transformer.valid()) spell.transformer = devices[spell.transformer];
      ended.known = ended.known && spell.transformer.valid();
    }
  }
}

}  // namespace gridmend
