#pragma once

#include "routing/tour/moves/latency_tour.h"

namespace gridmend {

// Exchanges two stops of one tour.
class StopExchange {
 public:
  // Applies the best such move that gains. false: there is none. O(stops^2).
  static bool improve(LatencyTour& tour);
};

}  // namespace gridmend
