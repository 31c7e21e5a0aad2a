#include "core/outage/localiser.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/outage/device_priors.h"
#include "core/outage/evidence_view.h"
#include "core/outage/sum_product.h"
#include "core/outage/topology_localiser.h"
#include "core/outage/tree_threads.h"
#include "core/outage/water_mixture.h"

namespace gridmend {
namespace {

TreePosterior read_tree(const EvidenceView& view, Id<InferenceZone> root) {
  TreePosterior tree;
  tree.root = root;
  tree.onset = view.onset(root);
  const std::size_t n = view.input().forest[root].zones_end - root.index;
  tree.prior.resize(n);
  tree.flood.resize(n);
  tree.log_likelihood.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Id<InferenceZone> zone{root.index + static_cast<std::uint32_t>(i)};
    const ZonePrior prior = view.prior(zone);
    tree.prior[i] = prior.probability;
    tree.flood[i] = prior.flood;
    tree.log_likelihood[i] = view.log_likelihood(zone);
  }
  return tree;
}

// Is P(the drop is open | its zone is live) less than `least` whatever its group says? A cheap
// bound: with the concentrator up or down, its odds are the prior's and what its leaves add.
bool surely_below(const DropLeaves& drop, double least) {
  if (!(least > 0 && least < 1)) return false;
  constexpr double kMargin = 1;
  const double prior = std::log(drop.open) - std::log1p(-drop.open);
  const double most = std::log(least) - std::log1p(-least) - kMargin;
  const auto below = [&](double closed, double dead) {
    return std::isinf(dead) || prior + dead - closed < most;
  };
  return below(drop.product.up_if_live, log_if_open(drop)) &&
         below(drop.product.down_if_live, drop.product.down_if_dead);
}

void infer_tree(const InferenceForest& forest, TreePosterior& tree) {
  const std::vector<std::uint32_t> parents = forest.parents_in_tree(tree.root);
  const ZoneTree arrays{parents, tree.prior, tree.log_likelihood};
  Marginals marginals;
  infer_marginals(arrays, marginals);
  tree.p_live = std::move(marginals.p_live);
  tree.p_active = std::move(marginals.p_active);
  tree.p_open = std::move(marginals.p_open);
  tree.p_cut_if_fed = std::move(marginals.p_cut_if_fed);
  Explanation explanation;
  infer_explanation(arrays, explanation);
  tree.cut = std::move(explanation.active);
}

}  // namespace

const TreePosterior* Posterior::tree_of(Id<InferenceZone> root) const {
  const auto it = std::ranges::lower_bound(trees, root, {}, &TreePosterior::root);
  return it == trees.end() || it->root != root ? nullptr : &*it;
}

std::vector<Id<InferenceZone>> trees_with_dead_evidence(const LocaliserInput& input,
                                                        const LocaliserSettings& settings) {
  const EvidenceView view{input, settings};
  std::vector<Id<InferenceZone>> roots;
  for (const auto& [root, onset] : view.onsets()) roots.push_back(root);
  for (const auto& [root, onset] : view.fault_onsets()) roots.push_back(root);
  for (const auto& [root, onset] : view.water_onsets()) roots.push_back(root);
  std::ranges::sort(roots);
  const auto repeated = std::ranges::unique(roots);
  roots.erase(repeated.begin(), repeated.end());
  return roots;
}

Posterior localise(const EvidenceView& view, std::span<const Id<InferenceZone>> trees) {
  GRIDMEND_CHECK(std::ranges::is_sorted(trees), "roots come in rising order");
  Posterior posterior;
  posterior.trees.resize(trees.size());
  const LocaliserInput& input = view.input();
  const DevicePriorSettings& priors = view.settings().priors;
  WaterMixture mixture{
      view, water_scenarios(input.water, input.at - priors.flood_memory, input.at, priors)};
  std::vector<std::vector<WaterMixture::Pass>> in_water(trees.size());
  parallel_for_trees(view, trees, [&](std::size_t i) {
    TreePosterior& tree = posterior.trees[i];
    tree = read_tree(view, trees[i]);
    in_water[i] = mixture.passes(tree);
    if (in_water[i].empty()) infer_tree(input.forest, tree);
  });
  for (std::size_t i = 0; i < trees.size(); ++i)
    mixture.add(posterior.trees[i], std::move(in_water[i]));
  mixture.finish(posterior);
  localise_joints(view, posterior);
  return posterior;
}

Posterior localise(const LocaliserInput& input, std::span<const Id<InferenceZone>> trees,
                   const LocaliserSettings& settings) {
  return localise(EvidenceView{input, settings}, trees);
}

namespace {

// What the leaves of one run come to, each plain thing that is said worked out once.
class RunReader {
 public:
  RunReader(const EvidenceView& view, const LeafReader& reader, const GroupLikelihood& group,
            const GroupSettings& settings)
      : view_(view), reader_(reader), group_(group), settings_(settings) {}

  void begin(const DropLeaves& drop) {
    drop_ = drop;
    known_.fill(-1);
  }
  double p_premises(Id<UsagePoint> id) {
    const std::size_t says = view_.said(id);
    double& known = known_[says];
    if (known >= 0) return known;
    const double p = gridmend::p_premises(view_.leaf(id, reader_), group_, settings_, drop_);
    if (says != LeafReader::kNotPlain) known = p;
    return p;
  }

