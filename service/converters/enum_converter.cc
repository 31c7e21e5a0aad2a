#include "service/converters/enum_converter.h"

namespace gridmend {

namespace {

// The vocabulary numbers each enumeration as the domain does, one higher: its zero is UNSPECIFIED.
template <class ProtoEnum, class DomainEnum>
ProtoEnum one_higher(DomainEnum value) {
  return static_cast<ProtoEnum>(static_cast<int>(value) + 1);
}

template <class DomainEnum, class ProtoEnum>
std::optional<DomainEnum> one_lower(ProtoEnum value, ProtoEnum last) {
  const int number = static_cast<int>(value);
  if (number < 1 || number > static_cast<int>(last)) return std::nullopt;
  return static_cast<DomainEnum>(number - 1);
}

}  // namespace

v1::Device::Kind to_proto(DeviceKind kind) { return one_higher<v1::Device::Kind>(kind); }
v1::UsagePoint::Category to_proto(UsagePointCategory category) {
  return one_higher<v1::UsagePoint::Category>(category);
}
v1::Outage::Status to_proto(OutageStatus status) { return one_higher<v1::Outage::Status>(status); }
v1::Outage::Cause to_proto(OutageCause cause) { return one_higher<v1::Outage::Cause>(cause); }
v1::Crew::Skill to_proto(Skill skill) { return one_higher<v1::Crew::Skill>(skill); }
v1::Crew::Status to_proto(CrewStatus status) { return one_higher<v1::Crew::Status>(status); }
v1::Vehicle::Class to_proto(VehicleClass vehicle_class) {
  return one_higher<v1::Vehicle::Class>(vehicle_class);
}
v1::WorkTask::Kind to_proto(WorkKind kind) { return one_higher<v1::WorkTask::Kind>(kind); }
v1::WorkTask::Status to_proto(WorkStatus status) {
  return one_higher<v1::WorkTask::Status>(status);
}
v1::TroubleCall::Complaint to_proto(Complaint complaint) {
  return one_higher<v1::TroubleCall::Complaint>(complaint);
}
v1::SwitchPosition::Origin to_proto(PositionOrigin origin) {
  return one_higher<v1::SwitchPosition::Origin>(origin);
}
v1::SwitchPosition::Reason to_proto(SwitchingReason reason) {
  return static_cast<v1::SwitchPosition::Reason>(static_cast<int>(reason));
}
v1::FieldReport::Finding to_proto(Finding finding) {
  return one_higher<v1::FieldReport::Finding>(finding);
}

std::optional<DeviceKind> to_domain(v1::Device::Kind kind) {
  return one_lower<DeviceKind>(kind, v1::Device::JUMPER);
}
std::optional<UsagePointCategory> to_domain(v1::UsagePoint::Category category) {
  return one_lower<UsagePointCategory>(category, v1::UsagePoint::STREET_LIGHTING);
}
std::optional<OutageStatus> to_domain(v1::Outage::Status status) {
  return one_lower<OutageStatus>(status, v1::Outage::WITHDRAWN);
}
std::optional<OutageCause> to_domain(v1::Outage::Cause cause) {
  return one_lower<OutageCause>(cause, v1::Outage::PREMISES);
}
std::optional<Skill> to_domain(v1::Crew::Skill skill) {
  return one_lower<Skill>(skill, v1::Crew::LIFT);
}
std::optional<CrewStatus> to_domain(v1::Crew::Status status) {
  return one_lower<CrewStatus>(status, v1::Crew::FIELD_COMPLETE);
}
std::optional<VehicleClass> to_domain(v1::Vehicle::Class vehicle_class) {
  return one_lower<VehicleClass>(vehicle_class, v1::Vehicle::BOAT);
}
std::optional<WorkKind> to_domain(v1::WorkTask::Kind kind) {
  return one_lower<WorkKind>(kind, v1::WorkTask::PLANNED_WORK);
}
std::optional<WorkStatus> to_domain(v1::WorkTask::Status status) {
  return one_lower<WorkStatus>(status, v1::WorkTask::CANCELLED);
}
std::optional<Complaint> to_domain(v1::TroubleCall::Complaint complaint) {
  return one_lower<Complaint>(complaint, v1::TroubleCall::HAZARD);
}
std::optional<PositionOrigin> to_domain(v1::SwitchPosition::Origin origin) {
  return one_lower<PositionOrigin>(origin, v1::SwitchPosition::CREW);
}
std::optional<SwitchingReason> to_domain(v1::SwitchPosition::Reason reason) {
  const int number = static_cast<int>(reason);
  if (number < 0 || number > static_cast<int>(v1::SwitchPosition::RESTORATION)) return std::nullopt;
  return static_cast<SwitchingReason>(number);
}
std::optional<Finding> to_domain(v1::FieldReport::Finding finding) {
  return one_lower<Finding>(finding, v1::FieldReport::NOTHING_FOUND);
}

}  // namespace gridmend
