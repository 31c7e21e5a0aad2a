#pragma once

#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/work/repair_times.h"
#include "gridmend/journal/v1/journal.pb.h"
#include "routing/tour/dispatch_plan.h"
#include "routing/tour/dispatch_problem.h"
#include "service/engine/engine_settings.h"
#include "service/engine/world.h"

namespace gridmend {

// A dispatch problem and what its numbers mean: second 0 is `zero`, crews and tasks carry the
// world's ids.
struct DispatchCase {
  DispatchProblem problem;
  Time zero{};
  // Open tasks that are not put before the planner, and why.
  std::vector<UnplannedTask> left_out;
  // By task, where the water opens its site later: the second at which a crew that waited on safe
  // ground gets there at the earliest.
  std::vector<double> opens;
  // Work under way whose crew has to leave before it is done: its stop ends when the crew leaves.
  std::vector<UnplannedTask> cut_short;
  // What closed tasks have taught: work takes as long as the median of its class.
  RepairTimeBook repair_times;
};

// Crews on shift and open tasks, as they stand in the world at `now`. Travel times, one matrix for
// each vehicle class in use, hold under whatever water and closures are known to come until the
// last shift is over and, an hour later, everybody home: a task whose site the water cuts off for a
// while starts no earlier than its site opens and early enough for the crew to be out again
// (travel_matrices.h, site_spans.h). Tasks come in order of creation.
DispatchCase build_dispatch(const World& world, Time now, const EngineSettings& settings);

// A plan found for the case, in the journal's words.
journal::v1::AdoptPlan describe_plan(const DispatchCase& dispatch, const DispatchPlan& plan,
                                     const World& world, PlanningPolicy policy, std::string cause);

// Leaves out stops that are no longer possible in `world`, which may be newer than the plan's own.
void prune_plan(journal::v1::AdoptPlan& plan, const World& world);

// Would adopting it tell anybody anything? False when crews, order and what is left out are the
// same as now and no stop moves by more than `news_s`.
bool is_news(const journal::v1::AdoptPlan& plan, const World& world, double news_s);

}  // namespace gridmend
