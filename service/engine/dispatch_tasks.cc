#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/geo/position.h"
#include "service/engine/case_builder.h"

namespace gridmend {

// A repair ends in energising: not while water reaches the device's live parts; nor is there
// anything to drain or dry before. Looking is allowed.
const UnsafeToEnergise* CaseBuilder::water_at(const WorkTask& task) const {
  const bool waits =
      task.kind == WorkKind::repair || task.kind == WorkKind::restore || is_water_work(task.kind);
  if (task.outage.empty() || !waits || is_under_way(task.status)) return nullptr;
  const OutageRecord* record = world.find_outage(task.outage);
  if (record == nullptr || task.device != record->outage.probable.device) return nullptr;
  const UnsafeToEnergise& unsafe = record->outage.unsafe;
  return unsafe.reason == UnsafeReason::under_water ? &unsafe : nullptr;
}

// Those who are at work on it, or who an operator wants for it, are on shift.
bool CaseBuilder::has_crew(const WorkTask& task) const {
  return std::ranges::all_of(task.crews, [&](const TaskCrew& part) {
    return !is_under_way(part.status) || crew_ids.contains(part.crew);
  });
}

void CaseBuilder::choose_tasks() {
  for (const auto& [id, record] : *world.tasks) {
    if (is_final(record->task.status)) continue;
    const UnsafeToEnergise* water = water_at(record->task);
    if (water != nullptr && water->dry_at == Time{}) {
      dispatch.left_out.push_back({id, "under_water"});
    } else if (record->held_back) {
      dispatch.left_out.push_back({id, "handed_back"});
    } else if (!has_crew(record->task)) {
      dispatch.left_out.push_back({id, "crew_off_shift"});
    } else if (!std::ranges::all_of(record->task.pinned_to, [&](const std::string& crew) {
                 return crew_ids.contains(crew);
               })) {
      dispatch.left_out.push_back({id, "pinned_crew_off_shift"});
    } else {
      tasks.push_back(record.get());
    }
  }
  std::sort(tasks.begin(), tasks.end(), [](const WorkTaskRecord* a, const WorkTaskRecord* b) {
    return std::tie(a->task.created_at, a->task.id) < std::tie(b->task.created_at, b->task.id);
  });
}

double CaseBuilder::expected_s(const WorkTask& task) const {
  const Device* device =
      task.device.valid() ? &world.region->network.devices()[task.device] : nullptr;
  const double ratio = dispatch.repair_times.of(work_class(task.kind, device)).median_ratio();
  return seconds(task.expected_duration) *
         std::clamp(ratio, 1 / settings.most_learnt, settings.most_learnt);
}

DispatchTask CaseBuilder::describe(const WorkTaskRecord& record) {
  const WorkTask& task = record.task;
  DispatchTask made;
  made.id = task.id;
  made.kind = task.kind;
  made.duration = expected_s(task);
  if (record.worked > Duration{})
    made.duration = std::max(made.duration - seconds(record.worked),
                             std::min(made.duration, settings.overdue_s));
  made.crews_needed = task.crews_needed;
  made.weight = task.weight;
  made.demand = task.demand;
  made.skills = task.skills;
  if (task.earliest) made.earliest = seconds_from_now(*task.earliest);
  if (const UnsafeToEnergise* water = water_at(task))
    made.earliest = std::max(made.earliest, seconds_from_now(water->dry_at));
  if (task.deadline) made.deadline = seconds_from_now(*task.deadline);
  mark_holders(record, made);
  if (task.due) made.due = seconds_from_now(*task.due);
  made.late_weight = task.late_weight;
  for (const std::string& crew : task.vetoed_crews) {
    if (const auto known = crew_ids.find(crew); known != crew_ids.end())
      made.vetoed.push_back(known->second);
  }
  rule_out_others(task, made);
  mark_under_way(record, made);
  // Who is there, or on the way for good, has a span whatever is left to do.
  const Duration work = made.started ? Duration{} : from_seconds(made.duration);
  const Time ready = made.started ? now : std::max(now, task.earliest.value_or(now));
  TravelSite site{task.position, ready, work};
  site.crews_needed = task.status == WorkStatus::arrived ? 1 : made.crews_needed;
  made.site = sites.of_task(site);
  return made;
}

// The crew that is furthest with it counts as the one that holds it.
void CaseBuilder::mark_holders(const WorkTaskRecord& record, DispatchTask& made) {
  const WorkTask& task = record.task;
  if (!task.pinned_to.empty()) made.pinned_to = crew_ids.at(task.pinned_to.front());
  const TaskCrew* holder = nullptr;
  for (const TaskCrew& part : task.crews) {
    if (!crew_ids.contains(part.crew)) continue;
    if (holder == nullptr || part.status > holder->status) holder = &part;
  }
  if (holder == nullptr) return;
  made.held_by = crew_ids.at(holder->crew);
  made.change_penalty = settings.change_penalty_s * std::max(task.weight, 1.0);
}

// The planner binds a task to one crew. Where more are pinned everybody else is ruled out but as
// many as are missing: who holds it, then the nearest with the skills.
void CaseBuilder::rule_out_others(const WorkTask& task, DispatchTask& made) const {
  const auto needed = static_cast<std::size_t>(task.crews_needed);
  if (task.pinned_to.size() < 2) return;
  std::vector<std::tuple<bool, double, Id<DispatchCrew>>> others;
  for (const auto& [id, crew] : crew_ids) {
    if (is_pinned_to(task, id)) continue;
    const Crew& who = world.find_crew(id)->crew;
    const bool unable = !who.skills.covers(task.skills) || is_vetoed(task, id);
    const double away = unable ? kNever : distance_m(who.position, task.position);
    others.emplace_back(!is_held_by(task, id), away, crew);
  }
  std::sort(others.begin(), others.end());
  for (std::size_t i = needed - std::min(needed, task.pinned_to.size()); i < others.size(); ++i)
    made.vetoed.push_back(std::get<2>(others[i]));
}

// Something has to be done first that was asked for when its crews had set out.
bool CaseBuilder::waits_for_others(const WorkTask& task) const {
  return std::ranges::any_of(task.hard_after, [&](const std::string& id) {
    const WorkTaskRecord* before = world.find_task(id);
    return before != nullptr && !is_final(before->task.status);
  });
}

// At work, or all of several crews on their way: stays. On its way: may be turned round, at a
// price; the baseline never turns anybody. Crews that would stand and wait for what nobody does
// while they do are as free as one.
void CaseBuilder::mark_under_way(const WorkTaskRecord& record, DispatchTask& made) const {
  const WorkTask& task = record.task;
  if (!is_under_way(task.status)) return;
  const bool may_turn = settings.policy == PlanningPolicy::optimised &&
                        std::isfinite(settings.turn_gain_customer_min);
  const auto on_the_way = std::ranges::count_if(
      task.crews, [](const TaskCrew& part) { return is_under_way(part.status); });
  const bool several = task.crews_needed > 1;
  const bool waits = task.status == WorkStatus::en_route && waits_for_others(task);
  if (several && (waits || on_the_way < task.crews_needed)) {
    if (may_turn) made.turn_penalty = std::max(60 * settings.turn_gain_customer_min, 1.0);
    return;
  }
  if (task.status == WorkStatus::en_route && may_turn && !several) {
    made.turn_penalty = std::max(60 * settings.turn_gain_customer_min, 1.0);
    return;
  }
  made.started = true;
  if (task.status != WorkStatus::arrived || !record.arrived_at) return;
  made.duration -= seconds(now - *record.arrived_at);
  if (made.duration < settings.overdue_s) made.duration = settings.overdue_s;
}

// Predecessors that are done or given up bind nobody; one that cannot be planned keeps a hard
// follower waiting.
void CaseBuilder::link(const WorkTask& task, DispatchTask& made) const {
  for (const std::string& id : task.after) {
    if (const auto place = task_ids.find(id); place != task_ids.end())
      made.after.push_back(place->second);
  }
  for (const std::string& id : task.hard_after) {
    const WorkTaskRecord* before = world.find_task(id);
    if (before == nullptr || is_final(before->task.status)) continue;
    if (const auto place = task_ids.find(id); place != task_ids.end()) {
      made.hard_after.push_back(place->second);
    } else {
      made.earliest = kNever;
    }
  }
}

void CaseBuilder::add_tasks() {
  for (const WorkTaskRecord* record : tasks) {
    task_ids.emplace(record->task.id, Id<DispatchTask>{dispatch.problem.tasks.size()});
    dispatch.problem.tasks.push_back(describe(*record));
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    link(tasks[i]->task, dispatch.problem.tasks[i]);
    dispatch.parts.push_back({DispatchPart::Role::whole, Id<DispatchTask>{i}, {}, kNever});
  }
  add_partners();
}

// The planner calls no second crew to what is started: each further one has a part of its own.
void CaseBuilder::add_partners() {
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!dispatch.problem.tasks[i].started) continue;
    dispatch.problem.tasks[i].demand /= tasks[i]->task.crews_needed;
    for (const TaskCrew& part : tasks[i]->task.crews) {
      const Id<DispatchCrew> crew = crew_ids.at(part.crew);
      if (crew == dispatch.problem.tasks[i].held_by) continue;
      DispatchTask partner = dispatch.problem.tasks[i];
      partner.weight = partner.late_weight = partner.change_penalty = 0;
      partner.after.clear();
      partner.hard_after.clear();
      partner.pinned_to = {};
      partner.held_by = crew;
      dispatch.partners.emplace(std::pair{i, std::size_t{crew.index}},
                                Id<DispatchTask>{dispatch.problem.tasks.size()});
      dispatch.problem.tasks.push_back(std::move(partner));
      dispatch.parts.push_back({DispatchPart::Role::partner, Id<DispatchTask>{i}, {}, kNever});
    }
  }
}

}  // namespace gridmend
