// A wire on the road is nobody's outage and somebody's visit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/engine/control_room.h"

namespace gridmend {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F2--n5--T2(6)
)";

Command hazard(const std::string& usage_point, Time time) {
  v1::Evidence made = item("hazard " + usage_point + to_rfc3339(time), "95598", time);
  made.mutable_trouble_call()->set_usage_point(usage_point);
  made.mutable_trouble_call()->set_complaint(v1::TroubleCall::HAZARD);
  made.mutable_trouble_call()->set_text("a wire lies on the road");
  return evidence({std::move(made)});
}

TEST(SafetyVisit, IsAskedForAtOnceWhereSomebodySeesAHazard) {
  ControlRoom room{kStreet};
  room.at(1).ok(hazard("T2.1", at_minute(1)));
  ASSERT_EQ(room.world()->tasks->size(), 1U);
  const WorkTask& task = room.world()->tasks->begin()->second->task;
  EXPECT_EQ(task.kind, WorkKind::safety_visit);
  EXPECT_EQ(task.status, WorkStatus::waiting);
  const NetworkModel& network = room.region->network;
  EXPECT_EQ(task.position, network.usage_points()[*network.find_usage_point("T2.1")].position);
  EXPECT_EQ(task.weight, 100) << "as a hospital";
  EXPECT_GT(task.expected_duration, Duration::zero());
  room.at(2).reassess();
  EXPECT_EQ(room.outages(), "");
  // His neighbour sees the same wire.
  room.at(3).ok(hazard("T2.2", at_minute(3)));
  EXPECT_EQ(room.world()->tasks->size(), 1U);
  const std::string live = to_hex(room.engine->state_hash().hash);
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), live);
}

TEST(SafetyVisit, IsPlannedAndNotAskedForAgainUntilItIsLongDone) {
  ControlRoom room{kStreet};
  const NetworkModel& network = room.region->network;
  room.at(0).ok(crew("C1", network.usage_points()[*network.find_usage_point("T1.1")].position));
  room.at(1).ok(hazard("T2.1", at_minute(1)));
  room.plan();
  EXPECT_THAT(room.tasks(), HasSubstr("safety_visit assigned - C1"));
  room.at(5).ok(tablet("C1", sign_on()));
  room.ok(tablet("C1", arrive("T-000001")));
  room.at(10).ok(tablet("C1", complete("T-000001", v1::FieldReport::NOTHING_FOUND)));
  room.at(12).ok(hazard("T2.1", at_minute(12)));
  EXPECT_EQ(room.world()->tasks->size(), 1U);
  room.at(60).ok(hazard("T2.1", at_minute(60)));
  EXPECT_EQ(room.world()->tasks->size(), 2U);
}

TEST(SafetyVisit, OfACallOfDaysAgoAndInAnOlderJournalThereIsNone) {
  ControlRoom room{kStreet};
  room.at(60 * 24 * 5).ok(hazard("T2.1", at_minute(1)));
  EXPECT_THAT(room.tasks(), IsEmpty());
  room.ok(hazard("T1.1", at_minute(60 * 24 * 5)));
  EXPECT_EQ(room.world()->tasks->size(), 1U);
  for (JournalRecord& record : room.journal->records) record.schema_version = 7;
  room.restart();
  EXPECT_THAT(room.tasks(), IsEmpty());
}

}  // namespace
}  // namespace gridmend
