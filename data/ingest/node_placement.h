#pragma once

#include <cstdint>
#include <vector>

#include "core/geo/position.h"
#include "core/network/records.h"

namespace gridmend {

// Gives every connectivity node and device a position from what is known: fixed nodes, points of
// devices, ends of lines, and failing all of that a neighbour's position. Lines are turned in place
// so that they run from the node nearest to their first vertex. What hangs together and has no
// position at all stays at 0, 0. O(devices + nodes).
struct NodePlacement {
  std::vector<Position> positions;  // by node, in and out
  std::vector<std::uint8_t> known;  // by node: 1 known from the source; out: 1 placed
  std::vector<std::uint32_t> placed_at_neighbour = {};  // nodes that took another's position
  std::size_t lines_turned = 0;
};

// Devices' `from` and `to` index `placement`; a device whose `position` is known has
// has_position 1.
void place_nodes(std::vector<Device>& devices, std::vector<std::uint8_t>& has_position,
                 std::vector<Position>& vertices, NodePlacement& placement);

}  // namespace gridmend
