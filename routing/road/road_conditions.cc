#include "routing/road/road_conditions.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

// Zero-length edges still take a moment, so that no search runs in circles for nothing.
Weight driving_ms(double length_m, double speed_kmh) {
  return static_cast<Weight>(
      std::lround(std::clamp(length_m * 3600 / speed_kmh, 1.0, kNoWay - 1.0)));
}

std::vector<Weight> dry_ms(const RoadGraph& graph, VehicleClass vehicle_class) {
  if (vehicle_class == VehicleClass::boat) {
    return std::vector<Weight>(graph.edges().size(), kNoWay);
  }
  std::vector<Weight> ms;
  ms.reserve(graph.edges().size());
  for (const RoadEdge& e : graph.edges()) {
    ms.push_back(driving_ms(static_cast<double>(e.length_m), static_cast<double>(e.speed_kmh)));
  }
  return ms;
}

Weight wet_ms(const RoadEdge& e, std::span<const WetPart> parts) {
  double hours_per_km = 0;
  for (const WetPart& part : parts) {
    hours_per_km +=
        static_cast<double>(part.share) /
        speed_in_water_kmh(static_cast<double>(e.speed_kmh), static_cast<double>(part.depth_m));
  }
  return driving_ms(static_cast<double>(e.length_m), 1 / hours_per_km);
}

}  // namespace

RoadConditions RoadConditions::dry(const RoadGraph& graph, VehicleClass vehicle_class) {
  return {vehicle_class, dry_ms(graph, vehicle_class)};
}

RoadConditions RoadConditions::derive(const RoadGraph& graph, VehicleClass vehicle_class,
                                      const VehicleLimits& limits, const Water& water,
                                      const std::vector<RoadClosure>& closures, Time at) {
  std::vector<Id<RoadEdge>> closed;
  for (const RoadClosure& closure : closures) {
    if (!closure.holds(at)) continue;
    const auto edges = closed_edges(graph, closure);
    closed.insert(closed.end(), edges.begin(), edges.end());
  }
  return derive(graph, vehicle_class, limits,
                RoadWater::sample(graph, water, at, limits.structures), closed);
}

RoadConditions RoadConditions::derive(const RoadGraph& graph, VehicleClass vehicle_class,
                                      const VehicleLimits& limits, const RoadWater& water,
                                      std::span<const Id<RoadEdge>> closed_edges) {
  std::vector<Weight> ms = dry_ms(graph, vehicle_class);
  // Depths are kept as float; so is the limit, lest water at the very limit close a road.
  const auto limit_m = static_cast<float>(limits.depth_limit_m(vehicle_class));
  for (const WetStretch& wet : water.stretches()) {
    for (const Id<RoadEdge> id : graph.edges_of_stretch(wet.stretch)) {
      const RoadEdge& e = graph.edges()[id];
      Weight& value = ms[id.index];
      if (vehicle_class == VehicleClass::boat) {
        if (wet.shallowest_m >= limit_m) {
          value = driving_ms(static_cast<double>(e.length_m), limits.boat_speed_kmh);
        }
      } else if (wet.deepest_m > limit_m) {
        value = kNoWay;
      } else {
        value = wet_ms(e, water.parts(wet));
      }
    }
  }
  for (const Id<RoadEdge> id : closed_edges) {
    GRIDMEND_CHECK(id.index < ms.size(), "a closed edge is of this graph");
    ms[id.index] = kNoWay;
  }
  return {vehicle_class, std::move(ms)};
}

}  // namespace gridmend
