#pragma once

#include <optional>
#include <span>
#include <vector>

#include "routing/road/road_conditions.h"

namespace gridmend {

// How far a crew walks from the road to a site, at 4 km/h; beyond `reach_m` a site is unreachable.
struct SnapSettings {
  double reach_m = 2000;
  double walking_kmh = 4;
};

struct RoadPath {
  double seconds = 0;
  double length_m = 0;
  std::vector<Id<RoadEdge>> edges;
  Polyline polyline;
};

// Seconds from each position to each other over the roads; kUnreachable where there is no way.
// Answers by Dijkstra from every origin, O(k (E + V) log V); the fast index of a later version
// answers the same questions with the same numbers.
inline constexpr float kUnreachable = -1;
std::vector<float> travel_seconds(const RoadGraph& graph, const RoadConditions& conditions,
                                  std::span<const Position> origins,
                                  std::span<const Position> destinations,
                                  const SnapSettings& settings = {});

std::optional<RoadPath> fastest_path(const RoadGraph& graph, const RoadConditions& conditions,
                                     Position from, Position to, const SnapSettings& settings = {});

}  // namespace gridmend
