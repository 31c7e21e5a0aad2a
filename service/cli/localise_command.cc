#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/network/supply_forest.h"
#include "core/outage/call_expiry.h"
#include "core/outage/inference_csv.h"
#include "core/outage/outage_book.h"
#include "data/region/region.h"
#include "data/settings/localiser_file.h"
#include "service/cli/commands.h"
#include "service/cli/refusal.h"
#include "service/cli/time_option.h"
#include "service/converters/evidence_converter.h"
#include "service/converters/outage_converter.h"

namespace gridmend {
namespace {

struct LocaliseOptions {
  std::string region;
  std::string evidence;
  std::string at;
  std::string output;
  std::string devices;
  std::string usage_points;
  std::string settings;
  bool json = false;
};

// What became of the lines of an evidence file.
struct ReadEvidence {
  std::vector<Evidence> items;  // by event time
  std::size_t lines = 0;
  std::size_t refused = 0;
  std::size_t repeated = 0;
};

constexpr std::size_t kRefusedRowsShown = 20;

ExitCode refuse_input(const LocaliseOptions& options, const Error& error) {
  return tell_refusal("localise", error, options.json);
}

Result<ReadEvidence> read_evidence(const std::string& file, const NetworkModel& network,
                                   const CallPlacer& placer) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) {
      return refuse_at({file, {}, {}, {}}, ErrorCode::not_found, "FILE_NOT_READABLE",
                       "the file cannot be read");
    }
  }
  std::istream& in = file == "-" ? std::cin : opened;
  ReadEvidence read;
  std::set<std::string> keys;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    ++read.lines;
    Result<Evidence> item = parse_evidence_line(line, network, &placer);
    if (!item) {
      if (++read.refused <= kRefusedRowsShown) {
        std::fprintf(stderr, "gridmend: %s, line %zu: %s\n", file.c_str(), number,
                     describe(item.error()).c_str());
      }
      continue;
    }
    if (!item->idempotency_key.empty() && !keys.insert(item->idempotency_key).second) {
      ++read.repeated;
      continue;
    }
    read.items.push_back(std::move(*item));
  }
  if (in.bad() || (read.lines > 0 && read.refused == read.lines)) {
    return refuse_at({file, {}, {}, {}}, ErrorCode::invalid_argument, "EVIDENCE_UNREADABLE",
                     read.lines == 0 ? "the file cannot be read" : "no line of it is evidence");
  }
  std::ranges::stable_sort(read.items, {}, &Evidence::event_time);
  return read;
}

// Nobody is silent about a whole network for so long and speaks again in the same storm.
constexpr Duration kLongSilence = std::chrono::hours{24 * 7};

// The newest event that can be meant: not later than its receipt by a wrong clock, not later than
// anything was received; where nobody says when he received it, not after a long silence that
// parts it from most of the items. The epoch where there are no items.
Time newest_plausible(const std::vector<Evidence>& items) {
  Time received{};
  // An item that does not say when it was received counts as received at once.
  for (const Evidence& item : items) {
    if (item.receive_time != item.event_time) received = std::max(received, item.receive_time);
  }
  Time newest{};
  if (received != Time{}) {
    for (const Evidence& item : items) {
      if (item.event_time <= received + EvidenceBook::kClockSkew &&
          !EvidenceBook::is_dated_ahead(item))
        newest = std::max(newest, item.event_time);
    }
    return newest;
  }
  if (items.empty()) return newest;
  std::size_t last = (items.size() - 1) / 2;
  while (last + 1 < items.size() &&
         items[last + 1].event_time - items[last].event_time <= kLongSilence)
    ++last;
  return items[last].event_time;
}

// Hears everything until `at`; positions that somebody ordered change the switch state.
struct Heard {
  EvidenceBook book;
  SwitchState switches;
  std::size_t later = 0;
  std::size_t ahead = 0;  // later than any time that can be meant
  std::size_t of_no_use =
      0;  // no place, no supply in it, or dated after it was received, or years before
};

Heard hear(const NetworkModel& network, const std::vector<Evidence>& items, Time at) {
  Heard heard{EvidenceBook{network}, SwitchState{network}, 0, 0, 0};
  const Time plausible = newest_plausible(items);
  for (const Evidence& item : items) {
    if (item.event_time > at) {
      ++(item.event_time > plausible ? heard.ahead : heard.later);
      continue;
    }
    const EvidenceUse use = heard.book.record(item);
    heard.of_no_use += use == EvidenceUse::unplaced || use == EvidenceUse::not_supply ||
                       use == EvidenceUse::dated_ahead || use == EvidenceUse::dated_behind;
    const auto* position = std::get_if<SwitchPosition>(&item.kind);
    if (position != nullptr && position->device.valid()) {
      heard.switches.set_open_phases(position->device,
                                     heard.book.switches().standing(position->device).open);
    }
  }
  return heard;
}

// "-" and "" are standard output.
Result<void> write_file(const std::string& file, const std::function<void(std::ostream&)>& write) {
  if (file.empty() || file == "-") {
    write(std::cout);
    std::cout.flush();
    return {};
  }
  std::ofstream out{file, std::ios::binary};
  if (out) write(out);
  out.flush();
  if (!out) {
    return refuse_at({file, {}, {}, {}}, ErrorCode::unavailable, "FILE_NOT_WRITABLE",
                     "the file cannot be written");
  }
  return {};
}

