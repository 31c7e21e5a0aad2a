#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/work/work_task.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/text_table.h"
#include "service/converters/enum_converter.h"

namespace gridmend {

namespace {

using DispatchStub = v1::DispatchService::Stub;

struct TaskOptions {
  bool all = false;
  std::string crew;
  std::string outage;
};

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::vector<std::string> task_row(const v1::WorkTask& task) {
  const auto kind = to_domain(task.kind());
  const auto status = to_domain(task.status());
  char weight[32];
  std::snprintf(weight, sizeof weight, "%.1f", task.weight());
  return {task.id(),
          kind ? std::string{to_string(*kind)} : "?",
          status ? std::string{to_string(*status)} : "?",
          or_dash(task.outage()),
          or_dash(task.device()),
          weight,
          or_dash(task.crew()),
          or_dash(task.pinned_to()),
          show(task.create_time())};
}

void list_tasks(CtlSession& session, const TaskOptions& options) {
  v1::ListWorkTasksRequest request;
  request.set_page_size(1000);
  request.set_crew(options.crew);
  request.set_outage(options.outage);
  if (options.all) {
    for (int status = v1::WorkTask::WAITING; status <= v1::WorkTask::CANCELLED; ++status) {
      request.add_statuses(static_cast<v1::WorkTask::Status>(status));
    }
  }
  TextTable table{
      {"task", "kind", "status", "outage", "device", "weight", "crew", "pinned to", "made"}};
  do {
    v1::ListWorkTasksResponse response;
    if (!session.call<v1::DispatchService>(&DispatchStub::ListWorkTasks, request, response)) return;
    if (session.json) session.print_json(response);
    for (const v1::WorkTask& task : response.work_tasks()) table.add(task_row(task));
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json) std::fputs(table.to_string("no tasks").c_str(), stdout);
}

void print_plan(CtlSession& session, const v1::Plan& plan) {
  if (session.json) return session.print_json(plan);
  TextTable table{{"crew", "stop", "task", "arrives", "begins", "done"}};
  for (const v1::PlannedTour& tour : plan.tours()) {
    int stop_number = 1;
    for (const v1::PlannedStop& stop : tour.stops()) {
      table.add({tour.crew(), std::to_string(stop_number++), stop.work_task(),
                 show(stop.arrival_time()), show(stop.start_time()), show(stop.completion_time())});
    }
  }
  std::fputs(table.to_string("no tours").c_str(), stdout);
  if (plan.unserved().empty()) return;
  TextTable unserved{{"left out", "why"}};
  for (const auto& task : plan.unserved()) unserved.add({task.work_task(), task.reason()});
  std::printf("\n%s", unserved.to_string().c_str());
}

void show_plan(CtlSession& session) {
  v1::Plan plan;
  if (session.call<v1::DispatchService>(&DispatchStub::GetPlan, v1::GetPlanRequest{}, plan)) {
    print_plan(session, plan);
  }
}

void replan(CtlSession& session, const std::string& reason) {
  v1::ReplanRequest request;
  request.set_request_id(fresh_request_id());
  request.set_reason(reason);
  v1::Plan plan;
  if (session.call<v1::DispatchService>(&DispatchStub::Replan, request, plan)) {
    print_plan(session, plan);
  }
}

void print_task(CtlSession& session, const v1::WorkTask& task) {
  if (session.json) return session.print_json(task);
  std::printf("%s: crew %s, pinned to %s\n", task.id().c_str(), or_dash(task.crew()).c_str(),
              or_dash(task.pinned_to()).c_str());
}

template <class Request>
Request task_request(const CtlSession& session, const std::string& task, const std::string& crew) {
  Request request;
  request.set_request_id(fresh_request_id());
  request.set_work_task(task);
  request.set_crew(crew);
  request.set_operator_(session.operator_name);
  return request;
}

void pin(CtlSession& session, const std::string& task, const std::string& crew) {
  v1::WorkTask changed;
  if (session.call<v1::DispatchService>(
          &DispatchStub::PinTask, task_request<v1::PinTaskRequest>(session, task, crew), changed)) {
    print_task(session, changed);
  }
}

void reassign(CtlSession& session, const std::string& task, const std::string& crew) {
  v1::WorkTask changed;
  if (session.call<v1::DispatchService>(&DispatchStub::ReassignTask,
                                        task_request<v1::ReassignTaskRequest>(session, task, crew),
                                        changed)) {
    print_task(session, changed);
  }
}

}  // namespace

void add_ctl_dispatch_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  auto options = std::make_shared<TaskOptions>();
  CLI::App* tasks = ctl.add_subcommand("tasks", "Work tasks");
  tasks->add_flag("--all", options->all, "Completed and cancelled ones too");
  tasks->add_option("--crew", options->crew);
  tasks->add_option("--outage", options->outage);
  tasks->callback([session, options] { list_tasks(*session, *options); });

  CLI::App* plan = ctl.add_subcommand("plan", "The plan the crews hold");
  plan->callback([session] { show_plan(*session); });

  auto reason = std::make_shared<std::string>();
  CLI::App* replan_command = ctl.add_subcommand("replan", "Plan again on the present state");
  replan_command->add_option("--reason", *reason);
  replan_command->callback([session, reason] { replan(*session, *reason); });

  auto task = std::make_shared<std::string>();
  auto crew = std::make_shared<std::string>();
  CLI::App* pin_command =
      ctl.add_subcommand("pin", "Only this crew may do the task; no crew: unpin");
  pin_command->add_option("task", *task)->required();
  pin_command->add_option("crew", *crew);
  pin_command->callback([session, task, crew] { pin(*session, *task, *crew); });
  CLI::App* reassign_command = ctl.add_subcommand("reassign", "Give a task to a crew");
  reassign_command->add_option("task", *task)->required();
  reassign_command->add_option("crew", *crew)->required();
  reassign_command->callback([session, task, crew] { reassign(*session, *task, *crew); });
}

}  // namespace gridmend
