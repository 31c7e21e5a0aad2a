#include "routing/tour/planner.h"

#include <chrono>
#include <utility>

#include "routing/tour/construction.h"
#include "routing/tour/finished_plan.h"
#include "routing/tour/horn_order.h"

namespace gridmend {
namespace {

using Construct = void (*)(Schedule&, const std::vector<Id<DispatchTask>>&);

// The best of the constructions; the first of equal ones.
DispatchPlan seed_plan(const ProblemIndex& index) {
  const std::vector<Id<DispatchTask>> order = horn_order(index.problem(), processing_times(index));
  DispatchPlan best;
  bool first = true;
  for (const Construct construct : {append_in_order, insert_in_order, insert_by_regret}) {
    Schedule schedule(index);
    place_started(schedule);
    construct(schedule, order);
    DispatchPlan plan = finished_plan(index, schedule.sequences());
    if (first || value_of(plan) < value_of(best)) best = std::move(plan);
    first = false;
  }
  return best;
}

}  // namespace

DispatchPlan plan_dispatch(const DispatchProblem& problem, const PlannerSettings&,
                           std::stop_token) {
  const auto began = std::chrono::steady_clock::now();
  const ProblemIndex index(problem);
  DispatchPlan plan = seed_plan(index);
  plan.seconds_to_best =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return plan;
}

}  // namespace gridmend
