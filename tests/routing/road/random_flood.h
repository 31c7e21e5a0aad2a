#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/hazard/water.h"
#include "routing/road/road_search.h"

namespace gridmend {

// A grid of streets, 4 x 3 crossings, with a bridge and a one-way street.
std::vector<std::string> street_grid();

// Patches of water over a drawing of that size in 2 to 5 slices from `start` on, some tens of
// minutes apart: it rises and falls.
Water random_flood(Random& random, const std::vector<std::string>& streets, Time start);

// The same, and a wall of deep water from north to south in some of the slices: it cuts the streets
// in two and, mostly, is gone again.
Water random_cut(Random& random, const std::vector<std::string>& streets, Time start);

// None, or a road closed for a while.
std::vector<RoadClosure> random_closures(Random& random, Time start);

// The roads minute by minute, as they are then and nothing is rounded: what a forecast is tried on.
class MinuteRoads {
 public:
  MinuteRoads(const RoadStates& states, VehicleClass vehicle_class, const VehicleLimits& limits,
              const Water& water, const std::vector<RoadClosure>& closures, Time start,
              int minutes);

  Time start() const { return start_; }
  const RoadConditions& at(Time time) const;
  // All through, looked at every minute and at both ends.
  bool open(Id<RoadEdge> edge, Time from, Time until) const;

  // The earliest arrival at any of the goals when one leaves a start at `depart`, drives roads that
  // are open all the while, and waits between them where it helps; nullopt: none.
  std::optional<Time> arrival(const std::vector<SearchStart>& starts,
                              const std::vector<SearchGoal>& goals, Time depart) const;
  // The same to any of the states marked.
  std::optional<Time> arrival(const std::vector<SearchStart>& starts, std::span<const char> states,
                              Time depart) const;

 private:
  std::vector<Time> earliest(const std::vector<SearchStart>& starts, Time depart) const;
  std::optional<Time> pass(Id<RoadEdge> edge, double share, Time from) const;

  RoadStates states_;
  Time start_;
  std::vector<RoadConditions> by_minute_;
};

}  // namespace gridmend
