#include "routing/road/road_conditions.h"

#include <algorithm>
#include <cmath>

namespace gridmend {
namespace {

std::vector<Weight> dry_ms(const RoadGraph& graph, VehicleClass vehicle_class) {
  std::vector<Weight> ms;
  ms.reserve(graph.edges().size());
  for (const RoadEdge& e : graph.edges())
    ms.push_back(RoadConditions::dry_milliseconds(e, vehicle_class));
  return ms;
}

// Seconds that a whole risk_length_m of water like this on the road costs.
double risk_share(VehicleClass vehicle_class, const VehicleLimits& limits, const RoadWater& water,
                  const WetStretch& wet) {
  const double sigma_m = water.depth_sigma_m();
  if (!(sigma_m > 0)) return 0;
  if (vehicle_class == VehicleClass::boat)
    return limits.risk_s(vehicle_class, static_cast<double>(wet.shallowest_m), sigma_m);
  double risk_s = 0;
  for (const WetPart& part : water.parts(wet)) {
    if (!(part.depth_m > 0)) continue;
    risk_s += static_cast<double>(part.share) *
              limits.risk_s(vehicle_class, static_cast<double>(part.depth_m), sigma_m);
  }
  return risk_s;
}

Weight with_risk(Weight driven, double risk_s) {
  const double all = driven + std::round(risk_s * 1000);
  return static_cast<Weight>(std::min(all, kNoWay - 1.0));
}

}  // namespace

Weight RoadConditions::dry_milliseconds(const RoadEdge& edge, VehicleClass vehicle_class) {
  if (vehicle_class == VehicleClass::boat) return kNoWay;
  return driving_ms(static_cast<double>(edge.length_m), static_cast<double>(edge.speed_kmh));
}

std::vector<EdgeTime> RoadConditions::wet_times(const RoadGraph& graph, VehicleClass vehicle_class,
                                                const VehicleLimits& limits,
                                                const RoadWater& water) {
  const bool boat = vehicle_class == VehicleClass::boat;
  // Depths are kept as float; so is the limit, lest water at the very limit close a road.
  const auto limit_m = static_cast<float>(limits.depth_limit_m(vehicle_class));
  std::vector<EdgeTime> times;
  times.reserve(water.edges().size());
  for (const WetEdge& on_edge : water.edges()) {
    const WetStretch& wet = water.stretches()[on_edge.wet];
    if (boat ? wet.shallowest_m < limit_m : !(wet.deepest_m > 0)) continue;
    if (!boat && wet.deepest_m > limit_m) {
      times.push_back({on_edge.edge, kNoWay});
      continue;
    }
    const auto length_m = static_cast<double>(graph.edges()[on_edge.edge].length_m);
    const Weight driven = boat ? driving_ms(length_m, limits.boat_speed_kmh) : on_edge.driven_ms;
    const double risk_s = risk_share(vehicle_class, limits, water, wet);
    times.push_back({on_edge.edge, with_risk(driven, risk_s * length_m / limits.risk_length_m)});
  }
  return times;
}

RoadConditions RoadConditions::of(VehicleClass vehicle_class, std::vector<Weight> milliseconds) {
  return {vehicle_class, std::move(milliseconds)};
}

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
  for (const EdgeTime& wet : wet_times(graph, vehicle_class, limits, water)) {
    ms[wet.edge.index] = wet.milliseconds;
  }
  for (const Id<RoadEdge> id : closed_edges) {
    GRIDMEND_CHECK(id.index < ms.size(), "a closed edge is of this graph");
    ms[id.index] = kNoWay;
  }
  return {vehicle_class, std::move(ms)};
}

}  // namespace gridmend
