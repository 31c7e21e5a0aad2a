#include "data/synth/river.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/random.h"

namespace gridmend {

River::River(double reach_m, std::uint64_t seed) {
  Random random{seed};
  const double wavelength = std::clamp(reach_m * 1.9, 700.0, 6500.0);
  const double phase = random.uniform(0, 2 * std::numbers::pi);
  bends_[0] = {0.085 * wavelength, wavelength, phase};
  bends_[1] = {0.03 * wavelength, wavelength * 0.43, random.uniform(0, 2 * std::numbers::pi)};
  bends_[2] = {0.10 * wavelength, wavelength * 2.7, random.uniform(0, 2 * std::numbers::pi)};
  width_m_ = std::clamp(38 + 0.05 * reach_m, 45.0, 320.0);
}

double River::middle_north_m(double east_m) const {
  double north = 0;
  for (const Bend& bend : bends_) {
    const double turn = 2 * std::numbers::pi / bend.wavelength_m;
    north += bend.amplitude_m * (std::sin(turn * east_m + bend.phase) - std::sin(bend.phase));
  }
  return north;
}

double River::distance_to_bank_m(PlanePoint point) const {
  const double ahead = middle_north_m(point.east_m + 5);
  const double behind = middle_north_m(point.east_m - 5);
  const double slope = (ahead - behind) / 10;
  const double across = std::abs(point.north_m - (ahead + behind) / 2) / std::hypot(1.0, slope);
  return across - width_m_ / 2;
}

std::vector<PlanePoint> River::channel(double from_east_m, double to_east_m, double step_m) const {
  std::vector<PlanePoint> ring;
  const auto steps = static_cast<int>(std::ceil((to_east_m - from_east_m) / step_m));
  for (int side = 0; side < 2; ++side) {
    for (int i = 0; i <= steps; ++i) {
      const double t = static_cast<double>(side == 0 ? i : steps - i) / steps;
      const double east = from_east_m + t * (to_east_m - from_east_m);
      const double slope = (middle_north_m(east + 5) - middle_north_m(east - 5)) / 10;
      const double half = width_m_ / 2 * std::hypot(1.0, slope) * (side == 0 ? 1 : -1);
      ring.push_back({east, middle_north_m(east) + half});
    }
  }
  ring.push_back(ring.front());
  return ring;
}

}  // namespace gridmend
