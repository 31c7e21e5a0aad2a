#include "tests/storm/reference_storm.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/check.h"

namespace gridmend::storm {
namespace {

// Builds the feeder device by device; every device hangs on the far node of another.
class FeederBuilder {
 public:
  explicit FeederBuilder(Random& random) : random_(random) {}

  void add_feeder() {
    Feeder feeder;
    feeder.mrid = texts_.add("feeder" + std::to_string(feeders_.size()));
    feeder.source_node = add_node();
    feeders_.push_back(feeder);
    const Id<ConnectivityNode> head = add(feeder.source_node, DeviceKind::breaker, "B");
    std::vector<Id<ConnectivityNode>> trunk{head};
    for (int i = 0; i < 3; ++i) {
      trunk.push_back(add(i < 2 ? trunk.back() : trunk[1], DeviceKind::recloser, "R"));
    }
    for (const Id<ConnectivityNode> from : trunk) {
      for (int laterals = random_.between(10, 18); laterals > 0; --laterals) add_lateral(from);
    }
  }

  NetworkModel finish() {
    NetworkRecords records;
    records.feeders = Table<Feeder>{std::move(feeders_)};
    records.nodes = Table<ConnectivityNode>{std::move(nodes_)};
    records.devices = Table<Device>{std::move(devices_)};
    records.usage_points = Table<UsagePoint>{std::move(usage_points_)};
    records.texts = std::move(texts_).finish();
    auto network = NetworkModel::from_records(std::move(records));
    GRIDMEND_CHECK(network.has_value(), "the storm's feeder is sound");
    return *network;
  }

 private:
  Id<ConnectivityNode> add_node() {
    ConnectivityNode node;
    node.mrid = texts_.add("n" + std::to_string(nodes_.size()));
    nodes_.push_back(node);
    return Id<ConnectivityNode>{nodes_.size() - 1};
  }

  Id<ConnectivityNode> add(Id<ConnectivityNode> from, DeviceKind kind, const char* letter) {
    Device device;
    device.mrid = texts_.add(letter + std::to_string(devices_.size()));
    device.from = from;
    device.to = add_node();
    device.kind = kind;
    devices_.push_back(device);
    return device.to;
  }

  void add_lateral(Id<ConnectivityNode> from) {
    const Id<ConnectivityNode> lateral = add(from, DeviceKind::fuse, "F");
    const bool forked = random_.chance(.25);
    const Id<ConnectivityNode> second = forked ? add(lateral, DeviceKind::fuse, "F") : lateral;
    for (int transformers = random_.between(2, 10); transformers > 0; --transformers) {
      const bool behind_second = forked && random_.chance(.4);
      const Id<ConnectivityNode> low_voltage =
          add(behind_second ? second : lateral, DeviceKind::power_transformer, "T");
      for (int customers = random_.between(3, 14); customers > 0; --customers) {
        UsagePoint point;
        point.mrid = texts_.add("U" + std::to_string(usage_points_.size()));
        point.node = low_voltage;
        usage_points_.push_back(point);
      }
    }
  }

  Random& random_;
  TextPoolBuilder texts_;
  std::vector<Feeder> feeders_;
  std::vector<ConnectivityNode> nodes_;
  std::vector<Device> devices_;
  std::vector<UsagePoint> usage_points_;
};

double open_probability(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::breaker:
      return .02;
    case DeviceKind::recloser:
      return .04;
    case DeviceKind::fuse:
      return .05;
    default:
      return .01;
  }
}

// Devices are numbered parents first.
std::vector<std::uint8_t> live_nodes(const NetworkModel& network,
                                     const std::vector<std::uint8_t>& open) {
  std::vector<std::uint8_t> live(network.nodes().size(), 1);
  for (const Id<Device> id : network.devices().ids()) {
    const Device& device = network.devices()[id];
    live[device.to.index] = live[device.from.index] != 0 && open[id.index] == 0;
  }
  return live;
}

void hear(Storm& storm, Random& random, const StormParameters& parameters) {
  const std::vector<std::uint8_t> live = live_nodes(storm.network, storm.open);
  const Time onset = storm.at - std::chrono::hours{1};
  std::vector<std::uint8_t> group_down(live.size());
  for (std::size_t node = 0; node < live.size(); ++node) {
    group_down[node] = random.chance(live[node] != 0 ? parameters.group_down_if_live
                                                     : parameters.group_down_if_dead);
  }
  for (const Id<UsagePoint> id : storm.network.usage_points().ids()) {
    const std::uint32_t node = storm.network.usage_points()[id].node.index;
    const bool lit = live[node] != 0;
    const bool gasp = random.chance(lit ? parameters.last_gasp_false : parameters.last_gasp_reach);
    const bool call = random.chance(lit ? parameters.call_false : parameters.call_rate);
    if (gasp && group_down[node] == 0) {
      storm.evidence.record({"", onset, onset, "storm", LastGasp{id}});
    }
    if (call) {
      storm.evidence.record(
          {"", onset, onset, "storm", TroubleCall{id, std::nullopt, Complaint::no_light, ""}});
    }
  }
}

double f1(std::uint64_t hits, std::uint64_t false_alarms, std::uint64_t misses) {
  const double denominator =
      2.0 * static_cast<double>(hits) + static_cast<double>(false_alarms + misses);
  return denominator > 0 ? 2.0 * static_cast<double>(hits) / denominator : 1;
}

void score_devices(const Storm& storm, const InferenceForest& forest, const TreePosterior& tree,
                   StormScore& score) {
  const std::vector<std::uint8_t> live = live_nodes(storm.network, storm.open);
  bool exact = true;
  for (const Id<Device> id : storm.network.devices().ids()) {
    const Id<InferenceZone> zone = forest.zone_of(id);
    const bool truth =
        storm.open[id.index] != 0 && live[storm.network.devices()[id].from.index] != 0;
    const bool said = tree.cut[zone.index - tree.root.index] != 0;
    score.hits += truth && said;
    score.false_alarms += said && !truth;
    score.misses += truth && !said;
    exact = exact && truth == said;
    if (!tree.onset) continue;
    const double p = tree(tree.p_active, zone);
    StormScore::Bin& bin = score.bins[std::min<std::size_t>(9, static_cast<std::size_t>(10 * p))];
    ++bin.count;
    bin.expected += p;
    bin.happened += truth;
  }
  score.exact += exact;
}

void score_customers(const Storm& storm, const InferenceForest& forest, const TreePosterior& tree,
                     StormScore& score) {
  const std::vector<std::uint8_t> live = live_nodes(storm.network, storm.open);
  std::vector<std::uint8_t> said(forest.zones().size());
  for (std::size_t z = 0; z < said.size(); ++z) {
    const Id<InferenceZone> parent = forest.zones()[z].parent;
    said[z] = tree.cut[z] != 0 || (parent.valid() && said[parent.index] != 0);
  }
  for (const Id<UsagePoint> id : storm.network.usage_points().ids()) {
    const bool dark = live[storm.network.usage_points()[id].node.index] == 0;
    const bool thought = said[forest.zone_of(id).index] != 0;
    score.customer_hits += dark && thought;
    score.customer_false += thought && !dark;
    score.customer_misses += dark && !thought;
  }
}

}  // namespace

