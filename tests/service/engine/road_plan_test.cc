// From a World with roads and water to a plan: the times and windows the planner gets, and what a
// plan made of them means on the roads as they will be.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/random.h"
#include "service/engine/dispatch_builder.h"
#include "service/engine/prepared_roads.h"
#include "tests/routing/road/random_flood.h"
#include "tests/routing/road/road_map.h"
#include "tests/service/engine/road_world.h"

namespace gridmend::road_plan_test {
namespace {

using road_world::RoadWorld;
using road_world::task_of;
using std::chrono::hours;
using std::chrono::minutes;

bool reaches(const DispatchCase& dispatch, std::string_view crew_id, std::string_view task) {
  const DispatchCrew& crew = *std::ranges::find(dispatch.problem.crews, crew_id, &DispatchCrew::id);
  return dispatch.problem.travel[crew.matrix].reachable(crew.start_site.index,
                                                        task_of(dispatch, task).site.index);
}

Position somewhere(Random& random) {
  return RoadMap::position(random.uniform(0, 9), random.uniform(0, 4));
}

TEST(RoadPlan, UnderWaterThatStandsTheMatrixIsDijkstras) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph({"ABG", "EGI"});
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    RoadWorld room{graph, random.chance(0.5)};
    room.settings.snap.roadside_m = 1e9;  // the roads alone, not the way on foot from them
    // Of a flood only its last picture: it stays.
    const Water passing = random_flood(random, street_grid(), kNoon - hours{24});
    WaterSlice last = *passing.slices().back();
    room.flood(Water{}.with_slice(last));
    const auto closures = random_closures(random, kNoon - hours{24});
    std::vector<RoadClosure> standing;
    for (RoadClosure closure : closures) {
      closure.until.reset();
      standing.push_back(closure);
    }
    room.close(standing);
    std::vector<Position> sites;
    // Boats float to their sites or do not come at all: see boat_plan_test.cc.
    const auto vehicle = static_cast<VehicleClass>(random.below(kVehicleClasses - 1));
    for (int i = 0; i < 3; ++i) {
      sites.push_back(somewhere(random));
      room.crew("C" + std::to_string(i), sites.back(), vehicle);
    }
    for (int i = 0; i < 6; ++i) {
      sites.push_back(somewhere(random));
      room.task("T" + std::to_string(i), sites.back(), 30);
    }
    const DispatchCase dispatch = room.build(kNoon);
    const auto conditions =
        RoadConditions::derive(graph, vehicle, {}, *room.world().water, standing, kNoon);
    const auto expected = travel_seconds(graph, conditions, sites, sites, room.settings.snap);
    const TravelMatrix& matrix = dispatch.problem.travel.front();
    ASSERT_EQ(matrix.sites(), sites.size());
    for (std::uint32_t from = 0; from < sites.size(); ++from) {
      for (std::uint32_t to = 3; to < sites.size(); ++to) {
        const float seconds = expected[from * sites.size() + to];
        if (seconds == kUnreachable) {
          EXPECT_FALSE(matrix.reachable(from, to));
        } else {
          EXPECT_FLOAT_EQ(static_cast<float>(matrix(from, to)), seconds);
        }
      }
    }
  }
}

// K--A--B-C--D      the causeway stands under water, and one picture shows the town before it only
TEST(RoadPlan, APictureOfAPartOpensNoRoadThatItDoesNotShow) {
  const RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
  const std::vector<std::string> flooded{"       A    "};
  const Water whole = water_at({{0, flooded}, {120, flooded}});
  WaterSlice part = RoadMap::water({"       "}, kNoon + minutes{60});
  part.id = "part";
  room.crew("C1", map.position('A'));
  room.task("beyond", map.position('D'), 10);
  for (const bool dry_elsewhere : {false, true}) {
    part.dry_elsewhere = dry_elsewhere;
    room.flood(whole.with_slice(part));
    const DispatchCase dispatch = room.build(kNoon);
    const DispatchPlan plan = plan_dispatch(dispatch.problem, room.settings.planner);
    EXPECT_EQ(plan.unserved.empty(), dry_elsewhere);
  }
}

