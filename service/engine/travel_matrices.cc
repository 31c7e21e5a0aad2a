#include "service/engine/travel_matrices.h"

#include <algorithm>
#include <limits>

#include "core/base/parallel_for.h"
#include "routing/road/travel_times.h"
#include "service/engine/prepared_roads.h"
#include "service/engine/travel_afloat.h"

namespace gridmend {
namespace {

constexpr double kDetour = 1.4;
constexpr double kWithoutRoadsMs = 30 / 3.6;

std::vector<double> straight_lines(std::span<const TravelSite> sites, std::size_t starts) {
  std::vector<double> seconds(sites.size() * sites.size(), kNoWay_s);
  for (std::size_t from = 0; from < sites.size(); ++from) {
    for (std::size_t to = starts; to < sites.size(); ++to) {
      seconds[from * sites.size() + to] =
          kDetour * distance_m(sites[from].position, sites[to].position) / kWithoutRoadsMs;
    }
    seconds[from * sites.size() + from] = 0;
  }
  return seconds;
}

std::vector<FleetSite> on_roads(PreparedRoads& roads, const SnapSettings& snap,
                                std::span<const TravelSite> sites, std::size_t starts) {
  std::vector<FleetSite> made;
  made.reserve(sites.size());
  for (std::size_t i = 0; i < sites.size(); ++i) {
    made.push_back({sites[i].position, roads.doors(sites[i].position, snap), sites[i].ready,
                    sites[i].work, i < starts});
    made.back().until = sites[i].until;
    made.back().crews_needed = sites[i].crews_needed;
  }
  return made;
}

// Who of the class could work there.
std::vector<FleetSite> for_class(std::span<const FleetSite> on_wheels,
                                 std::span<const TravelSite> sites, std::size_t vehicle) {
  std::vector<FleetSite> made(on_wheels.begin(), on_wheels.end());
  for (std::size_t i = 0; i < sites.size(); ++i) {
    made[i].other_class = made[i].only_left && sites[i].vehicle != vehicle;
    for (const std::uint32_t crew : sites[i].crews) {
      if (sites[crew].vehicle == vehicle) made[i].crews.push_back(crew);
    }
  }
  return made;
}

}  // namespace

std::vector<ClassTravel> travel_matrices(const World& world, Time now, Time until,
                                         const EngineSettings& settings,
                                         std::span<const VehicleClass> classes,
                                         std::span<const TravelSite> sites, std::size_t starts) {
  const auto count = static_cast<std::uint32_t>(sites.size());
  if (world.region->roads.empty() || classes.empty()) {
    const ClassTravel straight{TravelMatrix{count, straight_lines(sites, starts)}, {}};
    return std::vector<ClassTravel>(std::max<std::size_t>(classes.size(), 1), straight);
  }
  std::vector<ClassTravel> travel(classes.size());
  const unsigned cores = processors();
  const std::vector<FleetSite> on_wheels = on_roads(*world.roads, settings.snap, sites, starts);
  const auto find = [&](std::size_t c) {
    if (classes[c] == VehicleClass::boat) {
      travel[c] = travel_afloat(world, now, until, settings, sites, starts, c);
      return;
    }
    // An odd one in the end has all cores: most likely nobody else is at work any more.
    const bool alone = c + 1 == classes.size() && c % cores == 0;
    FleetTravel driven = world.roads->travel(world, classes[c], now, until, settings,
                                             for_class(on_wheels, sites, c), alone ? cores : 1);
    travel[c] = {TravelMatrix{count, std::move(driven.seconds)}, std::move(driven.spans),
                 std::move(driven.own), std::move(driven.cut_off)};
  };
  // Classes have nothing in common but the forecast, which the first that asks makes.
  parallel_for(classes.size(), cores, find);
  return travel;
}

}  // namespace gridmend
