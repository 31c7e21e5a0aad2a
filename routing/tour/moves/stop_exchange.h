#pragma once

#include "routing/tour/moves/near_places.h"

namespace gridmend {

// Exchanges one or two neighbouring stops with one or two others, in the same tour or another, so
// that a stop comes next to a near place.
class StopExchange {
 public:
  static constexpr std::uint32_t kLongest = 2;
  // Keeps the cheapest of `best` and its ways. O(kLongest^2).
  static void consider(const LatencyTours& tours, const NearPlaces& near,
                       LatencyTours::Recombination& best);
};

}  // namespace gridmend
