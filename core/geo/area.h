#pragma once

#include <span>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

// An area by its rings: the first is the outline, further ones are holes or further outlines
// (even-odd rule). Each ring is closed: at least four positions, the last equal to the first.
// Degrees are taken as a plane: no area reaches over the antimeridian or a pole.
using Rings = std::vector<Polyline>;

// Nullptr, or what is wrong with a ring.
const char* fault_of_ring(const Polyline& ring);

// O(vertices). On the edge of an area either answer is right.
bool is_inside(std::span<const Polyline> rings, Position position);

// Some of the line lies inside. O(vertices of the rings x vertices of the line).
bool runs_through(std::span<const Polyline> rings, std::span<const Position> line);

}  // namespace gridmend
