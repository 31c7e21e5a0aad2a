#pragma once

#include <optional>

#include "core/network/records.h"
#include "core/outage/evidence.h"
#include "core/outage/outage.h"
#include "core/work/crew.h"
#include "core/work/work_task.h"
#include "gridmend/v1/evidence.pb.h"
#include "gridmend/v1/network.pb.h"
#include "gridmend/v1/outage.pb.h"
#include "gridmend/v1/work.pb.h"

namespace gridmend {

// Every enumeration of the vocabulary, both ways. to_domain answers nullopt for UNSPECIFIED and for
// numbers this version does not know; what an absent value means is the caller's business.

v1::Device::Kind to_proto(DeviceKind kind);
v1::UsagePoint::Category to_proto(UsagePointCategory category);
v1::Outage::Status to_proto(OutageStatus status);
v1::Outage::Cause to_proto(OutageCause cause);
v1::Crew::Skill to_proto(Skill skill);
v1::Crew::Status to_proto(CrewStatus status);
v1::Vehicle::Class to_proto(VehicleClass vehicle_class);
v1::WorkTask::Kind to_proto(WorkKind kind);
v1::WorkTask::Status to_proto(WorkStatus status);
v1::TroubleCall::Complaint to_proto(Complaint complaint);
v1::SwitchPosition::Origin to_proto(PositionOrigin origin);
v1::SwitchPosition::Reason to_proto(SwitchingReason reason);
v1::FieldReport::Finding to_proto(Finding finding);

std::optional<DeviceKind> to_domain(v1::Device::Kind kind);
std::optional<UsagePointCategory> to_domain(v1::UsagePoint::Category category);
std::optional<OutageStatus> to_domain(v1::Outage::Status status);
std::optional<OutageCause> to_domain(v1::Outage::Cause cause);
std::optional<Skill> to_domain(v1::Crew::Skill skill);
std::optional<CrewStatus> to_domain(v1::Crew::Status status);
std::optional<VehicleClass> to_domain(v1::Vehicle::Class vehicle_class);
std::optional<WorkKind> to_domain(v1::WorkTask::Kind kind);
std::optional<WorkStatus> to_domain(v1::WorkTask::Status status);
std::optional<Complaint> to_domain(v1::TroubleCall::Complaint complaint);
std::optional<PositionOrigin> to_domain(v1::SwitchPosition::Origin origin);
// UNSPECIFIED is SwitchingReason::unknown, not absent.
std::optional<SwitchingReason> to_domain(v1::SwitchPosition::Reason reason);
std::optional<Finding> to_domain(v1::FieldReport::Finding finding);

}  // namespace gridmend
