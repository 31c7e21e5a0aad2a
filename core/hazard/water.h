#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/geo/position.h"
#include "core/geo/spatial_index.h"

namespace gridmend {

// Depths on a regular grid of longitudes and latitudes. Cell (column, row) has its centre at
// west + (column + 1/2) * step, north - (row + 1/2) * step; rows run from north to south. The depth
// of a position is that of the cell it lies in; outside the grid it is dry.
struct DepthGrid {
  double west_deg = 0;
  double north_deg = 0;
  double step_east_deg = 0;   // > 0
  double step_south_deg = 0;  // > 0
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::vector<float> depth_m;  // row-major, NaN or <= 0: dry
};

// An area under water; holes are further rings (even-odd rule). Each ring ends where it begins.
struct DepthPolygon {
  std::vector<Polyline> rings;
  double depth_m = 0;
};

// What is known of the water at one time, observed or forecast. Where grid and polygons overlap the
// deepest counts.
struct WaterSlice {
  std::string id;  // unique, given by whoever put it
  Time valid_at{};
  std::optional<DepthGrid> grid;
  std::vector<DepthPolygon> polygons;
  // How far its depths may be off: one standard deviation, >= 0; 0: they are taken as certain.
  double depth_sigma_m = 0;
};

// Refuses non-finite numbers, negative depths of polygons and deviations beyond 10 m, empty ids,
// open rings, positions off the earth, grids whose size does not match.
Result<void> validate(const WaterSlice& slice);

// Depth at one vertex of a sampled line.
struct DepthSample {
  double along_m = 0;  // from the line's first vertex
  double depth_m = 0;
};

// Water over time: dated slices. Before the first slice it is dry; between two slices depth moves
// linearly; after the last its depths stay. Slices of the same time are one picture: the deepest
// counts. Immutable: with_slice() answers a new value that shares the unchanged slices.
class Water {
 public:
  Water() = default;

  // Replaces a slice of the same id. The slice must have passed validate(). O(slices), plus the
  // index over the new slice's polygons and cells.
  Water with_slice(WaterSlice slice) const;
  // The same water, all of its depths off by so many of their own standard deviations (of the time
  // asked about), never below 0; dry ground stays dry. Not cumulative. O(1).
  Water with_error(double sigmas) const;
  // The same water when there is no such slice.
  Water without_slice(std::string_view id) const;

  // Metres of water above ground; 0 where dry. O(log slices + polygons at the position).
  double depth_m(Position position, Time at) const;
  // The deepest water along a polyline, sampled at every vertex and at most every `step_m` (> 0)
  // between.
  double deepest_m(std::span<const Position> polyline, Time at, double step_m = 10) const;
  // The samples themselves, in order; empty for an empty polyline.
  std::vector<DepthSample> depths_along(std::span<const Position> polyline, Time at,
                                        double step_m = 10) const;
  // One standard deviation of the depths at that time, as the slices state it: the greatest of the
  // slices of one time; between two times it moves linearly; 0 before the first. O(log slices).
  double depth_sigma_m(Time at) const;
  // Boxes outside of which it is dry at `at`: a box a polygon, and one a wet tile of a grid. They
  // may overlap, and may hold dry ground.
  std::vector<Box> wet_boxes(Time at) const;

  // Times at which depths may change their course: every slice's, ascending, each once.
  std::vector<Time> slice_times() const;
  // By time, then id.
  std::vector<std::shared_ptr<const WaterSlice>> slices() const;
  bool empty() const { return by_time_.empty(); }

 private:
  struct Entry;
  // The slices that tell depths at a time, and the share the later ones have in it.
  struct Moment {
    std::span<const std::shared_ptr<const Entry>> earlier;
    std::span<const std::shared_ptr<const Entry>> later;
    double later_share = 0;
    double error_m = 0;  // added to what is wet
  };
  Moment moment(Time at) const;
  static double depth_at(const Moment& moment, Position position);

  static double sigma_m(const Moment& moment);

  std::vector<std::shared_ptr<const Entry>> by_time_;
  double error_sigmas_ = 0;
};

}  // namespace gridmend
