#pragma once

#include "routing/tour/moves/near_places.h"

namespace gridmend {

// Moves up to three neighbouring stops next to a near place, of their own tour or another, either
// way round.
class OrOpt {
 public:
  static constexpr std::uint32_t kLongest = 3;
  // Keeps the cheapest of `best` and its ways. O(kLongest).
  static void consider(const LatencyTours& tours, const NearPlaces& near,
                       LatencyTours::Recombination& best);
};

}  // namespace gridmend