// K--A--B-C--D      the causeway from B to C goes under at 12:30 and is free again at 14:30
TEST(RoadPlan, ATaskBehindTheWaterHasItsWindow) {
  const RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
  room.flood(water_at({{0, {""}}, {60, {"       A    "}}, {120, {"       A    "}}, {180, {""}}}));
  room.crew("C1", map.position('A'));
  room.task("near", map.position('B'), 30);
  room.task("quick", map.position('D'), 10);
  room.task("long", RoadMap::position(10.5, 0), 240);
  const DispatchCase dispatch = room.build(kNoon);
  EXPECT_EQ(task_of(dispatch, "near").deadline, kNever);
  EXPECT_EQ(task_of(dispatch, "near").earliest, 0);
  const DispatchTask& quick = task_of(dispatch, "quick");
  EXPECT_EQ(quick.earliest, 0);
  EXPECT_LT(quick.deadline, 60 * (30 - 10) - 200) << "ten minutes of work and the way out";
  EXPECT_GT(quick.deadline, 60 * 5);
  const DispatchTask& waits = task_of(dispatch, "long");
  EXPECT_GT(waits.earliest, 60 * 150) << "there is no room for it before the causeway closes";
  EXPECT_LT(waits.earliest, 60 * 165);
  EXPECT_EQ(waits.deadline, kNever);

  const DispatchPlan plan = plan_dispatch(dispatch.problem, room.settings.planner);
  ASSERT_EQ(plan.tours.size(), 1U);
  EXPECT_TRUE(plan.unserved.empty());
  const auto act = describe_plan(dispatch, plan, room.world(), PlanningPolicy::optimised, "test");
  for (const v1::PlannedStop& stop : act.plan().tours(0).stops()) {
    if (stop.work_task() != "long") continue;
    EXPECT_GT(stop.arrival_time().seconds(),
              kNoon.time_since_epoch() / std::chrono::seconds{1} + 60 * 150)
        << "it waits on safe ground";
  }
}

// The causeway of above, from 12:30 to 14:30, and a crew on either side of it at 13:00.
TEST(RoadPlan, ACrewThatIsCutOffWorksWhereItIsAndIsToldOf) {
  const RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
  const auto over =
      water_at({{0, {""}}, {60, {"       A    "}}, {120, {"       A    "}}, {180, {""}}});
  room.flood(over);
  room.crew("C1", map.position('A'));
  room.crew("C2", map.position('D'));
  room.task("beside", map.position('D'), 30);
  room.task("over", map.position('K'), 30);
  const Time now = kNoon + minutes{60};
  const auto plan_of = [&](RoadWorld& world) {
    const DispatchCase dispatch = world.build(now);
    const DispatchPlan plan = plan_dispatch(dispatch.problem, world.settings.planner);
    return describe_plan(dispatch, plan, world.world(), PlanningPolicy::optimised, "test").plan();
  };
  const v1::Plan plan = plan_of(room);
  ASSERT_EQ(plan.tours_size(), 2);
  EXPECT_EQ(plan.tours(1).crew(), "C2");
  EXPECT_EQ(plan.tours(1).stops(0).work_task(), "beside");
  EXPECT_EQ(plan.tours(1).stops(0).start_time().seconds(),
            now.time_since_epoch() / std::chrono::seconds{1});
  ASSERT_EQ(plan.cut_off_size(), 1);
  EXPECT_EQ(plan.cut_off(0).crew(), "C2");
  EXPECT_GE(plan.cut_off(0).until().seconds(),
            (kNoon + minutes{150}).time_since_epoch() / std::chrono::seconds{1});

  // With a skill that the crew has not the work waits for one that has it.
  RoadWorld other = room;
  other.change_task("beside", [](WorkTask& task) { task.skills.add(Skill::lift); });
  other.change_crew("C1", [](Crew& crew) { crew.skills.add(Skill::lift); });
  const v1::Plan later = plan_of(other);
  ASSERT_EQ(later.tours_size(), 1);
  EXPECT_EQ(later.tours(0).crew(), "C1");
  EXPECT_EQ(later.tours(0).stops_size(), 2);

  // Closed without end, the streets behind it hang together with nothing.
  RoadWorld closed = room;
  closed.flood({});
  RoadClosure bridge;
  bridge.id = "bridge";
  bridge.line = {RoadMap::position(7, 0)};
  bridge.from = kNoon;
  closed.close({bridge});
  closed.change_task("beside", [](WorkTask& task) { task.skills = {}; });
  const v1::Plan for_good = plan_of(closed);
  EXPECT_EQ(for_good.tours_size(), 2);
  ASSERT_EQ(for_good.cut_off_size(), 2) << "either side is small";
  EXPECT_FALSE(for_good.cut_off(0).has_until());
}

