#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/geo/position.h"

namespace gridmend {

// Depths on a regular grid of longitudes and latitudes. Cell (column, row) has its centre at
// west + (column + 1/2) * step, north - (row + 1/2) * step; rows run from north to south. The depth
// of a position is that of the cell it lies in.
struct DepthGrid {
  double west_deg = 0;
  double north_deg = 0;
  double step_east_deg = 0;   // > 0
  double step_south_deg = 0;  // > 0
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::vector<float> depth_m;  // row-major; <= 0: dry, NaN: says nothing

  double east_deg() const { return west_deg + step_east_deg * columns; }
  double south_deg() const { return north_deg - step_south_deg * rows; }
};

// Metres, 0 where dry; none outside the grid and where it says nothing. O(1).
std::optional<double> told_depth_m(const DepthGrid& grid, Position position);

// An area under water; holes are further rings (even-odd rule). Each ring ends where it begins.
struct DepthPolygon {
  std::vector<Polyline> rings;
  double depth_m = 0;
};

// What is known of the water at one time, observed or forecast. Where grid and polygons overlap the
// deepest counts. It speaks where its grid does and inside its polygons, and of the rest says
// nothing: see Water.
struct WaterSlice {
  std::string id;  // unique, given by whoever put it
  Time valid_at{};
  std::optional<DepthGrid> grid;
  std::vector<DepthPolygon> polygons;
  // How far its depths may be off: one standard deviation, >= 0; 0: they are taken as certain.
  double depth_sigma_m = 0;
  // It speaks of every place: where neither grid nor polygons tell a depth it was seen to be dry.
  bool dry_elsewhere = false;
};

// Refuses non-finite numbers, negative depths of polygons and deviations beyond 10 m, empty ids,
// open rings, positions off the earth, grids whose size does not match.
Result<void> validate(const WaterSlice& slice);

}  // namespace gridmend
