#pragma once

#include <cstdint>
#include <vector>

#include "routing/road/road_graph.h"

namespace gridmend {

// A bridge or a tunnel as it is built: the edges of one structure that hang together, which a map
// may have cut into pieces, and the vertices where other roads meet it (abutments, portals).
struct StructureSpan {
  RoadStructure structure = RoadStructure::bridge;
  std::vector<Id<RoadEdge>> edges;   // ascending
  std::vector<Id<RoadVertex>> ends;  // ascending; empty for a structure no road leads to
  double length_m = 0;               // by stretch
};

// In the order of their first edge. O(edges).
std::vector<StructureSpan> structure_spans(const RoadGraph& graph);

}  // namespace gridmend
