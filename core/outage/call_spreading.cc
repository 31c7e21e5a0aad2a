#include "core/outage/call_spreading.h"

#include <algorithm>
#include <cmath>

#include "core/outage/leaf_reader.h"

namespace gridmend {

// It does not depend on when the call was made, but where nothing else speaks for dark.
CallPlacing::Says CallPlacing::read(const SpreadCall& call, Id<InferenceZone> root) {
  const std::optional<Time> onset = root.valid() ? around_.silence_from(root) : std::nullopt;
  if (!onset) return read(call, call.time - around_.settings.reliability.call_lead);
  const auto [known, fresh] = known_.try_emplace({root, call.complaint});
  if (fresh) known->second = read(call, *onset);
  return known->second;
}

CallPlacing::Says CallPlacing::read(const SpreadCall& call, Time onset) const {
  MeterEvidence said;
  said.call = call.time;
  said.complaint = call.complaint;
  const LeafReader leaves{around_.settings.reliability, around_.at, onset};
  const LeafEvidence leaf = leaves.read(&said, kNeverHeard);
  return {std::exp(leaf.other_dead), std::exp(leaf.other_live)};
}

std::optional<PlacedCall> CallPlacing::place(const SpreadCall& call, bool repeated) {
  const ReliabilityParameters& r = around_.settings.reliability;
  if (call.time > around_.at + r.clock_skew) return std::nullopt;
  const double premises = around_.settings.priors.premises;
  std::vector<CallZone> zones;
  std::map<Id<InferenceZone>, double> chances;
  double left = 1;
  double elsewhere = 0;
  for (const CallPlace& place : call.places) {
    left -= place.probability;
    const Id<InferenceZone> zone = around_.forest.zone_of(place.usage_point);
    const bool supplied = zone.valid();
    const Says says = read(call, supplied ? around_.forest.root_of(zone) : Id<InferenceZone>{});
    const double dead = place.probability * says.if_dead;
    const double live = place.probability * says.if_live;
    if (!supplied || around_.settled(place.usage_point, call.time)) {
      elsewhere += dead;
      continue;
    }
    zones.push_back({zone, (1 - premises) * live + premises * dead, dead});
    chances[zone] += place.probability;
  }
  if (zones.empty()) return std::nullopt;
  elsewhere += std::max(left, 0.0) * r.call_false;
  if (repeated) {
    // With this chance it says again what the first one said, whatever is dark.
    const double same = around_.settings.call_places.same_caller;
    double all_dead = elsewhere;
    for (CallZone& one : zones) {
      all_dead += one.if_dead;
      one.if_live *= 1 - same;
      one.if_dead *= 1 - same;
    }
    elsewhere = (1 - same) * elsewhere + same * all_dead;
  }
  PlacedCall placed{{around_.forest, std::move(zones), elsewhere}, {}};
  double most = 0;
  for (const auto& [zone, chance] : chances) {
    if (chance <= most) continue;
    most = chance;
    placed.likeliest = zone;
  }
  return placed;
}

std::vector<CallInTurn> calls_by_time(const EvidenceBook& book) {
  std::vector<CallInTurn> calls;
  for (const auto& call : book.calls()) {
    const bool repeated = !calls.empty() && calls.back().call->places == call->places;
    calls.push_back({call.get(), repeated});
  }
  std::ranges::stable_sort(calls, {}, [](const CallInTurn& one) { return one.call->time; });
  return calls;
}

std::vector<std::pair<Id<InferenceZone>, Time>> call_onsets(const SpreadCall& call,
                                                            const CallSurroundings& around) {
  std::vector<std::pair<Id<InferenceZone>, Time>> onsets;
  if (call.time > around.at + around.settings.reliability.clock_skew) return onsets;
  std::map<Id<InferenceZone>, double> of_tree;
  for (const CallPlace& place : call.places) {
    const Id<InferenceZone> zone = around.forest.zone_of(place.usage_point);
    if (zone.valid() && !around.settled(place.usage_point, call.time))
      of_tree[around.forest.root_of(zone)] += place.probability;
  }
  for (const auto& [root, probability] : of_tree) {
    if (probability >= around.settings.call_places.onset_share)
      onsets.emplace_back(root, call.time - around.settings.reliability.call_lead);
  }
  return onsets;
}

std::vector<std::vector<ZoneShare>> project_calls(
    const InferenceForest& forest, std::span<const CallMixture> calls,
    const std::function<StreamingTree&(Id<InferenceZone>)>& tree_of) {
  constexpr int kRounds = 2;
  const auto tree_with = [&](Id<InferenceZone> zone) -> StreamingTree& {
    return tree_of(forest.root_of(zone));
  };
  const auto local = [&](Id<InferenceZone> zone) { return zone.index - forest[zone].root; };
  const auto add = [&](std::span<const ZoneShare> shares, double sign) {
    for (const ZoneShare& share : shares)
      tree_with(share.zone).add_log_likelihood(local(share.zone), sign * share.log_ratio);
  };
  std::vector<std::vector<ZoneShare>> shares(calls.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      add(shares[i], -1);
      shares[i] = calls[i].shares(
          [&](Id<InferenceZone> zone) { return tree_with(zone).p_live(local(zone)); });
      add(shares[i], 1);
    }
  }
  return shares;
}

}  // namespace gridmend
