#include <algorithm>
#include <vector>

#include "service/converters/enum_converter.h"
#include "service/converters/evidence_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/geography_converter.h"
#include "service/converters/time_converter.h"
#include "service/engine/acts.h"

namespace gridmend {
namespace {

// One operation of one tablet. The rules of a conflict: what a crew does on site wins over plans
// and pins ("seen_on_site_wins"); a task that is over stays so ("final"); an assignment that went
// to somebody else is not acted upon ("not_yours").
struct Tablet {
  Workbench& bench;
  const std::string& crew_id;
  const v1::TabletOperation& operation;

  const Crew& crew() const { return find(*bench.draft.crews, crew_id)->crew; }
  Crew& edit() const { return bench.edit_crew(crew_id).crew; }
  Answer done(std::string id, std::string rule = {}) const {
    Answer answer = bench.answer(std::move(id));
    answer.rule = std::move(rule);
    return answer;
  }

  Result<const WorkTask*> task_to_step(const std::string& id, bool on_site) const;
  Result<Evidence> read(v1::Evidence& message) const;
  Result<Answer> hear_from_crew(v1::Evidence message) const;
  // The crew's part in a task that it holds.
  void step_to(const std::string& task_id, WorkStatus status) const;
  WorkStatus present_step(const std::string& task_id) const {
    const TaskCrew* part = find_crew(find(*bench.draft.tasks, task_id)->task, crew_id);
    return part == nullptr ? WorkStatus::waiting : part->status;
  }
  void leave_previous(const std::string& next_task) const;
  void use_material(const std::string& crew, double units) const;
  void complete(const v1::Complete& step) const;

