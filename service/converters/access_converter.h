#pragma once

#include <string>

#include "gridmend/v1/hazard.pb.h"
#include "routing/road/instructions.h"
#include "routing/road/road_access.h"

namespace gridmend {

// One sentence on why a crew cannot set out now; empty when it can.
std::string say_why(const RoadAccess& access);

v1::Access to_proto(const RoadAccess& access);
v1::ClassAccess class_access(VehicleClass vehicle_class, const RoadAccess& access);
v1::RouteStep to_proto(const Instruction& instruction);

}  // namespace gridmend
