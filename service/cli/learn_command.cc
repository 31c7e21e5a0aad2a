#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/printable.h"
#include "core/outage/reliability_learning.h"
#include "data/region/region.h"
#include "data/settings/localiser_file.h"
#include "gridmend/journal/v1/journal.pb.h"
#include "service/cli/commands.h"
#include "service/cli/output_files.h"
#include "service/cli/progress_bar.h"
#include "service/cli/refusal.h"
#include "service/cli/text_table.h"
#include "service/converters/evidence_converter.h"
#include "service/engine/replay.h"
#include "service/engine/state.h"
#include "service/store/region_directory.h"
#include "service/store/sqlite_store.h"

namespace gridmend {
namespace {

struct LearnOptions {
  std::string state;
  std::string region;
  std::string settings;
  std::string output;
  bool json = false;
  bool quiet = false;
};

// What a journal has to teach.
struct Past {
  std::shared_ptr<const Region> region;
  LocaliserSettings settings;  // that the journal ends with
  std::vector<KnownOutage> outages;
  std::vector<Evidence> evidence;  // by event time
  std::size_t outages_in_all = 0;
  std::size_t unknown_items = 0;  // of meters and devices that the region has no more
};

// Every item the journal accepted, of what the region still has.
Result<void> read_evidence(const Store& store, Past& past) {
  auto read = store.read(1, [&](const JournalRecord& record) {
    journal::v1::Command command;
    if (!command.ParseFromString(record.payload)) return true;  // the replay has judged it
    for (const v1::Evidence& item : command.submit_evidence().evidence()) {
      auto evidence = to_domain(item, past.region->network);
      if (evidence) {
        past.evidence.push_back(std::move(*evidence));
      } else {
        ++past.unknown_items;
      }
    }
    return true;
  });
  std::ranges::stable_sort(past.evidence, {}, &Evidence::event_time);
  return read;
}

Result<Past> read_past(const LearnOptions& options) {
  RegionDirectory regions(options.state);
  std::shared_ptr<const Region> given;
  if (!options.region.empty()) {
    auto opened = open_region(options.region);
    if (!opened) return unexpected(opened.error());
    given = std::make_shared<const Region>(std::move(*opened));
    regions.offer(given);
  }
  SqliteStoreSettings store_settings;
  store_settings.read_only = true;
  const auto store = SqliteStore::open(options.state, store_settings);
  if (!store) return unexpected(store.error());
  const auto first = first_region(**store, given, &regions);
  if (!first) return unexpected(first.error());

  State state(*first, StateSettings{});
  ProgressBar bar{options.quiet};
  std::int64_t records = 0;
  const auto all = static_cast<std::int64_t>((*store)->last_sequence());
  const auto replayed = replay(**store, state, &regions, std::nullopt, [&](std::uint64_t) {
    bar.show("replaying records", ++records, all);
  });
  bar.wipe();
  if (!replayed) return unexpected(replayed.error());
  if (auto known = check_given_region(state, given.get()); !known) return unexpected(known.error());

  Past past;
  past.region = state.region();
  past.settings = state.localiser();
  const std::shared_ptr<const World> world = state.publish();
  for (const auto& [id, record] : *world->outages) {
    ++past.outages_in_all;
    KnownOutage known = known_outage(record->outage);
    if (!known.usage_points.empty()) past.outages.push_back(std::move(known));
  }
  if (auto read = read_evidence(**store, past); !read) return unexpected(read.error());
  return past;
}

struct Row {
  const char* name;
  const char* unit;
  const char* seen;
  LearntNumber LearntReliability::*number;
};

constexpr Row kRows[] = {
    {"last_gasp_reach", "", "dark meters", &LearntReliability::last_gasp_reach},
    {"last_gasp_false", "", "live meters", &LearntReliability::last_gasp_false},
    {"group_down_if_dead", "", "groups", &LearntReliability::group_down_if_dead},
    {"ping_lost", "", "pings of live meters", &LearntReliability::ping_lost},
    {"ping_false", "", "pings of dark meters", &LearntReliability::ping_false},
    {"call_rate", "", "dark customers", &LearntReliability::call_rate},
    {"call_false", "", "live customers", &LearntReliability::call_false},
    {"call_half_time_s", " s", "calls", &LearntReliability::call_half_time_s},
    {"partial_call_share", "", "calls", &LearntReliability::partial_call_share},
    {"dim_call_share", "", "calls", &LearntReliability::dim_call_share},
};

void print_text(const Past& past, const LearntReliability& learnt) {
  fmt::print("{} of {} outages teach (their cause was seen and they are large enough), in {} {}\n",
             learnt.outages, past.outages_in_all, learnt.storms,
             learnt.storms == 1 ? "storm" : "storms");
  fmt::print("{} items of evidence", past.evidence.size());
  if (past.unknown_items > 0) {
    fmt::print("; {} more name what the region has no more", past.unknown_items);
  }
  fmt::print("\n\n");
  TextTable numbers{{"reliability", "before", "learnt", "90 %", "from"}};
  for (const Row& row : kRows) {
    const LearntNumber& number = learnt.*row.number;
    numbers.add({row.name, fmt::format("{:.4g}{}", number.before, row.unit),
                 fmt::format("{:.4g}{}", number.value, row.unit),
                 fmt::format("{:.3g} to {:.3g}", number.low, number.high),
                 fmt::format("{:.0f} {}", number.observations, row.seen)});
  }
  fmt::print("{}", numbers.to_string());
  if (!learnt.sources.empty()) {
    TextTable sources{{"source", "right", "wrong", "P(right)"}};
    for (const auto& [name, record] : learnt.sources) {
      sources.add({printable(name), std::to_string(record.open_right + record.closed_right),
                   std::to_string(record.open_wrong + record.closed_wrong),
                   fmt::format("{:.3f}", record.right.value)});
    }
    fmt::print("\n{}", sources.to_string());
  }
  if (!learnt.poor_groups.empty()) {
    TextTable groups{{"concentrator seldom heard", "meters", "heard", "reach"}};
    for (const GroupRecord& group : learnt.poor_groups) {
      groups.add({printable(group.name), std::to_string(group.meters), std::to_string(group.heard),
                  fmt::format("{:.3f}", group.reach.value)});
    }
    fmt::print("\n{}", groups.to_string());
  }
}

nlohmann::ordered_json to_json(const LearntNumber& number) {
  return {{"before", number.before},
          {"learnt", number.value},
          {"low", number.low},
          {"high", number.high},
          {"observations", number.observations}};
}

void print_json(const Past& past, const LearntReliability& learnt) {
  nlohmann::ordered_json json;
  json["outages"] = past.outages_in_all;
  json["outages_that_teach"] = learnt.outages;
  json["storms"] = learnt.storms;
  json["items"] = past.evidence.size();
  json["items_of_unknown_things"] = past.unknown_items;
  for (const Row& row : kRows) json["reliability"][row.name] = to_json(learnt.*row.number);
  json["sources"] = nlohmann::ordered_json::array();
  for (const auto& [name, record] : learnt.sources) {
    json["sources"].push_back({{"source", printable(name)},
                               {"open_right", record.open_right},
                               {"open_wrong", record.open_wrong},
                               {"closed_right", record.closed_right},
                               {"closed_wrong", record.closed_wrong},
                               {"right", to_json(record.right)}});
  }
  json["poor_groups"] = nlohmann::ordered_json::array();
  for (const GroupRecord& group : learnt.poor_groups) {
    json["poor_groups"].push_back({{"name", printable(group.name)},
                                   {"meters", group.meters},
                                   {"heard", group.heard},
                                   {"reach", to_json(group.reach)}});
  }
  fmt::print("{}\n", json.dump(2));
}

Result<void> write_settings(const std::string& file, const LocaliserSettings& settings,
                            const LearntReliability& learnt) {
  std::ofstream out{file, std::ios::binary};
  out << "# Learnt from " << learnt.outages << " outages in " << learnt.storms << " storms.\n"
      << write_localiser_settings(settings);
  out.flush();
  if (!out) {
    return refuse_at({file, {}, {}, {}}, ErrorCode::unavailable, "FILE_NOT_WRITABLE",
                     "the file cannot be written");
  }
  return {};
}

ExitCode run_learn(const LearnOptions& options) {
  std::optional<LocaliserSettings> given;
  if (!options.settings.empty()) {
    auto read = read_localiser_settings(options.settings);
    if (!read) return tell_refusal("learn", read.error(), options.json);
    given = *read;
  }
  const std::filesystem::path output = options.output;
  const std::filesystem::path inputs[] = {options.state, options.region, options.settings};
  if (auto apart = check_outputs_apart({&output, 1}, inputs); !apart) {
    return tell_refusal("learn", apart.error(), options.json);
  }
  const Result<Past> past = read_past(options);
  if (!past) return tell_refusal("learn", past.error(), options.json);
  LocaliserSettings settings = given.value_or(past->settings);
  const LearntReliability learnt =
      learn_reliability(past->region->network, past->outages, past->evidence, settings.reliability);
  if (!options.output.empty()) {
    settings.reliability = with_learnt(settings.reliability, learnt);
    // Before anything is said: a refusal is the one document then.
    if (auto written = write_settings(options.output, settings, learnt); !written) {
      return tell_refusal("learn", written.error(), options.json);
    }
  }
  if (options.json) {
    print_json(*past, learnt);
  } else {
    print_text(*past, learnt);
  }
  return ExitCode::done;
}

}  // namespace

void add_learn_command(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<LearnOptions>();
  CLI::App* command = app.add_subcommand(
      "learn", "Say what closed outages teach about meters, callers and other sources");
  command
      ->add_option("state", options->state, "the state directory of a server that is not running")
      ->required();
  command->add_option("--region", options->region,
                      "a .gmr of the journal; needed when the state directory does not hold it");
  command->add_option("--settings", options->settings,
                      "what is believed so far (TOML; default: what the server does)");
  command->add_option("-o,--output", options->output,
                      "settings with what was learnt, for serve and localise --settings");
  command->add_flag("--json", options->json, "One JSON document with snake_case keys");
  command->add_flag("--quiet", options->quiet, "No progress on a terminal");
  command->callback([options, &outcome] { outcome.exit_code = run_learn(*options); });
}

}  // namespace gridmend
