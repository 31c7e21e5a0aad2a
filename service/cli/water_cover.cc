#include "service/cli/water_cover.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace gridmend {
namespace {

// In cells from a grid's north-west corner.
struct CellPoint {
  double column = 0, row = 0;
};

// Positions this near to a cell's side, in cells, may be found on either side of it.
constexpr double kNear = 1e-6;

float at_least(double depth_m) {
  const auto nearest = static_cast<float>(depth_m);
  return nearest < depth_m ? std::nextafter(nearest, std::numeric_limits<float>::infinity())
                           : nearest;
}

// A cell that says nothing, until it is taken: above dry and below all water.
constexpr float kSilent = std::numeric_limits<float>::denorm_min();

// A grid that is as deep as the deepest of what touches each cell.
class CoverGrid {
 public:
  // All cells are `first`: 0 or kSilent.
  CoverGrid(DepthGrid cells, float first) : grid_(std::move(cells)) {
    grid_.depth_m.assign(std::size_t{grid_.columns} * grid_.rows, first);
  }

  void raise(const DepthGrid& fine);
  void raise(const DepthPolygon& polygon);
  DepthGrid take() {
    std::ranges::replace(grid_.depth_m, kSilent, std::numeric_limits<float>::quiet_NaN());
    return std::move(grid_);
  }

 private:
  CellPoint in_cells(Position p) const {
    return {(p.longitude_deg - grid_.west_deg) / grid_.step_east_deg,
            (grid_.north_deg - p.latitude_deg) / grid_.step_south_deg};
  }
  static std::size_t cell_at(double value, std::uint32_t cells) {
    return static_cast<std::size_t>(std::clamp(std::floor(value), 0.0, cells - 1.0));
  }
  void raise_columns(std::size_t row, double from, double to, float depth_m);
  void raise_line(CellPoint a, CellPoint b, float depth_m);
  void raise_inside(const std::vector<std::vector<CellPoint>>& rings, float depth_m);

  DepthGrid grid_;
};

void CoverGrid::raise_columns(std::size_t row, double from, double to, float depth_m) {
  const std::size_t last = cell_at(to, grid_.columns);
  for (std::size_t column = cell_at(from, grid_.columns); column <= last; ++column) {
    float& deepest = grid_.depth_m[row * grid_.columns + column];
    deepest = std::max(deepest, depth_m);
  }
}

void CoverGrid::raise(const DepthGrid& fine) {
  const auto corner = [&](std::uint32_t column, std::uint32_t row) {
    return in_cells(
        {fine.west_deg + fine.step_east_deg * column, fine.north_deg - fine.step_south_deg * row});
  };
  for (std::uint32_t row = 0; row < fine.rows; ++row) {
    for (std::uint32_t column = 0; column < fine.columns; ++column) {
      float depth_m = fine.depth_m[std::size_t{row} * fine.columns + column];
      if (std::isnan(depth_m)) depth_m = kSilent;
      if (depth_m <= 0) continue;
      const CellPoint north_west = corner(column, row), south_east = corner(column + 1, row + 1);
      const std::size_t last = cell_at(south_east.row + kNear, grid_.rows);
      for (std::size_t r = cell_at(north_west.row - kNear, grid_.rows); r <= last; ++r) {
        raise_columns(r, north_west.column - kNear, south_east.column + kNear, depth_m);
      }
    }
  }
}

// A cell that no side of the polygon crosses is inside or outside as its centre is.
void CoverGrid::raise(const DepthPolygon& polygon) {
  const float depth_m = at_least(polygon.depth_m);
  std::vector<std::vector<CellPoint>> rings;
  for (const Polyline& ring : polygon.rings) {
    std::vector<CellPoint>& points = rings.emplace_back();
    for (const Position& p : ring) points.push_back(in_cells(p));
    for (std::size_t i = 1; i < points.size(); ++i) raise_line(points[i - 1], points[i], depth_m);
  }
  raise_inside(rings, depth_m);
}

void CoverGrid::raise_line(CellPoint a, CellPoint b, float depth_m) {
  if (a.row > b.row) std::swap(a, b);
  const double columns_a_row = b.row > a.row ? (b.column - a.column) / (b.row - a.row) : 0;
  const std::size_t last = cell_at(b.row + kNear, grid_.rows);
  for (std::size_t row = cell_at(a.row - kNear, grid_.rows); row <= last; ++row) {
    const auto top = static_cast<double>(row);
    double from = a.column, to = b.column;
    if (a.row < top - kNear) from = a.column + (top - kNear - a.row) * columns_a_row;
    if (b.row > top + 1 + kNear) to = a.column + (top + 1 + kNear - a.row) * columns_a_row;
    raise_columns(row, std::min(from, to) - kNear, std::max(from, to) + kNear, depth_m);
  }
}

void CoverGrid::raise_inside(const std::vector<std::vector<CellPoint>>& rings, float depth_m) {
  std::vector<std::vector<double>> crossings(grid_.rows);  // of the line through a row's centres
  for (const std::vector<CellPoint>& ring : rings) {
    for (std::size_t i = 1; i < ring.size(); ++i) {
      CellPoint a = ring[i - 1], b = ring[i];
      if (a.row > b.row) std::swap(a, b);
      const auto end = std::min<double>(grid_.rows, std::ceil(b.row - .5));
      for (double row = std::max(0.0, std::ceil(a.row - .5)); row < end; ++row) {
        crossings[static_cast<std::size_t>(row)].push_back(
            a.column + (row + .5 - a.row) * (b.column - a.column) / (b.row - a.row));
      }
    }
  }
  for (std::size_t row = 0; row < crossings.size(); ++row) {
    std::ranges::sort(crossings[row]);
    for (std::size_t i = 1; i < crossings[row].size(); i += 2)
      raise_columns(row, crossings[row][i - 1], crossings[row][i], depth_m);
  }
}

struct Extent {
  double west = 180, east = -180, south = 90, north = -90;

