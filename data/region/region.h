#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/network/link_suspicion.h"
#include "core/network/network_model.h"
#include "data/region/defect.h"
#include "routing/hierarchy/nested_dissection.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// Where a region came from, for whoever opens it later.
struct RegionProvenance {
  std::string name;
  std::vector<std::string> sources;  // file names without folders
  std::string profile;
  std::string licence;
};

// The format version that write_region writes.
inline constexpr std::uint32_t kRegionFormat = 2;

// Everything that does not change in a storm.
struct Region {
  NetworkModel network;
  RoadGraph roads;
  std::vector<Defect> defects;
  RegionProvenance provenance;
  Hash128 id;  // of the content: the same network and roads have the same id
  // Of the file it was opened from; an older one was upgraded in memory.
  std::uint32_t format = kRegionFormat;
  // From geometry, found by the import; may be empty.
  SuspectedLinks suspected_links = {};
  // What RoadIndex::from_order wants, with the usual TurnSettings; empty: it has to be found.
  ContractionOrder road_order = {};
  // What opening the file remarked without refusing it, a sentence each.
  std::vector<std::string> notes = {};
};

// The content hash over network and roads (not defects or provenance).
Hash128 content_id(const NetworkRecords& network, const RoadRecords& roads);

// Writes through a temporary file and renames, so that a reader never sees half a region. A disk
// without room is resource_exhausted (REGION_NO_ROOM); the file that was there stays.
Result<void> write_region(const Region& region, const std::filesystem::path& path);

// How far an opened file is trusted. Checksums of the header and of every section are always
// looked at, and so is every reference; the id in the header is only compared with the content when
// asked for (REGION_ID_WRONG): it costs another pass over the file.
enum class RegionCheck : std::uint8_t { sections, content_id };

// Maps the file. Refuses by name: not a region, a version this program does not know, a section it
// would have to understand, a truncated or damaged file (checksum), another byte order. Version 1
// is read as well.
Result<Region> open_region(const std::filesystem::path& path,
                           RegionCheck check = RegionCheck::sections);

}  // namespace gridmend
