#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/hazard/water.h"
#include "core/work/crew.h"
#include "routing/road/road_closure.h"
#include "routing/road/road_graph.h"
#include "routing/road/road_water.h"
#include "routing/road/vehicle_limits.h"

namespace gridmend {

// The metric: seconds to drive each edge, or closed, for one vehicle class at one time. Values are
// immutable; a change of water or closures makes new ones from the same graph.
//
// On wheels an edge is closed when the water on it exceeds the class's limit anywhere; below that
// each part of it is driven at the speed the water there allows. A boat moves where every sample of
// the edge has at least its depth, at its own speed, and nowhere else: on a dry day all is closed.
class RoadConditions {
 public:
  static constexpr float kClosed = -1;

  // Dry roads, nothing closed.
  static RoadConditions dry(const RoadGraph& graph, VehicleClass vehicle_class);
  // Water and closures as they stand at `at`. O(edges) plus the water's and closures' searches.
  static RoadConditions derive(const RoadGraph& graph, VehicleClass vehicle_class,
                               const VehicleLimits& limits, const Water& water,
                               const std::vector<RoadClosure>& closures, Time at);
  // The same from water already sampled on the roads and edges already found, for whoever derives
  // several classes at one time. O(edges).
  static RoadConditions derive(const RoadGraph& graph, VehicleClass vehicle_class,
                               const VehicleLimits& limits, const RoadWater& water,
                               std::span<const Id<RoadEdge>> closed_edges);

  VehicleClass vehicle_class() const { return vehicle_class_; }
  bool closed(Id<RoadEdge> edge) const { return seconds(edge) < 0; }
  // kClosed or > 0.
  float seconds(Id<RoadEdge> edge) const {
    GRIDMEND_CHECK(edge.index < seconds_->size(), "road edge is of the graph of these conditions");
    return (*seconds_)[edge.index];
  }
  std::span<const float> all_seconds() const { return *seconds_; }

 private:
  RoadConditions(VehicleClass vehicle_class, std::vector<float> seconds)
      : vehicle_class_(vehicle_class),
        seconds_(std::make_shared<const std::vector<float>>(std::move(seconds))) {}

  VehicleClass vehicle_class_;
  std::shared_ptr<const std::vector<float>> seconds_;
};

}  // namespace gridmend
