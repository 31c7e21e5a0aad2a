#include "core/geo/point_grid.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace gridmend {
namespace {

constexpr double kPointsACell = 2;

}  // namespace

PointGrid::PointGrid(std::span<const Position> points) {
  if (points.empty()) return;
  double south = 90, north = -90;
  for (const Position p : points) {
    south = std::min(south, p.latitude_deg);
    north = std::max(north, p.latitude_deg);
  }
  east_scale_ = std::max(1e-6, std::cos((south + north) / 2 * std::numbers::pi / 180.0));
  west_ = points.front().longitude_deg * east_scale_;
  double east = west_;
  for (const Position p : points) {
    west_ = std::min(west_, p.longitude_deg * east_scale_);
    east = std::max(east, p.longitude_deg * east_scale_);
  }
  south_ = south;
  // Never more cells than twice the points, however the points lie.
  const double width = east - west_, height = north - south;
  const double n = static_cast<double>(points.size()) / kPointsACell;
  cell_deg_ = std::max({std::sqrt(width * height / n), width / n, height / n, 1e-9});
  columns_ = column_of(east) + 1;
  rows_ = row_of(north) + 1;
  const auto place = [this](const Point& p) {
    return static_cast<std::size_t>(row_of(p.y) * columns_ + column_of(p.x));
  };
  points_.reserve(points.size());
  for (const Position p : points) {
    points_.push_back({p.longitude_deg * east_scale_, p.latitude_deg,
                       static_cast<std::uint32_t>(points_.size())});
  }
  begin_.assign(static_cast<std::size_t>(columns_ * rows_) + 1, 0);
  for (const Point& p : points_) ++begin_[place(p) + 1];
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  std::ranges::stable_sort(points_, {}, place);
}

std::int64_t PointGrid::column_of(double x) const {
  return static_cast<std::int64_t>(std::floor((x - west_) / cell_deg_));
}
std::int64_t PointGrid::row_of(double y) const {
  return static_cast<std::int64_t>(std::floor((y - south_) / cell_deg_));
}

std::span<const PointGrid::Point> PointGrid::cell(std::int64_t column, std::int64_t row) const {
  if (column < 0 || row < 0 || column >= columns_ || row >= rows_) return {};
  const auto at = static_cast<std::size_t>(row * columns_ + column);
  return std::span{points_}.subspan(begin_[at], begin_[at + 1] - begin_[at]);
}

std::vector<std::uint32_t> PointGrid::nearest(Position from, std::size_t count) const {
  count = std::min(count, points_.size());
  if (count == 0) return {};
  const double x = from.longitude_deg * east_scale_, y = from.latitude_deg;
  // From outside, the search begins at the cell of the grid that is nearest.
  const std::int64_t column = std::clamp<std::int64_t>(column_of(x), 0, columns_ - 1);
  const std::int64_t row = std::clamp<std::int64_t>(row_of(y), 0, rows_ - 1);
  std::vector<std::pair<double, std::uint32_t>> found;  // a heap, the farthest first
  const auto look = [&](std::int64_t c, std::int64_t r) {
    for (const Point& p : cell(c, r)) {
      const double east = p.x - x, north = p.y - y;
      const std::pair one{east * east + north * north, p.number};
      if (found.size() == count && one >= found.front()) continue;
      if (found.size() == count) {
        std::ranges::pop_heap(found);
        found.pop_back();
      }
      found.push_back(one);
      std::ranges::push_heap(found);
    }
  };
  const std::int64_t last =
      std::max({column, columns_ - 1 - column, row, rows_ - 1 - row, std::int64_t{0}});
  for (std::int64_t ring = 0; ring <= last; ++ring) {
    // What lies beyond the rings before is at least so far away; a hair less, for rounding.
    const double beyond = (static_cast<double>(ring - 1) - 1e-6) * cell_deg_;
    if (found.size() == count && beyond > 0 && beyond * beyond > found.front().first) break;
    for (std::int64_t c = column - ring; c <= column + ring; ++c) {
      look(c, row - ring);
      if (ring > 0) look(c, row + ring);
    }
    for (std::int64_t r = row - ring + 1; r < row + ring; ++r) {
      look(column - ring, r);
      look(column + ring, r);
    }
  }
  std::ranges::sort(found);
  std::vector<std::uint32_t> numbers;
  numbers.reserve(found.size());
  for (const auto& [distance, number] : found) numbers.push_back(number);
  return numbers;
}

}  // namespace gridmend
