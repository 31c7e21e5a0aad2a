#include "core/hazard/indexed_slice.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/geo/area.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kTileCells = 32;
constexpr Box kNowhere{180, 90, -180, -90};

Box box_of(const DepthGrid& grid) {
  return {grid.west_deg, grid.south_deg(), grid.east_deg(), grid.north_deg};
}

Box here(Position p) { return {p.longitude_deg, p.latitude_deg, p.longitude_deg, p.latitude_deg}; }

Box both(const Box& a, const Box& b) {
  return {std::min(a.west_deg, b.west_deg), std::min(a.south_deg, b.south_deg),
          std::max(a.east_deg, b.east_deg), std::max(a.north_deg, b.north_deg)};
}

// Tiles of a grid end where it does, but for rounding.
bool holds(const Box& outer, const Box& inner) {
  constexpr double kRim_deg = 1e-9;
  return outer.west_deg - kRim_deg <= inner.west_deg &&
         outer.south_deg - kRim_deg <= inner.south_deg &&
         outer.east_deg + kRim_deg >= inner.east_deg &&
         outer.north_deg + kRim_deg >= inner.north_deg;
}

bool same_cells(const DepthGrid& a, const DepthGrid& b) {
  return a.west_deg == b.west_deg && a.north_deg == b.north_deg &&
         a.step_east_deg == b.step_east_deg && a.step_south_deg == b.step_south_deg &&
         a.columns == b.columns && a.rows == b.rows;
}

Box tile_box(const DepthGrid& grid, std::uint32_t column, std::uint32_t row) {
  const std::uint32_t column_end = std::min(grid.columns, column + kTileCells);
  const std::uint32_t row_end = std::min(grid.rows, row + kTileCells);
  // Rounding must not leave a wet position outside every box.
  const double margin_east = grid.step_east_deg * 1e-6;
  const double margin_south = grid.step_south_deg * 1e-6;
  return {grid.west_deg + column * grid.step_east_deg - margin_east,
          grid.north_deg - row_end * grid.step_south_deg - margin_south,
          grid.west_deg + column_end * grid.step_east_deg + margin_east,
          grid.north_deg - row * grid.step_south_deg + margin_south};
}

bool tile_is_wet(const DepthGrid& grid, std::uint32_t column, std::uint32_t row) {
  const std::uint32_t column_end = std::min(grid.columns, column + kTileCells);
  const std::uint32_t row_end = std::min(grid.rows, row + kTileCells);
  for (std::uint32_t r = row; r < row_end; ++r) {
    const float* first = grid.depth_m.data() + std::size_t{r} * grid.columns;
    if (std::any_of(first + column, first + column_end, [](float d) { return d > 0; })) return true;
  }
  return false;
}

// Which cells say nothing: the numbers at which that changes.
Hash128 hash_of_gaps(const DepthGrid& grid) {
  Hasher hasher;
  bool gap = false;
  for (std::size_t i = 0; i < grid.depth_m.size(); ++i) {
    if (std::isnan(grid.depth_m[i]) == gap) continue;
    gap = !gap;
    hasher.add(std::uint64_t{i});
  }
  return hasher.finish();
}

}  // namespace

IndexedSlice::IndexedSlice(WaterSlice value)
    : slice_(std::make_shared<const WaterSlice>(std::move(value))), reach_(kNowhere) {
  for (const DepthPolygon& polygon : slice_->polygons) {
    Box box = kNowhere;
    for (const Polyline& ring : polygon.rings) box = both(box, gridmend::box_of(ring));
    wet_.push_back(box);
    reach_ = both(reach_, box);
  }
  if (!wet_.empty()) polygons_.emplace(std::span<const Box>{wet_});
  if (!slice_->grid) return;
  const DepthGrid& grid = *slice_->grid;
  reach_ = both(reach_, box_of(grid));
  has_gaps_ = std::ranges::any_of(grid.depth_m, [](float d) { return std::isnan(d); });
  if (has_gaps_) gaps_ = hash_of_gaps(grid);
  for (std::uint32_t row = 0; row < grid.rows; row += kTileCells) {
    for (std::uint32_t column = 0; column < grid.columns; column += kTileCells) {
      if (tile_is_wet(grid, column, row)) wet_.push_back(tile_box(grid, column, row));
    }
  }
}

std::optional<double> IndexedSlice::told_m(Position p) const {
  std::optional<double> deepest;
  if (slice_->dry_elsewhere) deepest = 0;
  if (slice_->grid) {
    if (const auto told = told_depth_m(*slice_->grid, p)) deepest = told;
  }
  if (!polygons_) return deepest;
  for (const std::uint32_t number : polygons_->touching(here(p))) {
    const DepthPolygon& polygon = slice_->polygons[number];
    if (deepest && polygon.depth_m <= *deepest) continue;
    if (is_inside(polygon.rings, p)) deepest = polygon.depth_m;
  }
  return deepest;
}

bool IndexedSlice::speaks_wherever(const IndexedSlice& other) const {
  if (slice_->dry_elsewhere) return true;
  if (other.slice_->dry_elsewhere) return false;
  if (is_of_polygons()) return other.is_of_polygons() && other.slice_->polygons.empty();
  if (!has_gaps_) return holds(box_of(*slice_->grid), other.reach_);
  return other.slice_->grid && other.slice_->polygons.empty() && gaps_ == other.gaps_ &&
         same_cells(*slice_->grid, *other.slice_->grid);
}

}  // namespace gridmend
