#include <CLI/CLI.hpp>
#include <memory>

#include "service/cli/ctl_session.h"
#include "service/cli/option_values.h"

namespace gridmend {

void add_ctl_command(CLI::App& app, CommandOutcome& outcome) {
  auto session = std::make_shared<CtlSession>(outcome);
  CLI::App* ctl = app.add_subcommand("ctl", "Talk to a running server");
  ctl->require_subcommand(1);
  ctl->fallthrough();
  ctl->add_option("--server", session->server, "HOST:PORT of the server")->capture_default_str();
  ctl->add_option("--timeout", session->timeout_s, "Seconds to wait for an answer")
      ->check(check_positive)
      ->capture_default_str();
  ctl->add_option("--operator", session->operator_name, "Who is asking, for the ledger");
  ctl->add_flag("--json", session->json, "Print answers as JSON, one a line");
  add_ctl_region_commands(*ctl, session);
  add_ctl_network_commands(*ctl, session);
  add_ctl_outage_commands(*ctl, session);
  add_ctl_crew_commands(*ctl, session);
  add_ctl_depot_commands(*ctl, session);
  add_ctl_task_commands(*ctl, session);
  add_ctl_task_rules_commands(*ctl, session);
  add_ctl_evidence_commands(*ctl, session);
  add_ctl_dispatch_commands(*ctl, session);
  add_ctl_water_commands(*ctl, session);
  add_ctl_closure_commands(*ctl, session);
  add_ctl_access_command(*ctl, session);
  add_ctl_watch_commands(*ctl, session);
  add_ctl_clock_commands(*ctl, session);
  for (CLI::App* command : ctl->get_subcommands({})) command->fallthrough();
}

}  // namespace gridmend
