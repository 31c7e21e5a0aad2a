#pragma once

#include <compare>
#include <vector>

#include "core/base/error.h"
#include "routing/tour/dispatch_plan.h"

namespace gridmend {

// How good a plan is, in this order: first the least weight that stays in the dark, then the
// fewest tasks left out, then the least harm.
struct PlanValue {
  double unserved_weight = 0;
  std::size_t unserved_tasks = 0;
  double objective = 0;
  friend constexpr auto operator<=>(const PlanValue&, const PlanValue&) = default;
};

// Who does what in which order: one sequence a crew. A task that needs two crews is in both.
using CrewSequences = std::vector<std::vector<Id<DispatchTask>>>;

// The truth about a set of sequences, computed from nothing but the problem: every stop as early as
// it can be, the objective and the unserved weight. A task is restored at the latest of its own and
// its soft predecessors' completions; if one of those is unserved, its weight stays in the dark.
//
// Refuses what no crew could do: a missing skill or way, a window, shift or capacity overrun,
// a prerequisite not done, crews that wait for each other for ever, a pin or a started task
// disregarded. `unserved` holds the tasks in no sequence, with empty reasons.
// O((stops + precedences) x rounds), rounds <= stops; rounds is small unless crews wait much.
Result<DispatchPlan> time_sequences(const DispatchProblem& problem, const CrewSequences& sequences);

PlanValue value_of(const DispatchPlan& plan);
CrewSequences sequences_of(const DispatchProblem& problem, const DispatchPlan& plan);

// Times the plan's sequences afresh; refuses a plan that cannot be carried out or whose times or
// objective are not the recomputed ones, to a relative 1e-9.
Result<void> check_plan(const DispatchProblem& problem, const DispatchPlan& plan);

}  // namespace gridmend
