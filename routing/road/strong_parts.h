#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "routing/road/road_records.h"

namespace gridmend {

// Parts of a directed graph in which one gets from everywhere to everywhere.
struct StrongParts {
  std::vector<std::uint32_t> of;  // by vertex: the number of its part
  std::uint32_t count = 0;
};

// `arcs` in any order, between vertices below `vertices`. O(vertices + arcs).
StrongParts strong_parts(std::uint32_t vertices,
                         std::span<const std::pair<std::uint32_t, std::uint32_t>> arcs);

// Of roads, by their vertices; turns that are forbidden are not looked at.
StrongParts strong_parts(const RoadRecords& records);

}  // namespace gridmend
