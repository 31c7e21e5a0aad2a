#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/network/network_model.h"
#include "data/region/defect.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// Where a region came from, for whoever opens it later.
struct RegionProvenance {
  std::string name;
  std::vector<std::string> sources;  // file names without folders
  std::string profile;
  std::string licence;
};

// Everything that does not change in a storm.
struct Region {
  NetworkModel network;
  RoadGraph roads;
  std::vector<Defect> defects;
  RegionProvenance provenance;
  Hash128 id;  // of the content: the same network and roads have the same id
};

// The content hash over network and roads (not defects or provenance).
Hash128 content_id(const NetworkRecords& network, const RoadRecords& roads);

// Writes through a temporary file and renames, so that a reader never sees half a region.
Result<void> write_region(const Region& region, const std::filesystem::path& path);

// Maps the file. Refuses by name: not a region, a version this program does not know, a truncated
// or damaged file (checksum), another byte order.
Result<Region> open_region(const std::filesystem::path& path);

}  // namespace gridmend
