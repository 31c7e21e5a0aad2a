#include "service/engine/acts.h"

namespace gridmend {
namespace {

bool holds_anything(const Draft& draft, const std::string& crew_id) {
  for (const auto& [id, record] : *draft.tasks) {
    if (record->task.crew == crew_id && !is_final(record->task.status)) return true;
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

void release_task(Workbench& bench, const std::string& task_id) {
  WorkTask& task = bench.edit_task(task_id).task;
  const std::string crew = std::exchange(task.crew, "");
  task.status = WorkStatus::waiting;
  if (crew.empty()) return;
  leave(bench, crew, task_id);
  settle_crew_status(bench, crew);
}

void release_all_tasks(Workbench& bench, const std::string& crew_id) {
  std::vector<std::string> held;
  for (const auto& [id, record] : *bench.draft.tasks) {
    if (record->task.crew == crew_id && !is_final(record->task.status)) held.push_back(id);
  }
  for (const std::string& id : held) release_task(bench, id);
}

void give_task(Workbench& bench, const std::string& task_id, const std::string& crew_id) {
  const WorkTaskRecord* present = find(*bench.draft.tasks, task_id);
  if (present->task.crew == crew_id) return;
  if (!present->task.crew.empty()) release_task(bench, task_id);
  WorkTaskRecord& record = bench.edit_task(task_id);
  record.task.crew = crew_id;
  record.task.status = WorkStatus::assigned;
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
