#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "core/base/clock.h"
#include "routing/tour/dispatch_plan.h"

namespace gridmend {

struct PlanProgress {
  double seconds = 0;
  double objective = 0;
  std::size_t unserved_tasks = 0;
};

struct PlannerSettings {
  std::uint64_t seed = 1;
  double time_limit_s = 1;  // wall clock; the seed plan is always finished
  std::uint64_t iteration_limit = UINT64_MAX;
  // Independent searches side by side, of which the best counts. The same seed, iteration limit and
  // number of searches give the same plan, if the time suffices for the iterations.
  unsigned threads = 1;
  // Told of better plans, at most a few times a second, from the calling thread; may be empty.
  std::function<void(const PlanProgress&)> on_progress = {};
};

// Horn's order as the seed, regret insertion for several crews, then improvement until a limit or
// a stop is reached. The problem must have passed validate(). The plan passes check_plan(); every
// task it leaves out is listed with a reason (unserved_reason.h).
DispatchPlan plan_dispatch(const DispatchProblem& problem, const PlannerSettings& settings = {},
                           std::stop_token stop = {});

// The same, starting from the plan that is running: its sequences by crew, of tasks of this
// problem. What of it still can be is kept; what cannot, and every new task, goes where it adds the
// least harm; then the search goes on from there, cold, so as not to shake what is good. The plan
// is never worse than that first answer.
DispatchPlan replan_dispatch(const DispatchProblem& problem,
                             const std::vector<std::vector<Id<DispatchTask>>>& running,
                             const PlannerSettings& settings = {}, std::stop_token stop = {});

// What dispatchers without a planner do whenever a crew is free.
enum class DispatchHabit : std::uint8_t {
  first_come,     // tasks in the order of the problem, each by the nearest free crew that can
  largest_first,  // tasks by falling weight, each by the nearest free crew that can
  nearest_task,   // the crew and the task that are nearest each other, of all that are open
};

// The baselines that gains are stated against. A task that cannot start yet (window, prerequisite,
// no crew free) is passed over until it can; nearest_task leaves tasks that several crews do
// together to the others' rule.
DispatchPlan plan_naively(const DispatchProblem& problem,
                          DispatchHabit habit = DispatchHabit::first_come);

}  // namespace gridmend
