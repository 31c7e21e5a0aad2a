#pragma once

#include <cstddef>
#include <vector>

#include "routing/road/road_records.h"

namespace gridmend {

// By vertex: the part it lies in, in which one drives from everywhere to everywhere; turns that are
// forbidden are not looked at. O(vertices + edges).
std::vector<std::size_t> strong_parts(const RoadRecords& records);

}  // namespace gridmend
