#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

// Immutable index over points, for very many questions after the nearest few: what
// SpatialIndex::nearest answers over the same points, to the last tie, in a fraction of the time
// where points lie about evenly. Built in O(n log n), 24 bytes a point.
class PointGrid {
 public:
  explicit PointGrid(std::span<const Position> points);

  // Numbers of the `count` points nearest to `from`, nearest first, ties by number; fewer when
  // there are fewer. Near is meant in the plane of the middle latitude of all points. O(count)
  // where points lie about evenly, O(n) at worst.
  std::vector<std::uint32_t> nearest(Position from, std::size_t count) const;

 private:
  struct Point {
    double x = 0;  // degrees of longitude, shrunk
    double y = 0;
    std::uint32_t number = 0;
  };
  std::int64_t column_of(double x) const;
  std::int64_t row_of(double y) const;
  std::span<const Point> cell(std::int64_t column, std::int64_t row) const;

  double east_scale_ = 1;
  double west_ = 0, south_ = 0;
  double cell_deg_ = 1;
  std::int64_t columns_ = 0, rows_ = 0;
  std::vector<std::uint32_t> begin_;  // by cell, one more: its points_
  std::vector<Point> points_;         // by cell, then by number
};

}  // namespace gridmend
