#include "service/engine/travel_matrices.h"

#include <limits>

#include "routing/road/road_conditions.h"
#include "routing/road/travel_times.h"

namespace gridmend {
namespace {

constexpr double kNoWay = std::numeric_limits<double>::infinity();
constexpr double kDetour = 1.4;
constexpr double kWithoutRoadsMs = 30 / 3.6;

std::vector<double> straight_lines(std::span<const Position> sites, std::size_t starts) {
  std::vector<double> seconds(sites.size() * sites.size(), kNoWay);
  for (std::size_t from = 0; from < sites.size(); ++from) {
    for (std::size_t to = starts; to < sites.size(); ++to) {
      seconds[from * sites.size() + to] =
          kDetour * distance_m(sites[from], sites[to]) / kWithoutRoadsMs;
    }
    seconds[from * sites.size() + from] = 0;
  }
  return seconds;
}

std::vector<double> over_roads(const RoadGraph& roads, const RoadConditions& conditions,
                               const SnapSettings& snap, std::span<const Position> sites,
                               std::size_t starts) {
  std::vector<double> seconds(sites.size() * sites.size(), kNoWay);
  const std::span<const Position> targets = sites.subspan(starts);
  const std::vector<float> driven = travel_seconds(roads, conditions, sites, targets, snap);
  for (std::size_t from = 0; from < sites.size(); ++from) {
    for (std::size_t to = 0; to < targets.size(); ++to) {
      const float value = driven[from * targets.size() + to];
      if (value >= 0) seconds[from * sites.size() + starts + to] = value;
    }
    seconds[from * sites.size() + from] = 0;
  }
  return seconds;
}

}  // namespace

std::vector<TravelMatrix> travel_matrices(const World& world, Time now,
                                          const EngineSettings& settings,
                                          std::span<const VehicleClass> classes,
                                          std::span<const Position> sites, std::size_t starts) {
  const RoadGraph& roads = world.region->roads;
  std::vector<RoadClosure> closures;
  for (const auto& [id, record] : *world.closures) closures.push_back(record->closure);
  const auto count = static_cast<std::uint32_t>(sites.size());
  std::vector<TravelMatrix> matrices;
  for (const VehicleClass vehicle_class : classes) {
    if (roads.empty()) {
      matrices.emplace_back(count, straight_lines(sites, starts));
      continue;
    }
    const RoadConditions conditions = RoadConditions::derive(
        roads, vehicle_class, settings.vehicle_limits, *world.water, closures, now);
    matrices.emplace_back(count, over_roads(roads, conditions, settings.snap, sites, starts));
  }
  if (matrices.empty()) matrices.emplace_back(count, straight_lines(sites, starts));
  return matrices;
}

}  // namespace gridmend
