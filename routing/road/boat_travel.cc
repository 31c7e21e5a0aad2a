#include "routing/road/boat_travel.h"

#include <algorithm>
#include <limits>

namespace gridmend {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

std::vector<Position> positions_of(std::span<const LaunchPoint> launches) {
  std::vector<Position> positions;
  for (const LaunchPoint& launch : launches) positions.push_back(launch.position);
  return positions;
}

// A launch point is left and reached on the nearest road that is open, like a landing.
RoadConditions open_only(const RoadConditions& conditions) {
  const auto all = conditions.all_milliseconds();
  return RoadConditions::of(VehicleClass::boat, {all.begin(), all.end()});
}

// Seconds between origins and launches (rows) and destinations and launches (columns), by one mode.
class ModeMatrix {
 public:
  ModeMatrix(const RoadMetric& metric, const SnapSettings& to_origin, const SnapSettings& to_launch,
             const SnapSettings& to_destination, std::span<const Position> origins,
             std::span<const Position> launches, std::span<const Position> destinations)
      : columns_(destinations.size() + launches.size()) {
    const RoadGraph& graph = metric.index().graph();
    std::vector<std::vector<SearchStart>> starts;
    std::vector<std::vector<SearchGoal>> goals;
    const auto add = [&](std::span<const Position> places, const RoadConditions& conditions,
                         const SnapSettings& snap, bool leave, bool reach) {
      for (const Position place : places) {
        if (leave) starts.push_back(search_starts(graph, conditions, place, snap));
        if (reach) goals.push_back(search_goals(graph, conditions, place, snap));
      }
    };
    add(origins, metric.conditions(), to_origin, true, false);
    add(destinations, metric.conditions(), to_destination, false, true);
    add(launches, open_only(metric.conditions()), to_launch, true, true);
    seconds_ = road_matrix(metric, starts, goals);
  }
  double operator()(std::size_t row, std::size_t column) const {
    return seconds_[row * columns_ + column];
  }

 private:
  std::size_t columns_;
  std::vector<double> seconds_;
};

struct Modes {
  ModeMatrix wheels;
  ModeMatrix keel;
};

Modes modes(const BoatRoads& roads, std::span<const Position> origins,
            std::span<const Position> launches, std::span<const Position> destinations) {
  SnapSettings near = roads.snap;
  near.reach_m = roads.settings.reach_m;
  return {
      ModeMatrix{roads.on_wheels, roads.snap, near, roads.snap, origins, launches, destinations},
      ModeMatrix{roads.afloat, near, near, roads.snap, origins, launches, destinations}};
}

// How a launch is reached: in which mode, and from where (a launch, or the origin).
struct Reached {
  double seconds = kInfinite;
  std::size_t from = 0;  // launches: the origin
};

// The ways of one origin to all launches in either mode, changes of mode included.
class Changes {
 public:
  Changes(const Modes& m, std::size_t origin, std::size_t origins, std::size_t destinations,
          std::size_t launches, double launch_s)
      : m_(m),
        origin_(origin),
        origins_(origins),
        destinations_(destinations),
        launches_(launches),
        launch_s_(launch_s),
        by_road_(launches),
        by_water_(launches) {
    for (std::size_t k = 0; k < launches; ++k) {
      by_road_[k] = {m.wheels(origin, destinations + k), launches};
      by_water_[k] = {m.keel(origin, destinations + k), launches};
    }
    for (bool better = true; better;) {
      better = relax(by_road_, m.keel, by_water_);
      better |= relax(by_water_, m.wheels, by_road_);
    }
  }

  // The mode of the last leg and the launch it begins at (launches: none).
  struct Best {
    double seconds = kInfinite;
    bool afloat = false;
    std::size_t from = 0;
  };
  Best to(std::size_t destination) const {
    Best best{m_.wheels(origin_, destination), false, launches_};
    if (m_.keel(origin_, destination) < best.seconds) {
      best = {m_.keel(origin_, destination), true, launches_};
    }
    for (std::size_t k = 0; k < launches_; ++k) {
      const double rowed = by_road_[k].seconds + launch_s_ + m_.keel(origins_ + k, destination);
      const double driven = by_water_[k].seconds + launch_s_ + m_.wheels(origins_ + k, destination);
      if (rowed < best.seconds) best = {rowed, true, k};
      if (driven < best.seconds) best = {driven, false, k};
    }
    return best;
  }
  const Reached& reached(std::size_t launch, bool afloat) const {
    return (afloat ? by_water_ : by_road_)[launch];
  }

