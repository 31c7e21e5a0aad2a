#pragma once

#include "core/network/network_model.h"
#include "core/outage/outage.h"
#include "gridmend/v1/outage.pb.h"

namespace gridmend {

// At most this many critical usage points are written out; critical_count says how many there are.
inline constexpr std::size_t kCriticalListed = 50;

v1::SuspectDevice to_proto(const SuspectDevice& suspect, const NetworkModel& network);

v1::PossibleFeed to_proto(const PossibleFeed& feed, const NetworkModel& network);

v1::DoubtedSwitch to_proto(const DoubtedSwitch& doubt, const NetworkModel& network);

v1::DoubtedReport to_proto(const DoubtedReport& report, const NetworkModel& network);

v1::UnsafeToEnergise to_proto(const UnsafeToEnergise& unsafe, const NetworkModel& network);

// What the localiser says; restoration estimate, tasks and etag are added by who knows them.
v1::Outage to_proto(const Outage& outage, const NetworkModel& network);

}  // namespace gridmend