std::string json_of(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions print;
  print.always_print_primitive_fields = true;
  std::string text;
  const auto printed = google::protobuf::util::MessageToJsonString(message, &text, print);
  GRIDMEND_CHECK(printed.ok(), "a message has a JSON form");
  return text;
}

template <class Things>
void write_json_array(std::ostream& out, const Things& things, const NetworkModel& network) {
  const char* separator = "";
  out << '[';
  for (const auto& thing : things) {
    out << separator << json_of(to_proto(thing, network));
    separator = ",";
  }
  out << ']';
}

// The files beside the outages, from the posterior of the same look.
Result<void> write_posteriors(const LocaliseOptions& options, const EvidenceView& view) {
  const InferenceForest& forest = view.input().forest;
  const RefinedPosterior posterior = localise_refined(view, forest.roots());
  Result<void> done;
  if (!options.devices.empty()) {
    done = write_file(options.devices, [&](std::ostream& out) {
      write_device_posteriors_csv(out, forest, posterior);
    });
  }
  if (done && !options.usage_points.empty()) {
    done = write_file(options.usage_points, [&](std::ostream& out) {
      write_usage_point_posteriors_csv(out, view, posterior);
    });
  }
  return done;
}

Result<void> write_results(const LocaliseOptions& options, const LocaliserInput& input,
                           const SwitchState& switches, const LocaliserSettings& settings,
                           std::size_t heard) {
  Result<void> posteriors;
  const OutageUpdate update =
      update_outages(input, switches, OutageBook{}, settings, [&](const EvidenceView& view) {
        if (options.devices.empty() && options.usage_points.empty()) return;
        posteriors = write_posteriors(options, view);
      });
  const NetworkModel& network = input.forest.network();
  Result<void> done;
  if (!options.json || (!options.output.empty() && options.output != "-")) {
    done = write_file(options.output, [&](std::ostream& out) {
      for (const Outage& outage : update.book.outages)
        out << json_of(to_proto(outage, network)) << '\n';
    });
  }
  if (done && options.json) {
    std::cout << "{\"at\":\"" << to_rfc3339(input.at) << "\",\"items_heard\":" << heard
              << ",\"outages\":";
    write_json_array(std::cout, update.book.outages, network);
    std::cout << ",\"doubted_reports\":";
    write_json_array(std::cout, update.book.doubted_reports, network);
    std::cout << "}\n" << std::flush;
  }
  return done ? posteriors : done;
}

ExitCode run_localise(const LocaliseOptions& options) {
  LocaliserSettings settings;
  if (!options.settings.empty()) {
    auto read = read_localiser_settings(options.settings);
    if (!read) return refuse_input(options, read.error());
    settings = *read;
  }
  const Result<Region> region = open_region(options.region);
  if (!region) return refuse_input(options, region.error());
  const PlaceIndex places{region->network};
  const Result<ReadEvidence> read =
      read_evidence(options.evidence, region->network, {places, settings.call_places});
  if (!read) return refuse_input(options, read.error());
  Time at = newest_plausible(read->items);
  if (!options.at.empty()) at = *parse_rfc3339(options.at);
  Heard heard = hear(region->network, read->items, at);
  const SupplyForest supply = SupplyForest::derive(region->network, heard.switches);
  const InferenceForest forest = InferenceForest::contract(supply);
  const Water dry;
  const EvidenceBook all_heard = heard.book;
  expire_calls({forest, all_heard, dry, at}, OutageBook{}, settings.outages, heard.book);
  const Result<void> written =
      write_results(options, {forest, heard.book, dry, at, region->suspected_links}, heard.switches,
                    settings, read->items.size() - heard.later - heard.ahead);
  if (!written) return refuse_input(options, written.error());
  std::fprintf(stderr,
               "%zu items heard until %s, %zu of no use (no place, not about supply, dated ahead);"
               " %zu later, %zu repeated, %zu lines refused\n",
               read->items.size() - heard.later - heard.ahead, to_rfc3339(at).c_str(),
               heard.of_no_use + heard.ahead, heard.later, read->repeated, read->refused);
  if (heard.ahead > 0 && options.at.empty()) {
    std::fprintf(stderr,
                 "gridmend: %zu items are dated ahead of all others and were left out; --at says "
                 "otherwise\n",
                 heard.ahead);
  }
  return ExitCode::done;
}

}  // namespace

void add_localise_command(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<LocaliseOptions>();
  CLI::App* command = app.add_subcommand(
      "localise", "Say which devices are probably open and who is dark, from a file of evidence");
  command->add_option("region", options->region, "the region (.gmr)")->required();
  command
      ->add_option("evidence", options->evidence,
                   "evidence, one JSON object a line; - for standard input")
      ->required();
  command
      ->add_option("--at", options->at,
                   "the moment to judge at (default: the newest event's, clocks that are "
                   "far ahead left out)")
      ->check(check_time);
  command->add_option("-o,--output", options->output,
                      "outages, one JSON object a line (default: standard output)");
  command->add_option("--devices", options->devices, "CSV of id,p_active,p_open");
  command->add_option("--usage-points", options->usage_points, "CSV of id,p_out");
  command->add_option("--settings", options->settings,
                      "what to believe of meters, callers and devices (TOML)");
  command->add_flag("--json", options->json,
                    "One JSON document on standard output: at, items_heard, outages");
  command->callback([options, &outcome] { outcome.exit_code = run_localise(*options); });
}

}  // namespace gridmend
