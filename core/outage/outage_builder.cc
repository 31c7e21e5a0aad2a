#include "core/outage/outage_builder.h"

#include <algorithm>

#include "core/outage/candidate_parts.h"
#include "core/outage/dark_customers.h"
#include "core/outage/explanation.h"
#include "core/outage/switch_topologies.h"
#include "core/outage/tell_apart.h"
#include "core/outage/tree_threads.h"

namespace gridmend {
namespace {

// The cuts to be listed: no one behind another, so that every usage point has one outage.
std::vector<Id<InferenceZone>> listed_zones(const InferenceForest& forest,
                                            const TreePosterior& tree, double predict_at) {
  std::vector<Id<InferenceZone>> listed;
  for (std::uint32_t z = tree.root.index; z < tree.end();) {
    const Id<InferenceZone> id{z};
    const bool likely = tree(tree.p_active, id) >= predict_at;
    if (tree.cut[z - tree.root.index] == 0 && !likely) {
      ++z;
      continue;
    }
    if (!forest.usage_points_behind(id).empty()) listed.push_back(id);
    z = forest[id].zones_end;
  }
  return listed;
}

// Of held devices on the way to or from what is listed, those that it does not beat stay in its
// place.
class Held {
 public:
  // Those from `sure_at` on need no hold: over time they are listed beside what opened above them.
  Held(const InferenceForest& forest, const TreePosterior& tree, std::span<const HeldDevice> held,
       const OutageSettings& settings, double sure_at)
      : forest_(forest), tree_(tree), settings_(settings) {
    const auto first = std::ranges::lower_bound(held, tree.root, {}, &HeldDevice::zone);
    for (auto it = first; it != held.end() && tree.contains(it->zone); ++it) {
      if (p(it->zone) >= settings.withdraw_below && p(it->zone) < sure_at) held_.push_back(*it);
    }
  }

  // `listed`: ascending, none behind another; so is the answer.
  std::vector<Id<InferenceZone>> instead_of(std::vector<Id<InferenceZone>> listed) const {
    for (const HeldDevice& device : held_) {
      const std::uint32_t end = forest_[device.zone].zones_end;
      const auto from = std::ranges::lower_bound(listed, device.zone);
      const auto to = std::ranges::lower_bound(listed, Id<InferenceZone>{end});
      if (from == to || *from == device.zone) continue;
      const std::span<const Id<InferenceZone>> behind{from, to};
      if (std::ranges::any_of(behind,
                              [&](auto zone) { return is_held(zone) || beats(zone, device); }))
        continue;
      const auto place = listed.erase(from, to);
      listed.insert(place, device.zone);
    }
    std::vector<Id<InferenceZone>> result;
    for (const Id<InferenceZone> zone : listed) {
      const std::vector<Id<InferenceZone>> stay = unbeaten_behind(zone);
      if (is_held(zone) || stay.empty()) {
        result.push_back(zone);
      } else {
        result.insert(result.end(), stay.begin(), stay.end());
      }
    }
    return result;
  }

  bool is_held(Id<InferenceZone> zone) const {
    return std::ranges::binary_search(held_, zone, {}, &HeldDevice::zone);
  }

 private:
  double p(Id<InferenceZone> zone) const { return tree_(tree_.p_active, zone); }
  bool beats(Id<InferenceZone> challenger, const HeldDevice& device) const {
    return !device.dwells && p(challenger) >= p(device.zone) + settings_.device_margin;
  }
  std::vector<Id<InferenceZone>> unbeaten_behind(Id<InferenceZone> zone) const {
    std::vector<Id<InferenceZone>> stay;
    const auto first =
        std::ranges::lower_bound(held_, Id<InferenceZone>{zone.index + 1}, {}, &HeldDevice::zone);
    for (auto it = first; it != held_.end() && it->zone.index < forest_[zone].zones_end; ++it) {
      const bool covered = !stay.empty() && it->zone.index < forest_[stay.back()].zones_end;
      if (!covered && !beats(zone, *it) && !forest_.usage_points_behind(it->zone).empty())
        stay.push_back(it->zone);
    }
    return stay;
  }

