#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "data/ingest/defect_report.h"
#include "data/ingest/region_import.h"
#include "service/cli/commands.h"
#include "service/cli/import_report.h"
#include "service/cli/region_diff_report.h"
#include "service/cli/region_summary.h"

namespace gridmend {
namespace {

struct Arguments {
  std::string source;
  std::string profile;
  std::string roads;
  std::string output;
  std::string defects;
  std::string previous;
  std::optional<double> most_severe_percent;
  bool json = false;
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

// Said at once, before hours of reading.
Result<void> check_outputs(const Arguments& arguments) {
  if (arguments.defects.empty()) return {};
  const auto format = defect_format(arguments.defects);
  if (!format) return unexpected(format.error());
  return {};
}

ExitCode refuse(const Arguments& arguments, const Error& error) {
  if (arguments.json) std::fputs(import_json(error, arguments.output).c_str(), stdout);
  return refuse_import(error);
}

ExitCode finish(const Arguments& arguments, const RegionImport& import,
                const std::optional<Region>& previous) {
  if (!arguments.json) std::fputs(import_text(import, arguments.output).c_str(), stdout);
  if (!arguments.defects.empty()) {
    if (auto written = write_defects(import.region, import.defect_tally, arguments.defects);
        !written) {
      return refuse(arguments, written.error());
    }
    if (!arguments.json) std::printf("\ndefects written to %s\n", arguments.defects.c_str());
  }
  if (import.refusal) {
    if (arguments.json) {
      std::fputs(import_json(import, arguments.output, false, {}).c_str(), stdout);
    }
    return refuse_import(*import.refusal);
  }
  if (auto written = write_region(import.region, arguments.output); !written) {
    return refuse(arguments, written.error());
  }
  std::string changes;
  if (previous) {
    const RegionDiff diff = diff_regions(*previous, import.region);
    changes = (arguments.json ? diff_json : diff_text)(*previous, import.region, diff);
  }
  if (arguments.json) {
    std::fputs(import_json(import, arguments.output, true, changes).c_str(), stdout);
  } else {
    std::printf("region %s written to %s\n%s", to_hex(import.region.id).c_str(),
                arguments.output.c_str(), changes.c_str());
  }
  return ExitCode::done;
}

ExitCode run(const Arguments& arguments) {
  if (auto sound = check_outputs(arguments); !sound) return refuse(arguments, sound.error());
  const auto spec = spec_of(arguments);
  if (!spec) return refuse(arguments, spec.error());
  // Opened first: it may be the file that is written over, and a wrong one is told at once.
  std::optional<Region> previous;
  if (!arguments.previous.empty()) {
    auto opened = open_region(arguments.previous);
    if (!opened) return refuse(arguments, opened.error());
    previous = std::move(*opened);
  }
  const auto import = import_region(*spec, {.most_severe_percent = arguments.most_severe_percent,
                                            .progress = progress_on_terminal()});
  if (!import) return refuse(arguments, import.error());
  return finish(arguments, *import, previous);
}

}  // namespace

void add_import_command(CLI::App& app, CommandOutcome& outcome) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("import", "Make a region of a utility's GIS files");
  command
      ->add_option("source", arguments->source,
                   "A file, a folder, a .zip, or a REGION.toml naming several")
      ->required();
  command->add_option(
      "--profile", arguments->profile,
      "native, bdgd, opendss, or the path of a .toml; without it the source decides");
  command->add_option("--roads", arguments->roads,
                      "OpenStreetMap .pbf or .osm, or a vector file with a layer of roads");
  command->add_option("-o,--output", arguments->output, "The region to write, .gmr")->required();
  command->add_option("--defects", arguments->defects,
                      "Write all defects to this .html, .gpkg, .geojson or .csv");
  command->add_option("--previous", arguments->previous,
                      "Say what changed since this region (.gmr) after the import");
  command
      ->add_option("--max-severe-percent", arguments->most_severe_percent,
                   "Refuse the source when more of its features have a severe defect (default 1)")
      ->check(CLI::Range(0.0, 100.0));
  command->add_flag("--json", arguments->json, "Say everything as one JSON document");
  command->callback([arguments, &outcome] { outcome.exit_code = run(*arguments); });
}

}  // namespace gridmend
