#include <algorithm>
#include <utility>

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
    if (network.devices()[device].normally_open != 0) continue;
    OrderedOpening opening{device, input.at, SwitchingReason::unknown, open};
    const DeviceEvidence* heard = input.evidence.find(device);
    if (heard != nullptr && heard->ordered.any()) {
      opening.since = heard->ordered_at;
      opening.reason = heard->ordered_reason;
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

// The zone that loses what the device does not pass on, where both its ends have supply.
Id<InferenceZone> zone_behind(const InferenceForest& forest, const Device& device) {
  Id<InferenceZone> above = forest.zone_of(device.from), below = forest.zone_of(device.to);
  if (!above.valid() || !below.valid() || above == below) return {};
  if (below < above) std::swap(above, below);
  return below.index < forest[above].zones_end ? below : Id<InferenceZone>{};
}

// Who loses these phases, as far as is known: whoever is on one of them, and who may be and has
// said since the order that he is dark.
class PhaseMembers {
 public:
  PhaseMembers(const LocaliserInput& input, PhaseSet lost, Time since)
      : input_(input), lost_(lost), since_(since) {}

  bool contains(Id<UsagePoint> id) const {
    const UsagePoint& point = input_.forest.network().usage_points()[id];
    const PhaseSet phases = phases_of(point);
    if ((phases.live_bits() & lost_.live_bits()) == 0) return false;
    const bool surely =
        !phases.one_of() || (phases.live_bits() & ~unsigned{lost_.live_bits()}) == 0;
    return surely || died_since(id);
  }

 private:
  // Legs of a split secondary hang on its primary.
  PhaseSet phases_of(const UsagePoint& point) const {
    if (point.phases.live_bits() != 0 || !point.transformer.valid()) return point.phases;
    return input_.forest.network().devices()[point.transformer].phases;
  }
  bool died_since(Id<UsagePoint> id) const {
    const MeterEvidence* meter = input_.evidence.find(id);
    return meter != nullptr && ((meter->dead_gasp() && meter->last_gasp >= since_) ||
                                (meter->dead_ping() && meter->ping_unanswered >= since_) ||
                                (meter->dead_call() && meter->call >= since_));
  }

  const LocaliserInput& input_;
  PhaseSet lost_;
  Time since_;
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

OutageCandidate switched_off_candidate(const NetworkModel& network, const OrderedOpening& opening,
                                       std::span<const Id<UsagePoint>> members,
                                       const LocaliserSettings& settings) {
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
  return candidate;
}

}  // namespace

std::vector<OutageCandidate> build_switched_off(const LocaliserInput& input,
                                                const SwitchState& switches,
                                                const LocaliserSettings& settings) {
  std::vector<OutageCandidate> candidates;
  const NetworkModel& network = input.forest.network();
  std::vector<OrderedOpening> openings = ordered_openings(input, switches);
  std::erase_if(openings, [&](const auto& opening) { return switches.conducts(opening.device); });
  if (openings.empty()) return candidates;
  DarkIslands islands{input.forest, switches};
  for (const OrderedOpening& opening : openings) {
    std::vector<Id<UsagePoint>> members;
    islands.take(network.devices()[opening.device].from, members);
    islands.take(network.devices()[opening.device].to, members);
    if (!members.empty())
      candidates.push_back(switched_off_candidate(network, opening, members, settings));
  }
  return candidates;
}

std::vector<OutageCandidate> build_phases_switched_off(const LocaliserInput& input,
                                                       const SwitchState& switches,
                                                       const LocaliserSettings& settings) {
  std::vector<OutageCandidate> candidates;
  const InferenceForest& forest = input.forest;
  UsagePointSet taken;
  for (const OrderedOpening& opening : ordered_openings(input, switches)) {
    if (opening.reason == SwitchingReason::unknown) continue;
    const Id<InferenceZone> zone = zone_behind(forest, forest.network().devices()[opening.device]);
    if (!zone.valid() || !forest[zone].parent.valid()) continue;
    const PhaseSet lost =
        (opening.phases & forest[forest[zone].parent].phases).without(forest[zone].phases);
    if (lost.live_bits() == 0) continue;
    const PhaseMembers loses{input, lost, opening.since};
    std::vector<Id<UsagePoint>> members;
    for (const Id<UsagePoint> id : forest.usage_points_behind(zone)) {
      if (loses.contains(id) && !taken.contains(id)) members.push_back(id);
    }
    if (members.empty()) continue;
    std::ranges::sort(members);
    candidates.push_back(switched_off_candidate(forest.network(), opening, members, settings));
    candidates.back().outage.phases = lost;
    taken = taken.united(candidates.back().outage.affected);
  }
  return candidates;
}

}  // namespace gridmend
