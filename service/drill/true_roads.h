#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/hazard/water.h"
#include "routing/road/road_conditions.h"
#include "routing/road/travel_times.h"

namespace gridmend {

// One drive as it happens: where a crew is at which second after it set out.
struct Drive {
  double seconds = 0;
  Polyline polyline;             // at least two positions
  std::vector<double> passed_s;  // by vertex of the polyline, from 0 to `seconds`
};

Position position_at(const Drive& drive, double elapsed_s);

// The roads as the water really stands on them while somebody drives, and as they are closed: the
// drill's ground truth. What was planned is judged by what was known, see plan_safety.h.
class TrueRoads {
 public:
  // Graph and water must outlive it. Without roads crews drive straight lines at 30 km/h over 1.4
  // times the distance, as the planner assumes there.
  TrueRoads(const RoadGraph& graph, const Water& water, const VehicleLimits& limits)
      : graph_(graph), water_(water), limits_(limits) {}

  // From here on these are closed as well.
  void close(std::vector<RoadClosure> closures);

  // The fastest drive that starts at `depart`; nullopt when there is none, or when the water would
  // close one of its roads before the crew is through.
  std::optional<Drive> drive(VehicleClass vehicle_class, Position from, Position to, Time depart);

 private:
  const RoadConditions& conditions(VehicleClass vehicle_class, Time at);

  const RoadGraph& graph_;
  const Water& water_;
  VehicleLimits limits_;
  std::vector<RoadClosure> closures_;
  std::map<std::pair<VehicleClass, Time>, RoadConditions> conditions_;
};

}  // namespace gridmend
