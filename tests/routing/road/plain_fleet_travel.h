#pragma once

#include <span>

#include "routing/road/fleet_roads.h"

namespace gridmend {

// What fleet_travel() answers, found the plain way: a Dijkstra's search from every site in a pocket
// for every span that could be its own, nothing kept, nothing shared, nothing bounded.
FleetTravel plain_fleet_travel(const FleetRoads& roads, Time now, std::span<const FleetSite> sites);

}  // namespace gridmend
