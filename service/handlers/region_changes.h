#pragma once

#include "data/region/region_diff.h"
#include "data/region/region_overlap.h"
#include "gridmend/v1/network.pb.h"

namespace gridmend {

// A difference of two regions as the vocabulary shows it: whole counts, the first ids.
inline constexpr std::size_t kMostChangedIds = 100;
v1::RegionChanges to_proto(const RegionDiff& diff, const Region& before, const Region& after);
v1::RegionOverlap to_proto(const RegionOverlap& overlap);

}  // namespace gridmend
