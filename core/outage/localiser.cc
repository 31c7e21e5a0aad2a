#include "core/outage/localiser.h"

#include <algorithm>

#include "core/outage/device_priors.h"
#include "core/outage/evidence_view.h"
#include "core/outage/sum_product.h"

namespace gridmend {
namespace {

// Arrays that every tree of a pass uses again.
struct Scratch {
  std::vector<std::uint32_t> parent;
  Marginals marginals;
  Explanation explanation;
};

void read_zones(const EvidenceView& view, TreePosterior& tree, Scratch& scratch) {
  const LocaliserInput& input = view.input();
  const LeafReader reader = view.reader(tree.root);
  const std::uint32_t end = input.forest[tree.root].zones_end;
  const std::size_t n = end - tree.root.index;
  tree.prior.resize(n);
  tree.flood.resize(n);
  tree.log_likelihood.resize(n);
  scratch.parent.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Id<InferenceZone> zone{tree.root.index + static_cast<std::uint32_t>(i)};
    const ZonePrior prior = view.prior(zone);
    tree.prior[i] = prior.probability;
    tree.flood[i] = prior.flood;
    tree.log_likelihood[i] = view.log_likelihood(zone, reader);
    const Id<InferenceZone> parent = input.forest[zone].parent;
    scratch.parent[i] = parent.valid() ? parent.index - tree.root.index : kNoParent;
  }
}

TreePosterior localise_tree(const EvidenceView& view, Id<InferenceZone> root, Scratch& scratch) {
  TreePosterior tree;
  tree.root = root;
  tree.onset = view.onset(root);
  read_zones(view, tree, scratch);
  const ZoneTree arrays{scratch.parent, tree.prior, tree.log_likelihood};
  infer_marginals(arrays, scratch.marginals);
  infer_explanation(arrays, scratch.explanation);
  tree.p_live = scratch.marginals.p_live;
  tree.p_active = scratch.marginals.p_active;
  tree.p_open = scratch.marginals.p_open;
  tree.cut = scratch.explanation.active;
  tree.p_cut_if_fed = scratch.marginals.p_cut_if_fed;
  return tree;
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
  posterior.trees.reserve(trees.size());
  Scratch scratch;
  for (const Id<InferenceZone> root : trees) {
    posterior.trees.push_back(localise_tree(view, root, scratch));
  }
  return posterior;
}

Posterior localise(const LocaliserInput& input, std::span<const Id<InferenceZone>> trees,
                   const LocaliserSettings& settings) {
  return localise(EvidenceView{input, settings}, trees);
}

std::vector<double> usage_point_p_out(const EvidenceView& view, const TreePosterior& tree,
                                      Id<InferenceZone> zone) {
  const LocaliserInput& input = view.input();
  const LeafReader reader = view.reader(tree.root);
  const double live = tree(tree.p_live, zone);
  std::vector<double> p_out;
  p_out.reserve(input.forest.own_usage_points(zone).size());
  view.visit_groups(
      zone, reader,
      [&](std::span<const Id<UsagePoint>> group, const GroupLikelihood& likelihood) {
        const DiedSince since = view.died_since(group, reader);
        input.forest.visit_drops(group, [&](Id<Device> drop, std::span<const Id<UsagePoint>> run) {
          const DropLeaves leaves =
              drop.valid() ? view.read_drop(drop, reader, since) : DropLeaves{};
          for (const Id<UsagePoint> id : run) {
            const LeafEvidence leaf = reader.read(input.evidence.find(id), view.restored_at(id));
            const double premises = p_premises(leaf, likelihood, view.group_settings(), leaves);
            p_out.push_back((1 - live) + live * premises);
          }
        });
      },
      [&](std::span<const Id<UsagePoint>>, const LinkedGroup& group) {
        std::vector<double> levels_live;
        for (const Id<InferenceZone> level : group.levels()) {
          levels_live.push_back(tree(tree.p_live, level));
        }
        const std::vector<double> of_group = group.p_out(levels_live);
        p_out.insert(p_out.end(), of_group.begin(), of_group.end());
      });
  return p_out;
}

std::vector<double> usage_point_p_out(const LocaliserInput& input, const TreePosterior& tree,
                                      Id<InferenceZone> zone, const LocaliserSettings& settings) {
  return usage_point_p_out(EvidenceView{input, settings}, tree, zone);
}

std::vector<DropPosterior> drop_posteriors(const EvidenceView& view, const TreePosterior& tree,
                                           Id<InferenceZone> zone) {
  std::vector<DropPosterior> posteriors;
  const InferenceForest& forest = view.input().forest;
  if (forest.shared_drops().empty()) return posteriors;
  const LeafReader reader = view.reader(tree.root);
  const double live = tree(tree.p_live, zone);
  view.visit_groups(
      zone, reader,
      [&](std::span<const Id<UsagePoint>> group, const GroupLikelihood& likelihood) {
        forest.visit_drops(group, [&](Id<Device> drop, std::span<const Id<UsagePoint>>) {
          if (!drop.valid()) return;
          const DropLeaves leaves = view.read_drop(drop, reader, {});
          posteriors.push_back({drop, live * p_drop_open(leaves, likelihood)});
        });
      },
      [](const auto&, const auto&) {});
  return posteriors;
}

}  // namespace gridmend
