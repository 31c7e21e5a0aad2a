#include <algorithm>
#include <map>
#include <set>

#include "service/converters/time_converter.h"
#include "service/engine/acts.h"
#include "service/engine/plan_check.h"
#include "service/engine/plan_words.h"

namespace gridmend {
namespace {

Result<PlannedStop> read_stop(const v1::PlannedStop& message) {
  const auto arrival = to_domain(message.arrival_time(), "plan.tours.stops.arrival_time");
  const auto start = to_domain(message.start_time(), "plan.tours.stops.start_time");
  const auto completion = to_domain(message.completion_time(), "plan.tours.stops.completion_time");
  if (!arrival) return unexpected(arrival.error());
  if (!start) return unexpected(start.error());
  if (!completion) return unexpected(completion.error());
  PlannedStop stop{message.work_task(), *arrival, *start, *completion};
  stop.depot = message.depot();
  stop.takes_over_from = message.takes_over_from();
  if (message.has_leave_by_time()) {
    const auto leave_by = to_domain(message.leave_by_time(), "plan.tours.stops.leave_by_time");
    if (!leave_by) return unexpected(leave_by.error());
    stop.leave_by = *leave_by;
  }
  if (message.has_rest_time()) {
    const auto rest = to_domain(message.rest_time(), "plan.tours.stops.rest_time");
    if (!rest) return unexpected(rest.error());
    stop.rest = *rest;
  }
  return stop;
}

Result<ExplainedChange> read_change(const v1::PlanChange& message) {
  const auto kind = to_domain(message.kind());
  const auto cause = to_domain(message.cause().kind());
  if (!kind || !cause) {
    return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN", "no such kind of change or cause",
                  "plan.changes");
  }
  ExplainedChange change{*kind,
                         message.work_task(),
                         message.previous_crew(),
                         message.crew(),
                         {*cause, message.cause().id()},
                         {}};
  if (message.has_gain_customer_minutes())
    change.gain_customer_min = message.gain_customer_minutes();
  return change;
}

Result<void> read_changes(const v1::Plan& message, Plan& plan) {
  plan.gain_customer_min = message.gain_customer_minutes();
  if (message.changes_size() > Plan::kChangesKept) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "too many changes", "plan.changes");
  }
  for (const v1::PlanChange& change : message.changes()) {
    auto read = read_change(change);
    if (!read) return unexpected(read.error());
    plan.changes.push_back(std::move(*read));
  }
  if (message.causes_size() > Plan::kCausesKept) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "too many causes", "plan.causes");
  }
  for (const v1::PlanCause& cause : message.causes()) {
    const auto kind = to_domain(cause.kind());
    if (!kind) {
      return refuse(ErrorCode::invalid_argument, "VALUE_UNKNOWN", "no such kind of cause",
                    "plan.causes");
    }
    plan.causes.push_back({*kind, cause.id()});
  }
  plan.causes_in_all = message.causes_in_all();
  for (const v1::PlannedRestoration& restoration : message.restorations()) {
    const auto p50 = to_domain(restoration.p50(), "plan.restorations.p50");
    const auto p90 = to_domain(restoration.p90(), "plan.restorations.p90");
    if (!p50) return unexpected(p50.error());
    if (!p90) return unexpected(p90.error());
    plan.restorations[restoration.outage()] = {*p50, *p90};
  }
  return {};
}

Result<Plan> read_plan(const journal::v1::AdoptPlan& act) {
  Plan plan;
  const v1::Plan& message = act.plan();
  plan.made_from_revision = message.based_on_revision();
  plan.policy = act.policy() == journal::v1::AdoptPlan::NAIVE ? PlanningPolicy::naive
                                                              : PlanningPolicy::optimised;
  plan.cause = act.cause();
  plan.objective = message.objective();
  plan.unserved_weight = act.unserved_weight();
  for (const v1::PlannedTour& tour : message.tours()) {
    PlannedTour& next = plan.tours.emplace_back();
    next.crew = tour.crew();
    for (const v1::PlannedStop& stop : tour.stops()) {
      auto read = read_stop(stop);
      if (!read) return unexpected(read.error());
      next.stops.push_back(std::move(*read));
    }
    if (tour.has_return_time()) {
      const auto back = to_domain(tour.return_time(), "plan.tours.return_time");
      if (!back) return unexpected(back.error());
      next.return_time = *back;
    }
    next.home_cut_off = tour.home_cut_off();
  }
  for (const v1::UnservedTask& task : message.unserved())
    plan.unserved.push_back({task.work_task(), task.reason()});
  for (const v1::CutOffCrew& crew : message.cut_off()) {
    CutOffCrew& made = plan.cut_off.emplace_back(CutOffCrew{crew.crew(), {}});
    if (!crew.has_until()) continue;
    const auto until = to_domain(crew.until(), "plan.cut_off.until");
    if (!until) return unexpected(until.error());
    made.until = *until;
  }
  if (auto read = read_changes(message, plan); !read) return unexpected(read.error());
  return plan;
}

