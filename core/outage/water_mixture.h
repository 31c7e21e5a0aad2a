#pragma once

#include <span>
#include <vector>

#include "core/outage/evidence_view.h"
#include "core/outage/sum_product.h"
#include "core/outage/water_scenarios.h"

namespace gridmend {

// Trees that stand in water whose depths are off together: each goes through the passes once a
// scenario, and what all of them hear says which scenario it is.
class WaterMixture {
 public:
  WaterMixture(const EvidenceView& view, std::vector<WaterScenario> scenarios);

  // Does water of uncertain depth stand at any of its devices?
  bool touches(const TreePosterior& tree) const;
  // Priors and log likelihoods are read. The tree must stay where it is until finish(). O(zones) a
  // scenario.
  void add(TreePosterior& tree);
  // Writes the trees' columns and Posterior::water_errors.
  void finish(Posterior& posterior);

 private:
  struct Pass {
    std::vector<double> prior;
    std::vector<double> flood;
    Marginals marginals;
  };
  struct Passes {
    TreePosterior* tree = nullptr;
    std::vector<Pass> by_scenario;
  };

  void mix(Passes& passes, std::span<const double> probability) const;

  const EvidenceView& view_;
  std::vector<WaterScenario> scenarios_;
  std::vector<double> log_evidence_;  // sum of R over the roots, by scenario
  std::vector<Passes> passes_;
};

}  // namespace gridmend
