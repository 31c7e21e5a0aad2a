// Crews that are at work or on their way while the water comes.

#include <gtest/gtest.h>

#include "service/engine/dispatch_builder.h"
#include "tests/routing/road/road_map.h"
#include "tests/service/engine/road_world.h"

namespace gridmend::work_under_way_test {
namespace {

using road_world::RoadWorld;
using road_world::task_of;
using std::chrono::minutes;

TEST(WorkUnderWay, ACrewAtWorkIsToldToLeaveBeforeTheWaterComes) {
  // What is cut off is small beside the rest.
  std::vector<std::string> drawing(20, "|");
  drawing.front() = "K--A--B-C--D";
  drawing.back() = "L";
  const RoadMap map{drawing};
  RoadWorld room{map.graph()};
  room.flood(water_at({{0, {""}}, {60, {"       A    "}}}));
  room.crew("C1", map.position('D'));
  room.crew("C2", map.position('C'));
  room.task("long", map.position('D'), 300);
  room.task("short", map.position('C'), 15);
  room.task("after", map.position('A'), 10);
  room.at_work("C1", "long", kNoon - minutes{20});
  room.at_work("C2", "short", kNoon - minutes{5});
  const DispatchCase dispatch = room.build(kNoon);
  ASSERT_EQ(dispatch.cut_short.size(), 1U);
  EXPECT_EQ(dispatch.cut_short[0].task, "long");
  EXPECT_EQ(dispatch.cut_short[0].reason, "water_closes_first");
  EXPECT_EQ(task_of(dispatch, "short").duration, 60 * 10);
  const DispatchPlan plan = plan_dispatch(dispatch.problem, room.settings.planner);
  const auto act = describe_plan(dispatch, plan, room.world(), PlanningPolicy::optimised, "test");
  const auto at_minute = [](const google::protobuf::Timestamp& stamp) {
    return static_cast<double>(stamp.seconds() -
                               kNoon.time_since_epoch() / std::chrono::seconds{1}) /
           60;
  };
  ASSERT_EQ(act.plan().tours(0).crew(), "C1");
  const v1::PlannedStop& stop = act.plan().tours(0).stops(0);
  EXPECT_EQ(stop.work_task(), "long");
  EXPECT_LT(at_minute(stop.completion_time()), 30) << "it leaves by then";
  EXPECT_GT(at_minute(stop.completion_time()), 25);
  ASSERT_EQ(act.plan().unserved_size(), 1);
  EXPECT_EQ(act.plan().unserved(0).reason(), "water_closes_first");
}

// K--A--B-C--D: the causeway from B to C goes under within the hour, for good; the crew stays with
// its work beyond.
TEST(WorkUnderWay, ACrewAtWorkThatStaysWhereItIsCutOffHasNoWayHome) {
  const RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
  room.flood(water_at({{0, {""}}, {60, {"       A    "}}}));
  room.depot("home", map.position('K'), minutes{0});
  room.crew("C1", map.position('D'));
  room.change_crew("C1", [](Crew& crew) { crew.home_depot = "home"; });
  room.task("long", map.position('D'), 300);
  room.at_work("C1", "long", kNoon - minutes{20});
  const DispatchCase dispatch = room.build(kNoon);
  const DispatchPlan plan = plan_dispatch(dispatch.problem, room.settings.planner);
  const auto act = describe_plan(dispatch, plan, room.world(), PlanningPolicy::optimised, "test");
  ASSERT_EQ(act.plan().tours_size(), 1);
  EXPECT_EQ(act.plan().tours(0).stops_size(), 1);
  EXPECT_TRUE(act.plan().tours(0).home_cut_off());
  EXPECT_FALSE(act.plan().tours(0).has_return_time());
}

// The causeway is under water from 12:30 to 14:30. At 13:00 two crews that nobody turns round are
// on their way over it.
TEST(WorkUnderWay, CrewsOnTheirWayForGoodWaitForTheWayInToOpen) {
  const RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
  room.flood(water_at({{0, {""}}, {60, {"       A    "}}, {120, {"       A    "}}, {180, {""}}}));
  room.crew("C1", map.position('A'));
  room.crew("C2", map.position('B'));
  room.task("far", map.position('D'), 30);
  room.change_task("far", [](WorkTask& task) {
    task.crews_needed = 2;
    task.status = WorkStatus::en_route;
    task.crews = {{"C1", WorkStatus::en_route, kNoon}, {"C2", WorkStatus::en_route, kNoon}};
  });
  const auto plan_of = [&](const DispatchCase& dispatch) {
    const DispatchPlan plan = plan_dispatch(dispatch.problem, room.settings.planner);
    return describe_plan(dispatch, plan, room.world(), PlanningPolicy::optimised, "test").plan();
  };
  const auto seconds_of = [](Time time) {
    return time.time_since_epoch() / std::chrono::seconds{1};
  };
  const v1::Plan plan = plan_of(room.build(kNoon + minutes{60}));
  ASSERT_EQ(plan.tours_size(), 2);
  for (const v1::PlannedTour& tour : plan.tours()) {
    const v1::PlannedStop& stop = tour.stops(0);
    EXPECT_GE(stop.arrival_time().seconds(), seconds_of(kNoon + minutes{150})) << tour.crew();
    EXPECT_GE(stop.start_time().seconds(), seconds_of(kNoon + minutes{150})) << tour.crew();
    EXPECT_GE(stop.completion_time().seconds(), seconds_of(kNoon + minutes{180})) << tour.crew();
    EXPECT_LE(stop.completion_time().seconds(), seconds_of(kNoon + minutes{200})) << tour.crew();
  }

  // One who is there waits for the other, and has the work not to itself.
  room.change_crew("C2", [&](Crew& crew) { crew.position = map.position('D'); });
  room.change_task("far", [](WorkTask& task) { task.crews.back().status = WorkStatus::arrived; });
  const v1::Plan joined = plan_of(room.build(kNoon + minutes{60}));
  ASSERT_EQ(joined.tours_size(), 2);
  for (const v1::PlannedTour& tour : joined.tours()) {
    EXPECT_GE(tour.stops(0).completion_time().seconds(), seconds_of(kNoon + minutes{180}));
  }
}

}  // namespace
}  // namespace gridmend::work_under_way_test