Storm make_storm(Random& random, const StormParameters& parameters, int feeders) {
  FeederBuilder builder{random};
  for (int i = 0; i < feeders; ++i) builder.add_feeder();
  Storm storm{builder.finish(), {}, {}, *parse_rfc3339("2026-07-20T12:00:00Z")};
  storm.open.resize(storm.network.devices().size());
  for (const Id<Device> id : storm.network.devices().ids()) {
    storm.open[id.index] = random.chance(open_probability(storm.network.devices()[id].kind));
  }
  storm.evidence = EvidenceBook{storm.network};
  hear(storm, random, parameters);
  return storm;
}

LocaliserSettings matched_settings(const StormParameters& parameters) {
  LocaliserSettings settings;
  for (const DeviceKind kind : {DeviceKind::breaker, DeviceKind::recloser, DeviceKind::fuse,
                                DeviceKind::power_transformer}) {
    settings.priors.by_kind[static_cast<std::size_t>(kind)] = open_probability(kind);
  }
  settings.priors.premises = 0;
  settings.reliability.last_gasp_reach = parameters.last_gasp_reach;
  settings.reliability.last_gasp_false = parameters.last_gasp_false;
  settings.reliability.last_gasp_half_time = {};
  settings.reliability.call_rate = parameters.call_rate;
  settings.reliability.call_false = parameters.call_false;
  settings.reliability.call_half_time = {};
  settings.reliability.group_down_if_live = parameters.group_down_if_live;
  settings.reliability.group_down_if_dead = parameters.group_down_if_dead;
  return settings;
}

StormScore run_storms(const StormParameters& parameters, const LocaliserSettings& settings,
                      std::uint64_t storms, std::uint64_t seed) {
  StormScore score;
  for (std::uint64_t number = 0; number < storms; ++number) {
    Random random = Random{seed}.fork(number);
    const Storm storm = make_storm(random, parameters);
    const SupplyForest supply = SupplyForest::derive(storm.network, SwitchState{storm.network});
    const InferenceForest forest = InferenceForest::contract(supply);
    const Posterior posterior =
        localise({forest, storm.evidence, Water{}, storm.at}, forest.roots(), settings);
    GRIDMEND_CHECK(posterior.trees.size() == 1, "the storm has one feeder");
    ++score.storms;
    score_devices(storm, forest, posterior.trees.front(), score);
    score_customers(storm, forest, posterior.trees.front(), score);
  }
  return score;
}

double StormScore::device_f1() const { return f1(hits, false_alarms, misses); }
double StormScore::customer_f1() const {
  return f1(customer_hits, customer_false, customer_misses);
}
double StormScore::exact_share() const {
  return static_cast<double>(exact) / static_cast<double>(storms);
}

double StormScore::calibration_error() const {
  double error = 0;
  std::uint64_t count = 0;
  for (const Bin& bin : bins) {
    error += std::abs(bin.expected - static_cast<double>(bin.happened));
    count += bin.count;
  }
  return error / static_cast<double>(count);
}

double StormScore::worst_bin(std::uint64_t least) const {
  double worst = 0;
  for (const Bin& bin : bins) {
    if (bin.count < least) continue;
    worst = std::max(worst, std::abs(bin.expected - static_cast<double>(bin.happened)) /
                                static_cast<double>(bin.count));
  }
  return worst;
}

}  // namespace gridmend::storm
