#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

struct SnappedPoints {
  std::vector<std::uint32_t> place_of;  // by point
  std::vector<Position> places;         // the southernmost, then westernmost, of their points
  std::vector<std::uint32_t> groups;    // by place
  std::vector<std::uint32_t>
      cut_chains;  // a place of every chain that was too long to be one place
};

// Which points are meant to be one place. Points of different groups never are. Within a group:
//  - points that hang together by steps of at most `tolerance_m` are one place if the box around
//    them has a diagonal of at most 3 tolerances: whatever surrounds one point within the
//    tolerance is taken;
//  - a longer chain is cut: from south to north, then west to east, a point founds a place unless
//    one founded in that chain stands within the tolerance; then it joins the nearest of those.
// So the answer depends on where points are and not on their order, and no place is larger than 3
// tolerances. Places are numbered by group, then from south to north, then west to east.
// Distances are great-circle metres, at any latitude and across the antimeridian. Points are on
// earth, `tolerance_m` is 0.001 to 1,000. O(n log n) for points of a network; points crowded in one
// cell of the tolerance against points crowded in the next cost the product of the two.
SnappedPoints snap_points(std::span<const Position> points, std::span<const std::uint32_t> groups,
                          double tolerance_m);

}  // namespace gridmend
