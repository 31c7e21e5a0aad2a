#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

struct Box {
  double west_deg = 0;
  double south_deg = 0;
  double east_deg = 0;
  double north_deg = 0;
};

Box box_around(Position centre, double radius_m);
// The smallest box around all vertices; {} for none.
Box box_of(std::span<const Position> polyline);

// Immutable index over boxes (points are boxes without size), numbered as they were given.
// Built in O(n log n); a search costs O(log n + hits). Boxes across the antimeridian are not split.
class SpatialIndex {
 public:
  explicit SpatialIndex(std::span<const Box> boxes);
  explicit SpatialIndex(std::span<const Position> points);
  ~SpatialIndex();
  SpatialIndex(SpatialIndex&&) noexcept;
  SpatialIndex& operator=(SpatialIndex&&) noexcept;

  // Numbers of all boxes that touch `area`, ascending; boxes less than 1e-12 degrees away may be
  // among them.
  std::vector<std::uint32_t> touching(const Box& area) const;
  // Numbers of the `count` boxes nearest to `from`, nearest first, ties by number; fewer when there
  // are fewer. Near is meant in the plane of the middle latitude of all boxes: exact enough for a
  // region of some hundred kilometres.
  std::vector<std::uint32_t> nearest(Position from, std::size_t count) const;

 private:
  struct Tree;
  std::unique_ptr<const Tree> tree_;
};

}  // namespace gridmend
