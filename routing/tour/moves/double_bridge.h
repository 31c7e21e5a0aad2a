#pragma once

#include <optional>

#include "core/base/random.h"
#include "routing/tour/latency_tours.h"

namespace gridmend {

// Exchanges two neighbouring stretches of a tour: the kick that 2-opt and Or-opt cannot take back
// in one step. Stretches of at most kLongest stops, so that what a long tour has learnt elsewhere
// is kept.
class DoubleBridge {
 public:
  static constexpr std::uint32_t kLongest = 30;
  // A random one that can be carried out; none if the tour drawn is too short or forbids it.
  static std::optional<LatencyTours::Recombination> draw(const LatencyTours& tours, Random& random);
};

}  // namespace gridmend
