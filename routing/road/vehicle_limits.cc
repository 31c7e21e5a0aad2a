#include "routing/road/vehicle_limits.h"

#include <algorithm>

namespace gridmend {

double speed_in_water_kmh(double dry_kmh, double depth_m) {
  constexpr double kSquare = 0.0009;
  constexpr double kLinear = -0.5529;
  constexpr double kConstant = 86.9448;
  // Beyond its vertex the parabola rises again, which no vehicle does.
  constexpr double kLowest_mm = -kLinear / (2 * kSquare);
  if (!(depth_m > 0)) return dry_kmh;
  const double w = std::min(depth_m * 1000, kLowest_mm);
  return std::min(dry_kmh, kSquare * w * w + kLinear * w + kConstant);
}

}  // namespace gridmend
