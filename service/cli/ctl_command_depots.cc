#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/printable.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/option_values.h"
#include "service/cli/text_table.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

using DispatchStub = v1::DispatchService::Stub;

constexpr double kMinute = 60;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string minutes(const google::protobuf::Duration& duration) {
  return number(static_cast<double>(duration.seconds()) / kMinute);
}

void list_depots(CtlSession& session) {
  v1::ListDepotsRequest request;
  request.set_page_size(1000);
  TextTable table{{"depot", "name", "stock", "loading (min)", "position"}};
  do {
    v1::ListDepotsResponse response;
    if (!session.call<v1::DispatchService>(&DispatchStub::ListDepots, request, response)) return;
    if (session.json) session.print_json(response);
    for (const v1::Depot& depot : response.depots()) {
      table.add({depot.id(), depot.name(), depot.has_stock() ? number(depot.stock()) : "any",
                 minutes(depot.loading_duration()), show(depot.position())});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json) std::fputs(table.to_string("no depots").c_str(), stdout);
}

struct DepotOptions {
  std::string id;
  std::string name;
  std::string at;
  double stock = 0;
  double loading_min = 0;
  CLI::Option* has_stock = nullptr;
  CLI::Option* has_loading = nullptr;
};

void print_depot(CtlSession& session, const v1::Depot& depot) {
  if (session.json) return session.print_json(depot);
  std::printf("depot %s holds %s\n", printable(depot.id()).c_str(),
              depot.has_stock() ? number(depot.stock()).c_str() : "as much as is asked for");
}

bool write_depot(CtlSession& session, const DepotOptions& options, v1::Depot& depot) {
  depot.set_id(options.id);
  if (!options.name.empty()) depot.set_name(options.name);
  if (!options.at.empty() && !read_position(options.at, *depot.mutable_position())) {
    session.refuse("--at wants LON,LAT in degrees", ExitCode::usage);
    return false;
  }
  if (*options.has_stock) depot.set_stock(options.stock);
  if (*options.has_loading)
    *depot.mutable_loading_duration() = to_proto(from_seconds(kMinute * options.loading_min));
  return true;
}

void add_depot(CtlSession& session, const DepotOptions& options) {
  v1::CreateDepotRequest request;
  request.set_request_id(fresh_request_id());
  if (!write_depot(session, options, *request.mutable_depot())) return;
  if (options.name.empty()) request.mutable_depot()->set_name(options.id);
  v1::Depot made;
  if (session.call<v1::DispatchService>(&DispatchStub::CreateDepot, request, made))
    print_depot(session, made);
}

void change_depot(CtlSession& session, const DepotOptions& options, bool unlimited) {
  v1::UpdateDepotRequest request;
  request.set_request_id(fresh_request_id());
  if (!write_depot(session, options, *request.mutable_depot())) return;
  const v1::Depot& depot = request.depot();
  auto& mask = *request.mutable_update_mask();
  if (!depot.name().empty()) mask.add_paths("name");
  if (depot.has_position()) mask.add_paths("position");
  if (depot.has_stock() || unlimited) mask.add_paths("stock");
  if (depot.has_loading_duration()) mask.add_paths("loading_duration");
  if (mask.paths().empty()) return session.refuse("say what changes", ExitCode::usage);
  v1::Depot changed;
  if (session.call<v1::DispatchService>(&DispatchStub::UpdateDepot, request, changed))
    print_depot(session, changed);
}

struct RemoveOptions {
  std::string id;
  std::string new_home;
  bool force = false;
};

void remove_depot(CtlSession& session, const RemoveOptions& options) {
  v1::DeleteDepotRequest request;
  request.set_request_id(fresh_request_id());
  request.set_operator_(session.operator_name);
  request.set_id(options.id);
  request.set_new_home_depot(options.new_home);
  request.set_force(options.force);
  v1::DeleteDepotResponse gone;
  if (!session.call<v1::DispatchService>(&DispatchStub::DeleteDepot, request, gone)) return;
  if (session.json) return session.print_json(gone);
  std::printf("depot %s is given up\n", printable(options.id).c_str());
}

void add_options(CLI::App& command, DepotOptions& options) {
  command.add_option("id", options.id)->required();
  command.add_option("--name", options.name);
  options.has_stock = command.add_option("--stock", options.stock, "Units of material it holds")
                          ->check(check_not_negative);
  options.has_loading =
      command.add_option("--loading", options.loading_min, "Minutes that loading takes")
          ->check(CLI::Range(0.0, 1440.0));
}

}  // namespace

void add_ctl_depot_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  CLI::App* depots = ctl.add_subcommand("depots", "All depots");
  depots->callback([session] { list_depots(*session); });

  CLI::App* depot = ctl.add_subcommand("depot", "Make a depot, say what it holds, give it up");
  depot->require_subcommand(1);
  auto made = std::make_shared<DepotOptions>();
  CLI::App* add = depot->add_subcommand("add", "Make a depot; without --stock it holds any amount");
  add_options(*add, *made);
  add->add_option("--at", made->at, "LON,LAT in degrees")->required();
  add->callback([session, made] { add_depot(*session, *made); });

  auto changed = std::make_shared<DepotOptions>();
  auto unlimited = std::make_shared<bool>(false);
  CLI::App* set = depot->add_subcommand("set", "Change a depot");
  add_options(*set, *changed);
  set->add_option("--at", changed->at, "LON,LAT in degrees");
  set->add_flag("--any-stock", *unlimited, "It holds as much as is asked for")
      ->excludes(changed->has_stock);
  set->callback([session, changed, unlimited] { change_depot(*session, *changed, *unlimited); });

  auto removed = std::make_shared<RemoveOptions>();
  CLI::App* remove =
      depot->add_subcommand("remove", "Give a depot up; plans that used it are made anew");
  remove->add_option("id", removed->id)->required();
  CLI::Option* home = remove->add_option("--new-home", removed->new_home,
                                         "Depot where crews go home from now on that did there");
  remove
      ->add_flag("--force", removed->force, "Crews that went home there have no depot from now on")
      ->excludes(home);
  remove->callback([session, removed] { remove_depot(*session, *removed); });
  for (CLI::App* command : {add, set, remove}) command->fallthrough();
}

}  // namespace gridmend
