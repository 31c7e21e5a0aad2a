#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "data/synth/town.h"
#include "service/cli/commands.h"
#include "service/guard/guarded_process.h"

namespace gridmend {
namespace {

struct SynthOptions {
  std::uint64_t usage_points = 0;
  std::uint64_t seed = 1;
  std::string roads;
  std::string start = "2026-07-20T02:00:00Z";
  std::string out;
};

ExitCode failed(const Error& error) {
  std::fprintf(stderr, "gridmend: synth: %s\n", describe(error).c_str());
  return ExitCode::refused;
}

ExitCode synthesise(const SynthOptions& options) {
  const auto start = parse_rfc3339(options.start);
  if (!start) {
    std::fprintf(stderr, "gridmend: synth: '%s' is not a time like 2026-07-20T02:00:00Z\n",
                 options.start.c_str());
    return ExitCode::refused;
  }
  const auto town = make_town({options.usage_points, options.seed, options.roads, *start});
  if (!town) return failed(town.error());
  if (auto written = write_town(*town, options.out); !written) return failed(written.error());
  const TownNetwork& n = town->network;
  std::printf(
      "%s: %zu substations, %zu feeders, %zu switches, %zu transformers, %zu lines, %zu usage "
      "points, %zu streets\n",
      town->name.c_str(), n.substations.size(), n.feeders.size(), n.switches.size(),
      n.transformers.size(), n.lines.size(), n.usage_points.size(), town->streets.edges.size());
  std::printf("written to %s; next: gridmend import %s/network.gpkg -o %s/region.gmr\n",
              options.out.c_str(), options.out.c_str(), options.out.c_str());
  return ExitCode::done;
}

// A file of roads comes from elsewhere.
ExitCode synthesise_guarded(const SynthOptions& options) {
  if (options.roads.empty()) return synthesise(options);
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error) {
    std::fprintf(stderr, "gridmend: synth: %s cannot be made: %s\n", options.out.c_str(),
                 error.message().c_str());
    return ExitCode::machine_failed;
  }
  GuardSettings guard;
  guard.folders.emplace_back(std::filesystem::absolute(options.out));
  auto ran =
      run_guarded(guard, [&](GuardedWork&) { return static_cast<int>(synthesise(options)); });
  if (ran) return static_cast<ExitCode>(*ran);
  if (ran.error().place.file.empty()) ran.error().place.file = options.roads;
  (void)failed(ran.error());
  return ran.error().code == ErrorCode::unavailable ? ExitCode::machine_failed : ExitCode::refused;
}

}  // namespace

void add_synth_command(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<SynthOptions>();
  CLI::App* command =
      app.add_subcommand("synth", "Make a riverside town with its network, roads, flood and storm");
  command->add_option("--usage-points", options->usage_points, "How many meters, 100 to 20,000,000")
      ->required();
  command->add_option("--seed", options->seed, "Same seed, same town")->capture_default_str();
  command->add_option("--roads", options->roads,
                      "Grow the feeders along the streets of this OpenStreetMap file");
  command->add_option("--start", options->start, "When the storm begins")->capture_default_str();
  command->add_option("-o,--out", options->out, "Folder to write")->required();
  command->callback([options, &outcome] { outcome.exit_code = synthesise_guarded(*options); });
}

}  // namespace gridmend
