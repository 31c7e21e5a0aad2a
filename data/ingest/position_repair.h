#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/geo/position.h"
#include "core/network/records.h"
#include "data/ingest/node_placement.h"

namespace gridmend {

// A position of the source that cannot be right, and what it became.
struct RepairedPosition {
  enum class Of : std::uint8_t { node, device, line };
  Of of = Of::node;
  std::uint32_t index = 0;  // of the node or device
  Position was;
  Position now;
  bool placed_later = false;  // by place_nodes, which knows `now`
  std::string reason;         // "stands at (0, 0)", "60.2 km away from what it is connected to"
};

// Finds positions that cannot be right by what they are connected to, and puts them right from
// there; runs before place_nodes. What is connected lies near: everything within twenty usual spans
// (5 to 30 km; in a grid with few places on the way at least four spans of middling length) hangs
// together in clusters, and a cluster that a single feature makes up is wrong when
//  - (0, 0) is all there is to it and the network lies elsewhere,
//  - longitude and latitude exchanged bring it (then up to five features) to its neighbours,
//  - a larger cluster has something at the very place it should be at: the end of its line, its
//    node,
//  - or two of its neighbours lie near each other and it does not, or its only one is further away
//    than any span (50 km), unless it lies on the way between those before and behind it.
// What several features agree on, a village behind a long line or an island without any, stays.
// Repeated until nothing is found, at most eight times. O(vertices + nodes) each.
std::vector<RepairedPosition> repair_positions(std::vector<Device>& devices,
                                               std::vector<std::uint8_t>& has_position,
                                               std::vector<Position>& vertices,
                                               NodePlacement& placement);

}  // namespace gridmend
