#include "routing/road/travel_times.h"

#include <algorithm>
#include <cmath>

#include "routing/road/road_search.h"

namespace gridmend {
namespace {

constexpr double kTie_m = 0.01;

double walking_seconds(const RoadPlace& place, const SnapSettings& settings) {
  return place.off_road_m * 3.6 / settings.walking_kmh;
}

std::vector<SearchStart> as_starts(const RoadGraph& graph, std::span<const RoadPlace> places,
                                   bool boat, const SnapSettings& settings) {
  std::vector<SearchStart> starts;
  for (const RoadPlace& place : places) {
    const bool wrong_side = place.side == (settings.drive_on_right ? -1 : 1);
    const bool two_way = std::ranges::any_of(places, [&](const RoadPlace& other) {
      return other.side == -place.side && graph.stretch(other.edge) == graph.stretch(place.edge);
    });
    const bool crosses = !boat && wrong_side && two_way;
    starts.push_back(
        {place, walking_seconds(place, settings) + (crosses ? settings.other_side_s : 0)});
  }
  return starts;
}

// Water and closures do not matter to wheels here, so whoever asks may keep the answer.
std::vector<RoadPlace> places_on_wheels(const RoadGraph& graph, Position position,
                                        const SnapSettings& settings) {
  std::function<bool(Id<RoadEdge>)> accept = [&](Id<RoadEdge> edge) {
    return graph.edges()[edge].structure != RoadStructure::tunnel;
  };
  const auto nearest = graph.snap(position, settings.reach_m, 1, accept);
  if (nearest.empty()) return {};
  double off_road_m = nearest.front().off_road_m;
  if (graph.connected_m(nearest.front().edge) < settings.fragment_m) {
    const auto well_connected = [&](Id<RoadEdge> edge) {
      return graph.edges()[edge].structure != RoadStructure::tunnel &&
             graph.connected_m(edge) >= settings.fragment_m;
    };
    const double reach_m = std::min(settings.reach_m, off_road_m + settings.fragment_detour_m);
    const auto connected = graph.snap(position, reach_m, 1, well_connected);
    if (!connected.empty()) {
      accept = well_connected;
      off_road_m = connected.front().off_road_m;
    }
  }
  return graph.snap(position, off_road_m + kTie_m, graph.edges().size(), accept);
}

// The part of a polyline between two shares of its length.
Polyline cut(const Polyline& line, double from_share, double to_share) {
  const double whole_m = length_m(line);
  const double begin_m = from_share * whole_m;
  const double end_m = to_share * whole_m;
  Polyline part{position_along(line, begin_m)};
  double passed_m = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    passed_m += distance_m(line[i - 1], line[i]);
    if (passed_m > begin_m && passed_m < end_m) part.push_back(line[i]);
  }
  part.push_back(position_along(line, end_m));
  return part;
}

RoadPath path_of(const RoadGraph& graph, const RoadWay& way, double seconds) {
  RoadPath path;
  path.seconds = seconds;
  path.on_foot_m = way.start.off_road_m + way.goal.off_road_m;
  path.start = way.start;
  path.goal = way.goal;
  path.edges = way.edges;
  for (std::size_t i = 0; i < way.edges.size(); ++i) {
    const auto whole_m = static_cast<double>(graph.edges()[way.edges[i]].length_m);
    const double begin_m = i == 0 ? way.start.along_m : 0.0;
    const double end_m = i + 1 == way.edges.size() ? way.goal.along_m : whole_m;
    path.length_m += end_m - begin_m;
    const auto share = [whole_m](double m) { return whole_m > 0 ? m / whole_m : 0.0; };
    const Polyline part = cut(graph.polyline(way.edges[i]), share(begin_m), share(end_m));
    const bool joined = !path.polyline.empty() && path.polyline.back() == part.front();
    path.polyline.insert(path.polyline.end(), part.begin() + (joined ? 1 : 0), part.end());
  }
  return path;
}

// Row-major seconds as callers want them.
std::vector<float> travel_matrix(std::span<const double> seconds, std::span<const Position> origins,
                                 std::span<const Position> destinations) {
  std::vector<float> matrix(seconds.size(), kUnreachable);
  for (std::size_t i = 0; i < origins.size(); ++i) {
    for (std::size_t j = 0; j < destinations.size(); ++j) {
      const std::size_t at = i * destinations.size() + j;
      if (std::isfinite(seconds[at])) matrix[at] = static_cast<float>(seconds[at]);
      if (at_one_place(origins[i], destinations[j])) matrix[at] = 0;
    }
  }
  return matrix;
}

}  // namespace

bool at_one_place(Position a, Position b) {
  // 1e-5 degrees are 1.1 m.
  return std::abs(a.latitude_deg - b.latitude_deg) < 1e-5 && distance_m(a, b) < 1;
}

