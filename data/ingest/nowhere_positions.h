#pragma once

#include <cstdint>
#include <vector>

#include "core/geo/position.h"
#include "data/ingest/position_repair.h"

namespace gridmend {

// (0, 0) is what programs write where there is no position.

// The middle of what is known, to tell (0, 0) from a place; {0, 0} when nothing is.
Position middle_of(const std::vector<Position>& positions, const std::vector<std::uint8_t>& known);

// (0, 0) exactly, of a network whose middle lies elsewhere.
bool stands_nowhere(Position position, Position middle);

// Nodes and devices that stand nowhere lose their position, for place_nodes to find them one; a
// line keeps its other vertices, and is `touched` (by device) then. What was taken out. O(vertices
// + nodes).
std::vector<RepairedPosition> take_out_what_stands_nowhere(std::vector<Device>& devices,
                                                           std::vector<std::uint8_t>& has_position,
                                                           std::vector<Position>& vertices,
                                                           NodePlacement& placement,
                                                           std::vector<std::uint8_t>& touched);

}  // namespace gridmend
