#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/base/printable.h"
#include "gridmend/v1/crew.grpc.pb.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/option_values.h"

namespace gridmend {

namespace {

struct WatchOptions {
  std::uint64_t resume_after = 0;
  int messages = 0;  // 0: until the end
  std::string crew;
};

std::string change_text(const v1::WatchOutagesResponse& message) {
  switch (message.change_case()) {
    case v1::WatchOutagesResponse::kFullState:
      return "full state, " + std::to_string(message.full_state().outages_size()) + " outages";
    case v1::WatchOutagesResponse::kDelta: {
      std::string text;
      for (const auto& outage : message.delta().changed()) {
        text += " " + outage.id() + " " + v1::Outage::Status_Name(outage.status());
      }
      for (const auto& id : message.delta().removed()) text += " " + id + " gone";
      return "changed:" + text;
    }
    case v1::WatchOutagesResponse::kResync:
      return "starting over: " + message.resync().message();
    default:
      return "nothing new";
  }
}

std::string change_text(const v1::WatchPlanResponse& message) {
  switch (message.change_case()) {
    case v1::WatchPlanResponse::kFullState:
      return "full state, " + std::to_string(message.full_state().crews_size()) + " crews, " +
             std::to_string(message.full_state().work_tasks_size()) + " tasks";
    case v1::WatchPlanResponse::kDelta: {
      std::string text = message.delta().has_plan() ? " plan" : "";
      for (const auto& crew : message.delta().crews()) {
        text += " " + crew.id() + " " + v1::Crew::Status_Name(crew.status());
      }
      for (const auto& task : message.delta().work_tasks()) {
        text += " " + task.id() + " " + v1::WorkTask::Status_Name(task.status());
      }
      for (const auto& depot : message.delta().depots()) text += " depot " + depot.id();
      for (const auto& depot : message.delta().removed_depots())
        text += " depot " + depot + " gone";
      return "changed:" + text;
    }
    case v1::WatchPlanResponse::kResync:
      return "starting over: " + message.resync().message();
    default:
      return "nothing new";
  }
}

std::string change_text(const v1::WatchAssignmentsResponse& message) {
  const auto tasks = [](const auto& assignments) {
    std::string text;
    for (const auto& assignment : assignments) {
      text += " " + assignment.work_task().id() + " " +
              v1::WorkTask::Status_Name(assignment.work_task().status());
    }
    return text;
  };
  switch (message.change_case()) {
    case v1::WatchAssignmentsResponse::kFullState:
      return "full state:" + tasks(message.full_state().assignments());
    case v1::WatchAssignmentsResponse::kDelta:
      return "changed:" + tasks(message.delta().changed());
    case v1::WatchAssignmentsResponse::kResync:
      return "starting over: " + message.resync().message();
    default:
      return "nothing new";
  }
}

template <class Response>
void print_stream(CtlSession& session, grpc::ClientContext& context,
                  grpc::ClientReader<Response>& reader, int messages) {
  Response message;
  int seen = 0;
  while (reader.Read(&message)) {
    if (session.json) {
      session.print_json(message);
    } else {
      std::printf("%llu %s\n", static_cast<unsigned long long>(message.revision()),
                  printable(change_text(message)).c_str());
      std::fflush(stdout);
    }
    // Nobody reads on, or the disk behind it is full.
    if (++seen == messages || std::ferror(stdout) != 0) {
      context.TryCancel();
      reader.Finish();
      return;
    }
  }
  session.succeeded(reader.Finish());
}

void watch_outages(CtlSession& session, const WatchOptions& options) {
  v1::WatchOutagesRequest request;
  request.set_resume_after_revision(options.resume_after);
  grpc::ClientContext context;
  const auto stub = v1::OutageService::NewStub(session.channel());
  print_stream(session, context, *stub->WatchOutages(&context, request), options.messages);
}

void watch_plan(CtlSession& session, const WatchOptions& options) {
  v1::WatchPlanRequest request;
  request.set_crew(options.crew);
  request.set_resume_after_revision(options.resume_after);
  grpc::ClientContext context;
  const auto stub = v1::DispatchService::NewStub(session.channel());
  print_stream(session, context, *stub->WatchPlan(&context, request), options.messages);
}

void watch_assignments(CtlSession& session, const WatchOptions& options) {
  v1::WatchAssignmentsRequest request;
  request.set_crew(options.crew);
  request.set_resume_after_revision(options.resume_after);
  grpc::ClientContext context;
  const auto stub = v1::CrewService::NewStub(session.channel());
  print_stream(session, context, *stub->WatchAssignments(&context, request), options.messages);
}

}  // namespace

void add_ctl_watch_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* watch = ctl.add_subcommand("watch", "Print changes as they come");
  watch->require_subcommand(1);
  watch->add_option("--resume-after", options->resume_after, "The last revision seen");
  watch->add_option("--messages", options->messages, "Stop after so many")->check(check_positive);
  CLI::App* outages = watch->add_subcommand("outages", "Outages");
  outages->callback([session, options] { watch_outages(*session, *options); });
  CLI::App* plan = watch->add_subcommand("plan", "Plan, crews and tasks");
  plan->add_option("--crew", options->crew, "Of this crew only");
  plan->callback([session, options] { watch_plan(*session, *options); });
  CLI::App* assignments = watch->add_subcommand("assignments", "What a crew has to do");
  assignments->add_option("crew", options->crew)->required();
  assignments->callback([session, options] { watch_assignments(*session, *options); });
  for (CLI::App* command : {outages, plan, assignments}) command->fallthrough();
}

}  // namespace gridmend
