#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "gridmend/v1/network.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/text_table.h"

namespace gridmend {

namespace {

void show_region(CtlSession& session) {
  v1::Region region;
  if (!session.call<v1::NetworkService>(&v1::NetworkService::Stub::GetRegion,
                                        v1::GetRegionRequest{}, region)) {
    return;
  }
  if (session.json) return session.print_json(region);
  TextTable table{{"region", region.name()}};
  table.add({"id", region.id()});
  table.add({"feeders", std::to_string(region.feeders())});
  table.add({"devices", std::to_string(region.devices())});
  table.add({"usage points", std::to_string(region.usage_points())});
  table.add({"customers", std::to_string(region.customers())});
  table.add({"road edges", std::to_string(region.road_edges())});
  table.add({"revision", std::to_string(region.revision())});
  std::fputs(table.to_string().c_str(), stdout);
}

}  // namespace

void add_ctl_command(CLI::App& app, CommandOutcome& outcome) {
  auto session = std::make_shared<CtlSession>(outcome);
  CLI::App* ctl = app.add_subcommand("ctl", "Talk to a running server");
  ctl->require_subcommand(1);
  ctl->fallthrough();
  ctl->add_option("--server", session->server, "HOST:PORT of the server")->capture_default_str();
  ctl->add_option("--timeout", session->timeout_s, "Seconds to wait for an answer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  ctl->add_option("--operator", session->operator_name, "Who is asking, for the ledger");
  ctl->add_flag("--json", session->json, "Print answers as JSON, one a line");
  CLI::App* region = ctl->add_subcommand("region", "What the server holds");
  region->callback([session] { show_region(*session); });
  add_ctl_outage_commands(*ctl, session);
  add_ctl_crew_commands(*ctl, session);
  add_ctl_evidence_commands(*ctl, session);
  add_ctl_dispatch_commands(*ctl, session);
  add_ctl_hazard_commands(*ctl, session);
  add_ctl_watch_commands(*ctl, session);
  add_ctl_clock_commands(*ctl, session);
  for (CLI::App* command : ctl->get_subcommands({})) command->fallthrough();
}

}  // namespace gridmend
