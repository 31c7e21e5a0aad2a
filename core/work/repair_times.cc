#include "core/work/repair_times.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

// Marsaglia and Tsang's gamma variate of this shape >= 1, scale 1.
double draw_gamma(double shape, Random& random) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = 1 - random.uniform();
    if (std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

// A standard normal variate above `low`. Far out, Robert's exponential proposals, whose acceptance
// rises with `low`; near, plain rejection.
double draw_normal_above(double low, Random& random) {
  if (low < 0.5) {
    while (true) {
      const double x = random.normal();
      if (x > low) return x;
    }
  }
  const double rate = (low + std::sqrt(low * low + 4)) / 2;
  while (true) {
    const double x = low + random.exponential(1 / rate);
    const double miss = x - rate;
    if (random.uniform() < std::exp(-0.5 * miss * miss)) return x;
  }
}

}  // namespace

std::size_t work_class(WorkKind kind, const Device* device) {
  const std::size_t of_device =
      device == nullptr ? kDeviceKinds : static_cast<std::size_t>(device->kind);
  return static_cast<std::size_t>(kind) * (kDeviceKinds + 1) + of_device;
}

// An inverse gamma of shape a and scale b has the mean b / (a - 1): the prior's variance.
RepairTimeBelief::RepairTimeBelief(const RepairTimePrior& prior)
    : mean_(std::log(prior.median_ratio)),
      mean_worth_(prior.median_worth),
      shape_(1 + prior.log_sd_worth / 2),
      scale_(prior.log_sd * prior.log_sd * prior.log_sd_worth / 2) {}

void RepairTimeBelief::learn(double ratio) {
  const double miss = std::log(ratio) - mean_;
  scale_ += 0.5 * miss * miss * mean_worth_ / (mean_worth_ + 1);
  shape_ += 0.5;
  mean_worth_ += 1;
  mean_ += miss / mean_worth_;
  ++learnt_;
}

double RepairTimeBelief::median_ratio() const { return std::exp(mean_); }
double RepairTimeBelief::log_sd() const { return std::sqrt(scale_ / (shape_ - 1)); }

RepairTimeBelief::World RepairTimeBelief::draw_world(Random& random) const {
  const double variance = scale_ / draw_gamma(shape_, random);
  return {mean_ + std::sqrt(variance / mean_worth_) * random.normal(), std::sqrt(variance)};
}

double draw_ratio(const RepairTimeBelief::World& world, double elapsed_ratio, Random& random) {
  if (elapsed_ratio <= 0 || world.log_sd <= 0)
    return std::max(elapsed_ratio, std::exp(world.log_median + world.log_sd * random.normal()));
  const double low = (std::log(elapsed_ratio) - world.log_median) / world.log_sd;
  return std::exp(world.log_median + world.log_sd * draw_normal_above(low, random));
}

void RepairTimeBook::learn(std::size_t work_class, double actual_s, double expected_s) {
  const double ratio = actual_s / expected_s;
  if (!(actual_s > 0) || !(expected_s > 0) || !std::isfinite(ratio) || ratio <= 0) return;
  classes_.try_emplace(work_class, prior_).first->second.learn(ratio);
}

RepairTimeBelief RepairTimeBook::of(std::size_t work_class) const {
  const auto known = classes_.find(work_class);
  return known == classes_.end() ? RepairTimeBelief(prior_) : known->second;
}

}  // namespace gridmend