using CrewByTask = std::map<std::string, std::string, std::less<>>;

tl::unexpected<Error> named_twice(const std::string& task) {
  return refuse(ErrorCode::invalid_argument, "WORK_TASK_REPEATED",
                "task '" + task + "' stands too often in the plan", "plan");
}

// Who gets which task, in the order of the plan. What is taken over from another crew stays that
// crew's until it leaves.
Result<CrewsByTask> crews_by_task(const Draft& draft, const Plan& plan, const CrewByTask& turned) {
  CrewsByTask crews_of;
  std::set<std::string> crews;
  for (const PlannedTour& tour : plan.tours) {
    if (!crews.insert(tour.crew).second) {
      return refuse(ErrorCode::invalid_argument, "CREW_REPEATED",
                    "crew '" + tour.crew + "' has two tours", "plan");
    }
    for (const PlannedStop& stop : tour.stops) {
      if (!stop.takes_over_from.empty()) continue;
      std::vector<std::string>& crews_of_task = crews_of[stop.task];
      if (std::find(crews_of_task.begin(), crews_of_task.end(), tour.crew) != crews_of_task.end())
        return named_twice(stop.task);
      crews_of_task.push_back(tour.crew);
      if (const char* why = why_not_hold(*draft.crews, *draft.tasks, tour.crew, stop.task,
                                         turned.contains(stop.task))) {
        return refuse(
            ErrorCode::aborted, "PLAN_STALE",
            "task '" + stop.task + "' cannot go to crew '" + tour.crew + "' any more: " + why,
            "plan");
      }
    }
  }
  for (const auto& [task, crews_of_task] : crews_of) {
    const WorkTask& about = find(*draft.tasks, task)->task;
    if (crews_of_task.size() > static_cast<std::size_t>(about.crews_needed))
      return named_twice(task);
    if (const char* why = why_not_share(about, crews_of_task, turned.contains(task))) {
      return refuse(ErrorCode::aborted, "PLAN_STALE",
                    "task '" + task + "' cannot be done as planned any more: " + why, "plan");
    }
  }
  return crews_of;
}

bool contains(std::span<const std::string> crews, std::string_view crew) {
  return std::find(crews.begin(), crews.end(), crew) != crews.end();
}

// A depot where somebody would load and that was given up meanwhile; empty: there is none.
std::string former_depot(const Draft& draft, const Plan& plan) {
  for (const PlannedTour& tour : plan.tours) {
    for (const PlannedStop& stop : tour.stops) {
      if (draft.former_depots->contains(stop.depot)) return stop.depot;
    }
  }
  return {};
}

using TaskAndCrew = std::pair<std::string, std::string>;

// Who is on the way to a task of several crews, or waits there for the others, and is to do
// something else first by the plan: where two wait so for each other at two tasks, neither begins.
void call_off_who_waits_in_vain(const Draft& draft, const Plan& plan,
                                std::vector<TaskAndCrew>& let_go) {
  std::map<std::string, std::string, std::less<>> first;  // by crew
  for (const PlannedTour& tour : plan.tours) {
    if (!tour.stops.empty()) first.emplace(tour.crew, tour.stops.front().task);
  }
  for (const auto& [id, record] : *draft.tasks) {
    const WorkTask& task = record->task;
    const auto under_way = std::ranges::count_if(
        task.crews, [](const TaskCrew& part) { return is_under_way(part.status); });
    if (is_final(task.status) || under_way >= task.crews_needed) continue;
    for (const TaskCrew& part : task.crews) {
      const auto next = first.find(part.crew);
      if (is_under_way(part.status) && next != first.end() && next->second != id)
        let_go.emplace_back(id, part.crew);
    }
  }
}

// What nobody gets to any more, or not long enough: whoever is on the way there is called off.
std::set<std::string_view> out_of_reach(const Plan& plan) {
  std::set<std::string_view> tasks;
  for (const UnplannedTask& task : plan.unserved) {
    if (task.reason == "unreachable" || task.reason == "never_opens") tasks.insert(task.task);
  }
  return tasks;
}

}  // namespace

const char* why_not_hold(const RecordMap<CrewRecord>& crews, const RecordMap<WorkTaskRecord>& tasks,
                         std::string_view crew_id, std::string_view task_id, bool turns_round) {
  const CrewRecord* crew = find(crews, crew_id);
  const WorkTaskRecord* record = find(tasks, task_id);
  if (crew == nullptr) return "the crew is gone";
  if (record == nullptr) return "the task is gone";
  const WorkTask& task = record->task;
  if (crew->crew.status == CrewStatus::off_shift) return "the crew is off shift";
  if (is_final(task.status)) return "the task is over";
  const bool held = is_held_by(task, crew_id);
  if (task.status == WorkStatus::arrived && !held) return "another crew is at it";
  const auto under_way =
      std::count_if(task.crews.begin(), task.crews.end(),
                    [](const TaskCrew& part) { return is_under_way(part.status); });
  if (!held && under_way >= task.crews_needed && !turns_round)
    return "another crew is on its way to it";
  const bool pins_full = task.pinned_to.size() >= static_cast<std::size_t>(task.crews_needed);
  if (pins_full && !is_pinned_to(task, crew_id)) return "it is pinned to another crew";
  if (is_vetoed(task, crew_id)) return "an operator ruled this crew out";
  if (record->held_back) return "it was handed back and waits for an operator";
  return nullptr;
}

