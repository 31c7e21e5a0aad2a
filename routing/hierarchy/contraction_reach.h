#pragma once

#include <span>
#include <vector>

#include "routing/hierarchy/contraction_query.h"

namespace gridmend {

// By vertex, the weight of the way to it from the nearest of the ends; kNoWay where there is none.
// O(edges of the hierarchy), in two passes over them.
std::vector<Weight> reach_from(const ContractionMetric& metric, std::span<const QueryEnd> ends);
// The same from it to the nearest of the ends.
std::vector<Weight> reach_to(const ContractionMetric& metric, std::span<const QueryEnd> ends);

}  // namespace gridmend