 private:
  bool relax(const std::vector<Reached>& before, const ModeMatrix& mode,
             std::vector<Reached>& after) const {
    bool better = false;
    for (std::size_t k = 0; k < launches_; ++k) {
      for (std::size_t j = 0; j < launches_; ++j) {
        const double seconds =
            before[k].seconds + launch_s_ + mode(origins_ + k, destinations_ + j);
        if (seconds >= after[j].seconds) continue;
        after[j] = {seconds, k};
        better = true;
      }
    }
    return better;
  }

  const Modes& m_;
  std::size_t origin_, origins_, destinations_, launches_;
  double launch_s_;
  std::vector<Reached> by_road_, by_water_;
};

std::optional<BoatLeg> leg(const BoatRoads& roads, bool afloat, Position from, Position to,
                           bool from_launch, bool to_launch) {
  SnapSettings near = roads.snap;
  near.reach_m = roads.settings.reach_m;
  const RoadMetric& metric = afloat ? roads.afloat : roads.on_wheels;
  const RoadGraph& graph = metric.index().graph();
  const RoadConditions at_launch = open_only(metric.conditions());
  const auto starts = search_starts(graph, from_launch ? at_launch : metric.conditions(), from,
                                    from_launch || afloat ? near : roads.snap);
  const auto goals = search_goals(graph, to_launch ? at_launch : metric.conditions(), to,
                                  to_launch ? near : roads.snap);
  auto path = fastest_path(metric, starts, goals);
  if (!path) return std::nullopt;
  return BoatLeg{afloat, std::move(*path)};
}

}  // namespace

std::vector<double> boat_matrix(const BoatRoads& roads, std::span<const Position> origins,
                                std::span<const Position> destinations) {
  const std::vector<Position> launches = positions_of(roads.settings.launches);
  const Modes m = modes(roads, origins, launches, destinations);
  std::vector<double> seconds;
  seconds.reserve(origins.size() * destinations.size());
  for (std::size_t o = 0; o < origins.size(); ++o) {
    const Changes changes{
        m, o, origins.size(), destinations.size(), launches.size(), roads.settings.launch_s};
    for (std::size_t d = 0; d < destinations.size(); ++d) {
      const bool same = at_one_place(origins[o], destinations[d]);
      seconds.push_back(same ? 0 : changes.to(d).seconds);
    }
  }
  return seconds;
}

std::optional<BoatWay> boat_way(const BoatRoads& roads, Position from, Position to) {
  const std::vector<Position> launches = positions_of(roads.settings.launches);
  const Modes m = modes(roads, {&from, 1}, launches, {&to, 1});
  const Changes changes{m, 0, 1, 1, launches.size(), roads.settings.launch_s};
  const auto best = changes.to(0);
  if (best.seconds == kInfinite) return std::nullopt;
  BoatWay way;
  way.seconds = best.seconds;
  Position end = to;
  bool afloat = best.afloat;
  std::size_t launch = best.from;
  while (true) {
    const bool first = launch == launches.size();
    auto found =
        leg(roads, afloat, first ? from : launches[launch], end, !first, !way.legs.empty());
    GRIDMEND_CHECK(found.has_value(), "a leg of the matrix is a way");
    way.legs.push_back(std::move(*found));
    if (first) break;
    end = launches[launch];
    afloat = !afloat;
    launch = changes.reached(launch, afloat).from;
  }
  std::ranges::reverse(way.legs);
  return way;
}

std::vector<Instruction> instructions(const BoatRoads& roads, const BoatWay& way) {
  std::vector<Instruction> told;
  for (const BoatLeg& leg : way.legs) {
    const RoadMetric& metric = leg.afloat ? roads.afloat : roads.on_wheels;
    auto part = instructions(metric.index().graph(), metric.conditions(), leg.path);
    if (!told.empty()) {
      told.pop_back();
      if (!part.empty()) part.front().manoeuvre = leg.afloat ? Manoeuvre::launch : Manoeuvre::land;
    }
    told.insert(told.end(), part.begin(), part.end());
  }
  return told;
}

}  // namespace gridmend