  Result<Answer> run(const v1::SignOn& sign_on) const;
  Result<Answer> run(const v1::SignOff&) const;
  Result<Answer> run(const v1::Acknowledge& step) const;
  Result<Answer> run(const v1::SetOut& step) const;
  Result<Answer> run(const v1::Arrive& step) const;
  Result<Answer> run(const v1::Complete& step) const;
  Result<Answer> run(const v1::HandBack& step) const;
  Result<Answer> run(const v1::CrewPosition& at) const;
  Result<Answer> run(const v1::LoadMaterial& step) const;
};

tl::unexpected<Error> conflict(const char* reason, std::string message) {
  return refuse(ErrorCode::aborted, reason, std::move(message), "work_task");
}

// The task of a step, if this crew may take it. On site the crew's word counts even when the plan
// has given the task to somebody who is not there yet.
Result<const WorkTask*> Tablet::task_to_step(const std::string& id, bool on_site) const {
  const auto record = require_task(bench.draft, id, "work_task");
  if (!record) return unexpected(record.error());
  const WorkTask& task = (*record)->task;
  if (is_final(task.status)) {
    return conflict("FINAL",
                    "task '" + id + "' is " + std::string(to_string(task.status)) + " already");
  }
  if (is_held_by(task, crew_id)) return &task;
  const bool all_there = crews_there(task) >= task.crews_needed;
  if (on_site && !all_there) return &task;
  return conflict("NOT_YOURS", task.crews.empty() ? "task '" + id + "' is nobody's"
                                                  : "task '" + id + "' is crew '" +
                                                        std::string(first_crew(task)) + "''s");
}

Result<Evidence> Tablet::read(v1::Evidence& message) const {
  message.set_source("crew/" + crew_id);
  message.set_idempotency_key(operation.request_id());
  *message.mutable_event_time() = to_proto(bench.time);
  return to_domain(message, bench.region.network, "operation");
}

Result<Answer> Tablet::hear_from_crew(v1::Evidence message) const {
  auto item = read(message);
  if (!item) return unexpected(item.error());
  hear(bench, std::move(*item), std::move(message));
  return done(crew_id);
}

void Tablet::step_to(const std::string& task_id, WorkStatus status) const {
  WorkTaskRecord& record = bench.edit_task(task_id);
  TaskCrew* part = find_crew(record.task, crew_id);
  GRIDMEND_CHECK(part != nullptr, "a crew takes steps of what it holds");
  part->status = status;
  part->arrived_at.reset();
  if (status == WorkStatus::arrived) part->arrived_at = bench.time;
  settle_task_status(bench, record);
}

// A crew that was on its way elsewhere turns round.
void Tablet::leave_previous(const std::string& next_task) const {
  const std::string previous = crew().current_task;
  if (previous.empty() || previous == next_task) return;
  step_to(previous, WorkStatus::acknowledged);
}

Result<Answer> Tablet::run(const v1::SignOn& sign_on) const {
  std::optional<Position> position;
  std::optional<Time> shift_end;
  if (sign_on.has_position()) {
    auto read = to_domain(sign_on.position(), "sign_on.position");
    if (!read) return unexpected(read.error());
    position = *read;
  }
  if (sign_on.has_shift_end()) {
    auto read = to_domain(sign_on.shift_end(), "sign_on.shift_end");
    if (!read) return unexpected(read.error());
    shift_end = *read;
  }
  Crew& next = edit();
  if (position) {
    next.position = *position;
    next.position_time = bench.time;
  }
  if (shift_end) next.shift_end = *shift_end;
  if (next.status == CrewStatus::off_shift) next.status = CrewStatus::awaiting_assignment;
  settle_crew_status(bench, crew_id);
  bench.edit_crew(crew_id).duty_revision = bench.revision;
  bench.work_changed();
  return done(crew_id);
}

Result<Answer> Tablet::run(const v1::SignOff&) const {
  release_all_tasks(bench, crew_id);
  edit().status = CrewStatus::off_shift;
  bench.edit_crew(crew_id).duty_revision = bench.revision;
  bench.work_changed();
  return done(crew_id);
}

Result<Answer> Tablet::run(const v1::Acknowledge& step) const {
  const auto task = task_to_step(step.work_task(), false);
  if (!task) return unexpected(task.error());
  if (present_step(step.work_task()) == WorkStatus::assigned)
    step_to(step.work_task(), WorkStatus::acknowledged);
  return done(step.work_task());
}

Result<Answer> Tablet::run(const v1::SetOut& step) const {
  const auto task = task_to_step(step.work_task(), false);
  if (!task) return unexpected(task.error());
  if (present_step(step.work_task()) == WorkStatus::arrived) return done(step.work_task());
  const std::string& at = crew().current_task;
  if (crew().status == CrewStatus::arrived && at != step.work_task()) {
    return refuse(ErrorCode::failed_precondition, "CREW_ON_SITE",
                  "the crew is at task '" + at + "': complete it or hand it back first",
                  "work_task");
  }
  leave_previous(step.work_task());
  step_to(step.work_task(), WorkStatus::en_route);
  Crew& next = edit();
  next.current_task = step.work_task();
  next.status = CrewStatus::en_route;
  bench.work_changed();
  return done(step.work_task());
}

Result<Answer> Tablet::run(const v1::Arrive& step) const {
  const auto task = task_to_step(step.work_task(), true);
  if (!task) return unexpected(task.error());
  const bool taken_over = !is_held_by(**task, crew_id);
  const bool repeated = present_step(step.work_task()) == WorkStatus::arrived;
  if (crew().status == CrewStatus::arrived && crew().current_task != step.work_task()) {
    return refuse(
        ErrorCode::failed_precondition, "CREW_ON_SITE",
        "the crew is at task '" + crew().current_task + "': complete it or hand it back first",
        "work_task");
  }
  if (repeated) return done(step.work_task());
  leave_previous(step.work_task());
  if (taken_over) give_task(bench, step.work_task(), crew_id);
  step_to(step.work_task(), WorkStatus::arrived);
  Crew& next = edit();
  next.current_task = step.work_task();
  next.status = CrewStatus::arrived;
  next.position = find(*bench.draft.tasks, step.work_task())->task.position;
  next.position_time = bench.time;
  bench.work_changed();
  return done(step.work_task(), taken_over ? "seen_on_site_wins" : "");
}

// A repair that is complete brought its device back, unless the crew says otherwise.
std::optional<Finding> finding_of(const v1::Complete& step, WorkKind kind) {
  if (const auto said = to_domain(step.finding())) return said;
  if (kind == WorkKind::repair || kind == WorkKind::restore) return Finding::restored;
  return std::nullopt;
}

v1::Evidence completion_report(const v1::Complete& step, const WorkTask& task, Finding finding,
                               const NetworkModel& network) {
  v1::Evidence message;
  v1::FieldReport& report = *message.mutable_field_report();
  if (task.device.valid()) report.set_device(std::string(network.mrid(task.device)));
  *report.mutable_position() = to_proto(task.position);
  report.set_finding(to_proto(finding));
  report.set_text(step.text());
  *report.mutable_photos() = step.photos();
  return message;
}

void Tablet::use_material(const std::string& crew, double units) const {
  Crew& next = bench.edit_crew(crew).crew;
  next.load = std::max(0.0, next.on_board() - units);
}

// One crew's word that it is done ends it for all that hold it.
void Tablet::complete(const v1::Complete& step) const {
  WorkTask& task = bench.edit_task(step.work_task()).task;
  task.status = WorkStatus::completed;
  task.completed_at = bench.time;
  task.finding = step.text();
  ++bench.draft.counters.tasks_completed;
  for (const TaskCrew& part : std::vector<TaskCrew>(task.crews)) {
    const bool was_there = part.crew == crew_id || part.status == WorkStatus::arrived;
    const Crew* known = &find(*bench.draft.crews, part.crew)->crew;
    if (known->current_task == step.work_task()) {
      Crew& next = bench.edit_crew(part.crew).crew;
      next.current_task.clear();
      if (was_there) {
        next.position = task.position;
        next.position_time = bench.time;
      }
    }
    if (was_there && task.demand > 0) use_material(part.crew, task.demand / task.crews_needed);
    settle_crew_status(bench, part.crew);
  }
  bench.work_changed();
}

Result<Answer> Tablet::run(const v1::Complete& step) const {
  if (auto sound = check_length(step.text(), 2000, "complete.text"); !sound)
    return unexpected(sound.error());
  const WorkTaskRecord* known = find(*bench.draft.tasks, step.work_task());
  if (known != nullptr && known->task.status == WorkStatus::completed &&
      is_held_by(known->task, crew_id)) {
    return done(step.work_task());
  }
  const auto task = task_to_step(step.work_task(), true);
  if (!task) return unexpected(task.error());
  std::optional<Evidence> item;
  v1::Evidence message;
  if (const auto finding = finding_of(step, (*task)->kind)) {
    message = completion_report(step, **task, *finding, bench.region.network);
    auto report = read(message);
    if (!report) return unexpected(report.error());
    item = std::move(*report);
  }
  const bool taken_over = !is_held_by(**task, crew_id);
  if (taken_over) give_task(bench, step.work_task(), crew_id);
  complete(step);
  if (item) hear(bench, std::move(*item), std::move(message));
  return done(step.work_task(), taken_over ? "seen_on_site_wins" : "");
}

Result<Answer> Tablet::run(const v1::HandBack& step) const {
  if (step.reason().empty()) {
    return refuse(ErrorCode::invalid_argument, "REASON_MISSING", "say why it is handed back",
                  "hand_back.reason");
  }
  if (auto sound = check_length(step.reason(), 2000, "hand_back.reason"); !sound)
    return unexpected(sound.error());
  const auto task = task_to_step(step.work_task(), false);
  if (!task) return unexpected(task.error());
  release_task(bench, step.work_task());
  WorkTaskRecord& record = bench.edit_task(step.work_task());
  record.held_back = true;
  record.task.finding = step.reason();
  bench.edit_crew(crew_id).duty_revision = bench.revision;
  bench.work_changed();
  return done(step.work_task());
}

Result<Answer> Tablet::run(const v1::CrewPosition& at) const {
  auto position = to_domain(at.position(), "position");
  if (!position) return unexpected(position.error());
  Crew& next = edit();
  next.position = *position;
  next.position_time = bench.time;
  return done(crew_id);
}

// The crew's word about what it has on board; the depot's stock gives it, as far as it goes.
Result<Answer> Tablet::run(const v1::LoadMaterial& step) const {
  // Loaded while it still was a depot; the tablet was out of reach.
  const bool former = bench.draft.former_depots->contains(step.depot());
  const auto depot = require_depot(bench.draft, step.depot(), "load_material.depot");
  if (!depot && !former) return unexpected(depot.error());
  const Crew& before = crew();
  const std::optional<double> stock = former ? std::nullopt : (*depot)->depot.stock;
  double load = before.capacity;
  if (stock) load = std::min(load, before.on_board() + *stock);
  if (step.has_load()) {
    load = step.load();
    if (!(load >= 0 && load <= before.capacity)) {
      return refuse(ErrorCode::invalid_argument, "NUMBER_INVALID",
                    "what is on board is at least 0 and at most the crew's capacity",
                    "load_material.load");
    }
  }
  if (stock) {
    const double left = std::max(0.0, *stock - (load - before.on_board()));
    bench.edit_depot(step.depot()).depot.stock = left;
    bench.draft.newest_depot = {bench.revision, step.depot()};
    bench.note_hazard(PlanCause::Kind::depot, step.depot());
  }
  const Position position = former ? before.position : (*depot)->depot.position;
  const Time position_time = former ? before.position_time : bench.time;
  Crew& next = edit();
  next.load.reset();
  if (load < next.capacity) next.load = load;
  next.position = position;
  next.position_time = position_time;
  bench.work_changed();
  return done(crew_id);
}

Result<Answer> dispatch(const Tablet& tablet) {
  const v1::TabletOperation& operation = tablet.operation;
  v1::Evidence message;
  switch (operation.operation_case()) {
    case v1::TabletOperation::kSignOn:
      return tablet.run(operation.sign_on());
    case v1::TabletOperation::kSignOff:
      return tablet.run(operation.sign_off());
    case v1::TabletOperation::kAcknowledge:
      return tablet.run(operation.acknowledge());
    case v1::TabletOperation::kSetOut:
      return tablet.run(operation.set_out());
    case v1::TabletOperation::kArrive:
      return tablet.run(operation.arrive());
    case v1::TabletOperation::kComplete:
      return tablet.run(operation.complete());
    case v1::TabletOperation::kHandBack:
      return tablet.run(operation.hand_back());
    case v1::TabletOperation::kFieldReport:
      *message.mutable_field_report() = operation.field_report();
      return tablet.hear_from_crew(std::move(message));
    case v1::TabletOperation::kSwitchPosition:
      *message.mutable_switch_position() = operation.switch_position();
      message.mutable_switch_position()->set_origin(v1::SwitchPosition::CREW);
      return tablet.hear_from_crew(std::move(message));
    case v1::TabletOperation::kPosition:
      return tablet.run(operation.position());
    case v1::TabletOperation::kLoadMaterial:
      return tablet.run(operation.load_material());
    case v1::TabletOperation::OPERATION_NOT_SET:
      break;
  }
  return refuse(ErrorCode::invalid_argument, "OPERATION_MISSING", "the operation says nothing",
                "operation");
}

}  // namespace

Result<Answer> operate_tablet(Workbench& bench, const journal::v1::TabletAct& act) {
  const auto crew = require_crew(bench.draft, act.crew(), "crew");
  if (!crew) return unexpected(crew.error());
  if (auto sound = check_length(act.device_id(), 64, "device_id"); !sound)
    return unexpected(sound.error());
  auto answer = dispatch(Tablet{bench, act.crew(), act.operation()});
  if (!answer) return answer;
  if (act.operation().client_seq() != 0) {
    std::uint64_t& newest = bench.edit_crew(act.crew()).tablets[act.device_id()];
    newest = std::max(newest, act.operation().client_seq());
  }
  return answer;
}

}  // namespace gridmend
