#pragma once

#include <filesystem>
#include <string>

#include "core/base/error.h"
#include "data/ingest/osm_extract.h"
#include "data/ingest/road_report.h"

namespace gridmend {

// Makes roads of an OpenStreetMap file (see osm_extract.h for the formats and refusals). Ways are
// split where they share a node, at their ends, and where a barrier stops vehicles: there each side
// ends at a vertex of its own. Restrictions over one node become forbidden turns; a mandatory turn
// forbids every other. Ferries are left out. Defects: nodes the file does not hold, names that are
// not UTF-8, restrictions that fit no turn, components. Equal files give equal records.
Result<RoadImport> read_osm_roads(const std::filesystem::path& path,
                                  const OsmRoadOptions& options = {});

// The same from what was read already. `file` is named in defects. Refuses when no road is left.
Result<RoadImport> build_osm_roads(const OsmExtract& extract, const std::string& file);

}  // namespace gridmend
