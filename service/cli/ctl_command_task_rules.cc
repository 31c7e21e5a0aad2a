#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "data/settings/task_rules_file.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "service/cli/ctl_session.h"

namespace gridmend {

namespace {

using DispatchStub = v1::DispatchService::Stub;

void show_rules(CtlSession& session, bool whole) {
  v1::GetTaskRulesRequest request;
  request.set_whole(whole);
  v1::TaskRules rules;
  if (!session.call<v1::DispatchService>(&DispatchStub::GetTaskRules, request, rules)) return;
  if (session.json) return session.print_json(rules);
  if (rules.rules().empty()) {
    std::printf("# the program's own; --whole shows them\n");
  } else {
    std::fputs(rules.rules().c_str(), stdout);
  }
}

void put_rules(CtlSession& session, const TaskRules& rules) {
  v1::PutTaskRulesRequest request;
  request.set_request_id(fresh_request_id());
  request.set_operator_(session.operator_name);
  // What this program makes of the file, whatever the server's own rules are.
  request.set_rules(write_whole_task_rules(rules));
  v1::TaskRules held;
  if (!session.call<v1::DispatchService>(&DispatchStub::PutTaskRules, request, held)) return;
  if (session.json) return session.print_json(held);
  std::printf("task rules hold from revision %llu on\n",
              static_cast<unsigned long long>(held.revision()));
}

void put_file(CtlSession& session, const std::string& file) {
  const auto rules = read_task_rules(file);
  if (!rules) return session.refuse(rules.error());
  put_rules(session, *rules);
}

}  // namespace

void add_ctl_task_rules_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  CLI::App* rules =
      ctl.add_subcommand("task-rules", "What an outage asks of the crews: show it, change it");
  rules->require_subcommand(1);
  auto whole = std::make_shared<bool>(false);
  CLI::App* show =
      rules->add_subcommand("show", "What is different from the program's own, as TOML");
  show->add_flag("--whole", *whole, "Every number");
  show->callback([session, whole] { show_rules(*session, *whole); });

  auto file = std::make_shared<std::string>();
  CLI::App* put = rules->add_subcommand("put", "Take the rules of a file from here on");
  put->add_option("file", *file, "TOML; what it does not name has the program's value")->required();
  put->callback([session, file] { put_file(*session, *file); });

  CLI::App* reset = rules->add_subcommand("reset", "Take the program's own rules from here on");
  reset->callback([session] { put_rules(*session, TaskRules{}); });
  for (CLI::App* command : {show, put, reset}) command->fallthrough();
}

}  // namespace gridmend
