#pragma once

#include <string_view>
#include <vector>

#include "routing/road/travel_times.h"

namespace gridmend {

// Shorter, and without a name: no street of its own.
inline constexpr double kScrap_m = 30;

// A part of a path along one street: as a person would tell it.
struct PathStep {
  std::string_view name;  // empty: the source has none; lives as long as the graph
  RoadClass road_class = RoadClass::residential;
  double length_m = 0;
  double seconds = 0;
  bool over_bridge = false;
  bool through_tunnel = false;
};

// The path street by street: edges of one name, or of one class where there is no name, make one
// step; scraps are counted to the step before. Lengths and seconds
// add up to what is driven.
std::vector<PathStep> path_steps(const RoadGraph& graph, const RoadConditions& conditions,
                                 const RoadPath& path);

}  // namespace gridmend
