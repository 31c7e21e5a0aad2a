#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

// A river that meanders through the origin of the town's plane, mainly from west to east: its
// middle is a function of `east_m`, a sum of bends.
class River {
 public:
  // Bends and width follow the town's reach, the distance from its middle to its edge.
  River(double reach_m, std::uint64_t seed);

  double width_m() const { return width_m_; }
  double middle_north_m(double east_m) const;
  // Metres from the nearer bank, about right where bends are gentle; negative in the channel.
  double distance_to_bank_m(PlanePoint point) const;
  bool north_of(PlanePoint point) const { return point.north_m > middle_north_m(point.east_m); }
  // The channel between two eastings as a closed ring.
  std::vector<PlanePoint> channel(double from_east_m, double to_east_m, double step_m) const;

 private:
  struct Bend {
    double amplitude_m;
    double wavelength_m;
    double phase;
  };
  std::array<Bend, 3> bends_;
  double width_m_;
};

}  // namespace gridmend
