#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/road/road_forecast.h"
#include "routing/road/travel_times.h"

namespace gridmend {

// In which steps of a forecast one can walk between a site and the roads.
class WayOnFoot {
 public:
  WayOnFoot() = default;  // always
  // Between the position and the places where it meets the roads, in a straight line each: all of
  // them count. A step that has too much water at one of its ends, or together, counts as closed.
  // Water that is nowhere too deep at the time of any slice is never. O(slices) depths a sample of
  // 5 m, where that does not decide O(steps).
  static WayOnFoot find(const Water& water, const RoadForecast& forecast, Position position,
                        std::span<const RoadPlace> places, const SnapSettings& settings);

  bool always() const { return closed_.empty(); }
  bool closed(std::uint32_t step) const { return !always() && closed_[step] != 0; }
  // Is it open in this step and closed in the one before?
  bool opens(std::uint32_t step) const { return step > 0 && closed(step - 1) && !closed(step); }
  // The first step from `step` on in which it is closed; `steps`, all there are, when it stays.
  std::uint32_t closes(std::uint32_t step, std::uint32_t steps) const;

 private:
  std::vector<char> closed_;  // by step; empty: never
};

// Can one walk that line through water of these depths? Samples in order, metres from the line's
// beginning.
bool is_wadable(std::span<const DepthSample> samples, const SnapSettings& settings);

}  // namespace gridmend
