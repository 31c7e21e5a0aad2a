#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/geo/position.h"
#include "routing/road/road_records.h"

namespace gridmend {

// The town's own plane: metres from its middle, turned so that the river runs west to east in it.
class TownFrame {
 public:
  TownFrame(Position middle, double turn_rad);
  Position to_position(PlanePoint point) const;
  PlanePoint to_plane(Position position) const;

 private:
  LocalPlane plane_;
  double cosine_;
  double sine_;
};

struct StreetVertex {
  PlanePoint at;
};

enum class Driving : std::uint8_t { both_ways, along, against };

// A stretch of street between two vertices, with what stands on it and under it.
struct StreetEdge {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t shape_begin = 0;  // inner points in StreetPlan::shapes, from a to b
  std::uint32_t shape_end = 0;
  std::uint32_t name = 0;
  double length_m = 0;
  RoadClass road_class = RoadClass::residential;
  RoadStructure structure = RoadStructure::at_grade;
  std::int8_t layer = 0;
  Driving driving = Driving::both_ways;
  bool built_on = true;  // houses stand along it; false for bridges, tunnels, ways out
};

struct StreetName {
  std::string chinese;
  std::string english;
};

// Streets as one connected graph in the town's plane, before anything electrical exists.
struct StreetPlan {
  TownFrame frame{Position{}, 0};
  std::vector<StreetVertex> vertices;
  std::vector<StreetEdge> edges;
  std::vector<PlanePoint> shapes;
  std::vector<StreetName> names;
  std::vector<PlanePoint> railway;  // empty: none
  double reach_m = 0;               // from the middle to the edge of the town
  bool grown = true;                // false: a real city's streets

  std::vector<PlanePoint> polyline(const StreetEdge& edge) const;
};

// Edges at each vertex, in order of edge number.
class StreetIncidence {
 public:
  explicit StreetIncidence(const StreetPlan& plan);
  std::span<const std::uint32_t> edges_at(std::uint32_t vertex) const {
    return {edges_.data() + begin_[vertex], edges_.data() + begin_[vertex + 1]};
  }

 private:
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> edges_;
};

double plane_distance_m(PlanePoint a, PlanePoint b);
double plane_length_m(std::span<const PlanePoint> polyline);
// The point `along_m` after the first vertex (clamped) and the unit direction there.
struct PlanePose {
  PlanePoint at;
  double direction_east = 1;
  double direction_north = 0;
};
PlanePose pose_along(std::span<const PlanePoint> polyline, double along_m);
// The part of a polyline between two distances from its first vertex; reversed when from > to.
std::vector<PlanePoint> part_of(std::span<const PlanePoint> polyline, double from_m, double to_m);

// Keeps the largest connected part and renumbers; every edge's length is set from its shape.
void keep_largest_part(StreetPlan& plan);
// Lifts one-way signs until every vertex can be reached from every other.
void make_strongly_connected(StreetPlan& plan);

// The plan as roads to drive: a vertex a vertex, one or two edges an edge.
RoadRecords to_road_records(const StreetPlan& plan);

}  // namespace gridmend