 private:
  const EvidenceView& view_;
  const LeafReader& reader_;
  const GroupLikelihood& group_;
  const GroupSettings settings_;
  DropLeaves drop_;
  std::array<double, LeafReader::kPlain + 1> known_{};
};

// Calls visitor(usage point, P(it is without supply)) for those of the zone that are wanted, in
// its order.
template <class IsWanted, class Visitor>
void visit_p_out(const EvidenceView& view, const TreePosterior& tree, Id<InferenceZone> zone,
                 IsWanted is_wanted, Visitor visitor) {
  const LeafReader reader = view.reader(tree.root);
  const double live = tree(tree.p_live, zone);
  view.visit_readings(zone, [&](const HeardGroup& heard) {
    const std::span<const Id<UsagePoint>> group = view.members(heard);
    const auto first = std::ranges::find_if(group, is_wanted);
    if (first == group.end()) return;
    if (heard.linked) {
      const LinkedGroup linked = view.linked_group(group, zone, reader);
      std::vector<double> levels_live;
      for (const Id<InferenceZone> level : linked.levels())
        levels_live.push_back(tree(tree.p_live, level));
      const std::vector<double> of_group = linked.p_out(levels_live);
      for (std::size_t i = 0; i < group.size(); ++i) {
        if (is_wanted(group[i])) visitor(group[i], of_group[i]);
      }
      return;
    }
    const LeafReader of_group = view.reader(tree.root, group);
    RunReader leaves{view, of_group, heard.likelihood, view.group_settings(group)};
    view.input().forest.visit_runs(group, [&](bool shared, std::span<const Id<UsagePoint>> run) {
      const auto wanted = std::ranges::find_if(run, is_wanted);
      if (wanted == run.end()) return;
      // The leaves' own part does not ask when the group may have died.
      leaves.begin(shared ? view.read_drop(tree.root, run, {}) : DropLeaves{});
      for (auto it = wanted; it != run.end(); ++it) {
        if (it == wanted || is_wanted(*it))
          visitor(*it, (1 - live) + live * leaves.p_premises(*it));
      }
    });
  });
}

}  // namespace

std::vector<double> usage_point_p_out(const EvidenceView& view, const TreePosterior& tree,
                                      Id<InferenceZone> zone,
                                      std::span<const Id<UsagePoint>> wanted) {
  GRIDMEND_CHECK(std::ranges::is_sorted(wanted), "usage points are asked about by id");
  std::vector<double> p_out(wanted.size());
  visit_p_out(
      view, tree, zone,
      [wanted](Id<UsagePoint> id) { return std::ranges::binary_search(wanted, id); },
      [&](Id<UsagePoint> id, double p) {
        const auto place = std::ranges::lower_bound(wanted, id) - wanted.begin();
        p_out[static_cast<std::size_t>(place)] = p;
      });
  return p_out;
}

std::vector<UsagePointOut> usage_points_out(const EvidenceView& view, const TreePosterior& tree,
                                            Id<InferenceZone> zone,
                                            const std::vector<bool>& wanted) {
  std::vector<UsagePointOut> out;
  visit_p_out(
      view, tree, zone, [&wanted](Id<UsagePoint> id) { return wanted[id.index]; },
      [&out](Id<UsagePoint> id, double p) {
        out.push_back({id, p});
      });
  return out;
}

std::vector<double> usage_point_p_out(const EvidenceView& view, const TreePosterior& tree,
                                      Id<InferenceZone> zone) {
  std::vector<double> p_out;
  visit_p_out(
      view, tree, zone, [](Id<UsagePoint>) { return true; },
      [&p_out](Id<UsagePoint>, double p) { p_out.push_back(p); });
  return p_out;
}

std::vector<double> usage_point_p_out(const LocaliserInput& input, const TreePosterior& tree,
                                      Id<InferenceZone> zone, const LocaliserSettings& settings) {
  return usage_point_p_out(EvidenceView{input, settings}, tree, zone);
}

std::vector<DropPosterior> drop_posteriors(const EvidenceView& view, const TreePosterior& tree,
                                           Id<InferenceZone> zone, double least) {
  std::vector<DropPosterior> posteriors;
  const InferenceForest& forest = view.input().forest;
  if (forest.shared_drops().empty()) return posteriors;
  const double live = tree(tree.p_live, zone);
  const auto heard_dead = [&view](Id<UsagePoint> id) { return view.is_heard_dead(id); };
  const bool unheard_are_closed =
      !view.drops_heard_of() && view.settings().priors.premises < least / 2;
  view.visit_readings(zone, [&](const HeardGroup& heard) {
    const std::span<const Id<UsagePoint>> group = view.members(heard);
    if (heard.linked || (unheard_are_closed && std::ranges::none_of(group, heard_dead))) return;
    forest.visit_runs(group, [&](bool shared, std::span<const Id<UsagePoint>> run) {
      if (!shared) return;
      // Where nobody was heard dead it is no more probably open than it was before.
      const bool any_dead = std::ranges::any_of(run, heard_dead);
      if (!any_dead && unheard_are_closed) return;
      const DropLeaves leaves = view.read_drop(tree.root, run, {});
      if ((!any_dead && leaves.open < least / 2) || surely_below(leaves, least)) return;
      posteriors.push_back(
          {forest.shared_drop(run.front()), live * p_drop_open(leaves, heard.likelihood)});
    });
  });
  return posteriors;
}

}  // namespace gridmend
