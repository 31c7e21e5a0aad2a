#include "core/hazard/water_slice.h"

#include <algorithm>
#include <cmath>

#include "core/geo/area.h"

namespace gridmend {
namespace {

constexpr double kMostSigma_m = 10;

tl::unexpected<Error> bad_slice(const WaterSlice& slice, const std::string& what) {
  return refuse(ErrorCode::invalid_argument, "WATER_SLICE_INVALID",
                "water slice '" + slice.id + "': " + what, "slice");
}

Result<void> validate_grid(const WaterSlice& slice, const DepthGrid& grid) {
  const double numbers[] = {grid.west_deg, grid.north_deg, grid.step_east_deg, grid.step_south_deg};
  if (!std::ranges::all_of(numbers, [](double x) { return std::isfinite(x); })) {
    return bad_slice(slice, "the grid's place is not a number");
  }
  if (grid.step_east_deg <= 0 || grid.step_south_deg <= 0) {
    return bad_slice(slice, "the grid's steps must be greater than 0");
  }
  if (grid.columns == 0 || grid.rows == 0 ||
      std::uint64_t{grid.columns} * grid.rows != grid.depth_m.size()) {
    return bad_slice(slice, "the grid has " + std::to_string(grid.depth_m.size()) + " depths for " +
                                std::to_string(grid.columns) + " x " + std::to_string(grid.rows) +
                                " cells");
  }
  // Half a cell over the edge of the map is common in global rasters.
  const Position corners[] = {
      {grid.west_deg + grid.step_east_deg / 2, grid.north_deg - grid.step_south_deg / 2},
      {grid.west_deg + (grid.columns - 0.5) * grid.step_east_deg,
       grid.north_deg - (grid.rows - 0.5) * grid.step_south_deg}};
  if (!std::ranges::all_of(corners, is_on_earth)) {
    return bad_slice(slice, "the grid reaches off the earth");
  }
  for (const float depth : grid.depth_m) {
    if (std::isinf(depth)) return bad_slice(slice, "a depth of the grid is infinite");
  }
  return {};
}

Result<void> validate_polygon(const WaterSlice& slice, std::size_t number) {
  const DepthPolygon& polygon = slice.polygons[number];
  const std::string name = "polygon " + std::to_string(number + 1);
  if (!std::isfinite(polygon.depth_m) || polygon.depth_m < 0) {
    return bad_slice(slice, name + " has a depth that is negative or not a number");
  }
  if (polygon.rings.empty()) return bad_slice(slice, name + " has no ring");
  for (const Polyline& ring : polygon.rings) {
    if (const char* fault = fault_of_ring(ring)) return bad_slice(slice, name + ' ' + fault);
  }
  return {};
}

}  // namespace

std::optional<double> told_depth_m(const DepthGrid& grid, Position p) {
  const double column = std::floor((p.longitude_deg - grid.west_deg) / grid.step_east_deg);
  const double row = std::floor((grid.north_deg - p.latitude_deg) / grid.step_south_deg);
  if (!(column >= 0 && column < grid.columns && row >= 0 && row < grid.rows)) return {};
  const float depth =
      grid.depth_m[static_cast<std::size_t>(row) * grid.columns + static_cast<std::size_t>(column)];
  if (std::isnan(depth)) return {};
  return depth > 0 ? static_cast<double>(depth) : 0.0;
}

Result<void> validate(const WaterSlice& slice) {
  if (slice.id.empty()) {
    return refuse(ErrorCode::invalid_argument, "WATER_SLICE_INVALID", "a water slice has no id",
                  "slice.id");
  }
  if (!(slice.depth_sigma_m >= 0 && slice.depth_sigma_m <= kMostSigma_m)) {
    return bad_slice(slice, "its depths' deviation is not a number from 0 to 10 m");
  }
  if (slice.grid) {
    if (auto checked = validate_grid(slice, *slice.grid); !checked) return checked;
  }
  for (std::size_t i = 0; i < slice.polygons.size(); ++i) {
    if (auto checked = validate_polygon(slice, i); !checked) return checked;
  }
  return {};
}

}  // namespace gridmend
