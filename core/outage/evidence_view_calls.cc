#include <memory>
#include <set>
#include <utility>

#include "core/base/parallel_for.h"
#include "core/outage/call_spreading.h"
#include "core/outage/evidence_view.h"
#include "core/outage/tree_threads.h"

// The part of EvidenceView that hears calls that name no usage point.

namespace gridmend {

CallSurroundings EvidenceView::call_surroundings() const {
  return {input_.forest, settings_, input_.at,
          [this](Id<InferenceZone> root) { return silence_from(root); },
          [this](Id<UsagePoint> id, Time call) { return settled(id, call); }};
}

void EvidenceView::note_call_onsets() {
  const CallSurroundings surroundings = call_surroundings();
  for (const std::shared_ptr<const SpreadCall>& call : input_.evidence.calls()) {
    for (const auto& [root, since] : call_onsets(*call, surroundings)) note_dead(root, since);
  }
}

bool EvidenceView::settled(Id<UsagePoint> usage_point, Time call) const {
  const Time back =
      std::max(restored_at(usage_point), reported_back_at(input_.forest.zone_of(usage_point)));
  return call <= back || is_settled(input_.evidence.find(usage_point), call);
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

// Placed in runs of calls by any thread; what is in line is taken as it is.
void EvidenceView::spread_calls() {
  constexpr std::size_t kRun = 256;
  const std::vector<CallInTurn> calls = calls_by_time(input_.evidence);
  const CallSurroundings surroundings = call_surroundings();
  std::vector<std::optional<PlacedCall>> all_placed(calls.size());
  parallel_for((calls.size() + kRun - 1) / kRun, input_.threads, [&](std::size_t run) {
    CallPlacing placing{surroundings};
    const std::size_t end = std::min(calls.size(), (run + 1) * kRun);
    for (std::size_t i = run * kRun; i < end; ++i) {
      if (auto placed = placing.place(*calls[i].call, calls[i].repeated))
        all_placed[i].emplace(std::move(*placed));
    }
  });
  std::vector<CallMixture> out_of_line;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    std::optional<PlacedCall>& placed = all_placed[i];
    if (!placed) continue;
    ZoneCalls& zone = zone_calls_[placed->likeliest];
    const Time since = calls[i].call->time - settings_.reliability.call_lead;
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

void EvidenceView::project(const std::vector<CallMixture>& calls) {
  std::set<Id<InferenceZone>> of_calls;
  for (const CallMixture& mixture : calls) {
    for (const CallZone& one : mixture.zones()) of_calls.insert(input_.forest.root_of(one.zone));
  }
  const std::vector<Id<InferenceZone>> roots{of_calls.begin(), of_calls.end()};
  std::vector<std::unique_ptr<StreamingTree>> trees(roots.size());
  parallel_for_trees(*this, roots, [&](std::size_t i) {
    trees[i] = std::make_unique<StreamingTree>(read_tree(roots[i]));
  });
  const auto tree_of = [&](Id<InferenceZone> root) -> StreamingTree& {
    return *trees[static_cast<std::size_t>(std::ranges::lower_bound(roots, root) - roots.begin())];
  };
  for (const std::vector<ZoneShare>& of_call : project_calls(input_.forest, calls, tree_of))
    add_shares_of_call(of_call);
}

}  // namespace gridmend
