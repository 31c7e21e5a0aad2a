#pragma once

#include "routing/tour/moves/latency_tour.h"

namespace gridmend {

// Turns a stretch of a tour round.
class TwoOpt {
 public:
  // Applies the best such move that gains. false: there is none. O(stops^2).
  static bool improve(LatencyTour& tour);
};

}  // namespace gridmend
