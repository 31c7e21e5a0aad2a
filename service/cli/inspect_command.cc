#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/base/printable.h"
#include "core/network/supply_forest.h"
#include "core/outage/inference_csv.h"
#include "data/ingest/finding_group.h"
#include "data/ingest/region_export.h"
#include "data/region/region.h"
#include "service/cli/commands.h"
#include "service/cli/feeder_page.h"
#include "service/cli/option_values.h"
#include "service/cli/output_files.h"
#include "service/cli/progress_bar.h"
#include "service/cli/refusal.h"
#include "service/cli/region_diff_report.h"
#include "service/cli/region_summary.h"
#include "service/cli/state_feeding.h"

namespace gridmend {
namespace {

struct InspectArguments {
  std::string region;
  std::vector<std::string> trace;  // up or down, and what from
  std::string supply_tree;         // CSV to write
  std::string compare;             // an older region
  std::string state;               // a server's state directory
  std::string feeder;
  std::string export_file;
  bool quiet = false;
  bool verify = false;
  bool json = false;
  bool overwrite = false;
};

struct Trace {
  std::vector<Id<Device>> devices;
  std::vector<Id<UsagePoint>> usage_points;  // down only
  std::size_t customers = 0;
  bool supplied = false;
};

ExitCode refuse_inspect(const InspectArguments& arguments, const Error& error) {
  return tell_refusal("inspect", error, arguments.json);
}

// Where a trace starts: the connectivity node, and the device through which supply enters there.
struct Start {
  Id<ConnectivityNode> node;
  Id<Device> device;
};

Result<Start> find_start(const NetworkModel& network, const SupplyForest& forest,
                         const std::string& id) {
  if (const auto device = network.find_device(id)) {
    return Start{forest.downstream_node(*device), *device};
  }
  if (const auto point = network.find_usage_point(id)) {
    return Start{network.usage_points()[*point].node, {}};
  }
  if (const auto feeder = network.find_feeder(id)) {
    return Start{network.feeders()[*feeder].source_node, {}};
  }
  return refuse(ErrorCode::not_found, "ID_UNKNOWN",
                "the region has no device, usage point or feeder '" + id + "'");
}

Trace trace_from(const NetworkModel& network, const SupplyForest& forest, const Start& start,
                 bool up) {
  Trace trace;
  trace.supplied = start.node.valid() && forest.supplied(start.node);
  if (!trace.supplied) return trace;
  if (up) {
    trace.devices = trace_upstream(forest, start.node);
    return trace;
  }
  if (start.device.valid()) trace.devices.push_back(start.device);
  const auto behind = trace_downstream(forest, start.node);
  trace.devices.insert(trace.devices.end(), behind.begin(), behind.end());
  const auto points = forest.usage_points_behind(start.node);
  trace.usage_points.assign(points.begin(), points.end());
  for (const Id<UsagePoint> point : points)
    trace.customers += network.usage_points()[point].customers;
  return trace;
}

void print_trace(const NetworkModel& network, const Trace& trace, bool up, const std::string& id) {
  if (!trace.supplied) {
    std::printf("no supply flows through %s\n", printable(id).c_str());
    return;
  }
  std::printf("%s %s of %s, %s\n", counted(trace.devices.size(), "device").c_str(),
              up ? "upstream" : "downstream", printable(id).c_str(),
              up ? "nearest first" : "supply first");
  for (const Id<Device> device : trace.devices) {
    const Device& record = network.devices()[device];
    fmt::print("  {:<24} {:<18} {:<6} {:>9.1f} m\n", printable(network.mrid(device)),
               to_string(record.kind), to_string(record.phases), record.length_m);
  }
  if (!up) {
    std::printf("%s, %s behind\n", counted(trace.usage_points.size(), "usage point").c_str(),
                counted(trace.customers, "customer").c_str());
  }
}

void print_trace_json(const NetworkModel& network, const Trace& trace, bool up,
                      const std::string& id) {
  nlohmann::ordered_json json;
  json["trace"] = up ? "up" : "down";
  json["id"] = id;
  json["supplied"] = trace.supplied;
  json["devices"] = nlohmann::ordered_json::array();
  for (const Id<Device> device : trace.devices) {
    json["devices"].push_back(
        {{"mrid", network.mrid(device)}, {"kind", to_string(network.devices()[device].kind)}});
  }
  if (!up) {
    json["usage_points"] = nlohmann::ordered_json::array();
    for (const Id<UsagePoint> point : trace.usage_points) {
      json["usage_points"].push_back(network.mrid(point));
    }
    json["customers"] = trace.customers;
  }
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

ExitCode write_supply_tree(const InspectArguments& arguments, const SupplyForest& forest) {
  const std::array<std::filesystem::path, 1> output{arguments.supply_tree};
  const std::array<std::filesystem::path, 1> input{arguments.region};
  if (auto apart = check_outputs_apart(output, input); !apart) {
    return refuse_inspect(arguments, apart.error());
  }
  if (auto free = check_free(arguments.supply_tree, arguments.overwrite); !free) {
    return refuse_inspect(arguments, free.error());
  }
  std::ofstream out{arguments.supply_tree, std::ios::binary};
  if (out) write_supply_tree_csv(out, InferenceForest::contract(forest), LocaliserSettings{});
  out.flush();
  if (out) return ExitCode::done;
  return refuse_inspect(arguments,
                        refuse_at({arguments.supply_tree, {}, {}, {}}, ErrorCode::unavailable,
                                  "FILE_NOT_WRITABLE", "the file cannot be written")
                            .value());
}

void print_export(const InspectArguments& arguments, const ExportCounts& counts) {
  const std::array<std::pair<const char*, std::size_t>, 8> layers = {
      {{"feeders", counts.feeders},
       {"connectivity_nodes", counts.nodes},
       {"lines", counts.lines},
       {"switches", counts.switches},
       {"transformers", counts.transformers},
       {"usage_points", counts.usage_points},
       {"roads", counts.roads},
       {"defects", counts.defects}}};
  if (!arguments.json) {
    std::printf("written to %s\n", arguments.export_file.c_str());
    for (const auto& [layer, count] : layers) {
      std::printf("  %-22s%12s\n", layer, with_commas(count).c_str());
    }
    return;
  }
  nlohmann::ordered_json json;
  json["export"] = arguments.export_file;
  for (const auto& [layer, count] : layers) json["layers"][layer] = count;
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

ExitCode write_export(const InspectArguments& arguments, const Region& region,
                      const SupplyForest& forest, const ExportPart& part) {
  const std::array<std::filesystem::path, 1> output{arguments.export_file};
  const std::array<std::filesystem::path, 1> input{arguments.region};
  if (auto apart = check_outputs_apart(output, input); !apart) {
    return refuse_inspect(arguments, apart.error());
  }
  if (auto free = check_free(arguments.export_file, arguments.overwrite); !free) {
    return refuse_inspect(arguments, free.error());
  }
  ProgressBar bar{arguments.quiet};
  const auto counts = export_region(region, forest, part, arguments.export_file, bar.callback());
  bar.wipe();
  if (!counts) return refuse_inspect(arguments, counts.error());
  print_export(arguments, *counts);
  return ExitCode::done;
}

tl::unexpected<Error> refuse_feeder(const NetworkModel& network, const std::string& id) {
  std::vector<std::string> first;
  for (const Id<Feeder> feeder : network.feeders().ids()) {
    if (first.size() < kNamedOfAGroup) first.push_back(printable(network.mrid(feeder)));
  }
  return refuse(
      ErrorCode::not_found, "ID_UNKNOWN",
      "the region has no feeder '" + id + "'; it has " + first_of(first, network.feeders().size()));
}

ExitCode inspect_feeder(const InspectArguments& arguments, const Region& region,
                        const SupplyForest& forest) {
  const auto feeder = region.network.find_feeder(arguments.feeder);
  if (!feeder) {
    return refuse_inspect(arguments, refuse_feeder(region.network, arguments.feeder).value());
  }
  if (!arguments.export_file.empty()) {
    return write_export(arguments, region, forest, part_of_feeder(forest, *feeder));
  }
  const FeederPage page = describe_feeder(region, forest, *feeder);
  std::fputs((arguments.json ? feeder_json : feeder_text)(region, page).c_str(), stdout);
  return ExitCode::done;
}

ExitCode compare(const InspectArguments& arguments, const Region& region) {
  const auto before = open_region(arguments.compare);
  if (!before) return refuse_inspect(arguments, before.error());
  const RegionDiff diff = diff_regions(*before, region);
  const std::string text = (arguments.json ? diff_json : diff_text)(*before, region, diff);
  std::fputs(text.c_str(), stdout);
  return ExitCode::done;
}

ExitCode trace(const InspectArguments& arguments, const Region& region,
               const SupplyForest& forest) {
  const NetworkModel& network = region.network;
  const bool up = arguments.trace[0] == "up";
  const auto start = find_start(network, forest, arguments.trace[1]);
  if (!start) return refuse_inspect(arguments, start.error());
  Trace found = trace_from(network, forest, *start, up);
  if (!arguments.export_file.empty()) {
    return write_export(arguments, region, forest,
                        {.whole = false,
                         .devices = std::move(found.devices),
                         .usage_points = std::move(found.usage_points)});
  }
  (arguments.json ? print_trace_json : print_trace)(network, found, up, arguments.trace[1]);
  return ExitCode::done;
}

// The region under the switch positions that a server left.
ExitCode inspect_state(const InspectArguments& arguments, Region region) {
  const auto world =
      replayed_world(arguments.state, std::make_shared<const Region>(std::move(region)));
  if (!world) return refuse_inspect(arguments, world.error());
  const Region& present = *(*world)->region;
  if (!arguments.trace.empty()) return trace(arguments, present, (*world)->forest());
  if (!arguments.feeder.empty()) return inspect_feeder(arguments, present, (*world)->forest());
  if (!arguments.export_file.empty())
    return write_export(arguments, present, (*world)->forest(), {});
  std::fputs((arguments.json ? feeding_json : feeding_text)(**world).c_str(), stdout);
  return ExitCode::done;
}

ExitCode run_inspect(const InspectArguments& arguments) {
  if (!arguments.trace.empty() && arguments.trace[0] != "up" && arguments.trace[0] != "down") {
    std::fprintf(stderr, "gridmend inspect: --trace goes up or down, not '%s'\n",
                 printable(arguments.trace[0]).c_str());
    return ExitCode::usage;
  }
  if (arguments.overwrite && arguments.export_file.empty() && arguments.supply_tree.empty()) {
    std::fprintf(stderr, "gridmend inspect: --overwrite requires --export or --supply-tree\n");
    return ExitCode::usage;
  }
  auto region = open_region(arguments.region,
                            arguments.verify ? RegionCheck::content_id : RegionCheck::sections);
  if (!region) return refuse_inspect(arguments, region.error());
  for (const std::string& note : region->notes) {
    std::fprintf(stderr, "gridmend inspect: %s: %s\n", printable(arguments.region).c_str(),
                 note.c_str());
  }
  if (!arguments.compare.empty()) return compare(arguments, *region);
  if (!arguments.state.empty()) return inspect_state(arguments, std::move(*region));
  const SwitchState switches{region->network};
  const SupplyForest forest = SupplyForest::derive(region->network, switches);
  if (!arguments.supply_tree.empty()) {
    const ExitCode written = write_supply_tree(arguments, forest);
    if (written != ExitCode::done) return written;
  }
  if (!arguments.trace.empty()) return trace(arguments, *region, forest);
  if (!arguments.feeder.empty()) return inspect_feeder(arguments, *region, forest);
  if (!arguments.export_file.empty()) return write_export(arguments, *region, forest, {});
  RegionSummary summary = summarise(*region, forest, switches);
  summary.id_verified = arguments.verify;
  const std::string text =
      arguments.json ? summary_json(*region, summary) : summary_text(*region, summary);
  std::fputs(text.c_str(), stdout);
  return ExitCode::done;
}

}  // namespace

void add_inspect_command(CLI::App& app, CommandOutcome& outcome) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App* command = app.add_subcommand("inspect", "Say what a region holds");
  command->add_option("region", arguments->region, "A .gmr")->required();
  auto* trace = command->add_option("--trace", arguments->trace,
                                    "up or down, and the mRID of a device, usage point or feeder");
  trace->expected(2)->type_name("up|down ID");
  auto* feeder = command->add_option("--feeder", arguments->feeder,
                                     "One feeder: what it supplies, its ties and defects");
  auto* export_file = command->add_option(
      "--export", arguments->export_file,
      "Write the region, or the --feeder or --trace of it, to this .gpkg or .geojson for a GIS");
  export_file->check([](const std::string& file) {
    return check_ending(file, {".gpkg", ".geojson"});
  });
  command->add_flag("--overwrite", arguments->overwrite,
                    "--export or --supply-tree to a file that is there already");
  auto* supply_tree = command->add_option("--supply-tree", arguments->supply_tree,
                                          "Write the forest that outages are inferred on as CSV");
  auto* compare = command->add_option("--compare", arguments->compare,
                                      "Say what changed since this older region (.gmr)");
  feeder->excludes(trace);
  auto* state = command->add_option(
      "--state", arguments->state,
      "The state directory of a server that is not running: how sections are fed as its switches "
      "stand, and --trace under them");
  compare->excludes(trace)->excludes(feeder)->excludes(export_file);
  compare->excludes(supply_tree)->excludes(state);
  supply_tree->excludes(state);
  command->add_flag("--verify", arguments->verify,
                    "Compute the region's id from its content and compare it with the file's");
  command->add_flag("--json", arguments->json, "One JSON document with snake_case keys");
  command->add_flag("--quiet", arguments->quiet, "No progress on a terminal");
  command->callback([arguments, &outcome] { outcome.exit_code = run_inspect(*arguments); });
}

}  // namespace gridmend
