#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/geo/spatial_index.h"
#include "core/hazard/water_slice.h"

namespace gridmend {

class IndexedSlice;

// Depth at one vertex of a sampled line.
struct DepthSample {
  double along_m = 0;  // from the line's first vertex
  double depth_m = 0;
};

// Water over time: dated slices; those of the same time are one picture, of which the deepest
// counts. At each position depth moves linearly from one picture to the next that speaks of it, and
// stays after the last; before the first of all it is dry. Where no earlier one speaks of it, the
// picture just before the first that does counts as dry there. So a picture of a part of the region
// changes nothing elsewhere.
//
// A grid speaks of its cells, and polygons of what lies inside of them. Slices without a grid have
// no end that anybody could know: they also speak of all places of which no grid of any slice does,
// and have them dry. So a row of polygons may fall, and one drawn by hand dries nothing that grids
// show.
//
// Immutable: with_slice() answers a new value that shares the unchanged slices.
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

  // Metres of water above ground; 0 where dry. O(log slices + polygons at the position), and
  // O(log polygons) for each slice of the pictures that do not speak of the position.
  double depth_m(Position position, Time at) const;
  // The deepest water along a polyline, sampled at every vertex and at most every `step_m` (> 0)
  // between.
  double deepest_m(std::span<const Position> polyline, Time at, double step_m = 10) const;
  // The samples themselves, in order; empty for an empty polyline.
  std::vector<DepthSample> depths_along(std::span<const Position> polyline, Time at,
                                        double step_m = 10) const;
  // One standard deviation of the depths at that time, as the slices state it: at the time of a
  // picture the greatest of those that tell what is then, and just before and after; between two
  // pictures it moves linearly; 0 before the first. O(log slices).
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
  using Slices = std::span<const std::shared_ptr<const IndexedSlice>>;
  // Between the pictures next - 1 and next.
  struct Moment {
    std::size_t next = 0;
    double later_share = 0;  // 0 before the first and after the last
    Time at{};
    double error_m = 0;  // added to what is wet
  };
  struct Told {
    std::size_t picture = 0;
    double depth_m = 0;
  };

  void erase(std::string_view id);
  void find_pictures();
  std::size_t pictures() const { return begins_.empty() ? 0 : begins_.size() - 1; }
  Slices picture(std::size_t number) const {
    return Slices{by_time_}.subspan(begins_[number], begins_[number + 1] - begins_[number]);
  }
  Time time_of(std::size_t picture) const;
  Moment moment(Time at) const;
  double depth_at(const Moment& moment, Position position) const;
  // Of one position, while it is asked about: does a grid of any slice tell something of it?
  using OnGrid = std::optional<bool>;
  std::optional<double> told_m(std::size_t picture, Position position, OnGrid& on_grid) const;
  bool is_on_grid(Position position) const;
  double between(const std::optional<Told>& earlier, const std::optional<Told>& later,
                 const Moment& moment) const;
  // Of the pictures from `first` on, backwards or onwards in time, the slices that tell something
  // which no picture before them on that way does.
  enum class Way { backwards, onwards };
  template <class Visit>
  void for_each_heard(std::size_t first, Way way, Visit visit) const;
  bool hides(const IndexedSlice& one, const IndexedSlice& other) const;
  std::vector<double> greatest_sigmas_m(Way way) const;
  void find_sigmas();
  double sigma_m(const Moment& moment) const;

  std::vector<std::shared_ptr<const IndexedSlice>> by_time_;
  std::vector<std::size_t> begins_;  // of each picture in by_time_, and the end
  std::vector<double> sigmas_m_;     // at each picture
  bool all_of_polygons_ = true;
  struct Grids;
  std::shared_ptr<const Grids> grids_;  // none: all slices have one, or none has
  double error_sigmas_ = 0;
};

}  // namespace gridmend
