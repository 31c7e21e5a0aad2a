#pragma once

#include <span>
#include <vector>

#include "core/hazard/water.h"
#include "core/outage/settings.h"

namespace gridmend {

// One way in which all depths of a water may be off together.
struct WaterScenario {
  double sigmas = 0;  // so many standard deviations deeper than told
  double prior = 0;   // sums to 1 over the scenarios
  Water water;        // as it stands then
};

// The scenarios of DevicePriorSettings::water_error_*. Empty where no depth within [from, at] has a
// deviation: then there is one picture only. O(slices).
std::vector<WaterScenario> water_scenarios(const Water& water, Time from, Time at,
                                           const DevicePriorSettings& settings);

// What evidence makes of the scenarios: prior_k exp(log_evidence_k), normalised. `log_evidence` is
// the sum of R over the roots of all trees that were looked at: the error is common to them.
std::vector<double> scenario_posterior(std::span<const double> prior,
                                       std::span<const double> log_evidence);

}  // namespace gridmend