const char* why_not_share(const WorkTask& task, std::span<const std::string> crews,
                          bool turns_round) {
  const auto has = [&](std::string_view crew) { return contains(crews, crew); };
  const bool works = task.status == WorkStatus::arrived;
  if (!works && crews.size() < static_cast<std::size_t>(task.crews_needed))
    return "it needs more crews";
  for (const std::string& pin : task.pinned_to) {
    if (!works && !has(pin)) return "a crew that it is pinned to is not among them";
  }
  for (const TaskCrew& part : task.crews) {
    if (is_under_way(part.status) && !turns_round && !has(part.crew))
      return "a crew that is on its way to it is not among them";
  }
  return nullptr;
}

std::map<std::string, std::string, std::less<>> turned_round(const v1::Plan& plan) {
  std::map<std::string, std::string, std::less<>> turned;
  for (const v1::PlanChange& change : plan.changes()) {
    if (change.kind() == v1::PlanChange::TURNED_ROUND)
      turned.emplace(change.work_task(), change.previous_crew());
  }
  return turned;
}

Result<Answer> adopt_plan(Workbench& bench, const journal::v1::AdoptPlan& act) {
  if (act.plan().based_on_revision() >= bench.revision) {
    return refuse(ErrorCode::invalid_argument, "REVISION_AHEAD",
                  "the plan is based on a state that has not been yet", "plan.based_on_revision");
  }
  if (act.plan().based_on_revision() < bench.draft.plan->made_from_revision) {
    return refuse(ErrorCode::aborted, "PLAN_STALE", "a plan from a newer state is in force",
                  "plan");
  }
  if (act.plan().based_on_revision() < bench.draft.region_revision()) {
    return refuse(ErrorCode::aborted, "PLAN_STALE",
                  "it was found on the roads and devices of a region that was replaced since",
                  "plan");
  }
  // Older programs adopted such plans.
  if (bench.schema >= 3 && act.plan().based_on_revision() < bench.draft.hazard_revision()) {
    return refuse(ErrorCode::aborted, "PLAN_STALE",
                  "it was found on roads and water as they are no more", "plan");
  }
  auto plan = read_plan(act);
  if (!plan) return unexpected(plan.error());
  const CrewByTask turned = turned_round(act.plan());
  const auto crews_of = crews_by_task(bench.draft, *plan, turned);
  if (!crews_of) return unexpected(crews_of.error());
  if (const std::string gone = former_depot(bench.draft, *plan); !gone.empty()) {
    return refuse(ErrorCode::aborted, "PLAN_STALE",
                  "somebody would load at depot '" + gone + "', which was given up", "plan");
  }

  std::vector<TaskAndCrew> let_go;
  for (const auto& [task, crew] : turned) {
    const WorkTaskRecord* record = find(*bench.draft.tasks, task);
    const bool on_the_way = record != nullptr && record->task.status == WorkStatus::en_route;
    if (on_the_way && is_held_by(record->task, crew) && crews_of->contains(task))
      let_go.emplace_back(task, crew);
  }
  const std::set<std::string_view> shut =
      bench.schema >= 4 ? out_of_reach(*plan) : std::set<std::string_view>{};
  for (const auto& [id, record] : *bench.draft.tasks) {
    if (is_final(record->task.status)) continue;
    const auto planned = crews_of->find(id);
    for (const TaskCrew& part : record->task.crews) {
      const bool calls_off = planned != crews_of->end() || shut.contains(id);
      const bool works = record->task.status == WorkStatus::arrived;
      if (is_under_way(part.status) && (works || !calls_off)) continue;
      if (planned == crews_of->end() || !contains(planned->second, part.crew))
        let_go.emplace_back(id, part.crew);
    }
  }
  if (bench.schema >= 6) call_off_who_waits_in_vain(bench.draft, *plan, let_go);
  for (const auto& [task, crew] : let_go) release_task(bench, task, crew);
  for (const auto& [task, crews_of_task] : *crews_of) {
    for (const std::string& crew : crews_of_task) give_task(bench, task, crew);
  }

  plan->revision = bench.revision;
  plan->made_at = bench.time;
  const HazardLog& log = *bench.draft.hazard_log;
  if (!log.entries.empty() && log.entries.front().revision <= plan->made_from_revision)
    bench.draft.hazard_log.edit().forget_until(plan->made_from_revision);
  bench.draft.plan.replace(std::move(*plan));
  ++bench.draft.counters.plans_adopted;
  bench.note(ChangeKind::plan, "");
  return bench.answer();
}

}  // namespace gridmend
