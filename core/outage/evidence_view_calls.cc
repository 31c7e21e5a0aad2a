#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "core/outage/evidence_view.h"
#include "core/outage/tree_threads.h"

// The part of EvidenceView that hears calls that name no usage point.

namespace gridmend {

// What a call says of its places as they stand: those whose supply was settled since explain it and
// say nothing of now.
struct EvidenceView::PlacedCall {
  CallMixture mixture;
  Id<InferenceZone> likeliest;
};

void EvidenceView::note_call_onsets() {
  const Time until = input_.at + settings_.reliability.clock_skew;
  for (const std::shared_ptr<const SpreadCall>& call : input_.evidence.calls()) {
    if (call->time > until) continue;
    std::map<Id<InferenceZone>, double> of_tree;
    for (const CallPlace& place : call->places) {
      const Id<InferenceZone> zone = input_.forest.zone_of(place.usage_point);
      if (zone.valid() && !settled(place.usage_point, call->time))
        of_tree[input_.forest.root_of(zone)] += place.probability;
    }
    for (const auto& [root, probability] : of_tree) {
      if (probability < settings_.call_places.onset_share) continue;
      note_dead(root, call->time - settings_.reliability.call_lead);
    }
  }
}

bool EvidenceView::settled(Id<UsagePoint> usage_point, Time call) const {
  return call <= restored_at(usage_point) || is_settled(input_.evidence.find(usage_point), call);
}

std::optional<EvidenceView::PlacedCall> EvidenceView::place(const SpreadCall& call,
                                                            bool repeated) const {
  const ReliabilityParameters& r = settings_.reliability;
  if (call.time > input_.at + r.clock_skew) return std::nullopt;
  MeterEvidence said;
  said.call = call.time;
  said.complaint = call.complaint;
  const double premises = settings_.priors.premises;
  std::vector<CallZone> zones;
  std::map<Id<InferenceZone>, double> chances;
  double left = 1;
  double elsewhere = 0;
  for (const CallPlace& place : call.places) {
    left -= place.probability;
    const Id<InferenceZone> zone = input_.forest.zone_of(place.usage_point);
    const bool supplied = zone.valid();
    std::optional<Time> onset = call.time - r.call_lead;
    if (supplied) onset = silence_from(input_.forest.root_of(zone)).value_or(*onset);
    const LeafReader leaves{r, input_.at, onset};
    const LeafEvidence leaf = leaves.read(&said, kNeverHeard);
    const double dead = place.probability * std::exp(leaf.other_dead);
    const double live = place.probability * std::exp(leaf.other_live);
    if (!supplied || settled(place.usage_point, call.time)) {
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
    const double same = settings_.call_places.same_caller;
    double all_dead = elsewhere;
    for (CallZone& one : zones) {
      all_dead += one.if_dead;
      one.if_live *= 1 - same;
      one.if_dead *= 1 - same;
    }
    elsewhere = (1 - same) * elsewhere + same * all_dead;
  }
  PlacedCall placed{{input_.forest, std::move(zones), elsewhere}, {}};
  double most = 0;
  for (const auto& [zone, chance] : chances) {
    if (chance <= most) continue;
    most = chance;
    placed.likeliest = zone;
  }
  return placed;
}

void EvidenceView::add_shares_of_call(std::span<const ZoneShare> shares) {
  for (const ZoneShare& share : shares) zone_calls_[share.zone].log_ratio += share.log_ratio;
}

StreamingTree EvidenceView::read_tree(Id<InferenceZone> root) const {
  const std::uint32_t n = input_.forest[root].zones_end - root.index;
  const std::vector<std::uint32_t> parent = input_.forest.parents_in_tree(root);
  std::vector<double> priors(n), log_likelihoods(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    const Id<InferenceZone> zone{root.index + i};
    priors[i] = prior(zone).probability;
    log_likelihoods[i] = log_likelihood(zone);
  }
  return StreamingTree{ZoneTree{parent, priors, log_likelihoods}};
}

void EvidenceView::spread_calls() {
  struct Heard {
    const SpreadCall* call;
    bool repeated;
  };
  std::vector<Heard> calls;
  for (const auto& call : input_.evidence.calls()) {
    const bool repeated = !calls.empty() && calls.back().call->places == call->places;
    calls.push_back({call.get(), repeated});
  }
  std::ranges::stable_sort(calls, {}, [](const Heard& heard) { return heard.call->time; });
  std::vector<CallMixture> out_of_line;
  const Time until = input_.at + settings_.reliability.clock_skew;
  for (const auto& [call, repeated] : calls) {
    // One that a wrong clock dates ahead is not yet known.
    if (call->time > until) continue;
    for (const CallPlace& place : call->places) {
      Time& newest = may_have_called_.try_emplace(place.usage_point, call->time).first->second;
      newest = std::max(newest, call->time);
    }
    std::optional<PlacedCall> placed = place(*call, repeated);
    if (!placed) continue;
    ZoneCalls& zone = zone_calls_[placed->likeliest];
    const Time since = call->time - settings_.reliability.call_lead;
    zone.since = zone.items == 0 ? since : std::min(zone.since, since);
    ++zone.items;
    if (placed->mixture.in_line()) {
      add_shares_of_call(placed->mixture.shares());
    } else {
      out_of_line.push_back(std::move(placed->mixture));
    }
  }
  if (!out_of_line.empty()) project(out_of_line);
}

// Expectation propagation: each call anew on what all the others say. Two rounds come nine tenths
// of the way from one to the truth, more come no nearer.
void EvidenceView::project(const std::vector<CallMixture>& calls) {
  constexpr int kRounds = 2;
  std::set<Id<InferenceZone>> of_calls;
  for (const CallMixture& mixture : calls) {
    for (const CallZone& one : mixture.zones()) of_calls.insert(input_.forest.root_of(one.zone));
  }
  const std::vector<Id<InferenceZone>> roots{of_calls.begin(), of_calls.end()};
  std::vector<std::unique_ptr<StreamingTree>> read(roots.size());
  parallel_for_trees(*this, roots, [&](std::size_t i) {
    read[i] = std::make_unique<StreamingTree>(read_tree(roots[i]));
  });
  std::map<Id<InferenceZone>, std::unique_ptr<StreamingTree>> trees;
  for (std::size_t i = 0; i < roots.size(); ++i) trees.emplace(roots[i], std::move(read[i]));
  const auto tree_of = [&](Id<InferenceZone> zone) -> StreamingTree& {
    return *trees.at(input_.forest.root_of(zone));
  };
  const auto local = [&](Id<InferenceZone> zone) { return zone.index - input_.forest[zone].root; };
  const auto add = [&](std::span<const ZoneShare> shares, double sign) {
    for (const ZoneShare& share : shares)
      tree_of(share.zone).add_log_likelihood(local(share.zone), sign * share.log_ratio);
  };
  std::vector<std::vector<ZoneShare>> shares(calls.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      add(shares[i], -1);
      shares[i] = calls[i].shares(
          [&](Id<InferenceZone> zone) { return tree_of(zone).p_live(local(zone)); });
      add(shares[i], 1);
    }
  }
  for (const std::vector<ZoneShare>& of_call : shares) add_shares_of_call(of_call);
}

Time EvidenceView::may_have_called(Id<UsagePoint> usage_point) const {
  const auto it = may_have_called_.find(usage_point);
  return it == may_have_called_.end() ? kNeverHeard : it->second;
}

}  // namespace gridmend
