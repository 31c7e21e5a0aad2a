#include "core/outage/reliability_estimates.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

constexpr double kNinetyPercent = 1.6448536269514722;  // of the normal distribution, two-sided
constexpr int kMostRounds = 2000;
constexpr double kSettledStep = 1e-10;
constexpr double kLeastChance = 1e-9;  // chances stay this far from 0 and 1
constexpr std::chrono::seconds kStep{15};
const double kLn2 = std::log(2.0);

double inside(double share) { return std::clamp(share, kLeastChance, 1 - kLeastChance); }

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double logit(double share) { return std::log(share / (1 - share)); }

LearntNumber share_with_interval(double before, double value, double observations,
                                 double deviation_of_logit) {
  const double p = inside(value);
  const double spread = kNinetyPercent * deviation_of_logit;
  return {before, p, logistic(logit(p) - spread), logistic(logit(p) + spread), observations};
}

struct Deviations {
  double first = 0;
  double second = 0;
};

// Standard deviations of two numbers about the maximum of a log posterior, from its curvature
// there: what the data do not tell apart widens both. Large where it is flat.
template <class LogPosterior>
Deviations deviations(LogPosterior&& log_posterior, double x, double y) {
  constexpr double kStepSize = 1e-3;
  constexpr double kFlat = 1e-6;
  constexpr double h = kStepSize;
  const double centre = log_posterior(x, y);
  const double xx = -(log_posterior(x + h, y) - 2 * centre + log_posterior(x - h, y)) / (h * h);
  const double yy = -(log_posterior(x, y + h) - 2 * centre + log_posterior(x, y - h)) / (h * h);
  const double xy = -(log_posterior(x + h, y + h) - log_posterior(x + h, y - h) -
                      log_posterior(x - h, y + h) + log_posterior(x - h, y - h)) /
                    (4 * h * h);
  const double determinant = std::max(xx * yy - xy * xy, kFlat * kFlat);
  return {std::sqrt(std::max(yy, kFlat) / determinant),
          std::sqrt(std::max(xx, kFlat) / determinant)};
}

double log_beta(double share, double before, double trust) {
  return trust * (before * std::log(share) + (1 - before) * std::log1p(-share));
}

// P(down | nothing of n meters was heard).
double silent_p_down(double reach, double down, std::uint32_t meters) {
  const double up = (1 - down) * std::pow(1 - reach, meters);
  return down / (down + up);
}

}  // namespace

LearntNumber learn_share(double before, double trust, double hits, double tries) {
  const double weight = trust + tries;
  const double value = inside(weight > 0 ? (trust * before + hits) / weight : before);
  const double information = std::max(weight * value * (1 - value), kLeastChance);
  return share_with_interval(before, value, tries, 1 / std::sqrt(information));
}

void ReachEstimate::add(std::uint32_t meters, std::uint32_t heard, std::uint32_t groups) {
  if (meters == 0 || groups == 0) return;
  groups_[{meters, std::min(heard, meters)}] += groups;
}

ReachEstimate::Learnt ReachEstimate::learn(double reach_before, double meters_trust,
                                           double down_before, double groups_trust) const {
  double reach = inside(reach_before);
  double down = inside(down_before);
  double up_meters = 0;
  double all_groups = 0;
  for (int round = 0; round < kMostRounds; ++round) {
    double heard = 0;
    double down_groups = 0;
    up_meters = all_groups = 0;
    for (const auto& [pair, count] : groups_) {
      const double p = pair.second == 0 ? silent_p_down(reach, down, pair.first) : 0;
      all_groups += count;
      down_groups += p * count;
      up_meters += (1 - p) * pair.first * count;
      heard += static_cast<double>(pair.second) * count;
    }
    const double next_reach = inside((meters_trust * reach_before + heard) /
                                     std::max(meters_trust + up_meters, kLeastChance));
    const double next_down = inside((groups_trust * down_before + down_groups) /
                                    std::max(groups_trust + all_groups, kLeastChance));
    const bool settled =
        std::abs(next_reach - reach) < kSettledStep && std::abs(next_down - down) < kSettledStep;
    reach = next_reach;
    down = next_down;
    if (settled) break;
  }
  if (groups_.empty()) {
    reach = inside(reach_before);
    down = inside(down_before);
  }
  const auto log_posterior = [&](double logit_reach, double logit_down) {
    const double rho = logistic(logit_reach);
    const double kappa = logistic(logit_down);
    double sum =
        log_beta(rho, reach_before, meters_trust) + log_beta(kappa, down_before, groups_trust);
    for (const auto& [pair, count] : groups_) {
      const auto [meters, heard] = pair;
      const double up = (1 - kappa) * std::pow(rho, heard) * std::pow(1 - rho, meters - heard);
      sum += count * (heard > 0 ? std::log1p(-kappa) + heard * std::log(rho) +
                                      (meters - heard) * std::log1p(-rho)
                                : std::log(up + kappa));
    }
    return sum;
  };
  const Deviations spread = deviations(log_posterior, logit(reach), logit(down));
  return {share_with_interval(reach_before, reach, up_meters, spread.first),
          share_with_interval(down_before, down, all_groups, spread.second)};
}

