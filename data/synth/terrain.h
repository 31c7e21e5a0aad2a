#pragma once

#include <cstdint>

#include "core/geo/position.h"
#include "data/synth/noise.h"
#include "data/synth/river.h"

namespace gridmend {

// The ground's height over the river's bank top, in metres: low beside the river, rising away from
// it, with hollows and swells. The channel itself counts as bank top. One bank is lower.
class Terrain {
 public:
  Terrain(const River& river, double reach_m, std::uint64_t seed);
  double height_m(PlanePoint point) const;
  const River& river() const { return river_; }

 private:
  River river_;
  Noise noise_;
  double reach_m_;
  double rise_m_;
  bool north_is_low_;
};

}  // namespace gridmend
