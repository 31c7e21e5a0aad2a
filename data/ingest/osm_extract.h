#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/geo/position.h"
#include "data/ingest/osm_road_tags.h"

namespace gridmend {

struct OsmWay {
  std::int64_t id = 0;
  OsmRoadTags tags;
  std::size_t refs_begin = 0;  // into OsmExtract::refs
  std::size_t refs_end = 0;
};

// A node that a drivable way names.
struct OsmNode {
  std::int64_t id = 0;
  Position position;
  bool known = false;  // false: the file names it but does not hold it, or holds no valid place
  bool stops = false;  // a barrier that no vehicle passes
  bool ford = false;
};

struct OsmTurnRestriction {
  std::int64_t id = 0;
  OsmTurnRule rule = OsmTurnRule::none;
  std::vector<std::int64_t> from_ways;
  std::vector<std::int64_t> to_ways;
  std::int64_t via_node = 0;
  bool via_is_node = false;  // exactly one via, a node
};

// What an OpenStreetMap file says of drivable roads, not yet a graph.
struct OsmExtract {
  std::vector<OsmWay> ways;        // in the order of the file; at least two refs each
  std::vector<std::int64_t> refs;  // node ids of the ways
  std::vector<OsmNode> nodes;      // by id, each once
  std::vector<OsmTurnRestriction> restrictions;
  std::size_t ways_read = 0;  // with a highway tag
};

// By the name's suffix: what libosmium can read.
bool is_osm_file(const std::filesystem::path& path);

// What a refusal says of an exception that libosmium threw while it read the file:
// OSM_FILE_DAMAGED, or READER_THREADS where the machine gives it no threads. Without memory it says
// nothing about the file: std::bad_alloc is thrown on.
tl::unexpected<Error> refuse_osm_file(const ErrorPlace& place, const std::exception& failure);

// Reads .osm.pbf, .pbf, .osm, .osm.gz and .osm.bz2 through libosmium, in two passes (ways and
// relations, then nodes). Memory grows with the roads, not with the file. Refuses by name:
// OSM_FILE_NOT_FOUND, OSM_FILE_FORMAT (another suffix), OSM_FILE_DAMAGED (whatever the parser
// says), READER_THREADS, OSM_NO_ROADS, and what is beyond the limits.
Result<OsmExtract> read_osm_extract(const std::filesystem::path& path,
                                    const OsmRoadOptions& options = {});

}  // namespace gridmend
