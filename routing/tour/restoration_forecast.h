#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/work/repair_times.h"
#include "routing/tour/objective.h"

namespace gridmend {

// What is believed of one task's work, beside its planned duration.
struct WorkBelief {
  std::size_t work_class = 0;
  double expected_s = 0;  // of the whole work
  double elapsed_s = 0;   // of it, when it is under way
  // Work that has to follow before the light returns, unplanned yet: the repair behind an
  // assessment.
  std::size_t next_class = 0;
  double next_expected_s = 0;
  // Its crew leaves at this second, done or not; what is then left is the work of the task below,
  // which draws no duration of its own.
  double leaves_at_s = kNever;
  Id<DispatchTask> rest_of{};  // none: a task like others
};

struct ForecastSettings {
  std::uint64_t seed = 1;
  int samples = 400;
  // Of the logarithm of driven / planned time: what all drives of a storm share, and each its own.
  double travel_common_log_sd = .12;
  double travel_own_log_sd = .25;
  RepairTimePrior prior;
};

// Seconds from the problem's zero.
struct RestorationForecast {
  double p50_s = 0;
  double p90_s = 0;
};

// When the last of each group of tasks, and of their soft predecessors, is done: quantiles over
// samples of what work and drives take. Every sample keeps the plan's crews and orders, the hard
// precedence, the crews that wait for each other and the windows' openings; deadlines and shift
// ends are disregarded, late is late. Tasks of one work class share the sample's median and
// deviation. The rest of a task comes hard after it; where a sample leaves nothing to do of it the
// light has returned when the task was done. `tasks` are the beliefs by task; every task of a
// group, and every soft predecessor, must be in the plan. Deterministic, on however many threads.
// O(samples x (stops + precedences)).
std::vector<RestorationForecast> forecast_restorations(
    const DispatchProblem& problem, const DispatchPlan& plan, std::span<const WorkBelief> tasks,
    const std::vector<std::vector<Id<DispatchTask>>>& groups, const RepairTimeBook& book,
    const ForecastSettings& settings, unsigned threads = 1);

}  // namespace gridmend
