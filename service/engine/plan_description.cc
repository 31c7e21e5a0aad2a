#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/check.h"
#include "routing/tour/unserved_reason.h"
#include "service/converters/time_converter.h"
#include "service/engine/dispatch_builder.h"

namespace gridmend {
namespace {

google::protobuf::Timestamp at_second(const DispatchCase& dispatch, double second) {
  return to_proto(dispatch.zero + from_seconds(second));
}

v1::PlannedStop describe_stop(const DispatchCase& dispatch, const DispatchStop& stop) {
  const DispatchProblem& problem = dispatch.problem;
  const DispatchTask& task = problem.tasks[stop.task.index];
  v1::PlannedStop step;
  step.set_work_task(task.id);
  // Who comes early waits on safe ground, not in the water.
  const double arrival = std::max(stop.arrival, dispatch.opens[stop.task.index]);
  *step.mutable_arrival_time() = at_second(dispatch, arrival);
  *step.mutable_start_time() = at_second(dispatch, stop.start);
  *step.mutable_completion_time() = at_second(dispatch, stop.completion);
  if (stop.rest) *step.mutable_rest_time() = at_second(dispatch, *stop.rest);
  if (stop.depot.valid()) step.set_depot(problem.depots[stop.depot.index].id);
  if (std::isfinite(task.leave_by))
    *step.mutable_leave_by_time() = at_second(dispatch, task.leave_by);
  const DispatchPart& part = dispatch.parts[stop.task.index];
  if (part.role == DispatchPart::Role::rest) {
    const DispatchTask& whole = problem.tasks[part.of.index];
    step.set_takes_over_from(problem.crews[whole.held_by.index].id);
  }
  return step;
}

void leave_out(const std::string& task, const std::string& reason, v1::Plan& plan) {
  GRIDMEND_CHECK(std::ranges::find(kUnservedReasons, reason) != kUnservedReasons.end() ||
                     std::ranges::find(kLeftOutReasons, reason) != kLeftOutReasons.end(),
                 "every reason is listed, and has its words");
  v1::UnservedTask& made = *plan.add_unserved();
  made.set_work_task(task);
  made.set_reason(reason);
}

}  // namespace

journal::v1::AdoptPlan describe_plan(const DispatchCase& dispatch, const DispatchPlan& plan,
                                     const World& world, PlanningPolicy policy, std::string cause) {
  journal::v1::AdoptPlan act;
  act.set_policy(policy == PlanningPolicy::naive ? journal::v1::AdoptPlan::NAIVE
                                                 : journal::v1::AdoptPlan::OPTIMISED);
  act.set_cause(std::move(cause));
  act.set_unserved_weight(plan.unserved_weight);
  v1::Plan& message = *act.mutable_plan();
  message.set_based_on_revision(world.revision);
  message.set_objective(plan.objective);
  const DispatchProblem& problem = dispatch.problem;
  std::set<std::string> taken_over;
  for (const DispatchTour& tour : plan.tours) {
    if (tour.stops.empty()) continue;
    v1::PlannedTour& made = *message.add_tours();
    made.set_crew(problem.crews[tour.crew.index].id);
    if (problem.crews[tour.crew.index].end_site.valid()) {
      const double home = std::max(tour.return_arrival, dispatch.home_opens[tour.crew.index]);
      *made.mutable_return_time() = at_second(dispatch, home);
    }
    made.set_home_cut_off(dispatch.home_cut_off[tour.crew.index] != 0);
    for (const DispatchStop& stop : tour.stops) {
      const v1::PlannedStop& step = *made.add_stops() = describe_stop(dispatch, stop);
      if (!step.takes_over_from().empty()) taken_over.insert(step.work_task());
    }
  }
  for (std::size_t c = 0; c < problem.crews.size(); ++c) {
    if (!dispatch.cut_off[c]) continue;
    v1::CutOffCrew& made = *message.add_cut_off();
    made.set_crew(problem.crews[c].id);
    if (*dispatch.cut_off[c] < Time::max()) *made.mutable_until() = to_proto(*dispatch.cut_off[c]);
  }
  for (const UnservedTask& task : plan.unserved) {
    if (dispatch.parts[task.task.index].role == DispatchPart::Role::whole)
      leave_out(problem.tasks[task.task.index].id, task.reason, message);
  }
  for (const UnplannedTask& task : dispatch.left_out) leave_out(task.task, task.reason, message);
  for (const UnplannedTask& task : dispatch.cut_short) {
    if (!taken_over.contains(task.task)) leave_out(task.task, task.reason, message);
  }
  return act;
}

}  // namespace gridmend
