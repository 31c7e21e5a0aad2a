#pragma once

#include "routing/tour/moves/near_places.h"

namespace gridmend {

// Turns a stretch of a tour round, so that its one end comes next to a near place.
class TwoOpt {
 public:
  // Keeps the cheapest of `best` and its two ways. O(1).
  static void consider(const LatencyTours& tours, const NearPlaces& near,
                       LatencyTours::Recombination& best);
};

}  // namespace gridmend
