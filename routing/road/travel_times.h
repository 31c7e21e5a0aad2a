#pragma once

#include <optional>
#include <span>
#include <vector>

#include "routing/road/road_conditions.h"
#include "routing/road/road_index.h"

namespace gridmend {

// How a crew comes from the road to a site: on foot at 4 km/h; beyond `reach_m` a site is
// unreachable.
struct SnapSettings {
  double reach_m = 2000;
  double walking_kmh = 4;
  // Where the way on foot is under water. Up to `roadside_m` from the road a crew works beside its
  // vehicle, whose own limit counts; beyond, the straight line to the site may be no deeper than
  // `wadable_depth_m`, nor wet for more than `wade_m`. 0.3 m of still water bounds the lowest class
  // of hazard (H1) in the Australian Disaster Resilience Guideline 7-3, "Flood Hazard".
  double roadside_m = 10;
  double wadable_depth_m = 0.3;
  double wade_m = 100;
  // A road that hangs together with less than `fragment_m` of others (a car park, a map's slip) is
  // looked past when a better connected one is at most `fragment_detour_m` further away.
  double fragment_m = 500;
  double fragment_detour_m = 100;
  // A site on the left of a two-way street (on the right, where one drives on the left) costs this:
  // driving to where one can turn round, or crossing the street on foot.
  double other_side_s = 20;
  bool drive_on_right = true;
  friend constexpr bool operator==(const SnapSettings&, const SnapSettings&) = default;
};

// The places where somebody at the position enters or leaves the roads: the nearest road in all its
// directions, tunnels excepted. Water does not change it: a site at a flooded street is not reached
// by walking there from a dry one. A boat is the exception, it lands at the nearest road it can
// float on. Empty: no road within reach.
std::vector<RoadPlace> road_places(const RoadGraph& graph, const RoadConditions& conditions,
                                   Position position, const SnapSettings& settings = {});

// What a search begins and ends with: the places with the seconds on foot and to the other side of
// the street. Goals on closed edges are left out. On wheels the starts are the same whatever the
// conditions, and may be kept.
std::vector<SearchStart> search_starts(const RoadGraph& graph, Position position,
                                       const SnapSettings& settings = {});
std::vector<SearchStart> search_starts(const RoadGraph& graph, const RoadConditions& conditions,
                                       Position position, const SnapSettings& settings = {});
std::vector<SearchGoal> search_goals(const RoadGraph& graph, const RoadConditions& conditions,
                                     Position position, const SnapSettings& settings = {},
                                     std::uint32_t target = 0);

struct RoadPath {
  double seconds = 0;   // with the ways on foot at both ends
  double length_m = 0;  // driven
  double on_foot_m = 0;
  std::vector<Id<RoadEdge>> edges;  // in order; the first and the last in part only
  Polyline polyline;                // of what is driven
  RoadPlace start;                  // on the first edge
  RoadPlace goal;                   // on the last edge
};

// Less than a metre apart: whoever is at one is at the other. Most pairs differ in latitude alone,
// which costs nothing to see.
bool at_one_place(Position a, Position b);

// Seconds from each position to each other over the roads, row-major by origin; kUnreachable where
// there is no way. Positions at one place are 0 seconds apart. With a metric by the fast
// index; with conditions alone, and the usual TurnSettings, by Dijkstra from every origin,
// O(k (E + V) log V), for whoever asks once. Both answer the same numbers.
inline constexpr float kUnreachable = -1;
std::vector<float> travel_seconds(const RoadGraph& graph, const RoadConditions& conditions,
                                  std::span<const Position> origins,
                                  std::span<const Position> destinations,
                                  const SnapSettings& settings = {});
std::vector<float> travel_seconds(const RoadMetric& metric, std::span<const Position> origins,
                                  std::span<const Position> destinations,
                                  const SnapSettings& settings = {}, unsigned threads = 1);

std::optional<RoadPath> fastest_path(const RoadGraph& graph, const RoadConditions& conditions,
                                     Position from, Position to, const SnapSettings& settings = {});
std::optional<RoadPath> fastest_path(const RoadStates& states, const RoadConditions& conditions,
                                     Position from, Position to, const SnapSettings& settings = {});
std::optional<RoadPath> fastest_path(const RoadMetric& metric, Position from, Position to,
                                     const SnapSettings& settings = {});
std::optional<RoadPath> fastest_path(const RoadMetric& metric, std::span<const SearchStart> starts,
                                     std::span<const SearchGoal> goals);

}  // namespace gridmend
