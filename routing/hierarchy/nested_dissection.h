#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geo/position.h"
#include "routing/hierarchy/arc_graph.h"

namespace gridmend {

// An order of contraction: the first vertex of it is contracted first. Every vertex once.
using ContractionOrder = std::vector<Id<GraphVertex>>;

// Small degrees first, then recursive bisection of what remains: separators last. `where` places
// the vertices in a plane; a bad placement costs speed, never correctness. Deterministic.
// O(n log n) cuts' worth of flow; some seconds for a large city.
ContractionOrder nested_dissection(std::uint32_t vertices, std::span<const ArcEnds> arcs,
                                   std::span<const PlanePoint> where);

}  // namespace gridmend
