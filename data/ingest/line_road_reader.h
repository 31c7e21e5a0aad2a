#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/profile.h"
#include "data/ingest/road_report.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// Which column of a layer of lines means what: names tried in order, without regard to case; the
// first that the layer has counts. All may be missing.
struct LineRoadColumns {
  std::vector<std::string> name = {"name"};
  std::vector<std::string> road_class = {"class", "highway", "fclass"};  // OSM's highway values
  std::vector<std::string> oneway = {"oneway"};                // yes/no/-1, 1/0, F/B/T, FT/TF
  std::vector<std::string> speed = {"speed_kmh", "maxspeed"};  // a number, or as OSM writes it
  std::vector<std::string> structure = {"structure"};          // at_grade, bridge, tunnel, ford
  std::vector<std::string> bridge = {"bridge"};  // yes/no, 1/0, T/F, or a kind of bridge
  std::vector<std::string> tunnel = {"tunnel"};
  std::vector<std::string> layer = {"layer"};
  std::vector<std::string> surface = {"surface"};
  // Ids of the junctions at both ends; when the layer has both, they alone say what connects.
  std::vector<std::string> from_junction = {"u", "from_junction"};
  std::vector<std::string> to_junction = {"v", "to_junction"};
};

struct LineRoadSettings {
  LineRoadColumns columns;
  double tolerance_m = 1;           // ends nearer to each other meet
  std::vector<std::string> layers;  // of a file with several: the first that it has
  RoadValues values = {};           // what values mean where they are not as above
  SourceLimits limits = {};         // of a file that is opened
};

// Makes roads of one layer of lines. Without junction ids, ends that lie together meet, as
// line_network.h says. A class that is not for vehicles (footway, steps) leaves the line out; an
// unknown one is a defect and taken as residential. Lines without geometry, off the earth or
// without length are left out with a defect. Refuses what VectorSource refuses, and a layer without
// one usable road (ROADS_EMPTY).
Result<RoadImport> read_line_roads(const VectorSource& source, std::size_t layer,
                                   const LineRoadSettings& settings = {});

// Opens the file first. Its layer is one of those named (ROADS_LAYER_MISSING), else "roads",
// "edges" or "streets", else the only one with geometry; otherwise refused (ROADS_LAYER_UNCLEAR)
// with the names there are.
Result<RoadImport> read_line_roads(const std::filesystem::path& path,
                                   const LineRoadSettings& settings = {});

// Roads from a file of any kind known: OpenStreetMap by its suffix (.pbf, .osm, .osm.gz,
// .osm.bz2), anything else as a layer of lines. A rule says how such a layer is to be read; there
// is none for OpenStreetMap (ROADS_PROFILE_UNUSED).
Result<RoadImport> read_road_file(const std::filesystem::path& path,
                                  const SourceLimits& limits = {}, const RoadRule* rule = nullptr);

// The settings that a profile's [roads] asks for: columns it does not name have their usual names.
LineRoadSettings line_road_settings(const RoadRule& rule);

}  // namespace gridmend