// The causeway of above. The shift is over before the water comes, but the way home leads over it.
TEST(RoadPlan, TheWayHomeAfterTheShiftCounts) {
  const RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
  room.flood(water_at({{0, {""}}, {60, {"       A    "}}}));
  room.crew("C1", map.position('A'), VehicleClass::truck, kNoon + minutes{28});
  room.task("far", map.position('D'), 10);
  room.task("long", RoadMap::position(10.5, 0), 26);
  const DispatchCase dispatch = room.build(kNoon);
  EXPECT_LT(task_of(dispatch, "far").deadline, 60 * (30 - 10));
  EXPECT_FALSE(reaches(dispatch, "C1", "long")) << "it would be done at 12:27, and cut off";
  RoadWorld earlier = room;
  earlier.crew("C1", map.position('A'), VehicleClass::truck, kNoon - minutes{40});
  EXPECT_EQ(task_of(earlier.build(kNoon - hours{2}), "far").deadline, kNever)
      << "home an hour and ten minutes before it";
}

TEST(RoadPlan, WorkTakesAsLongAsClosedTasksHaveTaught) {
  const RoadMap map{{"A--B"}};
  RoadWorld room{map.graph()};
  room.crew("C1", map.position('A'));
  room.task("open", map.position('B'), 40);
  EXPECT_EQ(task_of(room.build(kNoon), "open").duration, 60 * 40);
  for (int i = 0; i < 40; ++i) room.closed("closed" + std::to_string(i), 30, 60);
  const double learnt = task_of(room.build(kNoon), "open").duration;
  EXPECT_GT(learnt, 60 * 70);
  EXPECT_LT(learnt, 60 * 80);
}

TEST(RoadPlan, WhatHasPassedIsNotKeptForEver) {
  const RoadMap map{street_grid()};
  RoadWorld room{map.graph()};
  Random random{3};
  room.crew("C1", somewhere(random));
  room.task("T1", somewhere(random), 20);
  Water water;
  for (int hour = 0; hour < 200; ++hour) {
    WaterSlice slice = RoadMap::water({"11111", "22222"}, kNoon + hours{hour});
    slice.id = std::to_string(hour);
    water = water.with_slice(std::move(slice));
  }
  room.flood(water);
  room.crew("C1", somewhere(random), VehicleClass::truck, kNoon + hours{190});
  const std::size_t at_first = (room.build(kNoon), room.world().roads->samples());
  (void)room.build(kNoon + hours{180});
  EXPECT_LT(room.world().roads->samples(), at_first / 4);
}

TEST(RoadPlan, OtherSettingsAreAnsweredAnew) {
  const RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
  room.flood(water_at({{0, {""}}, {60, {"       3    "}}}));
  room.crew("C1", map.position('A'));
  room.task("far", map.position('D'), 120);
  EXPECT_TRUE(reaches(room.build(kNoon), "C1", "far"));
  room.settings.vehicle_limits.passable_depth_m.fill(0.2);
  EXPECT_FALSE(reaches(room.build(kNoon), "C1", "far")) << "0.3 m are too deep now";
  room.settings.vehicle_limits.passable_depth_m.fill(0.5);
  EXPECT_TRUE(reaches(room.build(kNoon), "C1", "far"));
}

TEST(RoadPlan, AClassThatIsCutOffEarlierDoesNotHoldUpTheOthers) {
  const RoadMap map{{"K--A--B-C--D"}};
  RoadWorld room{map.graph()};
  // 0.6 m for good: a truck is cut off, a high-water truck is not.
  room.flood(water_at({{0, {""}}, {60, {"       6    "}}}));
  room.crew("truck", map.position('A'));
  room.crew("high", map.position('A'), VehicleClass::high_water_truck);
  room.task("far", map.position('D'), 120);
  const DispatchCase dispatch = room.build(kNoon);
  const DispatchTask& far = task_of(dispatch, "far");
  EXPECT_EQ(far.deadline, kNever);
  const auto reachable = [&](std::size_t crew) {
    const DispatchCrew& c = dispatch.problem.crews[crew];
    return dispatch.problem.travel[c.matrix].reachable(c.start_site.index, far.site.index);
  };
  EXPECT_EQ(dispatch.problem.crews[0].id, "high");
  EXPECT_TRUE(reachable(0));
  EXPECT_FALSE(reachable(1)) << "two hours of work would cut it off";
}

