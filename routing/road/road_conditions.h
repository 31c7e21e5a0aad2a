#pragma once

#include <memory>
#include <set>
#include <vector>

#include "core/base/clock.h"
#include "core/hazard/water.h"
#include "core/work/crew.h"
#include "routing/road/road_graph.h"
#include "routing/road/vehicle_limits.h"

namespace gridmend {

// A stretch that must not be driven, whoever says so.
struct RoadClosure {
  std::string id;
  Polyline line;           // edges within 15 m along it, or containing a single position, are closed
  Time from{};
  std::optional<Time> until;
  std::string reason;
};

// The metric: seconds to drive each edge, or closed, for one vehicle class at one time. Values are
// immutable; a change of water or closures makes new ones from the same graph.
class RoadConditions {
 public:
  static constexpr float kClosed = -1;

  // Dry roads, nothing closed.
  static RoadConditions dry(const RoadGraph& graph, VehicleClass vehicle_class);
  // Water and closures as they stand at `at`. O(edges) plus the closures' searches.
  static RoadConditions derive(const RoadGraph& graph, VehicleClass vehicle_class,
                               const VehicleLimits& limits, const Water& water,
                               const std::vector<RoadClosure>& closures, Time at);

  VehicleClass vehicle_class() const { return vehicle_class_; }
  bool closed(Id<RoadEdge> edge) const { return (*seconds_)[edge.index] < 0; }
  // kClosed or > 0.
  float seconds(Id<RoadEdge> edge) const { return (*seconds_)[edge.index]; }
  std::span<const float> all_seconds() const { return *seconds_; }

 private:
  RoadConditions(VehicleClass vehicle_class, std::vector<float> seconds)
      : vehicle_class_(vehicle_class),
        seconds_(std::make_shared<const std::vector<float>>(std::move(seconds))) {}

  VehicleClass vehicle_class_;
  std::shared_ptr<const std::vector<float>> seconds_;
};

}  // namespace gridmend
