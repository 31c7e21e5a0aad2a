#pragma once

#include "routing/tour/latency_tours.h"

namespace gridmend {

// A stop, and a place near it that a move may bring it next to: another stop, or the start (0) or
// the way home (stops + 1) of its own tour.
struct NearPlaces {
  Id<DispatchCrew> crew;
  std::uint32_t place = 0;
  Id<DispatchCrew> near_crew;
  std::uint32_t near_place = 0;
};

// Keeps the cheaper of the two.
inline void keep_cheaper(const LatencyTours& tours, const LatencyTours::Recombination& candidate,
                         LatencyTours::Recombination& best) {
  const double change = tours.price(candidate);
  if (change >= best.change) return;
  best = candidate;
  best.change = change;
}

}  // namespace gridmend
