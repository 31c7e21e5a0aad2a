#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/base/printable.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/ctl_values.h"
#include "service/cli/option_values.h"

namespace gridmend {

namespace {

using DispatchStub = v1::DispatchService::Stub;

struct NewTask {
  std::string kind;
  std::string id;
  std::string device;
  std::string at;
  std::string outage;
  double minutes = 0;
  std::vector<std::string> skills;
  double weight = 0;
  double material = 0;
  std::uint32_t crews = 1;
  std::string earliest;
  std::string deadline;
  std::string due;
  double late_weight = 0;
  std::vector<std::string> after;
  std::vector<std::string> hard_after;
};

// "safety-visit" is SAFETY_VISIT.
bool read_kind(const std::string& text, v1::WorkTask& task) {
  std::string name;
  for (const char c : text)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  v1::WorkTask::Kind kind{};
  if (!v1::WorkTask::Kind_Parse(name, &kind) || kind == v1::WorkTask::KIND_UNSPECIFIED)
    return false;
  task.set_kind(kind);
  return true;
}

std::string kind_names() {
  std::string names;
  for (int i = v1::WorkTask::KIND_UNSPECIFIED + 1; i <= v1::WorkTask::Kind_MAX; ++i) {
    names += in_words(v1::WorkTask::Kind_Name(static_cast<v1::WorkTask::Kind>(i)), '-');
    if (i < v1::WorkTask::Kind_MAX) names += ", ";
  }
  return names;
}

void print_made(CtlSession& session, const v1::WorkTask& task, const char* what) {
  if (session.json) return session.print_json(task);
  std::printf("task %s %s\n", printable(task.id()).c_str(), what);
}

void add_task(CtlSession& session, const NewTask& options) {
  v1::CreateWorkTaskRequest request;
  request.set_request_id(fresh_request_id());
  v1::WorkTask& task = *request.mutable_work_task();
  if (!read_kind(options.kind, task)) {
    return session.refuse("'" + options.kind + "' is no kind of task: " + kind_names(),
                          ExitCode::usage);
  }
  if (options.device.empty() == options.at.empty())
    return session.refuse("give --device or --at", ExitCode::usage);
  if (!options.at.empty() && !read_position(options.at, *task.mutable_position()))
    return session.refuse("--at wants LON,LAT in degrees", ExitCode::usage);
  if (!read_skills(session, options.skills, *task.mutable_skills())) return;
  const bool timed = read_times<v1::WorkTask>(
      session,
      {{"--earliest", options.earliest, &v1::WorkTask::mutable_earliest_time},
       {"--deadline", options.deadline, &v1::WorkTask::mutable_deadline},
       {"--due", options.due, &v1::WorkTask::mutable_due_time}},
      task);
  if (!timed) return;
  task.set_id(options.id);
  task.set_device(options.device);
  task.set_outage(options.outage);
  if (options.minutes > 0) *task.mutable_expected_duration() = minutes_long(options.minutes);
  task.set_weight(options.weight);
  task.set_demand(options.material);
  task.set_crews_needed(options.crews);
  task.set_late_weight(options.late_weight);
  task.mutable_after()->Add(options.after.begin(), options.after.end());
  task.mutable_hard_after()->Add(options.hard_after.begin(), options.hard_after.end());
  v1::WorkTask made;
  if (session.call<v1::DispatchService>(&DispatchStub::CreateWorkTask, request, made))
    print_made(session, made, "is made");
}

void cancel_task(CtlSession& session, const std::string& id) {
  v1::UpdateWorkTaskRequest request;
  request.set_request_id(fresh_request_id());
  request.mutable_work_task()->set_id(id);
  request.mutable_work_task()->set_status(v1::WorkTask::CANCELLED);
  request.mutable_update_mask()->add_paths("status");
  v1::WorkTask changed;
  if (session.call<v1::DispatchService>(&DispatchStub::UpdateWorkTask, request, changed))
    print_made(session, changed, "is cancelled");
}

}  // namespace

void add_ctl_task_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  CLI::App* task = ctl.add_subcommand("task", "Make a work task by hand, or cancel one");
  task->require_subcommand(1);
  auto options = std::make_shared<NewTask>();
  CLI::App* add = task->add_subcommand("add", "Make a task");
  add->add_option("kind", options->kind, kind_names())->required();
  add->add_option("--id", options->id, "Without it the server gives one");
  add->add_option("--device", options->device, "What is to be worked on");
  add->add_option("--at", options->at, "Or where: LON,LAT in degrees");
  add->add_option("--outage", options->outage, "The outage it serves");
  add->add_option("--minutes", options->minutes, "Work on site; else by kind and device")
      ->check(check_positive);
  add->add_option("--skills", options->skills, skill_names())->delimiter(',');
  add->add_option("--weight", options->weight, "Weighted households it brings back")
      ->check(check_not_negative);
  add->add_option("--material", options->material, "Units")->check(check_not_negative);
  add->add_option("--crews", options->crews, "At the same time")->check(CLI::Range(1, 8));
  add->add_option("--earliest", options->earliest, "Not before: 2026-07-20T18:00:00Z");
  add->add_option("--deadline", options->deadline, "Work begins by then or not at all");
  add->add_option("--due", options->due, "From then on it weighs --late-weight more");
  add->add_option("--late-weight", options->late_weight)->check(check_not_negative);
  add->add_option("--after", options->after, "Its gain counts from these tasks' completion")
      ->delimiter(',');
  add->add_option("--hard-after", options->hard_after, "It begins after these tasks only")
      ->delimiter(',');
  add->callback([session, options] { add_task(*session, *options); });

  auto id = std::make_shared<std::string>();
  CLI::App* cancel = task->add_subcommand("cancel", "Nobody has to do it any more");
  cancel->add_option("id", *id)->required();
  cancel->callback([session, id] { cancel_task(*session, *id); });
  for (CLI::App* command : {add, cancel}) command->fallthrough();
}

}  // namespace gridmend
