#pragma once

#include <cstdint>

#include "core/geo/position.h"

namespace gridmend {

// Smooth values over the plane, about -1 to 1, without direction or period: hills, density,
// outlines. A pure function of seed and point.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : seed_(seed) {}

  // One layer of bumps about `scale_m` across.
  double at(PlanePoint point, double scale_m) const;
  // Three layers, each half as wide and half as high as the one before.
  double layered(PlanePoint point, double scale_m) const;

 private:
  double lattice(std::int64_t column, std::int64_t row) const;
  std::uint64_t seed_;
};

}  // namespace gridmend