std::vector<RoadPlace> road_places(const RoadGraph& graph, const RoadConditions& conditions,
                                   Position position, const SnapSettings& settings) {
  if (conditions.vehicle_class() != VehicleClass::boat)
    return places_on_wheels(graph, position, settings);
  const auto afloat = [&](Id<RoadEdge> edge) { return !conditions.closed(edge); };
  const auto nearest = graph.snap(position, settings.reach_m, 1, afloat);
  if (nearest.empty()) return {};
  return graph.snap(position, nearest.front().off_road_m + kTie_m, graph.edges().size(), afloat);
}

std::vector<SearchStart> search_starts(const RoadGraph& graph, Position position,
                                       const SnapSettings& settings) {
  return as_starts(graph, places_on_wheels(graph, position, settings), false, settings);
}

std::vector<SearchStart> search_starts(const RoadGraph& graph, const RoadConditions& conditions,
                                       Position position, const SnapSettings& settings) {
  const bool boat = conditions.vehicle_class() == VehicleClass::boat;
  return as_starts(graph, road_places(graph, conditions, position, settings), boat, settings);
}

std::vector<SearchGoal> search_goals(const RoadGraph& graph, const RoadConditions& conditions,
                                     Position position, const SnapSettings& settings,
                                     std::uint32_t target) {
  std::vector<SearchGoal> goals;
  for (const SearchStart& start : search_starts(graph, conditions, position, settings)) {
    if (!conditions.closed(start.place.edge)) goals.push_back({start.place, start.seconds, target});
  }
  return goals;
}

std::vector<float> travel_seconds(const RoadGraph& graph, const RoadConditions& conditions,
                                  std::span<const Position> origins,
                                  std::span<const Position> destinations,
                                  const SnapSettings& settings) {
  std::vector<double> seconds;
  std::vector<SearchGoal> goals;
  for (std::uint32_t i = 0; i < destinations.size(); ++i) {
    const auto places = search_goals(graph, conditions, destinations[i], settings, i);
    goals.insert(goals.end(), places.begin(), places.end());
  }
  RoadSearch search{graph, conditions, std::move(goals),
                    static_cast<std::uint32_t>(destinations.size())};
  for (const Position origin : origins) {
    const auto& row = search.run(search_starts(graph, conditions, origin, settings));
    seconds.insert(seconds.end(), row.begin(), row.end());
  }
  return travel_matrix(seconds, origins, destinations);
}

std::vector<float> travel_seconds(const RoadMetric& metric, std::span<const Position> origins,
                                  std::span<const Position> destinations,
                                  const SnapSettings& settings, unsigned threads) {
  const RoadGraph& graph = metric.index().graph();
  std::vector<std::vector<SearchStart>> starts;
  for (const Position origin : origins) {
    starts.push_back(search_starts(graph, metric.conditions(), origin, settings));
  }
  std::vector<std::vector<SearchGoal>> goals;
  for (const Position destination : destinations) {
    goals.push_back(search_goals(graph, metric.conditions(), destination, settings));
  }
  return travel_matrix(road_matrix(metric, starts, goals, threads), origins, destinations);
}

std::optional<RoadPath> fastest_path(const RoadGraph& graph, const RoadConditions& conditions,
                                     Position from, Position to, const SnapSettings& settings) {
  if (at_one_place(from, to)) return RoadPath{};
  return fastest_path(RoadStates{graph}, conditions, from, to, settings);
}

std::optional<RoadPath> fastest_path(const RoadStates& states, const RoadConditions& conditions,
                                     Position from, Position to, const SnapSettings& settings) {
  if (at_one_place(from, to)) return RoadPath{};
  const RoadGraph& graph = states.graph();
  RoadSearch search{states, conditions, search_goals(graph, conditions, to, settings), 1};
  const double seconds = search.run(search_starts(graph, conditions, from, settings)).front();
  const auto way = search.way(0);
  if (!way) return std::nullopt;
  return path_of(graph, *way, seconds);
}

std::optional<RoadPath> fastest_path(const RoadMetric& metric, Position from, Position to,
                                     const SnapSettings& settings) {
  if (at_one_place(from, to)) return RoadPath{};
  const RoadGraph& graph = metric.index().graph();
  return fastest_path(metric, search_starts(graph, metric.conditions(), from, settings),
                      search_goals(graph, metric.conditions(), to, settings));
}

std::optional<RoadPath> fastest_path(const RoadMetric& metric, std::span<const SearchStart> starts,
                                     std::span<const SearchGoal> goals) {
  RoadQuery query{metric};
  const auto seconds = query.run(starts, goals);
  if (!seconds) return std::nullopt;
  return path_of(metric.index().graph(), *query.way(), *seconds);
}

}  // namespace gridmend
