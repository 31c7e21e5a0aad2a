// What crews with boats are given: water that stays until they are out of it again.

#include <gtest/gtest.h>

#include "tests/service/engine/road_world.h"

namespace gridmend::boat_plan_test {
namespace {

using road_world::RoadWorld;
using road_world::task_of;
using std::chrono::minutes;

// Dry as far as C, water from D on.
struct Shore {
  RoadMap map{{"A-B-C-D-E-I-J"}};
  RoadWorld room{map.graph()};

  Shore() {
    room.settings.boats.launches = {{"ramp", map.position('C')}};
    room.crew("B1", map.position('A'), VehicleClass::boat);
    room.task("short", map.position('J'), 30);
    room.task("long", map.position('I'), 300);
    room.task("ashore", map.position('B'), 300);
  }
  bool reached(const DispatchCase& dispatch, std::string_view task) const {
    return dispatch.problem.travel.front().reachable(0, task_of(dispatch, task).site.index);
  }
};

TEST(BoatPlan, ABoatIsGivenWhatItGetsOutOfBeforeTheWaterFalls) {
  Shore shore;
  const std::string water = "      BBBBBBB";
  shore.room.flood(water_at({{0, {water}}, {180, {water}}, {181, {""}}}));
  const DispatchCase dispatch = shore.room.build(kNoon);
  ASSERT_TRUE(shore.reached(dispatch, "short"));
  const double leave_by = task_of(dispatch, "short").leave_by;
  EXPECT_GT(leave_by, 60 * 60);
  EXPECT_LT(leave_by, 60 * 180 - 270) << "the way back is 600 m at 8 km/h";
  EXPECT_FALSE(shore.reached(dispatch, "long")) << "the boat would be left on dry land";
  ASSERT_TRUE(shore.reached(dispatch, "ashore"));
  EXPECT_EQ(task_of(dispatch, "ashore").deadline, kNever) << "the trailer goes there at any time";
}

// From its start a boat is 20 minutes too late; a truck that stands there is of no help.
TEST(BoatPlan, WhereATruckStandsOpensNoWindowToABoat) {
  Shore shore;
  const std::string water = "      BBBBBBB";
  shore.room.flood(water_at({{0, {water}}, {180, {water}}, {181, {""}}}));
  const Position site = RoadMap::position(11, 0);
  shore.room.task("afloat", site, 148);
  EXPECT_FALSE(shore.reached(shore.room.build(kNoon), "afloat"));
  shore.room.crew("T1", site, VehicleClass::truck);
  EXPECT_FALSE(shore.reached(shore.room.build(kNoon), "afloat"));
  shore.room.crew("B2", site, VehicleClass::boat);
  const DispatchCase dispatch = shore.room.build(kNoon);
  EXPECT_TRUE(dispatch.problem.travel.front().reachable(1, task_of(dispatch, "afloat").site.index))
      << "a boat that is there has the time";
}

TEST(BoatPlan, WaterThatStaysHasNoEnd) {
  Shore shore;
  shore.room.flood(water_at({{0, {"      BBBBBBB"}}}));
  const DispatchCase dispatch = shore.room.build(kNoon);
  for (const std::string task : {"short", "long", "ashore"}) {
    EXPECT_TRUE(shore.reached(dispatch, task)) << task;
    EXPECT_EQ(task_of(dispatch, task).deadline, kNever) << task;
  }
}

TEST(BoatPlan, WithoutALaunchPointNobodyWalksToTheWater) {
  Shore shore;
  shore.room.settings.boats.launches.clear();
  shore.room.flood(water_at({{0, {"      BBBBBBB"}}}));
  EXPECT_FALSE(shore.reached(shore.room.build(kNoon), "short"));
  shore.room.crew("B1", shore.map.position('E'), VehicleClass::boat);
  EXPECT_TRUE(shore.reached(shore.room.build(kNoon), "short")) << "it is afloat";
}

}  // namespace
}  // namespace gridmend::boat_plan_test
