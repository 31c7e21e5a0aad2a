#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/freed_memory.h"
#include "data/region/region.h"
#include "data/settings/task_rules_file.h"
#include "service/cli/commands.h"
#include "service/cli/progress_bar.h"
#include "service/cli/refusal.h"
#include "service/cli/standard_output.h"
#include "service/drill/drill_report.h"
#include "service/guard/guarded_process.h"

namespace gridmend {
namespace {

struct DrillOptions {
  std::string region;
  std::string storm;
  std::string task_rules;
  std::uint64_t seed = 1;
  std::string server;
  std::string policy = "both";
  std::uint64_t iterations = 2000;
  std::string out;
  bool json = false;
  bool quiet = false;
};

ExitCode failed(const DrillOptions& options, const Error& error) {
  return tell_refusal("drill", error, options.json);
}

// On a terminal a bar over the simulated hours; in a file a line every two of them.
void show_progress(ProgressBar& bar, const DrillOptions& options, const std::string& policy,
                   const DrillProgress& p, const Storm& storm) {
  const auto minutes = [&](Time until) {
    return std::chrono::duration_cast<std::chrono::minutes>(until - storm.start).count();
  };
  const auto since = static_cast<std::int64_t>(minutes(p.now));
  char state[160];
  std::snprintf(state, sizeof state, "households out %6.0f  outages %3zu  faults %3zu  crews %3d",
                p.customers_dark, p.open_outages, p.standing_faults, p.crews_busy);
  if (bar.shown()) {
    bar.show(policy, since, static_cast<std::int64_t>(storm.until_h * 60), state);
  } else if (!options.quiet && isatty(STDERR_FILENO) == 0 && since % 120 == 0) {
    std::fprintf(stderr, "%s  %3lld:%02lld h  %s\n", policy.c_str(),
                 static_cast<long long>(since / 60), static_cast<long long>(since % 60), state);
  }
}

class DrillRun {
 public:
  DrillRun(std::shared_ptr<const Region> region, Storm storm, std::vector<WaterSlice> water,
           TaskRules rules, const DrillOptions& options)
      : region_(std::move(region)),
        storm_(std::move(storm)),
        water_(std::move(water)),
        rules_(std::move(rules)),
        options_(options) {}

  Result<DrillOutcome> against_server() {
    DrillClient client{grpc::CreateChannel(options_.server, grpc::InsecureChannelCredentials())};
    return play(client, "optimised");
  }

  Result<DrillOutcome> in_process(PlanningPolicy policy) {
    PlannerSettings planner;
    planner.iteration_limit = options_.iterations;
    planner.time_limit_s = 1e6;  // reproducible: iterations decide
    auto server = LocalServer::start(region_, storm_.start, policy, planner);
    if (!server) return unexpected(server.error());
    DrillClient client{(*server)->channel()};
    return play(client, policy == PlanningPolicy::naive ? "naive" : "optimised");
  }

 private:
  Result<DrillOutcome> play(DrillClient& client, const std::string& policy) {
    DrillSettings settings;
    settings.seed = options_.seed;
    settings.task_rules = rules_;
    ProgressBar bar{options_.quiet};
    settings.progress = [&](const DrillProgress& p) {
      show_progress(bar, options_, policy, p, storm_);
    };
    return play_storm(client, *region_, storm_, water_, policy, settings);
  }

  std::shared_ptr<const Region> region_;
  Storm storm_;
  std::vector<WaterSlice> water_;
  TaskRules rules_;
  const DrillOptions& options_;
};

Result<std::vector<DrillOutcome>> play_policies(DrillRun& run, const DrillOptions& options) {
  std::vector<DrillOutcome> outcomes;
  const auto add = [&](Result<DrillOutcome> outcome) -> Result<void> {
    if (!outcome) return unexpected(outcome.error());
    outcomes.push_back(std::move(*outcome));
    return {};
  };
  if (options.policy != "naive") {
    if (auto done = add(options.server.empty() ? run.in_process(PlanningPolicy::optimised)
                                               : run.against_server());
        !done) {
      return unexpected(done.error());
    }
  }
  if (options.policy != "optimised") {
    if (auto done = add(run.in_process(PlanningPolicy::naive)); !done)
      return unexpected(done.error());
  }
  return outcomes;
}

ExitCode drill(const DrillOptions& options) {
  keep_freed_memory();
  auto region = open_region(options.region);
  if (!region) return failed(options, region.error());
  auto storm = read_storm(options.storm);
  if (!storm) return failed(options, storm.error());
  const auto rules = options.task_rules.empty() ? Result<TaskRules>{TaskRules{}}
                                                : read_task_rules(options.task_rules);
  if (!rules) return failed(options, rules.error());
  auto water = storm_water(*region, *storm, options.seed);
  if (!water) return failed(options, water.error());
  const auto shared = std::make_shared<const Region>(std::move(*region));
  Water all_water;
  for (const WaterSlice& slice : *water) all_water = all_water.with_slice(slice);
  DrillRun run{shared, *storm, *water, *rules, options};
  auto outcomes = play_policies(run, options);
  if (!outcomes) return failed(options, outcomes.error());
  if (!options.out.empty()) {
    if (auto written = write_drill_report(options.out, *shared, all_water, *outcomes); !written) {
      return failed(options, written.error());
    }
  }
  const std::string text =
      options.json ? drill_json(*shared, *outcomes) : describe_drill(*shared, *outcomes);
  std::fputs(text.c_str(), stdout);
  return ExitCode::done;
}

// A storm and the maps of water it names come from elsewhere. The engine it is played against is in
// the same child, with its sockets.
ExitCode drill_guarded(const DrillOptions& options) {
  GuardSettings guard;
  guard.network = true;
  if (!options.out.empty()) {
    std::error_code error;
    std::filesystem::create_directories(options.out, error);
    if (error) {
      return failed(options, refuse_at({options.out, {}, {}, {}}, ErrorCode::unavailable,
                                       "OUTPUT_FOLDER", "cannot be made: " + error.message())
                                 .value());
    }
    guard.folders.emplace_back(std::filesystem::absolute(options.out));
  }
  auto ran = run_guarded(
      guard, [&](GuardedWork&) { return static_cast<int>(with_output_written(drill(options))); });
  if (ran) return static_cast<ExitCode>(*ran);
  if (ran.error().place.file.empty()) ran.error().place.file = options.storm;
  return failed(options, ran.error());
}

}  // namespace

void add_drill_command(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<DrillOptions>();
  CLI::App* command =
      app.add_subcommand("drill", "Play a simulated storm against the real engine, and score it");
  command->add_option("region", options->region, "The region file (.gmr)")->required();
  command->add_option("storm", options->storm, "The storm (STORM.toml)")->required();
  command->add_option("--task-rules", options->task_rules,
                      "What outages ask of the crews (TOML); default: one crew does anything");
  command->add_option("--seed", options->seed, "The storm is drawn from it")->capture_default_str();
  command->add_option("--server", options->server,
                      "HOST:PORT of a `gridmend serve --simulated-clock` of the same region; "
                      "default: within this process");
  command->add_option("--policy", options->policy, "Who dispatches: optimised, naive, both")
      ->check(CLI::IsMember({"optimised", "naive", "both"}))
      ->capture_default_str();
  command->add_option("--iterations", options->iterations, "Planner's iterations a plan")
      ->capture_default_str();
  command->add_option("-o,--out", options->out,
                      "Folder for summary.json, restoration.svg and map.html");
  command->add_flag("--json", options->json, "Print the summary as JSON");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &outcome] { outcome.exit_code = drill_guarded(*options); });
}

}  // namespace gridmend