  void reach(double longitude, double latitude) {
    west = std::min(west, longitude), east = std::max(east, longitude);
    south = std::min(south, latitude), north = std::max(north, latitude);
  }
  void reach(const DepthGrid& grid) {
    reach(grid.west_deg, grid.north_deg);
    reach(grid.west_deg + grid.step_east_deg * grid.columns,
          grid.north_deg - grid.step_south_deg * grid.rows);
  }
  void reach(const DepthPolygon& polygon) {
    for (const Polyline& ring : polygon.rings) {
      for (const Position& p : ring) reach(p.longitude_deg, p.latitude_deg);
    }
  }
  CoverGrid cover(std::uint32_t columns, std::uint32_t rows, float first) const {
    constexpr double kLeast_deg = 1e-6;
    return CoverGrid{{west,
                      north,
                      std::max(east - west, kLeast_deg) / columns,
                      std::max(north - south, kLeast_deg) / rows,
                      columns,
                      rows,
                      {}},
                     first};
  }
};

DepthGrid coarser(const DepthGrid& fine, std::uint32_t side_cells) {
  const std::uint32_t longest = std::max(fine.columns, fine.rows);
  const std::uint32_t times = (longest + side_cells - 1) / side_cells;
  Extent extent;
  extent.reach(fine);
  CoverGrid coarse =
      extent.cover((fine.columns + times - 1) / times, (fine.rows + times - 1) / times, 0);
  coarse.raise(fine);
  return coarse.take();
}

// As fine as one call takes. It says nowhere that it is dry: polygons do not.
DepthGrid grid_of_all(const WaterSlice& slice, std::uint32_t side_cells) {
  Extent extent;
  if (slice.grid) extent.reach(*slice.grid);
  for (const DepthPolygon& polygon : slice.polygons) extent.reach(polygon);
  CoverGrid all = extent.cover(side_cells, side_cells, kSilent);
  if (slice.grid) all.raise(*slice.grid);
  for (const DepthPolygon& polygon : slice.polygons) all.raise(polygon);
  return all.take();
}

bool is_dry(const WaterSlice& slice) {
  return slice.polygons.empty() &&
         std::ranges::none_of(slice.grid->depth_m, [](float depth) { return depth > 0; });
}

}  // namespace

std::optional<WaterSlice> water_cover(const WaterSlice& slice, const WaterPartLimits& limits) {
  if (fits_one_call(slice, limits)) return {};
  WaterSlice cover{slice.id,       slice.valid_at,      {},
                   slice.polygons, slice.depth_sigma_m, slice.dry_elsewhere};
  if (slice.grid) cover.grid = coarser(*slice.grid, limits.side_cells);
  if (!fits_one_call(cover, limits)) {
    cover.grid = grid_of_all(slice, limits.side_cells);
    cover.polygons.clear();
  }
  if (is_dry(cover)) return {};
  return cover;
}

}  // namespace gridmend
