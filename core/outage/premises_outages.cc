#include <algorithm>
#include <cmath>
#include <set>

#include "core/outage/candidate_parts.h"
#include "core/outage/explanation.h"
#include "core/outage/tree_threads.h"

namespace gridmend {
namespace {

OutageCandidate premises_candidate(const EvidenceView& view, const TreePosterior& tree,
                                   Id<UsagePoint> id, double p_out) {
  const InferenceForest& forest = view.input().forest;
  const Id<InferenceZone> zone = forest.zone_of(id);
  const MeterEvidence& meter = *view.input().evidence.find(id);
  OutageCandidate candidate;
  candidate.zone = zone;
  Outage& outage = candidate.outage;
  const double dark_zone = 1 - tree(tree.p_live, zone);
  outage.probable = {{}, id, std::max(0.0, p_out - dark_zone)};
  if (dark_zone >= view.settings().outages.runner_up_at) {
    outage.runners_up.push_back(suspect(forest, zone, tree(tree.p_active, zone)));
  }
  outage.cause = OutageCause::premises;
  outage.feeder = forest[zone].feeder;
  outage.phases = forest[zone].phases;
  add_customer(forest.network(), view.settings().weights, id, p_out,
               view.settings().outages.critical_listed, outage);
  outage.expected_customers = p_out * outage.customers_affected;
  outage.customers_low = p_out >= .95 ? outage.customers_affected : 0;
  outage.customers_high = outage.customers_affected;
  OnsetInterval onset;
  onset.note(meter, view.dead_signs(id));
  onset.write(tree.onset, outage);
  outage.affected = UsagePointSet::of(std::span{&id, 1});
  outage.dark = outage.affected;
  Shares shares;
  view.add_said(id, view.reader(tree.root), shares);
  write_shares(shares, outage);
  explain(forest.network(), outage);
  return candidate;
}

// Several customers whose one service drop is open.
OutageCandidate drop_candidate(const EvidenceView& view, const TreePosterior& tree,
                               const DropPosterior& drop, Id<InferenceZone> zone) {
  const InferenceForest& forest = view.input().forest;
  const auto members = forest.usage_points_on(drop.drop);
  OutageCandidate candidate;
  candidate.zone = zone;
  Outage& outage = candidate.outage;
  outage.probable = {drop.drop, {}, drop.p_active};
  const double dark_zone = 1 - tree(tree.p_live, zone);
  if (dark_zone >= view.settings().outages.runner_up_at) {
    outage.runners_up.push_back(suspect(forest, zone, tree(tree.p_active, zone)));
  }
  outage.feeder = forest[zone].feeder;
  outage.phases = forest[zone].phases;
  OnsetInterval onset;
  Shares shares;
  const LeafReader reader = view.reader(tree.root);
  std::vector<Id<UsagePoint>> dark;
  const double p_dark = dark_zone + drop.p_active;
  for (const Id<UsagePoint> id : members) {
    const MeterEvidence* meter = view.input().evidence.find(id);
    add_customer(forest.network(), view.settings().weights, id, p_dark,
                 view.settings().outages.critical_listed, outage);
    if (!lives_since(meter, tree.onset)) dark.push_back(id);
    if (meter == nullptr) continue;
    onset.note(*meter, view.dead_signs(id));
    view.add_said(id, reader, shares);
  }
  const DeviceEvidence* heard = view.input().evidence.find(drop.drop);
  const bool found_open = heard != nullptr && heard->speaks_for_open();
  if (found_open) onset.note_open(heard->open_since());
  outage.cause = found_open && heard->damage_seen() ? OutageCause::fault : OutageCause::unknown;
  outage.expected_customers = p_dark * outage.customers_affected;
  outage.customers_low = p_dark >= .95 ? outage.customers_affected : 0;
  outage.customers_high = outage.customers_affected;
  onset.write(tree.onset, outage);
  outage.affected = UsagePointSet::of(members);
  outage.dark = UsagePointSet::of(dark);
  add_drop_shares(view, drop.drop, shares);
  write_shares(shares, outage);
  if (found_open) ++outage.dead_items;
  explain(forest.network(), outage);
  return candidate;
}

// By usage point: was it heard to be dark, and does no listed outage take its supply?
std::vector<bool> unexplained(const EvidenceView& view,
                              const std::vector<OutageCandidate>& listed) {
  std::vector<bool> voices = view.marks_of_heard_dead();
  for (const OutageCandidate& candidate : listed) {
    for (const IdRange<UsagePoint>& range : candidate.outage.affected.ranges()) {
      for (const Id<UsagePoint> id : range) voices[id.index] = false;
    }
  }
  return voices;
}

// He called again, and nobody has told him why: somebody is to look at it, hospital or not. Who
// has not called since supply came back has no reason left.
bool insists(const EvidenceView& view, Id<UsagePoint> id) {
  const EvidenceBook& evidence = view.input().evidence;
  const std::uint32_t often = view.settings().outages.repeated_calls;
  return often > 0 && evidence.unsettled_calls(id) >= often &&
         evidence.find(id)->call > view.restored_at(id);
}

// Of one zone, in which somebody has a voice.
void add_premises_of(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                     const std::vector<bool>& voices, std::vector<OutageCandidate>& candidates) {
  const double least = view.settings().outages.premises_at;
  std::set<Id<Device>> open_drops;
  for (const DropPosterior& drop : drop_posteriors(view, tree, zone, least)) {
    if (drop.p_active < least) continue;
    candidates.push_back(drop_candidate(view, tree, drop, zone));
    open_drops.insert(drop.drop);
  }
  const double dark_zone = 1 - tree(tree.p_live, zone);
  for (const auto& [id, p_out] : usage_points_out(view, tree, zone, voices)) {
    const bool is_probable = p_out - dark_zone >= least || insists(view, id);
    if (is_probable && !open_drops.contains(view.input().forest.shared_drop(id)))
      candidates.push_back(premises_candidate(view, tree, id, p_out));
  }
}

// Who in the tree was heard to be dark and is explained by nothing listed.
void add_premises_of(const EvidenceView& view, const TreePosterior& tree,
                     const std::vector<bool>& voices, std::vector<OutageCandidate>& candidates) {
  for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
    const Id<InferenceZone> zone{z};
    const auto own = view.input().forest.own_usage_points(zone);
    if (std::ranges::any_of(own, [&](Id<UsagePoint> id) { return voices[id.index]; }))
      add_premises_of(view, tree, zone, voices, candidates);
  }
}

}  // namespace

void add_premises(const EvidenceView& view, const Posterior& posterior,
                  std::vector<OutageCandidate>& candidates) {
  const std::vector<bool> voices = unexplained(view, candidates);
  std::vector<Id<InferenceZone>> roots;
  for (const TreePosterior& tree : posterior.trees) roots.push_back(tree.root);
  std::vector<std::vector<OutageCandidate>> found(roots.size());
  parallel_for_trees(view, roots, [&](std::size_t i) {
    add_premises_of(view, posterior.trees[i], voices, found[i]);
  });
  for (std::vector<OutageCandidate>& of_tree : found)
    std::ranges::move(of_tree, std::back_inserter(candidates));
}

}  // namespace gridmend