double ReachEstimate::p_down(const Learnt& learnt, std::uint32_t meters, std::uint32_t heard) {
  return heard > 0 || meters == 0 ? 0
                                  : silent_p_down(learnt.reach.value, learnt.down.value, meters);
}

void CallEstimate::add_call(Duration wait) {
  ++calls_;
  waited_s_ += std::max(seconds(wait), 0.0);
}

void CallEstimate::add_silence(Duration duration) {
  if (duration < Duration::zero()) return;
  ++silent_[(duration + kStep / 2) / Duration{kStep}];
}

CallEstimate::Learnt CallEstimate::learn(double rate_before, double customers_trust,
                                         Duration half_time_before, double calls_trust) const {
  const double mean_before_s = std::max(seconds(half_time_before), 1e-3) / kLn2;
  const auto calls = static_cast<double>(calls_);
  double rate = inside(rate_before);
  double mean_s = mean_before_s;
  double customers = calls;
  for (const auto& [steps, count] : silent_) customers += static_cast<double>(count);
  for (int round = 0; round < kMostRounds; ++round) {
    double late = 0;         // the silent who would have called later, expected
    double late_waited = 0;  // and what they had waited when light came back, s
    for (const auto& [steps, count] : silent_) {
      const double duration_s = static_cast<double>(steps) * seconds(kStep);
      const double later = rate * std::exp(-duration_s / mean_s);
      const double p = later / (1 - rate + later) * static_cast<double>(count);
      late += p;
      late_waited += p * duration_s;
    }
    const double next_rate = inside((customers_trust * rate_before + calls + late) /
                                    std::max(customers_trust + customers, kLeastChance));
    const double next_mean = (calls_trust * mean_before_s + waited_s_ + late_waited) /
                             std::max(calls_trust + calls, kLeastChance);
    const bool settled = std::abs(next_rate - rate) < kSettledStep &&
                         std::abs(next_mean - mean_s) < kSettledStep * mean_before_s;
    rate = next_rate;
    mean_s = std::max(next_mean, 1e-3);
    if (settled) break;
  }
  const auto log_posterior = [&](double logit_rate, double log_mean) {
    const double r = logistic(logit_rate);
    const double mean = std::exp(log_mean);
    double sum = log_beta(r, rate_before, customers_trust) + calls * std::log(r) -
                 (calls_trust + calls) * log_mean -
                 (calls_trust * mean_before_s + waited_s_) / mean;
    for (const auto& [steps, count] : silent_) {
      const double duration_s = static_cast<double>(steps) * seconds(kStep);
      sum += static_cast<double>(count) * std::log1p(r * std::expm1(-duration_s / mean));
    }
    return sum;
  };
  const Deviations spread = deviations(log_posterior, logit(rate), std::log(mean_s));
  const double factor = std::exp(kNinetyPercent * spread.second);
  const double half_time_s = mean_s * kLn2;
  return {
      share_with_interval(rate_before, rate, customers, spread.first),
      {seconds(half_time_before), half_time_s, half_time_s / factor, half_time_s * factor, calls}};
}

}  // namespace gridmend
