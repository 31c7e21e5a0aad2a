#include "service/engine/plan_causes.h"

#include <gtest/gtest.h>

#include <memory>

#include "service/engine/dispatch_builder.h"
#include "tests/routing/road/road_map.h"
#include "tests/service/engine/road_world.h"

namespace gridmend::plan_causes_test {
namespace {

using road_world::RoadWorld;
using std::chrono::minutes;

// A--B      a task that C1 had and nobody has now: a closure beside all roads is not to blame
TEST(PlanCauses, AClosureThatClosesNothingMakesNoChange) {
  const RoadMap map{{"A--B"}};
  RoadWorld room{map.graph()};
  room.crew("C1", map.position('A'));
  room.task("T1", map.position('B'), 10);
  const auto closure = [](const std::string& id, double row) {
    RoadClosure made;
    made.id = id;
    made.line = {RoadMap::position(1, row)};
    made.from = kNoon;
    return made;
  };
  room.close({closure("on it", 0), closure("beside it", 40)});
  const DispatchCase dispatch = room.build(kNoon);
  World world = room.world();
  const auto before = std::make_shared<Plan>();
  before->made_from_revision = 1;
  before->made_at = kNoon - minutes{10};
  before->tours.resize(1);
  before->tours[0].crew = "C1";
  before->tours[0].stops.resize(1);
  before->tours[0].stops[0].task = "T1";
  world.plan = before;
  const PlanChange left_out{
      PlanChangeKind::left_out, Id<DispatchTask>{0}, Id<DispatchCrew>{0}, {}, {}};
  const CrewSequences nobody(1);
  const auto blamed = [&] { return PlanCauses{world, dispatch, nobody}.of(left_out); };
  EXPECT_EQ(blamed(), PlanCause{});
  world.newest_water = {2, "rain"};
  world.newest_closure = {3, "beside it"};
  EXPECT_EQ(blamed(), (PlanCause{PlanCause::Kind::water, "rain"}));
  world.newest_closure = {3, "on it"};
  EXPECT_EQ(blamed(), (PlanCause{PlanCause::Kind::road, "on it"}));
  world.newest_closure = {3, "reopened"};
  EXPECT_EQ(blamed(), (PlanCause{PlanCause::Kind::road, "reopened"}));
  world.newest_water = {}, world.newest_closure = {3, "beside it"};
  EXPECT_EQ(blamed(), PlanCause{}) << "but time";
  EXPECT_EQ((PlanCauses{world, dispatch, nobody}.all().size()), 1U) << "it did happen";
}

// A--B
TEST(PlanCauses, AnArrivalSinceThePlanIsACause) {
  const RoadMap map{{"A--B"}};
  RoadWorld room{map.graph()};
  room.crew("C1", map.position('A'));
  room.task("T1", map.position('B'), 10);
  room.at_work("C1", "T1", kNoon - minutes{5});
  const DispatchCase dispatch = room.build(kNoon);
  World world = room.world();
  const auto tasks = std::make_shared<RecordMap<WorkTaskRecord>>(*world.tasks);
  WorkTaskRecord arrived = *tasks->at("T1");
  arrived.revision = 2;
  (*tasks)["T1"] = std::make_shared<WorkTaskRecord>(arrived);
  world.tasks = tasks;
  const auto before = std::make_shared<Plan>();
  before->made_from_revision = 1;
  before->unserved.resize(1);
  before->unserved[0].task = "T1";
  world.plan = before;
  const PlanChange change{
      PlanChangeKind::assigned, Id<DispatchTask>{0}, {}, Id<DispatchCrew>{0}, {}};
  const CrewSequences nobody(1);
  const auto blamed = [&](Time made_at) {
    before->made_at = made_at;
    return PlanCauses{world, dispatch, nobody}.of(change);
  };
  EXPECT_EQ(blamed(kNoon - minutes{10}), (PlanCause{PlanCause::Kind::crew, "C1"}));
  EXPECT_EQ(blamed(kNoon - minutes{3}), PlanCause{});
}

}  // namespace
}  // namespace gridmend::plan_causes_test
