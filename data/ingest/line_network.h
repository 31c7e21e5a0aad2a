#pragma once

#include <cstdint>
#include <vector>

#include "core/geo/position.h"
#include "routing/road/road_records.h"

namespace gridmend {

// A line of a layer whose connectivity is in its geometry alone.
struct DrawnLine {
  Polyline line;          // at least two positions
  std::int8_t level = 0;  // lines of different levels cross without joining
};

// A part of a drawn line between two junctions.
struct JoinedPart {
  std::uint32_t line = 0;  // number of the drawn line
  std::uint32_t from = 0;  // numbers of junctions
  std::uint32_t to = 0;
  Polyline part;  // from junction to junction
};

struct JoinedLines {
  std::vector<Position> junctions;
  std::vector<JoinedPart> parts;  // by line, in the line's direction
  std::size_t split = 0;          // lines cut because another meets their middle
};

// Finds where drawn lines meet: ends within `tolerance_m` of each other whatever their level; an
// end on the middle of a line of its level; a vertex that lines of one level have in common. Lines
// that cross elsewhere do not meet. Parts shorter than the tolerance whose ends became one junction
// are dropped. Deterministic in the order of the lines; O(n log n).
JoinedLines join_lines(const std::vector<DrawnLine>& lines, double tolerance_m);

}  // namespace gridmend
