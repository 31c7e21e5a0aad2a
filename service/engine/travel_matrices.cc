#include "service/engine/travel_matrices.h"

#include <limits>

#include "routing/road/travel_times.h"
#include "service/engine/prepared_roads.h"

namespace gridmend {
namespace {

constexpr double kNoWay_s = std::numeric_limits<double>::infinity();
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

RoadMetric metric_now(const FleetRoads& fleet, Time now) {
  const std::uint32_t step = fleet.outlook().forecast().step_at(now);
  return RoadMetric{fleet.index(), fleet.outlook().held(step, step)};
}

std::vector<double> afloat(const World& world, Time now, Time until, const EngineSettings& settings,
                           std::span<const TravelSite> sites, std::size_t starts) {
  const RoadMetric keel =
      metric_now(*world.roads->fleet(world, VehicleClass::boat, now, until, settings), now);
  std::vector<Position> positions;
  for (const TravelSite& site : sites) positions.push_back(site.position);
  const std::span<const Position> targets = std::span{positions}.subspan(starts);
  std::vector<double> driven;
  if (settings.boats.launches.empty()) {
    for (const float value : travel_seconds(keel, positions, targets, settings.snap)) {
      driven.push_back(value < 0 ? kNoWay_s : static_cast<double>(value));
    }
  } else {
    const auto trailer = world.roads->fleet(world, settings.boats.trailer, now, until, settings);
    driven =
        boat_matrix({trailer->lasting(), keel, settings.boats, settings.snap}, positions, targets);
  }
  std::vector<double> seconds(sites.size() * sites.size(), kNoWay_s);
  for (std::size_t from = 0; from < sites.size(); ++from) {
    for (std::size_t to = 0; to < targets.size(); ++to) {
      seconds[from * sites.size() + starts + to] = driven[from * targets.size() + to];
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
  }
  return made;
}

}  // namespace

std::vector<ClassTravel> travel_matrices(const World& world, Time now, Time until,
                                         const EngineSettings& settings,
                                         std::span<const VehicleClass> classes,
                                         std::span<const TravelSite> sites, std::size_t starts) {
  const auto count = static_cast<std::uint32_t>(sites.size());
  std::vector<ClassTravel> travel;
  std::vector<FleetSite> on_wheels;
  for (const VehicleClass vehicle_class : classes) {
    if (world.region->roads.empty()) {
      travel.push_back({TravelMatrix{count, straight_lines(sites, starts)}, {}});
      continue;
    }
    if (vehicle_class == VehicleClass::boat) {
      travel.push_back({TravelMatrix{count, afloat(world, now, until, settings, sites, starts)},
                        std::vector<std::optional<SiteSpan>>(sites.size())});
      continue;
    }
    const auto fleet = world.roads->fleet(world, vehicle_class, now, until, settings);
    if (on_wheels.empty()) on_wheels = on_roads(*world.roads, settings.snap, sites, starts);
    FleetTravel driven = fleet_travel(*fleet, now, on_wheels);
    for (std::size_t i = 0; i < sites.size(); ++i) driven.seconds[i * sites.size() + i] = 0;
    travel.push_back({TravelMatrix{count, std::move(driven.seconds)}, std::move(driven.spans)});
  }
  if (travel.empty()) travel.push_back({TravelMatrix{count, straight_lines(sites, starts)}, {}});
  return travel;
}

}  // namespace gridmend
