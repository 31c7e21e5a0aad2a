#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
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
};

// REGION.toml (data/profiles/README.md states the form); its paths are relative to it. Refuses
// (REGION_TOML_INVALID) what is not TOML, unknown keys, no source.
Result<RegionSpec> read_region_toml(const std::filesystem::path& path);

struct ImportOptions {
  // Severe defects beyond this part of the features read refuse the import.
  double most_severe_percent = 1;
  ReadingProgress progress;
};

struct RegionImport {
  Region region;
  UsagePointLedger usage_points;
  std::size_t features = 0;  // read from the sources, roads not counted
  std::size_t severe_defects = 0;
  DefectTally defect_tally;           // exact; region.defects keeps a limited number of a class
  std::vector<std::string> profiles;  // by source
  std::string roads;                  // where the roads come from, in a sentence
  // Too many severe defects, or nobody supplied: the region is not to be used.
  std::optional<Error> refusal;
};

// Reads all sources into one network, checks it, gives it roads. Refuses what the readers refuse.
Result<RegionImport> import_region(const RegionSpec& spec, const ImportOptions& options);

// Writes defects for a GIS or a table: .gpkg, .geojson, .csv; a point each where the place is
// known.
Result<void> write_defects(const std::vector<Defect>& defects, const std::filesystem::path& path);

}  // namespace gridmend
