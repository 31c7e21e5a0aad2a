#include <algorithm>
#include <utility>

#include "service/engine/acts.h"

namespace gridmend {
namespace {

bool holds_anything(const Draft& draft, const std::string& crew_id) {
  for (const auto& [id, record] : *draft.tasks) {
    if (!is_final(record->task.status) && is_held_by(record->task, crew_id)) return true;
  }
  return false;
}

// The crew is no longer at this task; its status is settled by the caller.
void leave(Workbench& bench, const std::string& crew_id, const std::string& task_id) {
  const CrewRecord* record = find(*bench.draft.crews, crew_id);
  if (record != nullptr && record->crew.current_task == task_id)
    bench.edit_crew(crew_id).crew.current_task.clear();
}

}  // namespace

void settle_crew_status(Workbench& bench, const std::string& crew_id) {
  const CrewRecord* record = find(*bench.draft.crews, crew_id);
  if (record == nullptr || record->crew.status == CrewStatus::off_shift) return;
  CrewStatus wanted = record->crew.status;
  if (record->crew.current_task.empty()) {
    wanted = holds_anything(bench.draft, crew_id) ? CrewStatus::assigned
                                                  : CrewStatus::awaiting_assignment;
  }
  if (wanted != record->crew.status) bench.edit_crew(crew_id).crew.status = wanted;
}

void settle_task_status(Workbench& bench, WorkTaskRecord& record) {
  record.task.status = status_by_crews(record.task);
  const bool works = record.task.status == WorkStatus::arrived;
  if (works && !record.arrived_at) record.arrived_at = bench.time;
  if (works || !record.arrived_at) return;
  record.worked += bench.time - *record.arrived_at;
  record.arrived_at.reset();
}

void release_task(Workbench& bench, const std::string& task_id, const std::string& crew_id) {
  WorkTaskRecord& record = bench.edit_task(task_id);
  std::erase_if(record.task.crews, [&](const TaskCrew& part) { return part.crew == crew_id; });
  settle_task_status(bench, record);
  leave(bench, crew_id, task_id);
  settle_crew_status(bench, crew_id);
}

void release_task(Workbench& bench, const std::string& task_id) {
  WorkTaskRecord& record = bench.edit_task(task_id);
  const std::vector<TaskCrew> crews = std::exchange(record.task.crews, {});
  settle_task_status(bench, record);
  for (const TaskCrew& part : crews) {
    leave(bench, part.crew, task_id);
    settle_crew_status(bench, part.crew);
  }
}

void release_all_tasks(Workbench& bench, const std::string& crew_id) {
  std::vector<std::string> held;
  for (const auto& [id, record] : *bench.draft.tasks) {
    if (!is_final(record->task.status) && is_held_by(record->task, crew_id)) held.push_back(id);
  }
  for (const std::string& id : held) release_task(bench, id, crew_id);
}

namespace {

// Who lets go of a task that has too many crews.
std::string least_needed(const WorkTask& task) {
  const TaskCrew* found = nullptr;
  const auto rank = [&](const TaskCrew& part) {
    return std::pair{is_pinned_to(task, part.crew), part.status};
  };
  for (const TaskCrew& part : task.crews) {
    if (found == nullptr || rank(part) <= rank(*found)) found = &part;
  }
  return found->crew;
}

}  // namespace

void release_surplus(Workbench& bench, const std::string& task_id) {
  for (;;) {
    const WorkTask& task = find(*bench.draft.tasks, task_id)->task;
    if (task.crews.size() <= static_cast<std::size_t>(task.crews_needed)) return;
    release_task(bench, task_id, least_needed(task));
  }
}

void trim_pins(WorkTask& task) {
  while (task.pinned_to.size() > static_cast<std::size_t>(task.crews_needed))
    task.pinned_to.erase(task.pinned_to.begin());
}

void fit_crews(Workbench& bench, const std::string& task_id) {
  WorkTaskRecord& record = bench.edit_task(task_id);
  trim_pins(record.task);
  settle_task_status(bench, record);
  release_surplus(bench, task_id);
}

void give_task(Workbench& bench, const std::string& task_id, const std::string& crew_id,
               const std::string& instead_of) {
  const WorkTask& present = find(*bench.draft.tasks, task_id)->task;
  if (is_held_by(present, crew_id)) return;
  if (is_held_by(present, instead_of)) {
    release_task(bench, task_id, instead_of);
  } else if (is_full(present)) {
    release_task(bench, task_id, least_needed(present));
  }
  WorkTaskRecord& record = bench.edit_task(task_id);
  record.task.crews.push_back({crew_id, WorkStatus::assigned, {}});
  settle_task_status(bench, record);
  record.held_back = false;
  settle_crew_status(bench, crew_id);
}

void cancel_task(Workbench& bench, const std::string& task_id, std::string finding) {
  release_task(bench, task_id);
  WorkTask& task = bench.edit_task(task_id).task;
  task.status = WorkStatus::cancelled;
  task.finding = std::move(finding);
  task.completed_at = bench.time;
  bench.work_changed();
}

}  // namespace gridmend
