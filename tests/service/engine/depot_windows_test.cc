// Depots and homes behind water that falls or rises.

#include <gtest/gtest.h>

#include "service/engine/dispatch_builder.h"
#include "tests/routing/road/road_map.h"
#include "tests/service/engine/road_world.h"

namespace gridmend::depot_windows_test {
namespace {

using road_world::RoadWorld;
using std::chrono::hours;
using std::chrono::minutes;

// D lies behind 0.6 m of water that falls at 13:00.
class BehindTheWater : public testing::Test {
 protected:
  BehindTheWater() {
    room.flood(water_at({{0, {"       6    "}}, {60, {"       6    "}}, {61, {""}}}));
    room.depot("D1", map.position('D'), minutes{10});
    room.crew("C1", map.position('A'), VehicleClass::truck, kNoon + hours{6});
    room.task("near", map.position('K'), 30);
  }
  journal::v1::AdoptPlan plan() {
    const DispatchCase dispatch = room.build(kNoon);
    EXPECT_TRUE(validate(dispatch.problem));
    const DispatchPlan found = plan_dispatch(dispatch.problem, room.settings.planner);
    return describe_plan(dispatch, found, room.world(), PlanningPolicy::optimised, "");
  }
  static double minutes_after_noon(const google::protobuf::Timestamp& stamp) {
    return static_cast<double>(stamp.seconds()) / 60 - 12 * 60;
  }

  RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
};

TEST_F(BehindTheWater, ADepotIsWaitedForUntilItOpens) {
  room.change_crew("C1", [](Crew& crew) {
    crew.capacity = 3;
    crew.load = 0;
  });
  room.change_task("near", [](WorkTask& task) { task.demand = 2; });
  const auto act = plan();
  ASSERT_EQ(act.plan().tours_size(), 1) << act.plan().ShortDebugString();
  const v1::PlannedStop& stop = act.plan().tours(0).stops(0);
  EXPECT_EQ(stop.depot(), "D1");
  EXPECT_GE(minutes_after_noon(stop.arrival_time()), 60 + 10) << "opens, then loads";
  EXPECT_LT(minutes_after_noon(stop.arrival_time()), 120);
}

TEST_F(BehindTheWater, ADepotThatClosesWhileACrewLoadsIsNone) {
  room.flood(water_at({{0, {""}}, {60, {"       6    "}}}));
  room.change_crew("C1", [](Crew& crew) {
    crew.capacity = 3;
    crew.load = 0;
  });
  room.change_task("near", [](WorkTask& task) { task.demand = 2; });
  room.depot("D1", map.position('D'), minutes{90});
  const auto late = plan();
  ASSERT_EQ(late.plan().unserved_size(), 1) << late.plan().ShortDebugString();
  EXPECT_EQ(late.plan().unserved(0).reason(), "no_material");
  room.depot("D1", map.position('D'), minutes{1});
  EXPECT_EQ(plan().plan().unserved_size(), 0) << "in, loaded and out again in time";
}

TEST_F(BehindTheWater, AHomeThatOpensInTheShiftIsGoneToThen) {
  room.change_crew("C1", [](Crew& crew) { crew.home_depot = "D1"; });
  const auto act = plan();
  ASSERT_EQ(act.plan().tours_size(), 1);
  EXPECT_FALSE(act.plan().tours(0).home_cut_off());
  ASSERT_TRUE(act.plan().tours(0).has_return_time());
  EXPECT_GE(minutes_after_noon(act.plan().tours(0).return_time()), 60);
}

TEST_F(BehindTheWater, AHomeThatOpensAfterTheShiftIsCutOff) {
  room.change_crew("C1", [](Crew& crew) {
    crew.home_depot = "D1";
    crew.shift_end = kNoon + minutes{50};
  });
  const auto act = plan();
  ASSERT_EQ(act.plan().tours_size(), 1);
  EXPECT_TRUE(act.plan().tours(0).home_cut_off());
  EXPECT_FALSE(act.plan().tours(0).has_return_time());
}

TEST_F(BehindTheWater, AHomeThatTheWaterClosesBeforeTheShiftEndsIsCutOff) {
  room.flood(water_at({{0, {""}}, {90, {"       6    "}}}));
  room.change_crew("C1", [](Crew& crew) { crew.home_depot = "D1"; });
  const auto act = plan();
  ASSERT_EQ(act.plan().tours_size(), 1);
  EXPECT_TRUE(act.plan().tours(0).home_cut_off()) << "the work goes on where crews can work on";
}

}  // namespace
}  // namespace gridmend::depot_windows_test
