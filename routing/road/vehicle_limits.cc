#include "routing/road/vehicle_limits.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gridmend {

double VehicleLimits::risk_s(VehicleClass vehicle_class, double depth_m, double sigma_m) const {
  if (!(sigma_m > 0)) return 0;
  const double limit_m = depth_limit_m(vehicle_class);
  const double room_m = vehicle_class == VehicleClass::boat ? depth_m - limit_m : limit_m - depth_m;
  const double chance = std::erfc(room_m / (sigma_m * std::numbers::sqrt2)) / 2;
  return chance * turn_back_s[static_cast<std::size_t>(vehicle_class)];
}

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

Weight driving_ms(double length_m, double speed_kmh) {
  return static_cast<Weight>(
      std::lround(std::clamp(length_m * 3600 / speed_kmh, 1.0, kNoWay - 1.0)));
}

}  // namespace gridmend
