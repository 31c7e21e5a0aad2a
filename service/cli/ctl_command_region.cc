#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/printable.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/text_table.h"

namespace gridmend {

namespace {

using Session = std::shared_ptr<CtlSession>;
using NetworkStub = v1::NetworkService::Stub;

constexpr int kListed = 20;

bool get_region(CtlSession& session, v1::Region& region) {
  return session.call<v1::NetworkService>(&NetworkStub::GetRegion, v1::GetRegionRequest{}, region);
}

std::string since(const v1::Region& region) {
  if (region.since_revision() == 0) return "the journal's beginning";
  return show(region.since_time()) + ", revision " + std::to_string(region.since_revision());
}

void show_region(CtlSession& session) {
  v1::Region region;
  if (!get_region(session, region)) return;
  if (session.json) return session.print_json(region);
  TextTable table{{"region", region.name()}};
  table.add({"id", region.id()});
  table.add({"format", std::to_string(region.format())});
  table.add({"held since", since(region)});
  table.add({"feeders", std::to_string(region.feeders())});
  table.add({"devices", std::to_string(region.devices())});
  table.add({"usage points", std::to_string(region.usage_points())});
  table.add({"customers", std::to_string(region.customers())});
  table.add({"road edges", std::to_string(region.road_edges())});
  table.add({"revision", std::to_string(region.revision())});
  std::fputs(table.to_string().c_str(), stdout);
}

void show_state_hash(CtlSession& session) {
  v1::StateHash state;
  if (!session.call<v1::NetworkService>(&NetworkStub::GetStateHash, v1::GetStateHashRequest{},
                                        state)) {
    return;
  }
  if (session.json) return session.print_json(state);
  TextTable table{{"state hash", state.hash()}};
  table.add({"revision", std::to_string(state.revision())});
  table.add({"region", state.region()});
  std::fputs(table.to_string().c_str(), stdout);
}

void add_row(TextTable& table, const char* what, const v1::RegionChanges::Table& change) {
  table.add({what, std::to_string(change.added()), std::to_string(change.removed()),
             std::to_string(change.changed()), std::to_string(change.moved()),
             std::to_string(change.reconnected())});
}

template <class Ids>
void print_ids(const char* what, const Ids& ids, std::uint32_t all) {
  if (ids.empty()) return;
  const int listed = std::min(kListed, ids.size());
  std::printf("  %s:", what);
  for (int i = 0; i < listed; ++i) std::printf(" %s", printable(ids[i]).c_str());
  if (all > static_cast<std::uint32_t>(listed))
    std::printf(" and %u more", all - static_cast<std::uint32_t>(listed));
  std::printf("\n");
}

void print_changes(const v1::RegionChanges& changes) {
  TextTable table{{"network", "added", "removed", "changed", "moved", "reconnected"}};
  add_row(table, "substations", changes.substations());
  add_row(table, "feeders", changes.feeders());
  add_row(table, "connectivity nodes", changes.connectivity_nodes());
  add_row(table, "devices", changes.devices());
  add_row(table, "usage points", changes.usage_points());
  std::fputs(table.to_string().c_str(), stdout);
  print_ids("devices added", changes.devices().added_ids(), changes.devices().added());
  print_ids("devices removed", changes.devices().removed_ids(), changes.devices().removed());
  print_ids("devices moved", changes.devices().moved_ids(), changes.devices().moved());
  print_ids("devices reconnected", changes.devices().reconnected_ids(),
            changes.devices().reconnected());
  print_ids("usage points removed", changes.usage_points().removed_ids(),
            changes.usage_points().removed());
  print_ids("usage points that lose supply", changes.supply_lost_ids(), changes.supply_lost());
  for (int i = 0; i < std::min(kListed, changes.feeder_changes_size()); ++i) {
    const v1::FeederChange& feeder = changes.feeder_changes(i);
    std::printf("  feeder %s gains %u usage points and loses %u\n",
                printable(feeder.feeder()).c_str(), feeder.usage_points_gained(),
                feeder.usage_points_lost());
  }
  std::printf("  roads %s\n", changes.roads_changed() ? "changed" : "as before");
}

void print_carry_over(const v1::RegionCarryOver& carry) {
  TextTable table{{"state", "carried", "not"}};
  const auto add = [&](const char* what, std::uint32_t carried, std::uint32_t lost) {
    table.add({what, std::to_string(carried), std::to_string(lost)});
  };
  add("outages", carry.outages_carried(), carry.outages_withdrawn());
  add("work tasks", carry.work_tasks_carried(), 0);
  add("switch positions", carry.switches_carried(), carry.switches_lost());
  add("meters heard", carry.meters_carried(), carry.meters_lost());
  add("devices heard of", carry.devices_carried(), carry.devices_lost());
  add("calls without a usage point", carry.calls_carried(), carry.calls_lost());
  add("what outages said of customers' links", carry.link_suspicions_carried(),
      carry.link_suspicions_lost());
  std::fputs(table.to_string().c_str(), stdout);
  for (int i = 0; i < std::min(kListed, carry.notes_size()); ++i)
    std::printf("  %s\n", printable(carry.notes(i).text()).c_str());
  if (carry.notes_size() > kListed)
    std::printf("  and %d more; --json shows them\n", carry.notes_size() - kListed);
}

struct LoadOptions {
  std::string file;
  std::string region;
  std::string present;
  bool dry_run = false;
  bool force = false;
};

// A path that exists here is meant as it is seen from here; the server sees the same disk.
std::string file_for_server(const std::string& file) {
  std::error_code error;
  const std::filesystem::path path{file};
  if (!std::filesystem::exists(path, error) || error) return file;
  const auto absolute = std::filesystem::absolute(path, error);
  return error ? file : absolute.string();
}

void preview(CtlSession& session, const LoadOptions& options) {
  v1::PreviewRegionRequest request;
  request.set_file(file_for_server(options.file));
  request.set_region(options.region);
  v1::PreviewRegionResponse response;
  if (!session.call<v1::NetworkService>(&NetworkStub::PreviewRegion, request, response)) return;
  if (session.json) return session.print_json(response);
  if (response.region() == response.present_region()) {
    std::printf("region %s is held already\n", response.region().c_str());
    return;
  }
  std::printf("region %s would replace %s\n\n", response.region().c_str(),
              response.present_region().c_str());
  print_changes(response.changes());
  std::printf("\n");
  print_carry_over(response.carry_over());
  if (response.overlap().needs_force()) {
    std::printf("\nless than half of the present region is in it: loading it wants --force\n");
  }
  for (const std::string& device : response.orders_lost()) {
    std::printf("\n%s stands open by order and is not in it: loading it wants --force\n",
                printable(device).c_str());
  }
  std::printf("\nnothing was changed\n");
}

void load(CtlSession& session, const LoadOptions& options) {
  if (options.dry_run) return preview(session, options);
  v1::LoadRegionRequest request;
  request.set_request_id(fresh_request_id());
  request.set_file(file_for_server(options.file));
  request.set_region(options.region);
  request.set_present_region(options.present);
  request.set_operator_(session.operator_name);
  request.set_force(options.force);
  v1::LoadRegionResponse response;
  if (!session.call<v1::NetworkService>(&NetworkStub::LoadRegion, request, response)) return;
  if (session.json) return session.print_json(response);
  const auto revision = static_cast<unsigned long long>(response.revision());
  if (response.present_already()) {
    std::printf("region %s is held already, since revision %llu\n", response.region().c_str(),
                revision);
    return;
  }
  std::printf("region %s is held from revision %llu on\n\n", response.region().c_str(), revision);
  print_carry_over(response.carry_over());
}

void list_loads(CtlSession& session) {
  v1::ListRegionLoadsRequest request;
  request.set_page_size(100);
  TextTable table{{"time", "revision", "region", "by", "outages", "withdrawn", "notes"}};
  do {
    v1::ListRegionLoadsResponse response;
    if (!session.call<v1::NetworkService>(&NetworkStub::ListRegionLoads, request, response)) return;
    if (session.json) session.print_json(response);
    for (const v1::RegionLoad& load : response.loads()) {
      table.add({show(load.time()), std::to_string(load.revision()), load.region(), load.actor(),
                 std::to_string(load.carry_over().outages_carried()),
                 std::to_string(load.carry_over().outages_withdrawn()),
                 std::to_string(load.carry_over().notes_size())});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json)
    std::fputs(table.to_string("none: the journal began with the region").c_str(), stdout);
}

}  // namespace

void add_ctl_region_commands(CLI::App& ctl, const Session& session) {
  CLI::App* region = ctl.add_subcommand("region", "The region the server holds");
  region->require_subcommand(0, 1);
  region->callback([session, region] {
    if (region->get_subcommands().empty()) show_region(*session);
  });
  CLI::App* show_command = region->add_subcommand("show", "What it is, and since when it is held");
  show_command->callback([session] { show_region(*session); });

  CLI::App* hash =
      region->add_subcommand("state-hash", "Of the whole state, to compare with `gridmend replay`");
  hash->callback([session] { show_state_hash(*session); });

  auto options = std::make_shared<LoadOptions>();
  CLI::App* load_command = region->add_subcommand("load", "Go on with another import of it");
  load_command
      ->add_option("file", options->file,
                   "A .gmr on the server's machine, in the folder it was told to take regions from")
      ->required();
  load_command->add_flag("--dry-run", options->dry_run, "Only say what would change");
  load_command->add_flag("--force", options->force,
                         "Take it although most of the present region is not in it");
  load_command->add_option("--expect", options->region, "Refuse a file with another region id");
  load_command->add_option("--replaces", options->present,
                           "Refuse when the server holds another region by now");
  load_command->callback([session, options] { load(*session, *options); });

  CLI::App* loads = region->add_subcommand("loads", "Regions taken so far, newest first");
  loads->callback([session] { list_loads(*session); });
  for (CLI::App* command : {show_command, hash, load_command, loads}) command->fallthrough();
}

}  // namespace gridmend
