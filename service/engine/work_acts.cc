#include <algorithm>
#include <cstdio>
#include <set>

#include "service/converters/work_converter.h"
#include "service/engine/acts.h"
#include "service/engine/masked_update.h"

namespace gridmend {
namespace {

constexpr std::string_view kMutableOfTask[] = {
    "expected_duration", "skills", "weight",     "demand", "crews_needed", "earliest_time",
    "deadline",          "after",  "hard_after", "status", "due_time",     "late_weight"};

tl::unexpected<Error> task_is_final(const WorkTask& task) {
  return refuse(ErrorCode::failed_precondition, "WORK_TASK_FINAL",
                "task '" + task.id + "' is " + std::string(to_string(task.status)), "work_task.id");
}

// Are all predecessors there, and does none of them (at any distance) wait for `id`?
Result<void> check_predecessors(const Draft& draft, const WorkTask& task) {
  std::set<std::string> seen;
  std::vector<std::string> open = task.after;
  open.insert(open.end(), task.hard_after.begin(), task.hard_after.end());
  while (!open.empty()) {
    const std::string id = std::move(open.back());
    open.pop_back();
    if (id == task.id) {
      return refuse(ErrorCode::invalid_argument, "PRECEDENCE_CYCLE",
                    "task '" + task.id + "' would wait for itself", "work_task.after");
    }
    if (!seen.insert(id).second) continue;
    const auto record = require_task(draft, id, "work_task.after");
    if (!record) return unexpected(record.error());
    const WorkTask& before = (*record)->task;
    open.insert(open.end(), before.after.begin(), before.after.end());
    open.insert(open.end(), before.hard_after.begin(), before.hard_after.end());
  }
  return {};
}

void fill_defaults(const Workbench& bench, const v1::WorkTask& message, WorkTask& task) {
  const Device* device =
      task.device.valid() ? &bench.region.network.devices()[task.device] : nullptr;
  if (!message.has_expected_duration()) {
    task.expected_duration = expected_duration(task.kind, device, bench.task_rules());
  }
}

}  // namespace

std::string next_task_id(Workbench& bench) {
  char text[24];
  do {
    std::snprintf(text, sizeof text, "T-%06llu",
                  static_cast<unsigned long long>(bench.draft.next_task++));
  } while (find(*bench.draft.tasks, text) != nullptr);
  return text;
}

Result<Answer> create_work_task(Workbench& bench, const v1::CreateWorkTaskRequest& request) {
  auto task = to_domain(request.work_task(), bench.region.network, "work_task");
  if (!task) return unexpected(task.error());
  if (find(*bench.draft.tasks, task->id) != nullptr) {
    return refuse(ErrorCode::already_exists, "WORK_TASK_EXISTS",
                  "there is a task '" + task->id + "' already", "work_task.id");
  }
  if (!task->outage.empty()) {
    const auto outage = require_outage(bench.draft, task->outage, "work_task.outage");
    if (!outage) return unexpected(outage.error());
  }
  if (auto sound = check_predecessors(bench.draft, *task); !sound) return unexpected(sound.error());
  if (task->id.empty()) task->id = next_task_id(bench);
  fill_defaults(bench, request.work_task(), *task);
  task->created_at = bench.time;
  const std::string id = task->id;
  if (!task->outage.empty()) bench.edit_outage(task->outage).tasks.push_back(id);
  WorkTaskRecord& record = bench.edit_task(id);
  record.task = std::move(*task);
  record.asked_revision = bench.revision;
  bench.work_changed();
  return bench.answer(id);
}

Result<Answer> update_work_task(Workbench& bench, const v1::UpdateWorkTaskRequest& request) {
  const auto present = require_task(bench.draft, request.work_task().id(), "work_task.id");
  if (!present) return unexpected(present.error());
  const WorkTask before = (*present)->task;
  if (auto fresh = check_etag(request.work_task().etag(), (*present)->revision); !fresh) {
    return unexpected(fresh.error());
  }
  if (is_final(before.status)) return task_is_final(before);
  const auto message = masked_update(to_proto(before, bench.region.network), request.work_task(),
                                     request.update_mask(), kMutableOfTask);
  if (!message) return unexpected(message.error());
  const bool cancels = names(request.update_mask(), "status");
  if (cancels && message->status() != v1::WorkTask::CANCELLED) {
    return refuse(ErrorCode::invalid_argument, "STATUS_NOT_SETTABLE",
                  "an operator can only cancel a task; the rest is its crew's word",
                  "work_task.status");
  }
  auto next = to_domain(*message, bench.region.network, "work_task");
  if (!next) return unexpected(next.error());
  if (auto sound = check_predecessors(bench.draft, *next); !sound) return unexpected(sound.error());
  next->status = before.status;
  next->crews = before.crews;
  next->pinned_to = before.pinned_to;
  next->finding = before.finding;
  next->vetoed_crews = before.vetoed_crews;
  next->created_at = before.created_at;
  WorkTaskRecord& record = bench.edit_task(before.id);
  record.task = std::move(*next);
  record.held_back = false;
  record.asked_revision = record.decided_revision = bench.revision;
  fit_crews(bench, before.id);
  if (cancels) cancel_task(bench, before.id, "cancelled by " + std::string(bench.actor));
  bench.work_changed();
  return bench.answer(before.id);
}

namespace {

tl::unexpected<Error> at_work(const WorkTask& task) {
  return refuse(ErrorCode::failed_precondition, "WORK_TASK_UNDER_WAY",
                "crew '" + std::string(first_crew(task)) + "' is working on it", "work_task");
}

// An operator's decision about who does what: wins over every plan, but not over a crew on site.
Result<WorkTask> decide(Workbench& bench, const std::string& task_id, const std::string& crew_id,
                        const std::string& etag) {
  const auto present = require_task(bench.draft, task_id, "work_task");
  if (!present) return unexpected(present.error());
  const WorkTask& task = (*present)->task;
  if (auto fresh = check_etag(etag, (*present)->revision); !fresh) return unexpected(fresh.error());
  if (is_final(task.status)) return task_is_final(task);
  if (crew_id.empty()) return task;
  const auto crew = require_crew(bench.draft, crew_id, "crew");
  if (!crew) return unexpected(crew.error());
  if (task.status == WorkStatus::arrived && !is_held_by(task, crew_id)) return at_work(task);
  if (!(*crew)->crew.skills.covers(task.skills)) {
    return refuse(ErrorCode::failed_precondition, "SKILL_MISSING",
                  "crew '" + crew_id + "' has not the skills it needs", "crew");
  }
  if (is_vetoed(task, crew_id)) {
    return refuse(ErrorCode::failed_precondition, "WORK_TASK_VETOED",
                  "an operator ruled crew '" + crew_id + "' out for it: lift the veto first",
                  "crew");
  }
  return task;
}

// Crews for which the pins leave no room let go of the task: those least far with it first.
void make_room_for_pins(Workbench& bench, const std::string& task_id) {
  for (;;) {
    const WorkTask& task = find(*bench.draft.tasks, task_id)->task;
    std::size_t taken = task.pinned_to.size();
    const TaskCrew* least = nullptr;
    for (const TaskCrew& part : task.crews) {
      if (is_pinned_to(task, part.crew)) continue;
      ++taken;
      if (least == nullptr || part.status <= least->status) least = &part;
    }
    if (least == nullptr || taken <= static_cast<std::size_t>(task.crews_needed)) return;
    release_task(bench, task_id, std::string(least->crew));
  }
}

}  // namespace

Result<Answer> pin_task(Workbench& bench, const v1::PinTaskRequest& request) {
  const auto task = decide(bench, request.work_task(), request.crew(), request.etag());
  if (!task) return unexpected(task.error());
  WorkTaskRecord& record = bench.edit_task(task->id);
  if (request.crew().empty()) {
    record.task.pinned_to.clear();
  } else if (!is_pinned_to(record.task, request.crew())) {
    record.task.pinned_to.push_back(request.crew());
    trim_pins(record.task);
  }
  record.held_back = false;
  record.decided_revision = bench.revision;
  make_room_for_pins(bench, task->id);
  bench.work_changed();
  return bench.answer(task->id);
}

Result<Answer> reassign_task(Workbench& bench, const v1::ReassignTaskRequest& request) {
  if (request.crew().empty()) {
    return refuse(ErrorCode::invalid_argument, "ID_MISSING", "to which crew", "crew");
  }
  const auto task = decide(bench, request.work_task(), request.crew(), request.etag());
  if (!task) return unexpected(task.error());
  const CrewRecord* crew = find(*bench.draft.crews, request.crew());
  if (crew->crew.status == CrewStatus::off_shift) {
    return refuse(ErrorCode::failed_precondition, "CREW_OFF_SHIFT",
                  "crew '" + request.crew() + "' is off shift", "crew");
  }
  const bool pins_full = task->pinned_to.size() >= static_cast<std::size_t>(task->crews_needed);
  if (pins_full && !is_pinned_to(*task, request.crew())) {
    return refuse(ErrorCode::failed_precondition, "WORK_TASK_PINNED",
                  "it is pinned to crew '" + std::string(first_pin(*task)) + "'", "work_task");
  }
  if (!request.replaced_crew().empty() && !is_held_by(*task, request.replaced_crew())) {
    return refuse(ErrorCode::failed_precondition, "CREW_WITHOUT_TASK",
                  "crew '" + request.replaced_crew() + "' does not hold it", "replaced_crew");
  }
  give_task(bench, task->id, request.crew(), request.replaced_crew());
  make_room_for_pins(bench, task->id);
  bench.edit_task(task->id).decided_revision = bench.revision;
  bench.work_changed();
  return bench.answer(task->id);
}

// The newest decision counts: a pin to the crew ends, and what the crew holds it lets go of.
Result<Answer> veto_task(Workbench& bench, const v1::VetoTaskRequest& request) {
  const auto present = require_task(bench.draft, request.work_task(), "work_task");
  if (!present) return unexpected(present.error());
  const WorkTask task = (*present)->task;
  if (auto fresh = check_etag(request.etag(), (*present)->revision); !fresh)
    return unexpected(fresh.error());
  if (is_final(task.status)) return task_is_final(task);
  const auto crew = require_crew(bench.draft, request.crew(), "crew");
  if (!crew) return unexpected(crew.error());
  const bool holds = is_held_by(task, request.crew());
  if (!request.lift() && holds && task.status == WorkStatus::arrived) return at_work(task);
  if (!request.lift() && holds) release_task(bench, task.id, request.crew());
  WorkTaskRecord& record = bench.edit_task(task.id);
  auto& vetoed = record.task.vetoed_crews;
  const auto place = std::lower_bound(vetoed.begin(), vetoed.end(), request.crew());
  const bool known = place != vetoed.end() && *place == request.crew();
  if (request.lift() && known) vetoed.erase(place);
  if (!request.lift() && !known) vetoed.insert(place, request.crew());
  if (!request.lift()) std::erase(record.task.pinned_to, request.crew());
  record.decided_revision = bench.revision;
  bench.work_changed();
  return bench.answer(task.id);
}

}  // namespace gridmend
