#include "service/cli/water_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace gridmend {
namespace {

constexpr const char* kExtent = "e";  // no longer than a tile's name: ids have an end

std::size_t positions_of(const DepthPolygon& polygon) {
  std::size_t positions = 0;
  for (const Polyline& ring : polygon.rings) positions += ring.size();
  return positions;
}

bool is_silent(float depth_m) { return std::isnan(depth_m); }

// None where it is dry all over, or says nothing all over: the extent tells that.
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
  const bool wet = std::ranges::any_of(tile.depth_m, [](float depth) { return depth > 0; });
  const auto silent = std::ranges::count_if(tile.depth_m, is_silent);
  const bool mixed = silent > 0 && static_cast<std::size_t>(silent) < tile.depth_m.size();
  return wet || mixed ? std::optional{std::move(tile)} : std::nullopt;
}

// Polygons beside a grid are silent of the rest, where polygons alone may have it dry.
DepthGrid nothing_of(const DepthGrid& grid) {
  return {grid.west_deg,
          grid.north_deg,
          grid.step_east_deg * grid.columns,
          grid.step_south_deg * grid.rows,
          1,
          1,
          {std::numeric_limits<float>::quiet_NaN()}};
}

DepthGrid extent_of(const DepthGrid& grid, std::uint32_t side) {
  const bool gaps = std::ranges::any_of(grid.depth_m, is_silent);
  const std::uint32_t columns = gaps ? std::min(side, grid.columns) : 1;
  const std::uint32_t rows = gaps ? std::min(side, grid.rows) : 1;
  DepthGrid extent{grid.west_deg,
                   grid.north_deg,
                   grid.step_east_deg * grid.columns / columns,
                   grid.step_south_deg * grid.rows / rows,
                   columns,
                   rows,
                   std::vector<float>(std::size_t{columns} * rows, 0)};
  // The cells of the extent that a cell of so many begins and ends in.
  const auto touched = [](std::uint32_t cell, std::uint32_t cells, std::uint32_t of) {
    const auto first = std::uint64_t{cell} * of / cells;
    const auto last = (std::uint64_t{cell + 1} * of + cells - 1) / cells;
    return std::pair{first, last};
  };
  for (std::uint32_t row = 0; gaps && row < grid.rows; ++row) {
    const auto [top, bottom] = touched(row, grid.rows, rows);
    for (std::uint32_t column = 0; column < grid.columns; ++column) {
      if (!is_silent(grid.depth_m[std::size_t{row} * grid.columns + column])) continue;
      const auto [left, right] = touched(column, grid.columns, columns);
      for (auto r = top; r < bottom; ++r) {
        for (auto c = left; c < right; ++c)
          extent.depth_m[r * columns + c] = std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
  return extent;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool fits_one_call(const WaterSlice& slice, const WaterPartLimits& limits) {
  if (slice.grid &&
      (slice.grid->columns > limits.side_cells || slice.grid->rows > limits.side_cells)) {
    return false;
  }
  std::size_t positions = 0;
  for (const DepthPolygon& polygon : slice.polygons) positions += positions_of(polygon);
  return slice.polygons.size() <= limits.polygons && positions <= limits.positions;
}

std::vector<WaterSlice> water_parts(WaterSlice slice, const WaterPartLimits& limits) {
  std::vector<WaterSlice> parts;
  if (fits_one_call(slice, limits)) {
    parts.push_back(std::move(slice));
    return parts;
  }
  const auto part = [&](const std::string& name) -> WaterSlice& {
    WaterSlice& made = parts.emplace_back();
    made.id = slice.id + "#" + name;
    made.valid_at = slice.valid_at;
    made.depth_sigma_m = slice.depth_sigma_m;
    made.dry_elsewhere = slice.dry_elsewhere;
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
      if (slice.grid) open->grid = nothing_of(*slice.grid);
      positions = positions_of(polygon);
    }
    open->polygons.push_back(std::move(polygon));
  }
  const bool all_said = slice.dry_elsewhere && !slice.polygons.empty();
  if (slice.grid && !all_said) part(kExtent).grid = extent_of(*slice.grid, side);
  return parts;
}

bool is_part_of(std::string_view layer, std::string_view picture) {
  if (!layer.starts_with(picture)) return false;
  layer.remove_prefix(picture.size());
  if (layer.empty()) return true;
  if (!layer.starts_with('#')) return false;
  layer.remove_prefix(1);
  if (layer == kExtent) return true;
  if (layer.starts_with('p')) return is_number(layer.substr(1));
  const std::size_t dash = layer.find('-');
  return dash != layer.npos && is_number(layer.substr(0, dash)) &&
         is_number(layer.substr(dash + 1));
}

std::optional<std::string_view> picture_of_part(std::string_view layer) {
  const std::size_t mark = layer.rfind('#');
  if (mark == layer.npos || mark == 0) return {};
  const std::string_view picture = layer.substr(0, mark);
  return is_part_of(layer, picture) ? std::optional{picture} : std::nullopt;
}

bool is_extent(std::string_view layer) { return layer.ends_with("#" + std::string{kExtent}); }

}  // namespace gridmend
