#pragma once

#include <cstddef>

#include "data/region/region_diff.h"

namespace gridmend {

// A region that follows another must hold at least this share of the other's devices, and of its
// usage points. Imports of one network differ by a few in a hundred, a network that is split in two
// by a half; another town's, or the same with new ids, shares next to nothing.
inline constexpr double kLeastRegionShare = 0.5;
// A record that moved further is another one with the same id: numbers from 1 on are everywhere.
inline constexpr double kFarthestMove_m = 20'000;

// How much of a region is in the one that follows it: records with a counterpart by mRID that did
// not move further than kFarthestMove_m.
struct RegionOverlap {
  std::size_t devices = 0;  // of the region before
  std::size_t devices_kept = 0;
  std::size_t usage_points = 0;
  std::size_t usage_points_kept = 0;

  // Devices and usage points each reach the share; a table that was empty always does.
  bool enough() const;
};

// O(n).
RegionOverlap overlap_of(const NetworkModel& before, const NetworkModel& after,
                         const RegionMatch& match);

}  // namespace gridmend
