#include "bench/made_town.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {
namespace {

class Town {
 public:
  Town(std::uint32_t usage_points, Random& random, const TownShape& shape)
      : shape_(shape),
        transformers_(usage_points / shape.customers_a_transformer),
        side_(static_cast<std::uint32_t>(std::ceil(std::sqrt(transformers_)))) {
    for (std::uint32_t i = 0; i < transformers_; ++i) add_transformer(i, random);
  }

  std::shared_ptr<const Region> region() && {
    NetworkRecords records;
    records.feeders = Table<Feeder>{std::move(feeders_)};
    records.nodes = Table<ConnectivityNode>{std::move(nodes_)};
    records.devices = Table<Device>{std::move(devices_)};
    records.usage_points = Table<UsagePoint>{std::move(points_)};
    records.texts = std::move(texts_).finish();
    auto network = NetworkModel::from_records(std::move(records));
    if (!network) std::abort();
    const Hash128 id = content_id(network->records(), {});
    return std::make_shared<const Region>(Region{std::move(*network), {}, {}, {}, id});
  }

 private:
  Id<ConnectivityNode> node(Position place) {
    nodes_.push_back({place, {}, 0});
    return Id<ConnectivityNode>{nodes_.size() - 1};
  }
  Id<Device> device(DeviceKind kind, Id<ConnectivityNode> from, Id<ConnectivityNode> to) {
    Device made;
    made.kind = kind;
    made.from = from;
    made.to = to;
    made.position = nodes_[to.index].position;
    made.mrid = texts_.add("D" + std::to_string(devices_.size()));
    devices_.push_back(made);
    return Id<Device>{devices_.size() - 1};
  }
  void add_transformer(std::uint32_t i, Random& random) {
    const double x = i % side_ * 90.0, y = i / side_ * 90.0;
    const Position place = plane_.to_position({x, y});
    if (i % shape_.transformers_a_feeder == 0) {
      Feeder feeder;
      feeder.mrid = texts_.add("feeder" + std::to_string(i));
      feeder.source_node = node(place);
      feeder_ = node(place);
      device(DeviceKind::breaker, feeder.source_node, feeder_);
      feeders_.push_back(feeder);
    }
    if (i % shape_.transformers_a_fuse == 0) {
      lateral_ = node(place);
      device(DeviceKind::fuse, feeder_, lateral_);
    }
    const Id<ConnectivityNode> low = node(place);
    const Id<Device> transformer = device(DeviceKind::power_transformer, lateral_, low);
    for (std::uint32_t k = 0; k < shape_.customers_a_transformer; ++k) {
      UsagePoint point;
      point.position =
          plane_.to_position({x + random.uniform(-45, 45), y + random.uniform(-45, 45)});
      point.mrid = texts_.add("UC" + std::to_string(points_.size()));
      point.address = texts_.add("Street " + std::to_string(i / 40) + " Lane " +
                                 std::to_string(i % 40) + " No. " + std::to_string(k + 1));
      point.node = low;
      point.transformer = transformer;
      if (random.chance(.002) && transformer.index > 8) point.transformer = before_;
      point.phases = PhaseSet{static_cast<std::uint8_t>(1U << random.below(3))};
      points_.push_back(point);
    }
    before_ = transformer;
  }

  TownShape shape_;
  std::uint32_t transformers_, side_;
  LocalPlane plane_{{120, 30}};
  TextPoolBuilder texts_;
  std::vector<Feeder> feeders_;
  std::vector<ConnectivityNode> nodes_;
  std::vector<Device> devices_;
  std::vector<UsagePoint> points_;
  Id<ConnectivityNode> feeder_, lateral_;
  Id<Device> before_;
};

}  // namespace

std::shared_ptr<const Region> made_town(std::uint32_t usage_points, Random& random,
                                        const TownShape& shape) {
  return Town{usage_points, random, shape}.region();
}

std::shared_ptr<const Region> town_or_region(const std::string& what) {
  if (what.ends_with(".gmr")) {
    auto opened = open_region(what);
    if (!opened) {
      std::fprintf(stderr, "%s\n", describe(opened.error()).c_str());
      std::exit(1);
    }
    return std::make_shared<const Region>(std::move(*opened));
  }
  Random random{20261128};
  return made_town(static_cast<std::uint32_t>(std::strtoul(what.c_str(), nullptr, 10)), random);
}

}  // namespace gridmend
