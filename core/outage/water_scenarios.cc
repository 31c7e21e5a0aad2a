#include "core/outage/water_scenarios.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"

namespace gridmend {
namespace {

// Linear between slices: the ends and the slices between decide.
bool is_uncertain(const Water& water, Time from, Time at) {
  if (water.depth_sigma_m(at) > 0 || water.depth_sigma_m(from) > 0) return true;
  return std::ranges::any_of(water.slice_times(), [&](Time slice) {
    return slice > from && slice < at && water.depth_sigma_m(slice) > 0;
  });
}

}  // namespace

std::vector<WaterScenario> water_scenarios(const Water& water, Time from, Time at,
                                           const DevicePriorSettings& settings) {
  std::vector<WaterScenario> scenarios;
  if (water.empty() || !is_uncertain(water, from, at)) return scenarios;
  double sum = 0;
  for (const double weight : settings.water_error_weight) sum += weight;
  for (std::size_t k = 0; k < kWaterScenarios; ++k) {
    const double weight = settings.water_error_weight[k];
    if (weight <= 0) continue;
    const double sigmas = settings.water_error_sigmas[k];
    scenarios.push_back({sigmas, weight / sum, water.with_error(sigmas)});
  }
  return scenarios;
}

std::vector<double> scenario_posterior(std::span<const double> prior,
                                       std::span<const double> log_evidence) {
  GRIDMEND_CHECK(!prior.empty() && prior.size() == log_evidence.size(),
                 "every scenario has a prior and its evidence");
  std::vector<double> posterior;
  double top = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < prior.size(); ++k) {
    posterior.push_back(std::log(prior[k]) + log_evidence[k]);
    top = std::max(top, posterior.back());
  }
  double sum = 0;
  for (double& p : posterior) sum += p = std::exp(p - top);
  for (double& p : posterior) p /= sum;
  return posterior;
}

}  // namespace gridmend
