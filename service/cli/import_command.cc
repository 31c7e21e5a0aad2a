#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "data/ingest/region_import.h"
#include "service/cli/commands.h"
#include "service/cli/region_diff_report.h"
#include "service/cli/region_summary.h"

namespace gridmend {
namespace {

constexpr std::size_t kPrintedOfAClass = 3;

struct Arguments {
  std::string source;
  std::string profile;
  std::string roads;
  std::string output;
  std::string defects;
  std::string previous;
  double most_severe_percent = 1;
};

ExitCode refuse_import(const Error& error) {
  std::fprintf(stderr, "gridmend import: %s\n", describe(error).c_str());
  const bool machine = error.code == ErrorCode::unavailable ||
                       error.code == ErrorCode::resource_exhausted ||
                       error.code == ErrorCode::permission_denied;
  return machine ? ExitCode::machine_failed : ExitCode::refused;
}

Result<RegionSpec> spec_of(const Arguments& arguments) {
  RegionSpec spec;
  if (arguments.source.ends_with(".toml")) {
    auto read = read_region_toml(arguments.source);
    if (!read) return read;
    spec = std::move(*read);
    if (!arguments.profile.empty()) {
      for (SourceSpec& source : spec.sources) source.profile = arguments.profile;
    }
  } else {
    spec.sources.push_back({arguments.source, arguments.profile});
  }
  if (!arguments.roads.empty()) spec.roads = arguments.roads;
  return spec;
}

ReadingProgress progress_on_terminal() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [](std::string_view layer, std::int64_t read, std::int64_t all) {
    const std::string total = all > 0 ? " of " + with_commas(static_cast<std::size_t>(all)) : "";
    std::fprintf(stderr, "\r\033[K%.*s: %s%s", static_cast<int>(layer.size()), layer.data(),
                 with_commas(static_cast<std::size_t>(read)).c_str(), total.c_str());
    if (read == all) std::fputs("\r\033[K", stderr);
  };
}

std::string ledger_text(const UsagePointLedger& ledger) {
  std::string text = fmt::format(
      "usage points: {} = {} supplied + {} unsupplied + {} refused ({} inactive, counted among "
      "them)\n",
      with_commas(ledger.total), with_commas(ledger.supplied), with_commas(ledger.unsupplied),
      with_commas(ledger.refused), with_commas(ledger.inactive));
  for (const auto& [reason, count] : ledger.refused_by_reason) {
    text += fmt::format("  refused: {} ({})\n", reason, with_commas(count));
  }
  return text;
}

// The gravest first and a few of each class; who wants them all writes them to a file.
void print_worst(const std::vector<Defect>& defects) {
  for (const DefectSeverity severity : {DefectSeverity::severe, DefectSeverity::warning}) {
    std::array<std::size_t, kDefectClasses> printed{};
    for (const Defect& defect : defects) {
      if (defect.severity != severity) continue;
      if (++printed[static_cast<std::size_t>(defect.defect_class)] > kPrintedOfAClass) continue;
      Error error;
      error.place = defect.place;
      error.message = defect.message;
      std::printf("  %s %s: %s; %s\n", std::string{to_string(severity)}.c_str(),
                  std::string{to_string(defect.defect_class)}.c_str(), describe(error).c_str(),
                  defect.action.c_str());
    }
  }
}

void print_report(const Arguments& arguments, const RegionImport& import) {
  const SwitchState switches{import.region.network};
  const SupplyForest forest = SupplyForest::derive(import.region.network, switches);
  const RegionSummary summary = summarise(import.region, forest, switches);
  std::printf("%s: %s, %s, %s, %s, %s\n", arguments.output.c_str(),
              counted(summary.substations, "substation").c_str(),
              counted(summary.feeders, "feeder").c_str(),
              counted(summary.switches, "switch").c_str(),
              counted(summary.transformers, "transformer").c_str(),
              counted(summary.line_segments + summary.service_drops, "line").c_str());
  std::fputs(ledger_text(import.usage_points).c_str(), stdout);
  std::printf("roads: %s\n", import.roads.c_str());
  std::fputs(defects_text(summary).c_str(), stdout);
  print_worst(import.region.defects);
}

ExitCode run(const Arguments& arguments) {
  const auto spec = spec_of(arguments);
  if (!spec) return refuse_import(spec.error());
  // Opened first: it may be the file that is written over, and a wrong one is told at once.
  std::optional<Region> previous;
  if (!arguments.previous.empty()) {
    auto opened = open_region(arguments.previous);
    if (!opened) return refuse_import(opened.error());
    previous = std::move(*opened);
  }
  const auto import = import_region(*spec, {.most_severe_percent = arguments.most_severe_percent,
                                            .progress = progress_on_terminal()});
  if (!import) return refuse_import(import.error());
  print_report(arguments, *import);
  if (!arguments.defects.empty()) {
    if (auto written = write_defects(import->region.defects, arguments.defects); !written) {
      return refuse_import(written.error());
    }
    std::printf("defects written to %s\n", arguments.defects.c_str());
  }
  if (import->refusal) return refuse_import(*import->refusal);
  if (auto written = write_region(import->region, arguments.output); !written) {
    return refuse_import(written.error());
  }
  std::printf("region %s written to %s\n", to_hex(import->region.id).c_str(),
              arguments.output.c_str());
  if (previous) {
    const RegionDiff diff = diff_regions(*previous, import->region);
    std::fputs(diff_text(*previous, import->region, diff).c_str(), stdout);
  }
  return ExitCode::done;
}

}  // namespace

void add_import_command(CLI::App& app, CommandOutcome& outcome) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("import", "Make a region of a utility's GIS files");
  command
      ->add_option("source", arguments->source,
                   "A file, a folder, a .zip, or a REGION.toml naming several")
      ->required();
  command->add_option("--profile", arguments->profile,
                      "native, bdgd, or the path of a .toml; without it the layers decide");
  command->add_option("--roads", arguments->roads,
                      "OpenStreetMap .pbf or .osm, or a vector file with a layer of roads");
  command->add_option("-o,--output", arguments->output, "The region to write, .gmr")->required();
  command->add_option("--defects", arguments->defects,
                      "Write all defects to this .gpkg, .geojson or .csv");
  command->add_option("--previous", arguments->previous,
                      "Say what changed since this region (.gmr) after the import");
  command
      ->add_option("--max-severe-percent", arguments->most_severe_percent,
                   "Refuse the source when more of its features have a severe defect (default 1)")
      ->check(CLI::Range(0.0, 100.0));
  command->callback([arguments, &outcome] { outcome.exit_code = run(*arguments); });
}

}  // namespace gridmend
