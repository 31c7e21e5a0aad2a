#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/network/network_model.h"
#include "gridmend/v1/network.pb.h"

namespace gridmend {

// By text id; `field` is named when it is absent (invalid_argument, ID_MISSING) or unknown
// (not_found, USAGE_POINT_UNKNOWN, DEVICE_UNKNOWN, FEEDER_UNKNOWN). O(log n).
Result<Id<UsagePoint>> find_usage_point(const NetworkModel& network, std::string_view mrid,
                                        std::string field);
Result<Id<Device>> find_device(const NetworkModel& network, std::string_view mrid,
                               std::string field);
Result<Id<Feeder>> find_feeder(const NetworkModel& network, std::string_view mrid,
                               std::string field);

v1::UsagePoint to_proto(Id<UsagePoint> id, const NetworkModel& network);
// As built; the present state (open phases, supply, what is behind) is left out.
v1::Device to_proto(Id<Device> id, const NetworkModel& network);
v1::TracedDevice to_traced_device(Id<Device> id, const NetworkModel& network, PhaseSet open_phases);
// As built; the counts of what it supplies are left out.
v1::Feeder to_proto(Id<Feeder> id, const NetworkModel& network);

// Live phases and neutral as letters; empty for none.
std::string phases_text(PhaseSet phases);

}  // namespace gridmend
