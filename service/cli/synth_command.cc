#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "data/synth/town.h"
#include "service/cli/commands.h"
#include "service/cli/progress_bar.h"
#include "service/cli/refusal.h"
#include "service/cli/region_summary.h"
#include "service/cli/standard_output.h"
#include "service/cli/time_option.h"
#include "service/guard/guarded_process.h"

namespace gridmend {
namespace {

struct SynthOptions {
  std::uint64_t usage_points = 0;
  std::uint64_t seed = 1;
  std::string roads;
  std::string start = "2026-07-20T02:00:00Z";
  std::string out;
  bool json = false;
  bool quiet = false;
};

void print(const SynthOptions& options, const Town& town) {
  const TownNetwork& n = town.network;
  const std::array<std::pair<const char*, std::size_t>, 7> counts = {
      {{"substations", n.substations.size()},
       {"feeders", n.feeders.size()},
       {"switches", n.switches.size()},
       {"transformers", n.transformers.size()},
       {"lines", n.lines.size()},
       {"usage_points", n.usage_points.size()},
       {"streets", town.streets.edges.size()}}};
  if (options.json) {
    nlohmann::ordered_json json;
    json["name"] = town.name;
    json["out"] = options.out;
    json["seed"] = options.seed;
    for (const auto& [what, count] : counts) json[what] = count;
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return;
  }
  std::string text;
  for (const auto& [what, count] : counts) {
    text += fmt::format("{} {} {}", text.empty() ? ":" : ",", with_commas(count), what);
  }
  std::ranges::replace(text, '_', ' ');
  fmt::print("{}{}\nwritten to {}; next: gridmend import {}/network.gpkg -o {}/region.gmr\n",
             town.name, text, options.out, options.out, options.out);
}

ExitCode synthesise(const SynthOptions& options) {
  ProgressBar bar{options.quiet};
  bar.show("growing streets and feeders", 0, -1);
  const auto town =
      make_town({options.usage_points, options.seed, options.roads, *parse_rfc3339(options.start)});
  if (!town) {
    bar.wipe();
    return tell_refusal("synth", town.error(), options.json);
  }
  const auto written = write_town(*town, options.out, bar.callback());
  bar.wipe();
  if (!written) return tell_refusal("synth", written.error(), options.json);
  print(options, *town);
  return ExitCode::done;
}

// A file of roads comes from elsewhere.
ExitCode synthesise_guarded(const SynthOptions& options) {
  if (options.roads.empty()) return synthesise(options);
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error) {
    const auto unmade = refuse_at({options.out, {}, {}, {}}, ErrorCode::unavailable,
                                  "FOLDER_NOT_WRITABLE", "cannot be made: " + error.message());
    return tell_refusal("synth", unmade.value(), options.json);
  }
  GuardSettings guard;
  guard.folders.emplace_back(std::filesystem::absolute(options.out));
  auto ran = run_guarded(guard, [&](GuardedWork&) {
    return static_cast<int>(with_output_written(synthesise(options)));
  });
  if (ran) return static_cast<ExitCode>(*ran);
  if (ran.error().place.file.empty()) ran.error().place.file = options.roads;
  return tell_refusal("synth", ran.error(), options.json);
}

}  // namespace

void add_synth_command(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<SynthOptions>();
  CLI::App* command =
      app.add_subcommand("synth", "Make a riverside town with its network, roads, flood and storm");
  command->add_option("--usage-points", options->usage_points, "How many meters, 100 to 20,000,000")
      ->required()
      ->check(CLI::Range(100, 20'000'000));
  command->add_option("--seed", options->seed, "Same seed, same town")->capture_default_str();
  command->add_option("--roads", options->roads,
                      "Grow the feeders along the streets of this OpenStreetMap file");
  command->add_option("--start", options->start, "When the storm begins")
      ->check(check_time)
      ->capture_default_str();
  command->add_option("-o,--out", options->out, "Folder to write")->required();
  command->add_flag("--json", options->json, "One JSON document with snake_case keys");
  command->add_flag("--quiet", options->quiet, "No progress on a terminal");
  command->callback([options, &outcome] { outcome.exit_code = synthesise_guarded(*options); });
}

}  // namespace gridmend
