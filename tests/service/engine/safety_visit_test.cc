// A wire on the road is nobody's outage and somebody's visit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/random.h"
#include "service/converters/geography_converter.h"
#include "tests/drawing/feeder_drawing.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::safety_visit_test {
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

// Two transformers 100 m apart, the second south of the first.
constexpr std::string_view kTwoStreets = R"(
  S==B1--n1--T1(2)
         |
         n2--T2(2)
)";

Position south_of(const ControlRoom& room, std::string_view usage_point, double south_m) {
  const NetworkModel& network = room.region->network;
  const LocalPlane plane{network.usage_points()[*network.find_usage_point(usage_point)].position};
  return plane.to_position({0, -south_m});
}

Command hazard_at(Position position, Time time) {
  v1::Evidence made = item("hazard at " + to_rfc3339(time), "95598", time);
  *made.mutable_trouble_call()->mutable_position() = to_proto(position);
  made.mutable_trouble_call()->set_complaint(v1::TroubleCall::HAZARD);
  return evidence({std::move(made)});
}

// So many visits there are after a call from south of T1, minute by minute.
class SafetyVisits : public testing::Test {
 protected:
  std::size_t after_call(double south_m) {
    ++minute_;
    room.at(minute_).ok(hazard_at(south_of(room, "T1.1", south_m), at_minute(minute_)));
    return room.world()->tasks->size();
  }
  std::size_t after_call(const std::string& usage_point) {
    ++minute_;
    room.at(minute_).ok(hazard(usage_point, at_minute(minute_)));
    return room.world()->tasks->size();
  }
  void cancel(const std::string& task) {
    Command command;
    command.set_actor("operator/test");
    v1::UpdateWorkTaskRequest& update = *command.mutable_update_work_task();
    update.mutable_work_task()->set_id(task);
    update.mutable_work_task()->set_status(v1::WorkTask::CANCELLED);
    update.mutable_update_mask()->add_paths("status");
    room.ok(std::move(command));
  }

  ControlRoom room{kTwoStreets};
  int minute_ = 0;
};

TEST_F(SafetyVisits, WhoSeesItWithinFiftyMetresOfOneSeesTheSameWhoeverFeedsHim) {
  EXPECT_EQ(after_call("T1.1"), 1U);
  EXPECT_EQ(after_call(49.5), 1U);
  EXPECT_EQ(after_call("T2.1"), 2U) << "100 m off";
  EXPECT_EQ(after_call("T2.2"), 2U);
  EXPECT_EQ(after_call(50.5), 2U) << "near T2's";
  EXPECT_EQ(after_call(-49.5), 2U);
  EXPECT_EQ(after_call(-50.5), 3U) << "none within range";
}

TEST_F(SafetyVisits, AreMeasuredFromTheVisitNotFromTheLastWhoCalled) {
  EXPECT_EQ(after_call(0), 1U);
  EXPECT_EQ(after_call(40), 1U);
  EXPECT_EQ(after_call(80), 2U) << "40 m from the last caller, 80 m from the visit";
}

TEST_F(SafetyVisits, OneOfTwoAsNearIsEnough) {
  EXPECT_EQ(after_call(0), 1U);
  EXPECT_EQ(after_call(90), 2U);
  EXPECT_EQ(after_call(45), 2U);
  cancel("T-000001");
  EXPECT_EQ(after_call(45), 2U) << "the other one is still on";
  cancel("T-000002");
  EXPECT_EQ(after_call(45), 3U);
}

TEST_F(SafetyVisits, InTheMiddleOfTwoTooFarOffIsAThird) {
  EXPECT_EQ(after_call(0), 1U);
  EXPECT_EQ(after_call(102), 2U);
  EXPECT_EQ(after_call(51), 3U);
}

TEST_F(SafetyVisits, AreAskedForWhereverNoneIsWithinFiftyMetres) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    ControlRoom made{kTwoStreets};
    Random random{seed};
    std::vector<Position> visits;
    for (int minute = 1; minute <= 60; ++minute) {
      const LocalPlane plane{south_of(made, "T1.1", 0)};
      const Position place =
          plane.to_position({random.uniform(-150, 150), random.uniform(-150, 150)});
      if (std::ranges::none_of(visits, [&](Position v) { return distance_m(v, place) <= 50; })) {
        visits.push_back(place);
      }
      made.at(minute).ok(hazard_at(place, at_minute(minute)));
      ASSERT_EQ(made.world()->tasks->size(), visits.size()) << "seed " << seed << ", " << minute;
    }
    EXPECT_GT(visits.size(), 8U) << seed;
    EXPECT_LT(visits.size(), 45U) << seed;
  }
}

TEST(SafetyVisit, OfAnAddressThatSeveralHaveGoesToTheFirstOfThem) {
  NetworkRecords records = *drawing::read_feeders(kTwoStreets);
  const TextId shared = records.devices[Id<Device>{0}].mrid;
  std::vector<UsagePoint> points(records.usage_points.begin(), records.usage_points.end());
  for (UsagePoint& point : points) point.address = shared;
  records.usage_points = Table<UsagePoint>{std::move(points)};
  const NetworkModel network = *NetworkModel::from_records(records);
  const std::string address{network.text(shared)};
  ControlRoom room{std::make_shared<const Region>(
      Region{network, RoadGraph{}, {}, {}, content_id(network.records(), {})})};
  const auto call = [&](const std::string& where, int minute) {
    v1::Evidence made = item("at " + std::to_string(minute), "95598", at_minute(minute));
    made.mutable_trouble_call()->set_address(where);
    made.mutable_trouble_call()->set_complaint(v1::TroubleCall::HAZARD);
    room.at(minute).ok(evidence({std::move(made)}));
    return room.world()->tasks->size();
  };
  EXPECT_EQ(call(address, 1), 1U);
  EXPECT_EQ(room.world()->tasks->begin()->second->task.position,
            network.usage_points()[Id<UsagePoint>{0}].position);
  EXPECT_EQ(call(address, 2), 1U);
  EXPECT_EQ(call("no such street 5", 3), 1U) << "nobody knows where";
  room.at(4).ok(hazard("T2.1", at_minute(4)));
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
}  // namespace gridmend::safety_visit_test
