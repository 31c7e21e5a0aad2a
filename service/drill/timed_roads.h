#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/hazard/water.h"
#include "routing/road/road_conditions.h"
#include "routing/road/road_search.h"

namespace gridmend {

// The roads of one vehicle class at every moment to come, as water and closures have them that are
// known now. Looked at every five minutes, from the one at or before the moment asked for; no
// index, no steps: it judges what was planned with those. Not thread-safe; states must outlive it.
class TimedRoads {
 public:
  static constexpr Duration kLook = std::chrono::minutes{5};

  TimedRoads(const RoadStates& states, VehicleClass vehicle_class, const VehicleLimits& limits,
             Water water, std::vector<RoadClosure> closures, Time now);

  // All that time.
  bool open(Id<RoadEdge> edge, Time from, Time until);

  // By state: where one can be, and stay, from `now` on, for good: numbers of the parts that roads
  // join, both ways, that stay open as far as is known. kNowhere: not on such a road.
  std::span<const std::uint32_t> parts();
  static constexpr std::uint32_t kNowhere = 0xffff'ffff;
  // The longest of them.
  std::uint32_t main_part();

  // When one is there at the earliest, who sets out at `depart` and drives roads that are open all
  // the while; whoever waits, waits between two roads. nullopt: never.
  std::optional<Time> arrival(std::span<const SearchStart> from, std::span<const SearchStart> to,
                              Time depart);
  // The same to any state of a part.
  bool reaches(std::span<const SearchStart> from, std::uint32_t part, Time depart);

 private:
  const RoadConditions& at(Time time);
  std::optional<Time> pass(Id<RoadEdge> edge, double share, Time from);
  std::vector<Time> earliest(std::span<const SearchStart> from, Time depart);
  void find_parts();

  const RoadStates& states_;
  VehicleClass vehicle_class_;
  const VehicleLimits& limits_;
  Water water_;
  std::vector<RoadClosure> closures_;
  Time now_;
  Time last_change_;
  std::map<Time, RoadConditions> conditions_;
  std::vector<std::uint32_t> parts_;  // by state
  std::uint32_t main_ = kNowhere;
};

}  // namespace gridmend
