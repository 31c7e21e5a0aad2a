#include "core/outage/localiser.h"

#include <algorithm>
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
  return below(drop.product.up_if_live, drop.product.up_if_dead) &&
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

std::vector<double> usage_point_p_out(const EvidenceView& view, const TreePosterior& tree,
                                      Id<InferenceZone> zone,
                                      std::span<const Id<UsagePoint>> wanted) {
  GRIDMEND_CHECK(std::ranges::is_sorted(wanted), "usage points are asked about by id");
  std::vector<double> p_out(wanted.size());
  if (wanted.empty()) return p_out;
  const LocaliserInput& input = view.input();
  const LeafReader reader = view.reader(tree.root);
  const double live = tree(tree.p_live, zone);
  static constexpr std::size_t kNot = ~std::size_t{0};
  std::vector<std::size_t> places;  // in `wanted`, of the group's usage points
  view.visit_readings(zone, [&](const HeardGroup& heard) {
    const std::span<const Id<UsagePoint>> group = view.members(heard);
    places.clear();
    bool any = false;
    for (const Id<UsagePoint> id : group) {
      const auto it = std::ranges::lower_bound(wanted, id);
      const bool found = it != wanted.end() && *it == id;
      places.push_back(found ? static_cast<std::size_t>(it - wanted.begin()) : kNot);
      any = any || found;
    }
    if (!any) return;
    if (heard.linked) {
      const LinkedGroup linked = view.linked_group(group, zone, reader);
      std::vector<double> levels_live;
      for (const Id<InferenceZone> level : linked.levels()) {
        levels_live.push_back(tree(tree.p_live, level));
      }
      const std::vector<double> of_group = linked.p_out(levels_live);
      for (std::size_t i = 0; i < group.size(); ++i) {
        if (places[i] != kNot) p_out[places[i]] = of_group[i];
      }
      return;
    }
    std::size_t begin = 0;
    input.forest.visit_drops(group, [&](Id<Device> drop, std::span<const Id<UsagePoint>> run) {
      const auto of_run = std::span{places}.subspan(begin, run.size());
      begin += run.size();
      if (std::ranges::all_of(of_run, [](std::size_t place) { return place == kNot; })) return;
      // The leaves' own part does not ask when the group may have died.
      const DropLeaves leaves = drop.valid() ? view.read_drop(drop, run, {}) : DropLeaves{};
      for (std::size_t i = 0; i < run.size(); ++i) {
        if (of_run[i] == kNot) continue;
        const LeafEvidence leaf =
            reader.read(input.evidence.find(run[i]), view.restored_at(run[i]));
        const double premises = p_premises(leaf, heard.likelihood, view.group_settings(), leaves);
        p_out[of_run[i]] = (1 - live) + live * premises;
      }
    });
  });
  return p_out;
}

std::vector<double> usage_point_p_out(const EvidenceView& view, const TreePosterior& tree,
                                      Id<InferenceZone> zone) {
  const std::span<const Id<UsagePoint>> own = view.input().forest.own_usage_points(zone);
  std::vector<Id<UsagePoint>> sorted(own.begin(), own.end());
  std::ranges::sort(sorted);
  const std::vector<double> by_id = usage_point_p_out(view, tree, zone, sorted);
  std::vector<double> p_out;
  p_out.reserve(own.size());
  for (const Id<UsagePoint> id : own) {
    const auto place = std::ranges::lower_bound(sorted, id) - sorted.begin();
    p_out.push_back(by_id[static_cast<std::size_t>(place)]);
  }
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
  const LeafReader reader = view.reader(tree.root);
  const double live = tree(tree.p_live, zone);
  view.visit_groups(
      zone, reader,
      [&](std::span<const Id<UsagePoint>> group, const GroupLikelihood& likelihood) {
        forest.visit_drops(group, [&](Id<Device> drop, std::span<const Id<UsagePoint>> run) {
          if (!drop.valid()) return;
          // Where nobody was heard dead it is no more probably open than it was before.
          const bool heard = std::ranges::any_of(
              run, [&view](Id<UsagePoint> id) { return view.is_heard_dead(id); });
          if (!heard && view.drop_open(drop) < least / 2) return;
          const DropLeaves leaves = view.read_drop(drop, run, {});
          if (surely_below(leaves, least)) return;
          posteriors.push_back({drop, live * p_drop_open(leaves, likelihood)});
        });
      },
      [](const auto&, const auto&) {});
  return posteriors;
}

}  // namespace gridmend
