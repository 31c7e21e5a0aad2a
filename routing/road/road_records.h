#pragma once

// The records of a road network, stored in the region file as they stand here: a change of a field
// is a new version of the region file.

#include <cstdint>
#include <string_view>

#include "core/base/table.h"
#include "core/base/text_pool.h"
#include "core/geo/position.h"

namespace gridmend {

struct RoadVertex {
  Position position;
};

// By falling importance, after OSM's highway values; `access` is derived from power lines.
enum class RoadClass : std::uint8_t {
  motorway,
  trunk,
  primary,
  secondary,
  tertiary,
  unclassified,
  residential,
  living_street,
  service,
  track,
  access,
};
inline constexpr int kRoadClasses = 11;

std::string_view to_string(RoadClass road_class);

enum class RoadStructure : std::uint8_t { at_grade, bridge, tunnel, ford };

// One direction of one stretch of road: an edge of the road graph.
struct RoadEdge {
  Id<RoadVertex> from;
  Id<RoadVertex> to;
  std::uint32_t shape_begin = 0;  // polyline in RoadRecords::shapes, in the order of the source
  std::uint32_t shape_end = 0;
  TextId name;
  float length_m = 0;
  float speed_kmh = 0;  // on a dry day, > 0
  std::int8_t layer = 0;
  RoadClass road_class = RoadClass::residential;
  RoadStructure structure = RoadStructure::at_grade;
  std::uint8_t against_shape = 0;  // 1: this edge runs from the polyline's last vertex to its first
};
static_assert(sizeof(RoadEdge) == 32);

// From `from_edge` one must not turn into `to_edge` at the vertex they share.
struct TurnRestriction {
  Id<RoadEdge> from_edge;
  Id<RoadEdge> to_edge;
};

struct RoadShapePoint;  // tag

enum class RoadOrigin : std::uint8_t {
  none,  // the region has no roads
  openstreetmap,
  line_layer,      // read through GDAL
  derived_access,  // made from the power lines' own geometry: where a line runs, a crew can walk
  synthetic,
};

struct RoadRecords {
  Table<RoadVertex> vertices;
  Table<RoadEdge> edges;  // sorted by `from`
  Table<TurnRestriction> turn_restrictions;
  Table<RoadShapePoint, Position> shapes;
  TextPool texts;
  RoadOrigin origin = RoadOrigin::none;
};

}  // namespace gridmend
