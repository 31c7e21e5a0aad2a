#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/check_settings.h"
#include "data/ingest/finding_group.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/network_source.h"
#include "data/ingest/reading_progress.h"
#include "data/region/region.h"

namespace gridmend {

// What a region is made of: one source, or a REGION.toml naming several.
struct RegionSpec {
  std::string name;
  std::string licence;
  std::vector<SourceSpec> sources;
  std::optional<std::filesystem::path> roads;
  std::optional<std::filesystem::path> roads_profile = {};  // of roads that are a layer of lines
  CheckSettings checks = {};
  SourceLimits limits = {};      // of the roads' file; sources have their own
  std::vector<Defect> findings;  // known before anything is read: of the sources as a whole
};

// REGION.toml (data/profiles/README.md states the form); its paths are relative to it. Refuses
// (REGION_TOML_INVALID) what is not TOML, unknown keys, numbers out of range, no source, a source
// that is named twice.
Result<RegionSpec> read_region_toml(const std::filesystem::path& path);

struct ImportOptions {
  // Instead of the spec's: severe defects beyond this part of the features read refuse the import.
  std::optional<double> most_severe_percent = {};
  // Likewise of the usage points without supply.
  std::optional<double> most_unsupplied_percent = {};
  ReadingProgress progress;
};

// What a layer of a source brought in.
struct LayerCount {
  std::string file;
  std::string layer;
  std::size_t devices = 0;
  std::size_t usage_points = 0;
};

struct RegionImport {
  Region region;
  UsagePointLedger usage_points;
  std::size_t features = 0;        // read from the sources, roads not counted
  std::vector<LayerCount> layers;  // in the order they were read; those that brought something
  std::size_t severe_defects = 0;
  DefectTally defect_tally;           // exact; region.defects keeps a limited number of a class
  FindingGroups finding_groups;       // whom defects about many features are about
  std::vector<std::string> profiles;  // by source
  std::string roads;                  // where the roads come from, in a sentence
  // Why the region is not to be used (refusal_of in import_verdict.h).
  std::optional<Error> refusal;
};

// Reads all sources into one network (a source that turns out to be drawn in GCJ-02 or BD-09 once
// more, with that undone), checks it, gives it roads. Refuses what the readers refuse, and one
// source read twice through one profile (SOURCE_TWICE).
Result<RegionImport> import_region(const RegionSpec& spec, const ImportOptions& options);

}  // namespace gridmend
