#include "core/geo/position.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/check.h"

namespace gridmend {
namespace {

constexpr double kRadiansPerDegree = std::numbers::pi / 180.0;

}  // namespace

bool is_on_earth(Position p) {
  return std::isfinite(p.longitude_deg) && std::isfinite(p.latitude_deg) &&
         std::abs(p.longitude_deg) <= 180.0 && std::abs(p.latitude_deg) <= 90.0;
}

double distance_m(Position a, Position b) {
  const double latitude_a = a.latitude_deg * kRadiansPerDegree;
  const double latitude_b = b.latitude_deg * kRadiansPerDegree;
  const double half_north = std::sin((latitude_b - latitude_a) / 2);
  const double half_east = std::sin((b.longitude_deg - a.longitude_deg) * kRadiansPerDegree / 2);
  const double chord =
      half_north * half_north + std::cos(latitude_a) * std::cos(latitude_b) * half_east * half_east;
  return 2 * kEarthRadius_m * std::asin(std::sqrt(std::min(1.0, chord)));
}

double length_m(std::span<const Position> polyline) {
  double sum = 0;
  for (std::size_t i = 1; i < polyline.size(); ++i) sum += distance_m(polyline[i - 1], polyline[i]);
  return sum;
}

LocalPlane::LocalPlane(Position origin)
    : origin_(origin),
      metres_per_degree_east_(kMetresPerDegree *
                              std::max(1e-9, std::cos(origin.latitude_deg * kRadiansPerDegree))) {}

PlanePoint LocalPlane::to_plane(Position p) const {
  return {(p.longitude_deg - origin_.longitude_deg) * metres_per_degree_east_,
          (p.latitude_deg - origin_.latitude_deg) * kMetresPerDegree};
}

Position LocalPlane::to_position(PlanePoint p) const {
  return {origin_.longitude_deg + p.east_m / metres_per_degree_east_,
          origin_.latitude_deg + p.north_m / kMetresPerDegree};
}

std::optional<NearestOnPolyline> nearest_on_polyline(std::span<const Position> polyline,
                                                     Position from) {
  if (polyline.empty()) return std::nullopt;
  const LocalPlane plane{from};
  const PlanePoint start = plane.to_plane(polyline[0]);
  NearestOnPolyline best{polyline[0], std::hypot(start.east_m, start.north_m), 0, 0};
  double passed_m = 0;
  for (std::size_t i = 1; i < polyline.size(); ++i) {
    const PlanePoint a = plane.to_plane(polyline[i - 1]);
    const PlanePoint b = plane.to_plane(polyline[i]);
    const double east = b.east_m - a.east_m;
    const double north = b.north_m - a.north_m;
    const double square = east * east + north * north;
    const double share =
        square > 0 ? std::clamp(-(a.east_m * east + a.north_m * north) / square, 0.0, 1.0) : 0.0;
    const PlanePoint foot{a.east_m + share * east, a.north_m + share * north};
    const double away = std::hypot(foot.east_m, foot.north_m);
    const double step = distance_m(polyline[i - 1], polyline[i]);
    if (away < best.distance_m)
      best = {plane.to_position(foot), away, passed_m + share * step, i - 1};
    passed_m += step;
  }
  return best;
}

Position position_along(std::span<const Position> polyline, double along_m) {
  GRIDMEND_CHECK(!polyline.empty(), "a polyline with a position on it has vertices");
  for (std::size_t i = 1; i < polyline.size(); ++i) {
    const double step = distance_m(polyline[i - 1], polyline[i]);
    if (along_m <= step && step > 0) {
      const double share = std::max(0.0, along_m) / step;
      const Position a = polyline[i - 1];
      const Position b = polyline[i];
      return {a.longitude_deg + share * (b.longitude_deg - a.longitude_deg),
              a.latitude_deg + share * (b.latitude_deg - a.latitude_deg)};
    }
    along_m -= step;
  }
  return polyline.back();
}

}  // namespace gridmend
