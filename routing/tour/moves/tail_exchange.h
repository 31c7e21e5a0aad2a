#pragma once

#include "routing/tour/moves/near_places.h"

namespace gridmend {

// Two tours exchange all that follows a stop of each ("2-opt*"), so that a stop comes next to a
// near one of another tour.
class TailExchange {
 public:
  // Keeps the cheapest of `best` and its two ways. O(1) for crews that are alike.
  static void consider(const LatencyTours& tours, const NearPlaces& near,
                       LatencyTours::Recombination& best);
};

}  // namespace gridmend
