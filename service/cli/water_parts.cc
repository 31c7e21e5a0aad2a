#include "service/cli/water_parts.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace gridmend {
namespace {

std::size_t positions_of(const DepthPolygon& polygon) {
  std::size_t positions = 0;
  for (const Polyline& ring : polygon.rings) positions += ring.size();
  return positions;
}

bool fits(const WaterSlice& slice, const WaterPartLimits& limits) {
  if (slice.grid &&
      (slice.grid->columns > limits.side_cells || slice.grid->rows > limits.side_cells)) {
    return false;
  }
  std::size_t positions = 0;
  for (const DepthPolygon& polygon : slice.polygons) positions += positions_of(polygon);
  return slice.polygons.size() <= limits.polygons && positions <= limits.positions;
}

// None where it is dry.
std::optional<DepthGrid> tile_of(const DepthGrid& grid, std::uint32_t row, std::uint32_t column,
                                 std::uint32_t side) {
  DepthGrid tile;
  tile.west_deg = grid.west_deg + grid.step_east_deg * column;
  tile.north_deg = grid.north_deg - grid.step_south_deg * row;
  tile.step_east_deg = grid.step_east_deg;
  tile.step_south_deg = grid.step_south_deg;
  tile.columns = std::min(side, grid.columns - column);
  tile.rows = std::min(side, grid.rows - row);
  tile.depth_m.reserve(std::size_t{tile.columns} * tile.rows);
  for (std::uint32_t r = 0; r < tile.rows; ++r) {
    const auto first =
        grid.depth_m.begin() + static_cast<std::ptrdiff_t>(row + r) * grid.columns + column;
    tile.depth_m.insert(tile.depth_m.end(), first, first + tile.columns);
  }
  if (std::ranges::none_of(tile.depth_m, [](float depth) { return depth > 0; })) return {};
  return tile;
}

}  // namespace

WaterSlice dry_water(std::string id, Time valid_at) {
  WaterSlice dry;
  dry.id = std::move(id);
  dry.valid_at = valid_at;
  dry.grid = DepthGrid{0, 0, 1e-6, 1e-6, 1, 1, {0}};
  return dry;
}

std::vector<WaterSlice> water_parts(WaterSlice slice, const WaterPartLimits& limits) {
  if (!slice.grid && slice.polygons.empty()) {
    return {dry_water(std::move(slice.id), slice.valid_at)};
  }
  std::vector<WaterSlice> parts;
  if (fits(slice, limits)) {
    parts.push_back(std::move(slice));
    return parts;
  }
  const auto part = [&](const std::string& name) -> WaterSlice& {
    WaterSlice& made = parts.emplace_back();
    made.id = slice.id + "#" + name;
    made.valid_at = slice.valid_at;
    made.depth_sigma_m = slice.depth_sigma_m;
    return made;
  };
  const std::uint32_t side = limits.side_cells;
  for (std::uint32_t row = 0; slice.grid && row < slice.grid->rows; row += side) {
    for (std::uint32_t column = 0; column < slice.grid->columns; column += side) {
      auto tile = tile_of(*slice.grid, row, column, side);
      if (!tile) continue;
      part(std::to_string(row / side) + "-" + std::to_string(column / side)).grid =
          std::move(*tile);
    }
  }
  std::size_t positions = 0;
  std::size_t number = 0;
  WaterSlice* open = nullptr;
  for (DepthPolygon& polygon : slice.polygons) {
    positions += positions_of(polygon);
    if (open == nullptr || open->polygons.size() == limits.polygons ||
        positions > limits.positions) {
      open = &part("p" + std::to_string(++number));
      positions = positions_of(polygon);
    }
    open->polygons.push_back(std::move(polygon));
  }
  if (parts.empty()) parts.push_back(dry_water(slice.id, slice.valid_at));
  return parts;
}

}  // namespace gridmend
