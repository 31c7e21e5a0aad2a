#include <algorithm>

#include "core/outage/explanation.h"
#include "core/outage/outage_builder.h"

namespace gridmend {
namespace {

struct OrderedOpening {
  Id<Device> device;
  Time since{};
  SwitchingReason reason = SwitchingReason::unknown;
  PhaseSet phases;
};

// By time of the order, so that an island is blamed on what darkened it first.
std::vector<OrderedOpening> ordered_openings(const LocaliserInput& input,
                                             const SwitchState& switches) {
  std::vector<OrderedOpening> openings;
  const NetworkModel& network = input.forest.network();
  for (const auto& [device, open] : switches.departures()) {
    if (network.devices()[device].normally_open != 0 || switches.conducts(device)) continue;
    OrderedOpening opening{device, input.at, SwitchingReason::unknown, open};
    const DeviceEvidence* heard = input.evidence.find(device);
    if (heard != nullptr && heard->position_at != kNeverHeard && heard->open_phases.any()) {
      opening.since = heard->position_at;
      opening.reason = heard->reason;
    }
    openings.push_back(opening);
  }
  std::ranges::stable_sort(openings, {}, &OrderedOpening::since);
  return openings;
}

OutageCause cause_of(SwitchingReason reason) {
  switch (reason) {
    case SwitchingReason::de_energised_for_safety:
      return OutageCause::de_energised_for_safety;
    case SwitchingReason::planned:
      return OutageCause::planned;
    case SwitchingReason::restoration:
      return OutageCause::fault;
    case SwitchingReason::unknown:
      break;
  }
  return OutageCause::unknown;
}

// Connectivity nodes without supply that hang together; each is taken once.
class DarkIslands {
 public:
  DarkIslands(const InferenceForest& forest, const SwitchState& switches)
      : forest_(forest), switches_(switches), seen_(forest.network().nodes().size(), 0) {}

  void take(Id<ConnectivityNode> start, std::vector<Id<UsagePoint>>& members) {
    const NetworkModel& network = forest_.network();
    std::vector<Id<ConnectivityNode>> open;
    const auto reach = [&](Id<ConnectivityNode> node) {
      if (seen_[node] != 0 || forest_.zone_of(node).valid()) return;
      seen_[node] = 1;
      open.push_back(node);
    };
    reach(start);
    while (!open.empty()) {
      const Id<ConnectivityNode> node = open.back();
      open.pop_back();
      const auto here = network.usage_points_at(node);
      members.insert(members.end(), here.begin(), here.end());
      for (const auto [device, opposite] : network.incident(node)) {
        if (switches_.conducts(device)) reach(opposite);
      }
    }
  }

 private:
  const InferenceForest& forest_;
  const SwitchState& switches_;
  IdVector<ConnectivityNode, std::uint8_t> seen_;
};

void count_customers(const NetworkModel& network, const LocaliserSettings& settings,
                     std::span<const Id<UsagePoint>> members, Outage& outage) {
  for (const Id<UsagePoint> id : members) {
    const UsagePoint& point = network.usage_points()[id];
    const auto category = static_cast<std::size_t>(point.category);
    outage.customers_affected += point.customers;
    outage.weight += point.customers * settings.weights.weight[category];
    if (settings.weights.critical[category] &&
        outage.critical.size() < settings.outages.critical_listed) {
      outage.critical.push_back(id);
    }
  }
  outage.expected_customers = outage.customers_affected;
  outage.customers_low = outage.customers_high = outage.customers_affected;
}

}  // namespace

std::vector<OutageCandidate> build_switched_off(const LocaliserInput& input,
                                                const SwitchState& switches,
                                                const LocaliserSettings& settings) {
  std::vector<OutageCandidate> candidates;
  const NetworkModel& network = input.forest.network();
  const std::vector<OrderedOpening> openings = ordered_openings(input, switches);
  if (openings.empty()) return candidates;
  DarkIslands islands{input.forest, switches};
  for (const OrderedOpening& opening : openings) {
    std::vector<Id<UsagePoint>> members;
    islands.take(network.devices()[opening.device].from, members);
    islands.take(network.devices()[opening.device].to, members);
    if (members.empty()) continue;
    OutageCandidate candidate;
    Outage& outage = candidate.outage;
    outage.probable = {opening.device, {}, 1};
    outage.cause = cause_of(opening.reason);
    outage.switched_off = opening.reason != SwitchingReason::unknown;
    outage.feeder = network.devices()[opening.device].feeder;
    outage.phases = opening.phases & network.devices()[opening.device].phases;
    outage.onset_earliest = outage.onset_latest = opening.since;
    outage.affected = UsagePointSet::of(members);
    outage.dark = outage.affected;
    outage.why.push_back({"switch_position", 1, 0});
    count_customers(network, settings, outage.affected.to_vector(), outage);
    explain(network, outage);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

}  // namespace gridmend
