#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/hazard/water.h"
#include "core/work/crew.h"
#include "routing/hierarchy/arc_graph.h"
#include "routing/road/road_closure.h"
#include "routing/road/road_graph.h"
#include "routing/road/road_water.h"
#include "routing/road/vehicle_limits.h"

namespace gridmend {

// An edge that water touches and the time to drive it then; kNoWay: closed.
struct EdgeTime {
  Id<RoadEdge> edge;
  Weight milliseconds = kNoWay;
};

// The metric: the time to drive each edge, or closed, for one vehicle class at one time. Times are
// whole milliseconds, so that every search adds up the same. Values are immutable; a change of
// water or closures makes new ones from the same graph.
//
// On wheels an edge is closed when the water on it exceeds the class's limit anywhere; below that
// each part of it is driven at the speed the water there allows; where depths are uncertain, the
// chance that it is too deep after all costs time too (VehicleLimits::risk_s). A boat moves where
// every sample of the edge has at least its depth, at its own speed, and nowhere else: on a dry day
// all is closed.
class RoadConditions {
 public:
  static constexpr float kClosed = -1;

  // Dry roads, nothing closed.
  static RoadConditions dry(const RoadGraph& graph, VehicleClass vehicle_class);
  // Of one edge.
  static Weight dry_milliseconds(const RoadEdge& edge, VehicleClass vehicle_class);
  // Water and closures as they stand at `at`. O(edges) plus the water's and closures' searches.
  static RoadConditions derive(const RoadGraph& graph, VehicleClass vehicle_class,
                               const VehicleLimits& limits, const Water& water,
                               const std::vector<RoadClosure>& closures, Time at);
  // The same from water already sampled on the roads and edges already found, for whoever derives
  // several classes at one time. O(edges).
  static RoadConditions derive(const RoadGraph& graph, VehicleClass vehicle_class,
                               const VehicleLimits& limits, const RoadWater& water,
                               std::span<const Id<RoadEdge>> closed_edges);

  // By edge, kNoWay or > 0.
  static RoadConditions of(VehicleClass vehicle_class, std::vector<Weight> milliseconds);
  // The edges whose time is not that of a dry day, ascending. O(wet edges).
  static std::vector<EdgeTime> wet_times(const RoadGraph& graph, VehicleClass vehicle_class,
                                         const VehicleLimits& limits, const RoadWater& water);

  VehicleClass vehicle_class() const { return vehicle_class_; }
  bool closed(Id<RoadEdge> edge) const { return milliseconds(edge) >= kNoWay; }
  // kNoWay or > 0.
  Weight milliseconds(Id<RoadEdge> edge) const {
    GRIDMEND_CHECK(edge.index < milliseconds_->size(), "road edge is of these conditions' graph");
    return (*milliseconds_)[edge.index];
  }
  // kClosed or > 0.
  float seconds(Id<RoadEdge> edge) const {
    const Weight ms = milliseconds(edge);
    return ms < kNoWay ? static_cast<float>(ms) / 1000 : kClosed;
  }
  // By edge.
  std::span<const Weight> all_milliseconds() const { return *milliseconds_; }

 private:
  RoadConditions(VehicleClass vehicle_class, std::vector<Weight> milliseconds)
      : vehicle_class_(vehicle_class),
        milliseconds_(std::make_shared<const std::vector<Weight>>(std::move(milliseconds))) {}

  VehicleClass vehicle_class_;
  std::shared_ptr<const std::vector<Weight>> milliseconds_;
};

}  // namespace gridmend
