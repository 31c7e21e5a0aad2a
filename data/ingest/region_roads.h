#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/network/network_model.h"
#include "data/ingest/defect_log.h"
#include "data/ingest/profile.h"
#include "data/ingest/vector_source.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// A source of the network that may have a layer of roads, and what its profile says of it.
struct RoadLayerSource {
  const VectorSource* source = nullptr;
  const RoadRule* rule = nullptr;
};

struct ImportedRoads {
  RoadGraph graph;
  std::string statement;  // where they come from, in a sentence
};

// Roads from the file named, else from the sources' own road layer when it has roads, else derived
// from where the network's lines run (then a defect says so). `profile`: see find_road_rule(), of
// the file named.
Result<ImportedRoads> import_roads(const std::optional<std::filesystem::path>& file,
                                   const SourceLimits& limits,
                                   const std::optional<std::filesystem::path>& profile,
                                   const std::vector<RoadLayerSource>& sources,
                                   const NetworkModel& network, DefectLog& defects);

}  // namespace gridmend