TEST(RoadPlan, PreparedRoadsAnswerTheSameAsFreshOnes) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph();
  RoadWorld room{graph};
  Random random{5};
  for (int i = 0; i < 3; ++i) {
    room.crew("C" + std::to_string(i), somewhere(random),
              i == 0 ? VehicleClass::car : VehicleClass::truck);
  }
  for (int i = 0; i < 6; ++i) room.task("T" + std::to_string(i), somewhere(random), 20);
  for (int change = 0; change < 12; ++change) {
    SCOPED_TRACE("change " + std::to_string(change));
    if (change % 3 == 0) room.flood(random_flood(random, street_grid(), kNoon));
    if (change % 3 == 1) room.close(random_closures(random, kNoon));
    const Time now = kNoon + minutes{10 * change};
    const DispatchCase kept = room.build(now);
    RoadWorld fresh_room = room;
    const_cast<World&>(fresh_room.world()).roads =
        std::make_shared<PreparedRoads>(room.world().region);
    const DispatchCase fresh = fresh_room.build(now);
    ASSERT_EQ(kept.problem.travel.size(), fresh.problem.travel.size());
    for (std::size_t m = 0; m < kept.problem.travel.size(); ++m) {
      const TravelMatrix& a = kept.problem.travel[m];
      const TravelMatrix& b = fresh.problem.travel[m];
      for (std::uint32_t i = 0; i < a.sites(); ++i) {
        for (std::uint32_t j = 0; j < a.sites(); ++j) ASSERT_EQ(a(i, j), b(i, j));
      }
    }
    for (std::size_t t = 0; t < kept.problem.tasks.size(); ++t) {
      ASSERT_EQ(kept.problem.tasks[t].earliest, fresh.problem.tasks[t].earliest);
      ASSERT_EQ(kept.problem.tasks[t].deadline, fresh.problem.tasks[t].deadline);
    }
  }
}

