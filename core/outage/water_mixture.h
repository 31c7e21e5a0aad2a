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

  // What one tree comes to by each scenario; nothing where no water of uncertain depth stands at
  // any of its devices. Priors and log likelihoods are read. O(zones) a scenario. By any thread.
  struct Pass {
    std::vector<double> prior;
    std::vector<double> flood;
    Marginals marginals;
  };
  std::vector<Pass> passes(const TreePosterior& tree) const;
  // Takes them, by tree in the order of roots. The tree must stay where it is until finish().
  void add(TreePosterior& tree, std::vector<Pass> by_scenario);
  // Writes the trees' columns and Posterior::water_errors.
  void finish(Posterior& posterior);

 private:
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
