#pragma once

#include <optional>
#include <vector>

#include "routing/tour/objective.h"

namespace gridmend {

enum class PlanChangeKind : std::uint8_t {
  assigned,      // nobody had it
  moved,         // another crew had it
  reordered,     // the same crew does it in another order
  left_out,      // nobody has it any more
  turned_round,  // the crew that is on its way to it goes elsewhere first, or another crew goes
};

// How a task fares other than in the plan before.
struct PlanChange {
  PlanChangeKind kind = PlanChangeKind::assigned;
  Id<DispatchTask> task;
  Id<DispatchCrew> before;  // none: nobody
  Id<DispatchCrew> after;
  // Weighted seconds in the dark that this one change saves, the rest of the plan as it is; change
  // and turn penalties apart. Against the task where it was: behind the task it followed; for one
  // that nobody had, against doing it last in the same tour. nullopt: it could not be there.
  std::optional<double> gain;
};

// What `plan` does other than `running`, in the order of the problem's tasks. Of a tour whose order
// changed only as many stops count as reordered as must have moved (all but a longest common
// subsequence). Each gain is one time_sequences(): O(changes x (stops + precedences)).
std::vector<PlanChange> compare_plans(const DispatchProblem& problem, const CrewSequences& running,
                                      const CrewSequences& plan);

// The same problem, but nobody minds changes.
DispatchProblem without_penalties(DispatchProblem problem);

// `plan` with this one change taken back, as its gain is measured. It may not be feasible.
CrewSequences taken_back(const DispatchProblem& problem, const CrewSequences& running,
                         const CrewSequences& plan, const PlanChange& change);

// The plan, with every crew on its way that would be turned round for less than `least_gain`
// weighted seconds going on as it is, where it can.
DispatchPlan hold_course(const DispatchProblem& problem, const CrewSequences& running,
                         DispatchPlan plan, double least_gain);

}  // namespace gridmend
