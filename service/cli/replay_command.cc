#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "data/region/region.h"
#include "service/cli/commands.h"
#include "service/cli/progress_bar.h"
#include "service/cli/refusal.h"
#include "service/engine/replay.h"
#include "service/engine/state.h"
#include "service/store/region_directory.h"
#include "service/store/sqlite_store.h"

namespace gridmend {
namespace {

struct ReplayArguments {
  std::string state;
  std::string region;
  std::string until;
  bool json = false;
  bool quiet = false;
};

ExitCode refuse_replay(const ReplayArguments& arguments, const Error& error) {
  const std::string record =
      error.place.layer == "record" ? "record " + error.place.feature_id + ": " : "";
  fmt::print(stderr, "gridmend replay: {}{} ({})\n", record, describe(error), error.reason);
  if (arguments.json) fmt::print("{}\n", refusal_json(error));
  // A journal is what is asked about here.
  return error.code == ErrorCode::internal ? ExitCode::refused : exit_code_of(error);
}

struct Outcome {
  std::uint64_t records = 0;
  StateSettings settings;
  double seconds = 0;
};

void print(const ReplayArguments& arguments, const Outcome& outcome, const State& state) {
  const Region& region = *state.region();
  const std::string hash = to_hex(state.hash());
  const std::string time = outcome.records == 0 ? "" : to_rfc3339(state.time());
  if (arguments.json) {
    nlohmann::ordered_json json;
    json["records"] = outcome.records;
    json["revision"] = state.revision();
    json["time"] = time;
    json["state_hash"] = hash;
    json["region"] = to_hex(region.id);
    json["seconds"] = outcome.seconds;
    fmt::print("{}\n", json.dump(2));
    return;
  }
  fmt::print(
      "records     {}\nrevision    {}\ntime        {}\nstate hash  {}\nregion      {}\nreplayed in "
      "{:.2f} s\n",
      outcome.records, state.revision(), time.empty() ? "-" : time, hash, to_hex(region.id),
      outcome.seconds);
}

ExitCode run_replay(const ReplayArguments& arguments) {
  std::optional<Time> until;
  if (!arguments.until.empty()) {
    until = parse_rfc3339(arguments.until);
    if (!until) {
      fmt::print(stderr,
                 "gridmend replay: --until takes a time such as 2026-07-20T02:00:01Z, not '{}'\n",
                 arguments.until);
      return ExitCode::usage;
    }
  }
  RegionDirectory regions(arguments.state);
  std::shared_ptr<const Region> given;
  if (!arguments.region.empty()) {
    auto opened = open_region(arguments.region);
    if (!opened) return refuse_replay(arguments, opened.error());
    given = std::make_shared<const Region>(std::move(*opened));
    regions.offer(given);
  }
  SqliteStoreSettings store_settings;
  store_settings.read_only = true;
  const auto store = SqliteStore::open(arguments.state, store_settings);
  if (!store) return refuse_replay(arguments, store.error());

  const auto first = first_region(**store, given, &regions);
  if (!first) return refuse_replay(arguments, first.error());
  Outcome outcome;
  State state(*first, outcome.settings);
  const auto begun = std::chrono::steady_clock::now();
  ProgressBar bar{arguments.quiet};
  const auto all = static_cast<std::int64_t>((*store)->last_sequence());
  const auto replayed = replay(**store, state, &regions, until, [&](std::uint64_t) {
    bar.show("replaying records", static_cast<std::int64_t>(++outcome.records), all);
  });
  bar.wipe();
  if (!replayed) return refuse_replay(arguments, replayed.error());
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (!until) {
    if (auto known = check_given_region(state, given.get()); !known)
      return refuse_replay(arguments, known.error());
  }
  print(arguments, outcome, state);
  return ExitCode::done;
}

}  // namespace

void add_replay_command(CLI::App& app, CommandOutcome& outcome) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* command =
      app.add_subcommand("replay", "Run a journal again and print the state's hash");
  command
      ->add_option("state", arguments->state, "The state directory of a server that is not running")
      ->required();
  command->add_option("--region", arguments->region,
                      "A .gmr of the journal; needed when the state directory does not hold it");
  command->add_option("--until", arguments->until, "Stop before the first record after this time");
  command->add_flag("--json", arguments->json, "One JSON document with snake_case keys");
  command->add_flag("--quiet", arguments->quiet, "No progress on a terminal");
  command->callback([arguments, &outcome] { outcome.exit_code = run_replay(*arguments); });
}

}  // namespace gridmend
