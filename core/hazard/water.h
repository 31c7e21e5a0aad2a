#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/geo/position.h"
#include "core/geo/spatial_index.h"

namespace gridmend {

// Depths on a regular grid of longitudes and latitudes. Cell (column, row) has its centre at
// west + (column + 1/2) * step, north - (row + 1/2) * step; rows run from north to south.
struct DepthGrid {
  double west_deg = 0;
  double north_deg = 0;
  double step_east_deg = 0;   // > 0
  double step_south_deg = 0;  // > 0
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::vector<float> depth_m;  // row-major, NaN or <= 0: dry
};

// An area under water; holes are further rings (even-odd rule).
struct DepthPolygon {
  std::vector<Polyline> rings;
  double depth_m = 0;
};

// What is known of the water at one time, observed or forecast.
struct WaterSlice {
  std::string id;  // unique, given by whoever put it
  Time valid_at{};
  std::optional<DepthGrid> grid;
  std::vector<DepthPolygon> polygons;
};

// Refuses non-finite numbers, empty ids, open rings, grids whose size does not match.
Result<void> validate(const WaterSlice& slice);

// Water over time: dated slices. Before the first slice it is dry; from a slice on its depths hold
// until the next one, and between two slices depth moves linearly. After the last slice its depths
// stay. Immutable: with_slice() answers a new value that shares the unchanged slices.
class Water {
 public:
  Water() = default;

  // Replaces a slice of the same id. The slice must have passed validate().
  Water with_slice(WaterSlice slice) const;
  Water without_slice(const std::string& id) const;

  // Metres of water above ground; 0 where dry. O(log slices + polygons at the position).
  double depth_m(Position position, Time at) const;
  // The deepest water along a polyline, sampled at every vertex and at most every `step_m` between.
  double deepest_m(std::span<const Position> polyline, Time at, double step_m = 10) const;
  // Times at which depths may change their course: every slice's, ascending.
  std::vector<Time> slice_times() const;
  std::vector<std::shared_ptr<const WaterSlice>> slices() const;
  bool empty() const { return by_time_.empty(); }

 private:
  struct Entry;
  std::vector<std::shared_ptr<const Entry>> by_time_;
};

}  // namespace gridmend
