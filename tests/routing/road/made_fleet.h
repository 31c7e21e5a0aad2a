#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "routing/road/fleet_roads.h"
#include "tests/routing/road/road_map.h"

namespace gridmend {

// Every scrap of road counts.
SnapSettings whole_map();

// Roads, water and closures, and what vehicles of one class find on them.
struct Fleet {
  RoadIndex index;
  VehicleLimits limits = {};
  Water water = {};
  std::vector<RoadClosure> closures = {};
  VehicleClass vehicle = VehicleClass::truck;

  std::shared_ptr<const RoadOutlook> outlook(Time now,
                                             Duration step = std::chrono::minutes{10}) const;
  // With its way on foot under the water of an outlook.
  FleetSite walked_site(const RoadOutlook& outlook, Position position, Duration work = {},
                        bool only_left = false) const;
  FleetSite site(Position position, Duration work = {}, bool only_left = false) const;
};

// 6 x 6 crossings: pockets with more gates than a site uses.
std::vector<std::string> city_grid();

void expect_same(const FleetTravel& found, const FleetTravel& expected);

}  // namespace gridmend
