#pragma once

#include <cstddef>
#include <map>

#include "core/base/random.h"
#include "core/network/records.h"
#include "core/work/work_task.h"

namespace gridmend {

// Work of one kind on devices of one kind takes alike long, set against what was expected of it.
// Dense: a number below kWorkClasses.
inline constexpr std::size_t kWorkClasses = std::size_t{kWorkKinds} * (kDeviceKinds + 1);
// `device` may be nullptr: premises, or a place without a device.
std::size_t work_class(WorkKind kind, const Device* device);

// What is believed before any task of a class was closed.
struct RepairTimePrior {
  double median_ratio = 1;  // actual / expected
  double log_sd = .6;       // of its logarithm, from task to task
  // How many closed tasks the median, and the deviation, are worth.
  double median_worth = 3;
  double log_sd_worth = 6;
};

// The logarithm of actual / expected duration in one class: normal, mean and variance unknown, with
// the normal-inverse-gamma prior that is conjugate to it. learn() is exact Bayesian updating: the
// order of tasks does not matter (to rounding). Constant time and space.
class RepairTimeBelief {
 public:
  explicit RepairTimeBelief(const RepairTimePrior& prior = {});

  // `ratio` > 0, finite.
  void learn(double ratio);

  std::size_t learnt() const { return learnt_; }
  double median_ratio() const;
  double log_sd() const;  // the expected variance's root

  // One possible world: mean and deviation drawn from what is believed of them.
  struct World {
    double log_median = 0;
    double log_sd = 0;
  };
  World draw_world(Random& random) const;

 private:
  double mean_;
  double mean_worth_;
  double shape_;  // of the variance's inverse gamma distribution
  double scale_;
  std::size_t learnt_ = 0;
};

// A ratio in this world that is above `elapsed_ratio` (0: any): work that has lasted so long
// already is not done sooner.
double draw_ratio(const RepairTimeBelief::World& world, double elapsed_ratio, Random& random);

// What a storm's closed tasks have taught, by work_class(). Classes nobody has closed a task of are
// as the prior has them.
class RepairTimeBook {
 public:
  RepairTimeBook() = default;
  explicit RepairTimeBook(const RepairTimePrior& prior) : prior_(prior) {}

  // A closed task: seconds on site and seconds expected. What is not positive teaches nothing.
  void learn(std::size_t work_class, double actual_s, double expected_s);
  RepairTimeBelief of(std::size_t work_class) const;

 private:
  RepairTimePrior prior_;
  std::map<std::size_t, RepairTimeBelief> classes_;
};

}  // namespace gridmend