// Plans of random storms, driven on the roads as they are minute by minute.
TEST(RoadPlanProperty, NoCrewIsRoutedThroughWaterAboveItsClassNorCutOff) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph({"ABG", "LMI"});
  int driven = 0;
  int windows = 0;
  int rested = 0;
  int together = 0;
  int loaded = 0;
  int homes = 0;
  int depots_in_pockets = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    RoadWorld room{graph};
    const Water water = random_flood(random, street_grid(), kNoon);
    const auto closures = random_closures(random, kNoon);
    room.flood(water);
    room.close(closures);
    std::vector<VehicleClass> vehicles;
    for (int i = 0; i < 3; ++i) {
      vehicles.push_back(static_cast<VehicleClass>(random.below(kVehicleClasses - 1)));
      room.crew("C" + std::to_string(i), somewhere(random), vehicles.back(), kNoon + hours{9});
      if (random.chance(0.5)) room.give_rest("C" + std::to_string(i));
      room.change_crew("C" + std::to_string(i), [&](Crew& crew) {
        crew.capacity = 3;
        crew.load = static_cast<double>(random.below(4));
        if (random.chance(.5)) crew.home_depot = "D" + std::to_string(random.below(2));
      });
    }
    for (int i = 0; i < 2; ++i)
      room.depot("D" + std::to_string(i), somewhere(random), minutes{random.between(0, 20)});
    for (int i = 0; i < 10; ++i) {
      room.task("T" + std::to_string(i), somewhere(random), random.between(5, 60),
                random.between(1, 20));
      room.change_task("T" + std::to_string(i), [&](WorkTask& task) {
        if (random.chance(.3)) task.crews_needed = 2;
        task.demand = static_cast<double>(random.below(4));
        if (i > 0 && random.chance(.3))
          task.hard_after = {"T" + std::to_string(random.below(static_cast<std::uint64_t>(i)))};
      });
    }
    const Time now = kNoon + minutes{random.between(-10, 60)};
    const DispatchCase dispatch = room.build(now);
    ASSERT_TRUE(validate(dispatch.problem));
    const DispatchPlan plan = plan_dispatch(dispatch.problem, room.settings.planner);
    const World& world = room.world();
    std::map<std::uint32_t, DispatchStop> by_task;
    for (const DispatchTour& tour : plan.tours) {
      for (const DispatchStop& stop : tour.stops) {
        const auto [other, first] = by_task.emplace(stop.task.index, stop);
        if (first) continue;
        ++together;
        ASSERT_EQ(other->second.start, stop.start) << "several crews begin together";
        ASSERT_EQ(other->second.completion, stop.completion);
      }
    }
    for (const auto& [task, stop] : by_task) {
      for (const Id<DispatchTask> before : dispatch.problem.tasks[task].hard_after) {
        ASSERT_TRUE(by_task.contains(before.index));
        ASSERT_LE(by_task[before.index].completion, stop.start);
      }
    }
    for (const DispatchTour& tour : plan.tours) {
      const DispatchCrew& crew = dispatch.problem.crews[tour.crew.index];
      const auto vehicle = vehicles[tour.crew.index];
      const MinuteRoads truth{world.roads->index().states(), vehicle, {}, water, closures,
                              kNoon - minutes{20},           760};
      Position at = world.crews->at(crew.id)->crew.position;
      Time left = now + from_seconds(crew.start_time);
      Id<Site> place = crew.start_site;
      double leave_by = crew.leave_by;
      for (const DispatchStop& stop : tour.stops) {
        const DispatchTask& task = dispatch.problem.tasks[stop.task.index];
        const Position site = world.tasks->at(task.id)->task.position;
        std::vector<SearchGoal> goals;
        for (const SearchStart& door : world.roads->doors(site, room.settings.snap)) {
          goals.push_back({door.place, door.seconds, 0});
        }
        const Time begin = now + from_seconds(stop.start);
        const TravelMatrix& matrix = dispatch.problem.travel[crew.matrix];
        const double free_at = seconds(left - now);
        double way = matrix(place.index, task.site.index);
        if (stop.depot.valid()) {
          const DispatchDepot& depot = dispatch.problem.depots[stop.depot.index];
          const double there = free_at + matrix(place.index, depot.site.index);
          way = std::max(there, depot.earliest) + depot.duration +
                matrix(depot.site.index, task.site.index) - free_at;
        }
        // A break where it stood; one on arrival delays nobody on the road.
        if (stop.rest && *stop.rest < free_at + way - 1e-3) {
          ++rested;
          left = now + from_seconds(*stop.rest + crew.rest_length);
          ASSERT_LE(seconds(left - now), leave_by + 1);
        }
        if (stop.depot.valid()) {
          const Depot& depot =
              world.depots->at(dispatch.problem.depots[stop.depot.index].id)->depot;
          std::vector<SearchGoal> gates;
          for (const SearchStart& door : world.roads->doors(depot.position, room.settings.snap))
            gates.push_back({door.place, door.seconds, 0});
          const auto there = truth.arrival(world.roads->doors(at, room.settings.snap), gates, left);
          ASSERT_TRUE(there) << crew.id << " to " << depot.id;
          const DispatchDepot& planned = dispatch.problem.depots[stop.depot.index];
          left = std::max(*there, now + from_seconds(planned.earliest)) + depot.loading;
          ASSERT_LE(seconds(left - now), planned.leave_by + 60) << crew.id << " at " << depot.id;
          if (planned.earliest > 0 || planned.leave_by < kNever) ++depots_in_pockets;
          at = depot.position;
          ++loaded;
        }
        const auto arrival = truth.arrival(world.roads->doors(at, room.settings.snap), goals, left);
        ASSERT_TRUE(arrival) << crew.id << " to " << task.id;
        ASSERT_LE(*arrival, begin + minutes{1}) << crew.id << " to " << task.id;
        // And out again, to where the class's roads last.
        left = now + from_seconds(stop.completion);
        const auto fleet =
            world.roads->fleet(world, vehicle, now, kNoon + hours{10}, room.settings);
        if (!fleet->safe_ground().empty() && task.deadline != kNever) {
          ++windows;
          ASSERT_TRUE(truth.arrival(world.roads->doors(site, room.settings.snap),
                                    fleet->safe_ground(), left))
              << crew.id << " is cut off at " << task.id;
        }
        at = site;
        place = task.site;
        leave_by = task.leave_by;
        ++driven;
      }
      if (!crew.end_site.valid() || tour.stops.empty()) continue;
      const auto& home = world.depots->at(world.crews->at(crew.id)->crew.home_depot)->depot;
      std::vector<SearchGoal> gates;
      for (const SearchStart& door : world.roads->doors(home.position, room.settings.snap))
        gates.push_back({door.place, door.seconds, 0});
      const auto back = truth.arrival(world.roads->doors(at, room.settings.snap), gates, left);
      ASSERT_TRUE(back) << crew.id << " is cut off from home";
      ASSERT_LE(*back, now + from_seconds(crew.shift_end) + minutes{1});
      ++homes;
    }
  }
  EXPECT_GT(together, 20);
  EXPECT_GT(loaded, 10);
  EXPECT_GT(homes, 10);
  EXPECT_GT(depots_in_pockets, 0);
  EXPECT_GT(driven, 120);
  EXPECT_GT(windows, 5);
  EXPECT_GT(rested, 10);
}

}  // namespace
}  // namespace gridmend::road_plan_test
