#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geo/position.h"
#include "core/geo/spatial_index.h"

namespace gridmend {

// Where a polyline passes a place: the nearest position of one of its segments.
struct PolylinePass {
  std::uint32_t line = 0;
  std::uint32_t segment = 0;  // from vertex `segment` to `segment + 1` of the line
  double fraction = 0;        // along the segment, 0 to 1
  double distance_m = 0;
  Position position;
};

// Distance from a place to a segment, in metres of the plane around the place; the shorter way
// around the earth in longitude. Good to 0.1 % where the segment passes within some kilometres, not
// within a kilometre of a pole.
PolylinePass pass_of_segment(Position from, Position a, Position b);

// Immutable index over the segments of polylines. Polyline i is
// vertices[begins[i]] ... vertices[ends[i] - 1], finite and on earth; the vertices must outlive the
// index. Segments whose ends are more than 180 degrees apart cross the antimeridian. Built in
// O(n log n) of segments, about 60 bytes each.
class PolylineIndex {
 public:
  PolylineIndex(std::span<const Position> vertices, std::span<const std::uint32_t> begins,
                std::span<const std::uint32_t> ends);

  // All segments within `reach_m`, one pass each, in order of line and segment. `passes` is
  // cleared first. O(log n + hits).
  void within(Position from, double reach_m, std::vector<PolylinePass>& passes) const;

 private:
  struct Entry {
    std::uint32_t line, segment;
  };
  SpatialIndex make_index(std::span<const std::uint32_t> begins,
                          std::span<const std::uint32_t> ends);

  std::span<const Position> vertices_;
  std::vector<std::uint32_t> first_vertex_;  // by line
  std::vector<Entry> entries_;               // by box
  SpatialIndex index_;
};

}  // namespace gridmend
