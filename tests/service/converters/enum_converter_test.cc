#include "service/converters/enum_converter.h"

#include <gtest/gtest.h>

#include <string>

namespace gridmend::enum_converter_test {
namespace {

std::string upper(std::string_view text) {
  std::string result{text};
  for (char& c : result) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

// Every value of a domain enumeration goes over the wire under its own name and comes back; every
// number of the message's enumeration but UNSPECIFIED has a value.
template <class DomainEnum, class ProtoEnum, class NameOf>
void expect_same_names(const google::protobuf::EnumDescriptor& descriptor, NameOf name_of) {
  int values = 0;
  for (int i = 0; i < descriptor.value_count(); ++i) {
    const auto* value = descriptor.value(i);
    const auto domain = to_domain(static_cast<ProtoEnum>(value->number()));
    if (value->number() == 0) {
      EXPECT_FALSE(domain.has_value()) << value->full_name();
      continue;
    }
    ++values;
    ASSERT_TRUE(domain.has_value()) << value->full_name();
    EXPECT_EQ(upper(name_of(*domain)), value->name());
    EXPECT_EQ(to_proto(*domain), static_cast<ProtoEnum>(value->number()));
  }
  EXPECT_GT(values, 0);
  EXPECT_FALSE(to_domain(static_cast<ProtoEnum>(descriptor.value_count())).has_value());
  EXPECT_FALSE(to_domain(static_cast<ProtoEnum>(-1)).has_value());
  EXPECT_FALSE(to_domain(static_cast<ProtoEnum>(1'000'000)).has_value());
}

constexpr auto kName = [](auto value) { return to_string(value); };

TEST(EnumConverter, DeviceKindsKeepTheirNames) {
  expect_same_names<DeviceKind, v1::Device::Kind>(*v1::Device::Kind_descriptor(), kName);
  EXPECT_EQ(v1::Device::Kind_descriptor()->value_count(), kDeviceKinds + 1);
}

TEST(EnumConverter, UsagePointCategoriesKeepTheirNames) {
  expect_same_names<UsagePointCategory, v1::UsagePoint::Category>(
      *v1::UsagePoint::Category_descriptor(), kName);
  EXPECT_EQ(v1::UsagePoint::Category_descriptor()->value_count(), kUsagePointCategories + 1);
}

TEST(EnumConverter, OutageStatusesAndCausesKeepTheirNames) {
  expect_same_names<OutageStatus, v1::Outage::Status>(*v1::Outage::Status_descriptor(), kName);
  expect_same_names<OutageCause, v1::Outage::Cause>(*v1::Outage::Cause_descriptor(), kName);
}

TEST(EnumConverter, CrewsAndTasksKeepTheirNames) {
  expect_same_names<Skill, v1::Crew::Skill>(*v1::Crew::Skill_descriptor(), kName);
  EXPECT_EQ(v1::Crew::Skill_descriptor()->value_count(), kSkills + 1);
  expect_same_names<CrewStatus, v1::Crew::Status>(*v1::Crew::Status_descriptor(), kName);
  expect_same_names<VehicleClass, v1::Vehicle::Class>(*v1::Vehicle::Class_descriptor(), kName);
  EXPECT_EQ(v1::Vehicle::Class_descriptor()->value_count(), kVehicleClasses + 1);
  expect_same_names<WorkKind, v1::WorkTask::Kind>(*v1::WorkTask::Kind_descriptor(), kName);
  EXPECT_EQ(v1::WorkTask::Kind_descriptor()->value_count(), kWorkKinds + 1);
  expect_same_names<WorkStatus, v1::WorkTask::Status>(*v1::WorkTask::Status_descriptor(), kName);
  EXPECT_EQ(v1::WorkTask::Status_descriptor()->value_count(), kWorkStatuses + 1);
}

TEST(EnumConverter, EvidenceEnumerationsKeepTheirNames) {
  expect_same_names<Complaint, v1::TroubleCall::Complaint>(*v1::TroubleCall::Complaint_descriptor(),
                                                           [](Complaint value) -> std::string_view {
                                                             switch (value) {
                                                               case Complaint::no_light:
                                                                 return "no_light";
                                                               case Complaint::partial:
                                                                 return "partial";
                                                               case Complaint::dim:
                                                                 return "dim";
                                                               case Complaint::hazard:
                                                                 return "hazard";
                                                             }
                                                             return "?";
                                                           });
  expect_same_names<Finding, v1::FieldReport::Finding>(*v1::FieldReport::Finding_descriptor(),
                                                       [](Finding value) -> std::string_view {
                                                         switch (value) {
                                                           case Finding::damaged:
                                                             return "damaged";
                                                           case Finding::open:
                                                             return "open";
                                                           case Finding::intact:
                                                             return "intact";
                                                           case Finding::restored:
                                                             return "restored";
                                                           case Finding::nothing_found:
                                                             return "nothing_found";
                                                         }
                                                         return "?";
                                                       });
  expect_same_names<PositionOrigin, v1::SwitchPosition::Origin>(
      *v1::SwitchPosition::Origin_descriptor(), [](PositionOrigin value) -> std::string_view {
        switch (value) {
          case PositionOrigin::scada:
            return "scada";
          case PositionOrigin::operator_entry:
            return "operator";
          case PositionOrigin::crew:
            return "crew";
        }
        return "?";
      });
}

TEST(EnumConverter, AnUnspecifiedSwitchingReasonIsUnknownAndNotAbsent) {
  EXPECT_EQ(to_domain(v1::SwitchPosition::REASON_UNSPECIFIED), SwitchingReason::unknown);
  for (const auto reason : {SwitchingReason::unknown, SwitchingReason::de_energised_for_safety,
                            SwitchingReason::planned, SwitchingReason::restoration}) {
    EXPECT_EQ(to_domain(to_proto(reason)), reason);
  }
  EXPECT_EQ(to_proto(SwitchingReason::planned), v1::SwitchPosition::PLANNED);
  EXPECT_EQ(to_proto(SwitchingReason::restoration), v1::SwitchPosition::RESTORATION);
  EXPECT_FALSE(to_domain(static_cast<v1::SwitchPosition::Reason>(4)).has_value());
}

}  // namespace
}  // namespace gridmend::enum_converter_test
