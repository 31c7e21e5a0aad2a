#pragma once

#include "routing/tour/moves/latency_tour.h"

namespace gridmend {

// Moves up to three neighbouring stops elsewhere in their tour, either way round.
class OrOpt {
 public:
  static constexpr std::uint32_t kLongest = 3;
  // Applies the best such move that gains. false: there is none. O(stops^2).
  static bool improve(LatencyTour& tour);
};

}  // namespace gridmend
