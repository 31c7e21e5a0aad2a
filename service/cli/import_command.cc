#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/ingest/defect_report.h"
#include "data/ingest/region_import.h"
#include "data/ingest/source_description.h"
#include "data/ingest/source_name.h"
#include "service/cli/commands.h"
#include "service/cli/coordinate_options.h"
#include "service/cli/description_report.h"
#include "service/cli/import_report.h"
#include "service/cli/option_values.h"
#include "service/cli/output_files.h"
#include "service/cli/progress_bar.h"
#include "service/cli/refusal.h"
#include "service/cli/region_diff_report.h"
#include "service/cli/standard_output.h"
#include "service/guard/guarded_process.h"

namespace gridmend {
namespace {

constexpr std::uint64_t kOpenFiles = 4096;
// What a database holds is not known before it is read: taken as a province.
constexpr std::uint64_t kDatabaseBytes = 4'000'000'000;
// What is allowed beyond these is allowed without a limit; sums with more would overflow.
constexpr std::uint64_t kMostMemory_bytes = std::uint64_t{1} << 50;
// The program and the libraries it reads with; less would refuse everything.
constexpr std::uint64_t kLeastMemory_bytes = std::uint64_t{32} << 20;
constexpr std::int64_t kMostTime_s = 1'000'000'000;

struct ImportArguments {
  std::string source;
  std::string profile;
  std::string roads;
  std::string roads_profile;
  std::string output;
  std::string defects;
  std::string previous;
  std::optional<double> most_severe_percent;
  std::optional<double> most_unsupplied_percent;
  bool json = false;
  bool quiet = false;
  bool overwrite = false;
  CoordinateOptions coordinates;
  bool describe = false;
  SourceLimits limits;
  std::uint64_t max_memory_bytes = 0;  // 0: by the size of the input
  std::int64_t max_time_s = 0;
};

// Its document has more to say than the refusal.
ExitCode refuse_import(const Error& error) { return tell_refusal("import", error, false); }

Result<RegionSpec> spec_of(const ImportArguments& arguments) {
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
  spec.limits = arguments.limits;
  for (SourceSpec& source : spec.sources) source.limits = arguments.limits;
  if (!arguments.roads.empty()) {
    spec.roads = arguments.roads;
    spec.roads_profile.reset();
  }
  if (!arguments.roads_profile.empty()) spec.roads_profile = arguments.roads_profile;
  if (spec.roads_profile && !spec.roads) {
    return refuse(ErrorCode::invalid_argument, "ROADS_PROFILE_UNUSED",
                  "there is no file of roads: --roads-profile goes with --roads");
  }
  for (SourceSpec& source : spec.sources) {
    if (auto declared = declare_on(arguments.coordinates, source); !declared) {
      return unexpected(declared.error());
    }
  }
  return spec;
}

ReadingProgress progress_on_terminal(bool quiet) {
  const auto bar = std::make_shared<ProgressBar>(quiet);
  if (!bar->shown()) return {};
  return [bar](std::string_view what, std::int64_t done, std::int64_t all) {
    bar->show(what, done, all);
  };
}

std::uint64_t bytes_of(const std::filesystem::path& path) {
  if (is_database(path)) return kDatabaseBytes;
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
  }
  std::uint64_t bytes = 0;
  for (std::filesystem::recursive_directory_iterator it{path, error}, end; !error && it != end;
       it.increment(error)) {
    std::error_code unused;
    if (it->is_regular_file(unused)) bytes += it->file_size(unused);
  }
  return bytes;
}

// For Option::check, of bytes.
std::string check_memory(const std::string& bytes) {
  if (std::strtoull(bytes.c_str(), nullptr, 10) >= kLeastMemory_bytes) return {};
  return "less than 32 MiB are not enough to begin with";
}

GuardSettings guard_of(const ImportArguments& arguments, const RegionSpec& spec) {
  std::uint64_t bytes = spec.roads ? bytes_of(*spec.roads) : 0;
  for (const SourceSpec& source : spec.sources) bytes += bytes_of(source.path);
  const GuardDefaults defaults = guard_defaults(bytes);
  GuardSettings guard;
  guard.limits.memory_bytes = arguments.max_memory_bytes > 0
                                  ? std::min(arguments.max_memory_bytes, kMostMemory_bytes)
                                  : defaults.memory_bytes;
  guard.limits.file_bytes = 2 * guard.limits.memory_bytes;
  guard.limits.open_files = kOpenFiles;
  // Only for databases in the user's own words.
  guard.network = spec.roads && is_database(*spec.roads);
  for (const SourceSpec& source : spec.sources) {
    guard.network = guard.network || is_database(source.path);
  }
  guard.wall_time = arguments.max_time_s > 0
                        ? std::chrono::seconds{std::min(arguments.max_time_s, kMostTime_s)}
                        : defaults.wall_time;
  if (!arguments.describe) {
    guard.outputs.emplace_back(arguments.output);
    if (!arguments.defects.empty()) guard.outputs.emplace_back(arguments.defects);
  }
  guard.progress = progress_on_terminal(arguments.quiet);
  guard.notice = [](std::string_view missing) {
    std::fprintf(stderr, "gridmend import: %.*s\n", static_cast<int>(missing.size()),
                 missing.data());
  };
  return guard;
}

// Said at once, before hours of reading.
Result<void> check_outputs(const ImportArguments& arguments, const RegionSpec& spec) {
  std::vector<std::filesystem::path> inputs{arguments.source};
  for (const SourceSpec& source : spec.sources) inputs.push_back(source.path);
  if (spec.roads) inputs.push_back(*spec.roads);
  std::erase_if(inputs, [](const std::filesystem::path& path) { return is_database(path); });
  // The region itself may lie among the sources and be renewed there.
  const std::vector<std::filesystem::path> outputs{arguments.output, arguments.defects};
  if (auto apart = check_outputs_apart(outputs, {}); !apart) return apart;
  if (auto apart = check_outputs_apart(std::span{outputs}.last(1), inputs); !apart) return apart;
  if (!arguments.defects.empty()) {
    if (auto free = check_free(arguments.defects, arguments.overwrite); !free) return free;
  }
  return check_may_become_region(arguments.output);
}

ExitCode refuse(const ImportArguments& arguments, const Error& error) {
  if (arguments.json) {
    const std::string document =
        arguments.describe ? description_json({}, error) : import_json(error, arguments.output);
    std::fputs(document.c_str(), stdout);
  }
  return refuse_import(error);
}

// Errors of writing name the place that was asked for.
ExitCode refuse_output(const ImportArguments& arguments, Error error, const std::string& asked) {
  error.place.file = asked;
  return refuse(arguments, error);
}

ExitCode finish(const ImportArguments& arguments, const RegionImport& import,
                const std::optional<Region>& previous, GuardedWork& guard) {
  if (!arguments.json) std::fputs(import_text(import, arguments.output).c_str(), stdout);
  if (!arguments.defects.empty()) {
    auto written = write_defects(import.region, import.defect_tally,
                                 guard.staged(arguments.defects), import.finding_groups);
    if (written) written = guard.publish();
    if (!written) return refuse_output(arguments, written.error(), arguments.defects);
    if (!arguments.json) std::printf("\ndefects written to %s\n", arguments.defects.c_str());
  }
  if (import.refusal) {
    if (arguments.json) {
      std::fputs(import_json(import, arguments.output, false, {}).c_str(), stdout);
    }
    return refuse_import(*import.refusal);
  }
  auto written = write_region(import.region, guard.staged(arguments.output));
  if (written) written = guard.publish();
  if (!written) return refuse_output(arguments, written.error(), arguments.output);
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

Result<DescribedSource> describe_one(const SourceSpec& named) {
  if (is_model(named)) {
    const auto model = open_network_source(named);
    if (!model) return unexpected(model.error());
    return (*model)->describe();
  }
  auto source = VectorSource::open(named.path, named.limits);
  if (!source) return unexpected(source.error());
  source->declare(named.coordinates, named.encoding);
  return describe_source(*source);
}

// What each source holds, and a profile to begin with.
ExitCode describe_sources(const ImportArguments& arguments, const RegionSpec& spec) {
  std::vector<DescribedSource> described;
  std::optional<Error> refusal;
  for (const SourceSpec& named : spec.sources) {
    auto source = describe_one(named);
    if (!source) {
      refusal = source.error();
      break;
    }
    if (!arguments.json) std::fputs(description_text(*source).c_str(), stdout);
    if (arguments.json) described.push_back(std::move(*source));
  }
  if (arguments.json) std::fputs(description_json(described, refusal).c_str(), stdout);
  return refusal ? refuse_import(*refusal) : ExitCode::done;
}

// In the guarded child: whatever touches a file that came from elsewhere.
ExitCode import_guarded(const ImportArguments& arguments, const RegionSpec& spec,
                        GuardedWork& guard) {
  // Whoever stops reading what is printed (`| head`) stops no import, nor makes its source a bad
  // one.
  std::signal(SIGPIPE, SIG_IGN);
  if (arguments.describe) return describe_sources(arguments, spec);
  // Opened first: it may be the file that is written over, and a wrong one is told at once.
  std::optional<Region> previous;
  if (!arguments.previous.empty()) {
    auto opened = open_region(arguments.previous);
    if (!opened) return refuse(arguments, opened.error());
    previous = std::move(*opened);
  }
  const auto import = import_region(
      spec, {.most_severe_percent = arguments.most_severe_percent,
             .most_unsupplied_percent = arguments.most_unsupplied_percent,
             .progress = [&guard](std::string_view what, std::int64_t done, std::int64_t all) {
               guard.report(what, done, all);
             }});
  if (!import) return refuse(arguments, import.error());
  return finish(arguments, *import, previous, guard);
}

ExitCode run_import(const ImportArguments& arguments) {
  SourceSpec unused;
  if (const auto declared = declare_on(arguments.coordinates, unused); !declared) {
    refuse(arguments, declared.error());
    return ExitCode::usage;
  }
  const auto spec = spec_of(arguments);
  if (!spec) return refuse(arguments, spec.error());
  if (auto sound = check_outputs(arguments, *spec); !sound) {
    return refuse(arguments, sound.error());
  }
  auto ran = run_guarded(guard_of(arguments, *spec), [&](GuardedWork& guard) {
    return static_cast<int>(with_output_written(import_guarded(arguments, *spec, guard)));
  });
  if (ran) return static_cast<ExitCode>(*ran);
  if (ran.error().place.file.empty()) ran.error().place.file = source_name(arguments.source);
  return refuse(arguments, ran.error());
}

}  // namespace

void add_import_command(CLI::App& app, CommandOutcome& outcome) {
  auto arguments = std::make_shared<ImportArguments>();
  CLI::App* command = app.add_subcommand("import", "Make a region of a utility's GIS files");
  command
      ->add_option(
          "source", arguments->source,
          "A file, a folder, a .zip, a database (PG:host=... dbname=...), or a REGION.toml "
          "naming several")
      ->required();
  command->add_option("--profile", arguments->profile,
                      "native, bdgd, osm-power, cim, opendss, or the path of a .toml; without it "
                      "the source decides");
  command->add_option("--roads", arguments->roads,
                      "OpenStreetMap .pbf or .osm, or a vector file with a layer of roads");
  command->add_option("--roads-profile", arguments->roads_profile,
                      "A .toml whose [roads] says which layer and columns of that file mean what");
  auto* output = command->add_option("-o,--output", arguments->output, "The region to write, .gmr");
  output->required();
  command
      ->add_flag("--describe", arguments->describe,
                 "Import nothing: print layers, columns, examples, and a profile to fill in")
      ->each([output](const std::string&) { output->required(false); });
  add_coordinate_options(*command, arguments->coordinates);
  auto* defects = command->add_option("--defects", arguments->defects,
                                      "Write all defects to this .html, .gpkg, .geojson or .csv");
  defects->check([](const std::string& file) {
    return check_ending(file, {".html", ".gpkg", ".geojson", ".csv"});
  });
  command
      ->add_flag("--overwrite", arguments->overwrite, "--defects to a file that is there already")
      ->needs(defects);
  command->add_option("--previous", arguments->previous,
                      "Say what changed since this region (.gmr) after the import");
  command
      ->add_option("--max-severe-percent", arguments->most_severe_percent,
                   "Refuse the source when more of its features have a severe defect (default 1)")
      ->check(CLI::Range(0.0, 100.0));
  command
      ->add_option("--max-unsupplied-percent", arguments->most_unsupplied_percent,
                   "Refuse the source when more of its usage points have no path to a feeder "
                   "(default 25)")
      ->check(CLI::Range(0.0, 100.0));
  command->add_flag("--json", arguments->json, "Say everything as one JSON document");
  command
      ->add_option(
          "--max-memory", arguments->max_memory_bytes,
          "Refuse a source that needs more, as 4GB; without it the size of the files decides")
      ->transform(CLI::AsSizeValue(false))
      ->check(check_memory);
  command
      ->add_option("--max-time", arguments->max_time_s,
                   "Refuse a source that takes longer, in seconds; without it the size decides")
      ->check(check_positive);
  command
      ->add_option(
          "--max-features", arguments->limits.features,
          "Refuse a layer, or a class of a model, with more features (default 100 million)")
      ->check(check_positive);
  command
      ->add_option("--max-vertices", arguments->limits.vertices,
                   "Refuse a feature with more vertices (default 1 million)")
      ->check(check_positive);
  command->add_flag("--quiet", arguments->quiet, "No progress on a terminal");
  command->callback([arguments, &outcome] { outcome.exit_code = run_import(*arguments); });
}

}  // namespace gridmend
