#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "core/base/error.h"
#include "core/network/supply_forest.h"
#include "data/ingest/reading_progress.h"
#include "data/region/region.h"

namespace gridmend {

// What of a region is written: all of it, or some devices and usage points with the connectivity
// nodes at their ends, the feeders and substations they belong to and the defects about them; roads
// only with all of it.
struct ExportPart {
  bool whole = true;
  std::vector<Id<Device>> devices;
  std::vector<Id<UsagePoint>> usage_points;
};

// Everything the feeder supplies in normal operation, its loops, and the open switches at its edge.
// O(devices + usage points).
ExportPart part_of_feeder(const SupplyForest& forest, Id<Feeder> feeder);

struct ExportCounts {
  std::size_t feeders = 0, nodes = 0, lines = 0, switches = 0, transformers = 0, usage_points = 0,
              roads = 0, defects = 0;
};

// Writes for people with a GIS, in WGS 84. A .gpkg gets the layers of the native layout
// (data/profiles/README.md: substations, feeders, connectivity_nodes, lines, switches,
// transformers, usage_points, roads) and `defects`, so that the native profile reads the same
// network again; further columns say what is read off a map: supplying_feeder, live_phases,
// normal_position, customers_behind. A .geojson gets all of it as one layer whose column `layer`
// says which. A line whose course nobody recorded is drawn straight between its ends. What does not
// survive: turn restrictions, roads' origin, the defects' subjects, suspected links.
//
// Refuses another suffix (GIS_FORMAT_UNKNOWN) and what cannot be written. Equal calls write equal
// files; an existing one is replaced. O(region).
Result<ExportCounts> export_region(const Region& region, const SupplyForest& forest,
                                   const ExportPart& part, const std::filesystem::path& path,
                                   const ReadingProgress& progress = {});

}  // namespace gridmend
