#include "data/synth/noise.h"

#include <cmath>

namespace gridmend {
namespace {

double smooth(double t) { return t * t * t * (t * (t * 6 - 15) + 10); }

}  // namespace

double Noise::lattice(std::int64_t column, std::int64_t row) const {
  std::uint64_t z = seed_ ^ (static_cast<std::uint64_t>(column) * 0x9e3779b97f4a7c15ULL) ^
                    (static_cast<std::uint64_t>(row) * 0xd1342543de82ef95ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1.0p-52 - 1.0;
}

double Noise::at(PlanePoint point, double scale_m) const {
  const double x = point.east_m / scale_m;
  const double y = point.north_m / scale_m;
  const double column = std::floor(x);
  const double row = std::floor(y);
  const auto i = static_cast<std::int64_t>(column);
  const auto j = static_cast<std::int64_t>(row);
  const double tx = smooth(x - column);
  const double ty = smooth(y - row);
  const double south = lattice(i, j) * (1 - tx) + lattice(i + 1, j) * tx;
  const double north = lattice(i, j + 1) * (1 - tx) + lattice(i + 1, j + 1) * tx;
  return south * (1 - ty) + north * ty;
}

double Noise::layered(PlanePoint point, double scale_m) const {
  return (at(point, scale_m) + at(point, scale_m / 2) / 2 + at(point, scale_m / 4) / 4) / 1.75;
}

}  // namespace gridmend
