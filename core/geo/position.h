#pragma once

#include <cstddef>
#include <numbers>
#include <optional>
#include <span>
#include <vector>

namespace gridmend {

// WGS 84, degrees. A value read from outside is checked with is_on_earth before it is used.
struct Position {
  double longitude_deg = 0;
  double latitude_deg = 0;
  friend constexpr bool operator==(const Position&, const Position&) = default;
};

using Polyline = std::vector<Position>;

// Finite, longitude in [-180, 180], latitude in [-90, 90].
bool is_on_earth(Position position);

// The earth as a sphere, and a degree of latitude on it.
inline constexpr double kEarthRadius_m = 6371008.8;
inline constexpr double kMetresPerDegree = kEarthRadius_m * std::numbers::pi / 180.0;

// Great-circle metres on the sphere; within 0.6 % of the ellipsoid.
double distance_m(Position a, Position b);
double length_m(std::span<const Position> polyline);

// Metres east and north of an origin. Distances from the origin are good to 0.1 % of themselves at
// 50 km and 30 degrees of latitude, 0.3 % at 60 degrees, and the error falls with the distance.
struct PlanePoint {
  double east_m = 0;
  double north_m = 0;
};

class LocalPlane {
 public:
  explicit LocalPlane(Position origin);
  PlanePoint to_plane(Position position) const;
  Position to_position(PlanePoint point) const;

 private:
  Position origin_;
  double metres_per_degree_east_;
};

// Where a polyline passes nearest to a position. `along_m` runs from the first vertex.
struct NearestOnPolyline {
  Position position;
  double distance_m = 0;
  double along_m = 0;
  std::size_t segment = 0;
};

// nullopt for an empty polyline; a single vertex is a polyline of length 0. Measured in the local
// plane of `from`; of two equally near places the first along the line. Lines across the
// antimeridian are not split. O(vertices).
std::optional<NearestOnPolyline> nearest_on_polyline(std::span<const Position> polyline,
                                                     Position from);

// The position `along_m` metres from the first vertex, clamped to the ends. Not for empty
// polylines.
Position position_along(std::span<const Position> polyline, double along_m);

}  // namespace gridmend
