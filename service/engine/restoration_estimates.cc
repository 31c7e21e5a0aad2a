#include "service/engine/restoration_estimates.h"

#include <algorithm>
#include <map>

#include "core/base/parallel_for.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

const Device* device_of(const WorkTask& task, const World& world) {
  return task.device.valid() ? &world.region->network.devices()[task.device] : nullptr;
}

WorkBelief belief_of(const WorkTaskRecord& record, const World& world, Time now,
                     const TaskRules& rules) {
  const WorkTask& task = record.task;
  const Device* device = device_of(task, world);
  WorkBelief belief;
  belief.work_class = work_class(task.kind, device);
  belief.expected_s = seconds(task.expected_duration);
  if (task.status == WorkStatus::arrived && record.arrived_at)
    belief.elapsed_s = std::max(0.0, seconds(now - *record.arrived_at));
  belief.elapsed_s += seconds(record.worked);
  if (task.kind == WorkKind::assess) {
    belief.next_class = work_class(WorkKind::repair, device);
    belief.next_expected_s = seconds(expected_duration(WorkKind::repair, device, rules));
  }
  return belief;
}

// Tasks whose completion the plan can tell: in a tour, and so is everything they come after.
std::vector<char> foreseeable(const DispatchProblem& problem, const DispatchPlan& plan) {
  std::vector<char> known(problem.tasks.size(), 0);
  for (const DispatchTour& tour : plan.tours) {
    for (const DispatchStop& stop : tour.stops) known[stop.task.index] = 1;
  }
  bool changed = true;
  while (changed) {
    changed = false;
    for (std::size_t t = 0; t < known.size(); ++t) {
      const auto& after = problem.tasks[t].after;
      const bool waits = std::any_of(after.begin(), after.end(),
                                     [&](Id<DispatchTask> id) { return known[id.index] == 0; });
      if (known[t] == 0 || !waits) continue;
      known[t] = 0;
      changed = true;
    }
  }
  return known;
}

// The open tasks of each outage, by its id; outages with an open task that nobody can foresee are
// left out.
std::map<std::string, std::vector<Id<DispatchTask>>> tasks_by_outage(const DispatchCase& dispatch,
                                                                     const DispatchPlan& plan,
                                                                     const World& world) {
  const std::vector<char> known = foreseeable(dispatch.problem, plan);
  std::map<std::string_view, Id<DispatchTask>> places;
  for (std::size_t t = 0; t < known.size(); ++t) {
    const bool whole = dispatch.parts[t].role == DispatchPart::Role::whole;
    if (known[t] != 0 && whole) places.emplace(dispatch.problem.tasks[t].id, Id<DispatchTask>{t});
  }
  std::map<std::string, std::vector<Id<DispatchTask>>> groups;
  for (const auto& [id, record] : *world.outages) {
    std::vector<Id<DispatchTask>> tasks;
    bool all_known = true;
    for (const std::string& task : record->tasks) {
      const WorkTaskRecord* work = world.find_task(task);
      if (work == nullptr || is_final(work->task.status)) continue;
      const auto place = places.find(task);
      all_known = all_known && place != places.end();
      if (place == places.end()) continue;
      tasks.push_back(place->second);
      const Id<DispatchTask> rest = dispatch.parts[place->second.index].rest;
      if (!rest.valid()) continue;
      all_known = all_known && known[rest.index] != 0;
      tasks.push_back(rest);
    }
    if (all_known && !tasks.empty()) groups.emplace(id, std::move(tasks));
  }
  return groups;
}

constexpr double kLongest_s = 1e9;

google::protobuf::Timestamp at_minute_after(Time zero, double second) {
  return to_proto(Time{std::chrono::ceil<std::chrono::minutes>(
      (zero + from_seconds(std::min(second, kLongest_s))).time_since_epoch())});
}

}  // namespace

RepairTimeBook learn_repair_times(const World& world, const RepairTimePrior& prior) {
  RepairTimeBook book(prior);
  for (const auto& [id, record] : *world.tasks) {
    const WorkTask& task = record->task;
    if (task.status != WorkStatus::completed || !record->arrived_at || !task.completed_at) continue;
    book.learn(work_class(task.kind, device_of(task, world)),
               seconds(*task.completed_at - *record->arrived_at + record->worked),
               seconds(task.expected_duration));
  }
  return book;
}

void describe_restorations(const DispatchCase& dispatch, const DispatchPlan& plan,
                           const World& world, const EngineSettings& settings, v1::Plan& message) {
  const DispatchProblem& problem = dispatch.problem;
  std::vector<WorkBelief> beliefs;
  beliefs.reserve(problem.tasks.size());
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    beliefs.push_back(
        belief_of(*world.find_task(problem.tasks[t].id), world, dispatch.zero, *world.task_rules));
    const DispatchPart& part = dispatch.parts[t];
    beliefs.back().leaves_at_s = dispatch.parts[part.of.index].cut_at;
    if (part.role == DispatchPart::Role::rest) beliefs.back().rest_of = part.of;
  }
  std::vector<std::string> outages;
  std::vector<std::vector<Id<DispatchTask>>> groups;
  for (auto& [outage, tasks] : tasks_by_outage(dispatch, plan, world)) {
    outages.push_back(outage);
    groups.push_back(tasks);
  }
  const auto forecasts = forecast_restorations(
      problem, plan, beliefs, groups, dispatch.repair_times, settings.forecast, processors());
  for (std::size_t i = 0; i < outages.size(); ++i) {
    v1::PlannedRestoration& made = *message.add_restorations();
    made.set_outage(outages[i]);
    *made.mutable_p50() = at_minute_after(dispatch.zero, forecasts[i].p50_s);
    *made.mutable_p90() = at_minute_after(dispatch.zero, forecasts[i].p90_s);
  }
}

}  // namespace gridmend
