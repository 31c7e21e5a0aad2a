#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "core/base/printable.h"
#include "core/work/work_task.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/ctl_values.h"
#include "service/cli/option_values.h"
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

// "C1+C2"; of a task that needs more crews than have it "C1 (of 2)".
std::string crews_of(const v1::WorkTask& task) {
  std::string text;
  for (const v1::TaskCrew& part : task.crews()) text += (text.empty() ? "" : "+") + part.crew();
  const bool whole = task.crews_size() >= static_cast<int>(task.crews_needed());
  if (task.crews_needed() <= 1 || whole) return or_dash(text);
  return or_dash(text) + " (of " + std::to_string(task.crews_needed()) + ")";
}

std::string pins_of(const v1::WorkTask& task) {
  std::string text = task.pinned_to();
  for (const std::string& crew : task.also_pinned_to()) text += "+" + crew;
  return or_dash(text);
}

std::vector<std::string> task_row(const v1::WorkTask& task) {
  const auto kind = to_domain(task.kind());
  const auto status = to_domain(task.status());
  char weight[32];
  std::snprintf(weight, sizeof weight, "%.1f", task.weight());
  char material[32] = "-";
  if (task.demand() > 0) std::snprintf(material, sizeof material, "%g", task.demand());
  return {task.id(),
          kind ? std::string{to_string(*kind)} : "?",
          status ? std::string{to_string(*status)} : "?",
          or_dash(task.outage()),
          or_dash(task.device()),
          weight,
          material,
          crews_of(task),
          pins_of(task),
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
  TextTable table{{"task", "kind", "status", "outage", "device", "weight", "material", "crew",
                   "pinned to", "made"}};
  do {
    v1::ListWorkTasksResponse response;
    if (!session.call<v1::DispatchService>(&DispatchStub::ListWorkTasks, request, response)) return;
    if (session.json) session.print_json(response);
    for (const v1::WorkTask& task : response.work_tasks()) table.add(task_row(task));
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json) std::fputs(table.to_string("no tasks").c_str(), stdout);
}

std::string minutes(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f", value);
  return text;
}

std::string cause_in_words(const v1::PlanCause& cause) {
  const std::string kind = in_words(v1::PlanCause::Kind_Name(cause.kind()), ' ');
  return cause.id().empty() ? kind : kind + " " + printable(cause.id());
}

// "since the plan before: road C-000003, water noon, ... and 2 more".
void print_causes(const v1::Plan& plan) {
  if (plan.causes().empty()) return;
  constexpr int kTold = 10;
  std::string text;
  for (int i = 0; i < std::min(plan.causes_size(), kTold); ++i)
    text += (i == 0 ? "" : ", ") + cause_in_words(plan.causes(i));
  const auto more =
      plan.causes_in_all() - static_cast<std::uint32_t>(std::min(plan.causes_size(), kTold));
  if (more > 0) text += " and " + std::to_string(more) + " more";
  std::printf("\nsince the plan before: %s\n", text.c_str());
}

void print_changes(const v1::Plan& plan) {
  print_causes(plan);
  if (plan.changes().empty()) return;
  TextTable table{{"task", "changed", "from crew", "to crew", "because of", "customer-minutes"}};
  for (const v1::PlanChange& change : plan.changes()) {
    table.add({change.work_task(), in_words(v1::PlanChange::Kind_Name(change.kind()), ' '),
               or_dash(change.previous_crew()), or_dash(change.crew()),
               cause_in_words(change.cause()),
               change.has_gain_customer_minutes() ? minutes(change.gain_customer_minutes()) : "-"});
  }
  std::printf("\n%s", table.to_string().c_str());
  std::printf("\n%s: saves %s customer-minutes against going on as before\n", plan.cause().c_str(),
              minutes(plan.gain_customer_minutes()).c_str());
}

// What is beside the driving before a stop.
std::string on_the_way(const v1::PlannedStop& stop) {
  std::string text;
  const auto add = [&](const std::string& words) { text += (text.empty() ? "" : ", ") + words; };
  if (stop.has_rest_time()) add("break " + show(stop.rest_time()));
  if (!stop.depot().empty()) add("loads at " + stop.depot());
  if (!stop.takes_over_from().empty()) add("takes over from " + stop.takes_over_from());
  return or_dash(text);
}

void print_plan(CtlSession& session, const v1::Plan& plan) {
  if (session.json) return session.print_json(plan);
  TextTable table{{"crew", "stop", "task", "arrives", "begins", "done", "leave by", "on the way"}};
  for (const v1::PlannedTour& tour : plan.tours()) {
    int stop_number = 1;
    for (const v1::PlannedStop& stop : tour.stops()) {
      table.add({tour.crew(), std::to_string(stop_number++), stop.work_task(),
                 show(stop.arrival_time()), show(stop.start_time()), show(stop.completion_time()),
                 stop.has_leave_by_time() ? show(stop.leave_by_time()) : "-", on_the_way(stop)});
    }
    if (tour.home_cut_off()) {
      table.add({tour.crew(), "-", "no safe way to its depot", "-", "-", "-", "-", "-"});
    } else if (tour.has_return_time()) {
      table.add({tour.crew(), "-", "home", show(tour.return_time()), "-", "-", "-", "-"});
    }
  }
  std::fputs(table.to_string("no tours").c_str(), stdout);
  if (!plan.cut_off().empty()) {
    TextTable cut_off{{"crew", "cut off until"}};
    for (const auto& crew : plan.cut_off()) {
      cut_off.add({crew.crew(), crew.has_until() ? show(crew.until()) : "no end known"});
    }
    std::printf("\n%s", cut_off.to_string().c_str());
  }
  if (!plan.unserved().empty()) {
    TextTable unserved{{"left out", "why"}};
    for (const auto& task : plan.unserved()) unserved.add({task.work_task(), task.reason()});
    std::printf("\n%s", unserved.to_string().c_str());
  }
  print_changes(plan);
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
  std::printf("%s: crew %s, pinned to %s", task.id().c_str(), crews_of(task).c_str(),
              pins_of(task).c_str());
  for (const std::string& crew : task.vetoed_crews()) std::printf(", never %s", crew.c_str());
  std::printf("\n");
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

// An operator's word is taken; that the crew does not get there is worth knowing.
void warn_where_out_of_reach(CtlSession& session, const std::string& task,
                             const std::string& crew) {
  v1::GetAccessRequest request;
  request.set_crew(crew);
  request.set_work_task(task);
  v1::Access access;
  using Hazard = v1::HazardService;
  const auto status = session.ask<Hazard>(&Hazard::Stub::GetAccess, request, access);
  if (!status.ok() || access.reachable()) return;
  const std::string opens =
      access.has_opens_at() ? "; it opens " + show(access.opens_at()) : std::string{};
  std::fprintf(stderr, "gridmend: ctl: crew %s does not get to %s: %s%s\n", printable(crew).c_str(),
               printable(task).c_str(), printable(access.reason()).c_str(), opens.c_str());
}

void pin(CtlSession& session, const std::string& task, const std::string& crew) {
  v1::WorkTask changed;
  if (session.call<v1::DispatchService>(
          &DispatchStub::PinTask, task_request<v1::PinTaskRequest>(session, task, crew), changed)) {
    print_task(session, changed);
    if (!crew.empty()) warn_where_out_of_reach(session, task, crew);
  }
}

void veto(CtlSession& session, const std::string& task, const std::string& crew, bool lift) {
  auto request = task_request<v1::VetoTaskRequest>(session, task, crew);
  request.set_lift(lift);
  v1::WorkTask changed;
  if (session.call<v1::DispatchService>(&DispatchStub::VetoTask, request, changed)) {
    print_task(session, changed);
  }
}

std::string alternative(const v1::PlanAlternative& other) {
  return other.crew() + ", stop " + std::to_string(other.order() + 1) + ", done " +
         show(other.completion_time()) + ", " + minutes(other.extra_customer_minutes()) +
         " customer-minutes more";
}

void explain(CtlSession& session, const std::string& task) {
  v1::ExplainTaskRequest request;
  request.set_work_task(task);
  v1::TaskExplanation why;
  if (!session.call<v1::DispatchService>(&DispatchStub::ExplainTask, request, why)) return;
  if (session.json) return session.print_json(why);
  TextTable table{{"task", why.work_task()}};
  table.add({"crew", or_dash(why.crew())});
  if (why.crew().empty()) {
    table.add({"left out", why.unserved_reason()});
  } else {
    table.add({"stop", std::to_string(why.order() + 1)});
    table.add({"done", show(why.completion_time())});
    table.add({"next best crew",
               why.has_best_other_crew() ? alternative(why.best_other_crew()) : "none can"});
    table.add({"next best stop",
               why.has_best_other_order() ? alternative(why.best_other_order()) : "none is"});
    table.add({"crews that cannot", std::to_string(why.unable_crews())});
  }
  std::printf("%s\n%s\n%s\n", table.to_string().c_str(), why.explanation_en().c_str(),
              why.explanation_zh().c_str());
}

// How many crews, how much material.
struct NeedOptions {
  std::string task;
  std::uint32_t crews = 1;
  double demand = 0;
  CLI::Option* has_crews = nullptr;
  CLI::Option* has_demand = nullptr;
};

void change_needs(CtlSession& session, const NeedOptions& options) {
  v1::UpdateWorkTaskRequest request;
  request.set_request_id(fresh_request_id());
  request.mutable_work_task()->set_id(options.task);
  if (*options.has_crews) {
    request.mutable_work_task()->set_crews_needed(options.crews);
    request.mutable_update_mask()->add_paths("crews_needed");
  }
  if (*options.has_demand) {
    request.mutable_work_task()->set_demand(options.demand);
    request.mutable_update_mask()->add_paths("demand");
  }
  if (request.update_mask().paths().empty())
    return session.refuse("say what it needs", ExitCode::usage);
  v1::WorkTask changed;
  if (session.call<v1::DispatchService>(&DispatchStub::UpdateWorkTask, request, changed))
    print_task(session, changed);
}

void add_needs_command(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  auto options = std::make_shared<NeedOptions>();
  CLI::App* needs = ctl.add_subcommand("needs", "What a task needs: crews at once, material");
  needs->add_option("task", options->task)->required();
  options->has_crews = needs->add_option("--crews", options->crews, "Crews at the same time")
                           ->check(CLI::Range(1, 8));
  options->has_demand = needs->add_option("--material", options->demand, "Units, shared by them")
                            ->check(check_not_negative);
  needs->callback([session, options] { change_needs(*session, *options); });
}

void reassign(CtlSession& session, const std::string& task, const std::string& crew,
              const std::string& replaced) {
  v1::WorkTask changed;
  auto request = task_request<v1::ReassignTaskRequest>(session, task, crew);
  request.set_replaced_crew(replaced);
  if (session.call<v1::DispatchService>(&DispatchStub::ReassignTask, request, changed)) {
    print_task(session, changed);
    warn_where_out_of_reach(session, task, crew);
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
      ctl.add_subcommand("pin", "This crew must do the task, of several one; no crew: unpin");
  pin_command->add_option("task", *task)->required();
  pin_command->add_option("crew", *crew);
  pin_command->callback([session, task, crew] { pin(*session, *task, *crew); });
  CLI::App* reassign_command = ctl.add_subcommand("reassign", "Give a task to a crew");
  reassign_command->add_option("task", *task)->required();
  reassign_command->add_option("crew", *crew)->required();
  auto replaced = std::make_shared<std::string>();
  reassign_command->add_option("--instead-of", *replaced,
                               "Of several crews the one that leaves it");
  reassign_command->callback(
      [session, task, crew, replaced] { reassign(*session, *task, *crew, *replaced); });
  add_needs_command(ctl, session);
  CLI::App* dispatch = ctl.add_subcommand("dispatch", "What the plan is made of");
  dispatch->require_subcommand(1);
  CLI::App* explain_command =
      dispatch->add_subcommand("explain", "Why this crew, why this stop, what the next best costs");
  explain_command->add_option("task", *task)->required();
  explain_command->callback([session, task] { explain(*session, *task); });
  auto lift = std::make_shared<bool>(false);
  CLI::App* veto_command = ctl.add_subcommand("veto", "This crew never gets the task");
  veto_command->add_option("task", *task)->required();
  veto_command->add_option("crew", *crew)->required();
  veto_command->add_flag("--lift", *lift, "Take the veto back");
  veto_command->callback([session, task, crew, lift] { veto(*session, *task, *crew, *lift); });
}

}  // namespace gridmend