  const InferenceForest& forest_;
  const TreePosterior& tree_;
  const OutageSettings& settings_;
  std::vector<HeldDevice> held_;
};

// Over time, what took its zone first is listed though something above it has opened since; what
// opened above it has the rest. It takes more to be listed so than to stay.
std::vector<ListedZone> with_what_went_first(const InferenceForest& forest,
                                             const TreePosterior& tree, const Held& held,
                                             std::span<const Id<InferenceZone>> listed,
                                             const OutageSettings& settings) {
  std::vector<ListedZone> all;
  for (const Id<InferenceZone> top : listed) {
    std::vector<std::size_t> above{all.size()};  // of `all`, from the top down
    all.push_back({top, {}});
    for (std::uint32_t z = top.index + 1; z < forest[top].zones_end; ++z) {
      const Id<InferenceZone> zone{z};
      while (forest[all[above.back()].zone].zones_end <= z) above.pop_back();
      const double p = tree(tree.p_active, zone);
      if (p < (held.is_held(zone) ? settings.predict_at : settings.went_first_at)) continue;
      if (forest.usage_points_behind(zone).empty()) continue;
      all[above.back()].left_out.push_back(zone);
      above.push_back(all.size());
      all.push_back({zone, {}});
    }
  }
  return all;
}

void describe_members(const EvidenceView& view, const TreePosterior& tree, const ListedZone& listed,
                      Outage& outage) {
  const InferenceForest& forest = view.input().forest;
  const Id<InferenceZone> zone = listed.zone;
  OnsetInterval onset;
  std::vector<Id<UsagePoint>> dark;
  visit_listed(forest, listed, [&](Id<InferenceZone> member) {
    const double p_dark = 1 - tree(tree.p_live, member);
    for (const Id<UsagePoint> id : forest.own_usage_points(member)) {
      const MeterEvidence* meter = view.input().evidence.find(id);
      add_customer(forest.network(), view.settings().weights, id, p_dark,
                   view.settings().outages.critical_listed, outage);
      if (!lives_since(meter, tree.onset)) dark.push_back(id);
      if (meter != nullptr) onset.note(*meter, view.dead_signs(id));
    }
  });
  for (const ZoneReport& report : view.reports(zone)) {
    if (report.evidence->speaks_for_open()) onset.note_open(report.evidence->open_since());
  }
  onset.note_calls(view, zone);
  onset.write(tree.onset, outage);
  outage.affected = UsagePointSet::of(forest.usage_points_behind(zone));
  for (const Id<InferenceZone> other : listed.left_out) {
    outage.affected = outage.affected.without(UsagePointSet::of(forest.usage_points_behind(other)));
  }
  outage.dark = UsagePointSet::of(dark);
}

// Those of what is left out are another outage's.
DarkCustomers dark_customers_of(const InferenceForest& forest, const Posterior& posterior,
                                const TreePosterior& tree, const ListedZone& listed) {
  DarkCustomers dark = dark_customers(forest, posterior, tree, listed.zone);
  for (const Id<InferenceZone> zone : listed.left_out) {
    const DarkCustomers other = dark_customers(forest, posterior, tree, zone);
    dark.mean = std::max(0.0, dark.mean - other.mean);
    dark.low -= std::min(dark.low, other.high);
    dark.high -= std::min(dark.high, other.low);
  }
  return dark;
}

OutageCandidate zone_candidate(const EvidenceView& view, const RefinedPosterior& refined,
                               const TreePosterior& tree, const ListedZone& listed,
                               std::shared_ptr<const TreeLayout>& layout) {
  const Posterior& posterior = refined.all;
  const InferenceForest& forest = view.input().forest;
  const Id<InferenceZone> zone = listed.zone;
  OutageCandidate candidate;
  candidate.zone = zone;
  Outage& outage = candidate.outage;
  outage.probable = suspect(forest, zone, tree(tree.p_active, zone));
  outage.runners_up = runners_up(forest, tree, zone, view.settings().outages);
  outage.cause = cause_of(view, tree, zone);
  outage.feeder = forest[zone].feeder;
  outage.phases = forest[zone].phases;
  describe_members(view, tree, listed, outage);
  const DarkCustomers dark = dark_customers_of(forest, posterior, tree, listed);
  outage.expected_customers = dark.mean;
  outage.customers_low = dark.low;
  outage.customers_high = dark.high;
  write_shares(gather_shares(view, tree, listed, refined.epochs_of(tree.root)), outage);
  for (const ZoneReport& report : view.reports(zone)) {
    if (report.evidence->speaks_for_open()) ++outage.dead_items;
  }
  outage.water_error = favoured_error(posterior, tree, zone);
  explain(forest.network(), outage);
  outage.tell_apart = tell_apart(view, tree, zone, outage.runners_up, layout);
  return candidate;
}

void add_candidates_of(const EvidenceView& view, const RefinedPosterior& posterior,
                       const TreePosterior& tree, std::span<const HeldDevice> held,
                       std::vector<OutageCandidate>& candidates) {
  if (!tree.onset) return;
  if (!posterior.all.joints.empty() && view.input().switching->joint_of(tree.root) != nullptr)
    return;
  if (const PhasePosterior* phases = posterior.phases_of(tree.root)) {
    add_phase_losses(view, tree, *phases, candidates);
    return;
  }
  const InferenceForest& forest = view.input().forest;
  const OutageSettings& settings = view.settings().outages;
  std::shared_ptr<const TreeLayout> layout;  // of the tree, for whoever needs it first
  const bool over_time = posterior.epochs_of(tree.root) != nullptr;
  const Held devices{forest, tree, held, settings, over_time ? settings.went_first_at : 2};
  const auto zones = devices.instead_of(listed_zones(forest, tree, settings.predict_at));
  if (!over_time) {
    for (const Id<InferenceZone> zone : zones)
      candidates.push_back(zone_candidate(view, posterior, tree, {zone, {}}, layout));
    return;
  }
  for (const ListedZone& listed : with_what_went_first(forest, tree, devices, zones, settings)) {
    OutageCandidate candidate = zone_candidate(view, posterior, tree, listed, layout);
    // All of its usage points may be left to what went first.
    if (!candidate.outage.affected.empty()) candidates.push_back(std::move(candidate));
  }
}

}  // namespace

std::vector<OutageCandidate> build_candidates(const EvidenceView& view,
                                              const RefinedPosterior& posterior,
                                              std::span<const HeldDevice> held) {
  std::vector<Id<InferenceZone>> roots;
  for (const TreePosterior& tree : posterior.all.trees) roots.push_back(tree.root);
  std::vector<std::vector<OutageCandidate>> by_tree(roots.size());
  parallel_for_trees(view, roots, [&](std::size_t i) {
    add_candidates_of(view, posterior, posterior.all.trees[i], held, by_tree[i]);
  });
  std::vector<OutageCandidate> candidates;
  for (std::vector<OutageCandidate>& of_tree : by_tree)
    std::ranges::move(of_tree, std::back_inserter(candidates));
  add_joint_outages(view, posterior.all, candidates);
  add_premises(view, posterior.all, candidates);
  return candidates;
}

}  // namespace gridmend
