#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/hash.h"
#include "core/geo/spatial_index.h"
#include "core/hazard/water_slice.h"

namespace gridmend {

// A slice with what finds the depth at a position quickly. Immutable.
class IndexedSlice {
 public:
  // The slice must have passed validate().
  explicit IndexedSlice(WaterSlice slice);

  const std::shared_ptr<const WaterSlice>& slice() const { return slice_; }
  Time valid_at() const { return slice_->valid_at; }
  bool is_of_polygons() const { return !slice_->grid; }

  // The deepest that grid and polygons tell of a position, 0 where dry; none where neither says
  // anything and it was not seen to be dry. O(polygons at the position).
  std::optional<double> told_m(Position position) const;
  // Its grid tells something of the position.
  bool shows(Position position) const {
    return slice_->grid && told_depth_m(*slice_->grid, position).has_value();
  }
  // Of grid and polygons.
  const Box& reach() const { return reach_; }
  // Boxes outside of which it has no water: a box a polygon, and one a wet tile of the grid.
  std::span<const Box> wet_boxes() const { return wet_; }

  // Certainly speaks wherever the other one's grid and polygons do, but for their very rim (1e-9
  // degrees). Of polygons it says so only where they say that it is dry elsewhere. O(1).
  bool speaks_wherever(const IndexedSlice& other) const;

 private:
  std::shared_ptr<const WaterSlice> slice_;
  std::optional<SpatialIndex> polygons_;
  std::vector<Box> wet_;
  Box reach_;
  bool has_gaps_ = false;  // cells of the grid that say nothing
  Hash128 gaps_;
};

}  // namespace gridmend
