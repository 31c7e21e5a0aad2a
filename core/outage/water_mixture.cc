#include "core/outage/water_mixture.h"

#include <algorithm>
#include <utility>

namespace gridmend {

WaterMixture::WaterMixture(const EvidenceView& view, std::vector<WaterScenario> scenarios)
    : view_(view), scenarios_(std::move(scenarios)), log_evidence_(scenarios_.size()) {}

std::vector<WaterMixture::Pass> WaterMixture::passes(const TreePosterior& tree) const {
  const bool stands = std::ranges::any_of(tree.flood, [](double flood) { return flood > 0; });
  if (scenarios_.empty() || !stands) return {};
  const std::vector<std::uint32_t> parents = view_.input().forest.parents_in_tree(tree.root);
  std::vector<Pass> by_scenario;
  for (const WaterScenario& scenario : scenarios_) {
    Pass& pass = by_scenario.emplace_back();
    pass.prior = tree.prior;
    pass.flood = tree.flood;
    for (std::size_t i = 0; i < tree.flood.size(); ++i) {
      if (tree.flood[i] <= 0) continue;
      const Id<InferenceZone> zone{tree.root.index + static_cast<std::uint32_t>(i)};
      const ZonePrior prior = view_.prior(zone, scenario.water);
      pass.prior[i] = prior.probability;
      pass.flood[i] = prior.flood;
    }
    infer_marginals({parents, pass.prior, tree.log_likelihood}, pass.marginals);
  }
  return by_scenario;
}

void WaterMixture::add(TreePosterior& tree, std::vector<Pass> by_scenario) {
  if (by_scenario.empty()) return;
  for (std::size_t k = 0; k < scenarios_.size(); ++k)
    log_evidence_[k] += by_scenario[k].marginals.log_evidence;
  passes_.push_back({&tree, std::move(by_scenario)});
}

void WaterMixture::finish(Posterior& posterior) {
  if (passes_.empty()) return;
  std::vector<double> prior;
  for (const WaterScenario& scenario : scenarios_) prior.push_back(scenario.prior);
  const std::vector<double> probability = scenario_posterior(prior, log_evidence_);
  const double sigma_m = view_.input().water.depth_sigma_m(view_.input().at);
  for (std::size_t k = 0; k < scenarios_.size(); ++k)
    posterior.water_errors.push_back({scenarios_[k].sigmas * sigma_m, prior[k], probability[k]});
  for (Passes& passes : passes_) mix(passes, probability);
}

void WaterMixture::mix(Passes& passes, std::span<const double> probability) const {
  TreePosterior& tree = *passes.tree;
  const std::size_t n = tree.prior.size();
  for (auto* column :
       {&tree.prior, &tree.flood, &tree.p_live, &tree.p_active, &tree.p_open, &tree.p_cut_if_fed}) {
    column->assign(n, 0);
  }
  for (std::size_t k = 0; k < probability.size(); ++k) {
    Pass& pass = passes.by_scenario[k];
    const double p = probability[k];
    for (std::size_t i = 0; i < n; ++i) {
      tree.prior[i] += p * pass.prior[i];
      tree.flood[i] += p * pass.flood[i];
      tree.p_live[i] += p * pass.marginals.p_live[i];
      tree.p_active[i] += p * pass.marginals.p_active[i];
      tree.p_open[i] += p * pass.marginals.p_open[i];
      tree.p_cut_if_fed[i] += p * pass.marginals.p_cut_if_fed[i];
    }
  }
  const std::vector<std::uint32_t> parents = view_.input().forest.parents_in_tree(tree.root);
  for (std::size_t i = 0; i < n; ++i) {
    const double fed = parents[i] == kNoParent ? 1 : tree.p_live[parents[i]];
    if (fed > 0) tree.p_cut_if_fed[i] = std::min(1.0, tree.p_active[i] / fed);
  }
  const auto best =
      static_cast<std::size_t>(std::ranges::max_element(probability) - probability.begin());
  Explanation explanation;
  infer_explanation({parents, passes.by_scenario[best].prior, tree.log_likelihood}, explanation);
  tree.cut = std::move(explanation.active);
  for (Pass& pass : passes.by_scenario) {
    tree.in_water.push_back(
        {std::move(pass.marginals.p_live), std::move(pass.marginals.p_cut_if_fed)});
  }
}

}  // namespace gridmend
