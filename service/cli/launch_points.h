#pragma once

#include <string>
#include <vector>

#include "routing/road/boat_travel.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// Each text is "LON,LAT" in degrees, and the point's name too. Tells on standard error of a point
// that no road is near enough to; `command` is who speaks ("route").
std::vector<LaunchPoint> read_launch_points(const char* command,
                                            const std::vector<std::string>& texts,
                                            const RoadGraph& roads);

}  // namespace gridmend
