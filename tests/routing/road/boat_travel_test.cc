#include "routing/road/boat_travel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/random.h"
#include "tests/routing/road/random_flood.h"
#include "tests/routing/road/road_map.h"

namespace gridmend::boat_travel_test {
namespace {

using std::chrono::minutes;

constexpr Time kNoon{std::chrono::hours{12}};

SnapSettings whole_map() {
  SnapSettings settings;
  settings.fragment_m = 0;
  return settings;
}

// Dry as far as C, two metres of water from D on: what lies between carries neither wheels nor
// keel.
struct Shore {
  RoadMap map{{"A-B-C-D-E-I-J"}};
  Water water = Water{}.with_slice(RoadMap::water({"      BBBBBBB"}, kNoon));
  RoadIndex index = RoadIndex::build(map.graph());
  SnapSettings snap = whole_map();
  BoatSettings boats{{{"ramp", map.position('C')}}};
  RoadMetric wheels = metric(VehicleClass::truck);
  RoadMetric keel = metric(VehicleClass::boat);

  RoadMetric metric(VehicleClass vehicle) const {
    return RoadMetric{index, RoadConditions::derive(index.graph(), vehicle, {}, water, {}, kNoon)};
  }
  BoatRoads roads() const { return {wheels, keel, boats, snap}; }
};

TEST(BoatTravel, ABoatIsDrivenToTheWaterLaunchedAndRowedOn) {
  const Shore shore;
  const auto way = boat_way(shore.roads(), shore.map.position('A'), shore.map.position('J'));
  ASSERT_TRUE(way);
  ASSERT_EQ(way->legs.size(), 2U);
  EXPECT_FALSE(way->legs[0].afloat);
  EXPECT_TRUE(way->legs[1].afloat);
  const double driven = 40;
  const double pushed = 200 * 3.6 / 4;
  const double rowed = 600 * 3.6 / 8;
  EXPECT_NEAR(way->seconds, driven + 900 + pushed + rowed, 1);
  std::vector<Manoeuvre> told;
  for (const Instruction& i : instructions(shore.roads(), *way)) told.push_back(i.manoeuvre);
  EXPECT_EQ(told.front(), Manoeuvre::depart);
  EXPECT_EQ(std::ranges::count(told, Manoeuvre::launch), 1);
  EXPECT_EQ(std::ranges::count(told, Manoeuvre::arrive), 1);
  EXPECT_EQ(told.back(), Manoeuvre::arrive);
  const auto back = boat_way(shore.roads(), shore.map.position('J'), shore.map.position('A'));
  ASSERT_TRUE(back);
  EXPECT_NEAR(back->seconds, rowed + 600 * 3.6 / 4, 1)
      << "it lands and walks on: launching and landing take longer";
}

TEST(BoatTravel, WithoutALaunchPointTheWaterIsNotReached) {
  Shore shore;
  shore.boats.launches.clear();
  EXPECT_FALSE(boat_way(shore.roads(), shore.map.position('A'), shore.map.position('J')));
  EXPECT_TRUE(boat_way(shore.roads(), shore.map.position('A'), shore.map.position('B')))
      << "on its trailer it goes where the truck goes";
  EXPECT_TRUE(boat_way(shore.roads(), shore.map.position('D'), shore.map.position('J')))
      << "it is afloat already";
  shore.boats.launches = {{"far", shore.map.position('A')}};
  EXPECT_FALSE(boat_way(shore.roads(), shore.map.position('A'), shore.map.position('J')))
      << "no water near that point";
}

TEST(BoatTravel, AccessLastsAsLongAsTheWaterIsKnownToStand) {
  Shore shore;
  WaterSlice later = RoadMap::water({"      DDDDDDD"}, kNoon + minutes{60});
  later.id = "later";
  shore.water = shore.water.with_slice(std::move(later));
  const std::vector<RoadClosure> closures;
  const VehicleLimits limits;
  const RoadStates& states = shore.index.states();
  const ChangingRoads roads{states, shore.water, closures, limits, shore.snap};
  SampledWater sampled;
  const auto ask = [&](int work_min) {
    return find_boat_access(shore.index, roads, shore.boats,
                            {shore.map.position('A'), shore.map.position('J'), VehicleClass::boat,
                             kNoon + minutes{90}, minutes{work_min}},
                            sampled);
  };
  const RoadAccess access = ask(600);
  EXPECT_TRUE(access.reachable);
  ASSERT_TRUE(access.way_in);
  EXPECT_GT(access.way_in->length_m, 900);
  EXPECT_EQ(access.span->until, Time::max());
  EXPECT_FALSE(access.steps.empty());
}

// The shore above, its trailer behind a car. Neither car nor boat gets far in 0.3 m of water; at
// noon it has risen to two metres, at 14:00 it is back.
struct Tide : Shore {
  std::vector<RoadClosure> closures;
  VehicleLimits limits;
  SampledWater sampled;

  Tide() {
    const auto put = [&](int minute, const std::string& drawing) {
      WaterSlice slice = RoadMap::water({drawing}, kNoon + minutes{minute});
      slice.id = std::to_string(minute);
      water = water.with_slice(std::move(slice));
    };
    boats.trailer = VehicleClass::car;
    put(-300, "      3333333");
    put(-1, "      3333333");
    put(60, "      DDDDDDD");
    put(119, "      DDDDDDD");
    put(120, "      3333333");
  }
  RoadAccess ask(int minute, int work_min) {
    const ChangingRoads roads{index.states(), water, closures, limits, snap};
    return find_boat_access(index, roads, boats,
                            {map.position('A'), map.position('J'), VehicleClass::boat,
                             kNoon + minutes{minute}, minutes{work_min}},
                            sampled);
  }
};

TEST(BoatTravel, AccessEndsWhenTheWaterFallsAndNotWithTheNextStep) {
  Tide tide;
  const RoadAccess now = tide.ask(0, 30);
  EXPECT_TRUE(now.reachable);
  ASSERT_TRUE(now.span);
  EXPECT_NEAR(seconds(now.span->until - kNoon) / 60, 119, 2);
  const RoadAccess too_long = tide.ask(0, 110);
  EXPECT_FALSE(too_long.reachable) << "the boat would be left on dry land";
  EXPECT_EQ(too_long.reason, NoAccess::too_short);
  EXPECT_FALSE(tide.ask(130, 5).reachable);
}

TEST(BoatTravel, AccessOpensWhenTheWaterComes) {
  Tide tide;
  const RoadAccess before = tide.ask(-90, 30);
  EXPECT_FALSE(before.reachable);
  ASSERT_TRUE(before.span);
  EXPECT_NEAR(seconds(before.span->from - kNoon) / 60, 0, 2);
  EXPECT_EQ(before.set_out, before.span->from);
  EXPECT_EQ(before.reason, NoAccess::no_way);
}

TEST(BoatTravel, ALaunchPointOnAFloodedStreetIsReachedOnTheNextOpenOne) {
  Shore shore;
  shore.boats.launches = {{"ramp", RoadMap::position(6.2, 0)}};  // in the water, 20 m past D
  EXPECT_TRUE(boat_way(shore.roads(), shore.map.position('A'), shore.map.position('J')));
}

TEST(BoatTravel, WithoutALaunchPointNobodyCarriesABoatOverland) {
  Tide tide;
  tide.boats.launches.clear();
  EXPECT_FALSE(tide.ask(30, 5).reachable) << "600 m from A to the water";
  tide.boats.reach_m = 700;
  EXPECT_TRUE(tide.ask(30, 5).reachable);
}

// Every sequence of changes of mode up to five, tried one by one.
TEST(BoatTravelProperty, TheMatrixIsTheBestSequenceOfLaunchesAndLandings) {
  const RoadMap map{street_grid()};
  const RoadIndex index = RoadIndex::build(map.graph());
  int mixed = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const Water water = random_flood(random, street_grid(), kNoon);
    const Time at = kNoon + minutes{random.between(0, 120)};
    const auto metric = [&](VehicleClass vehicle) {
      return RoadMetric{index, RoadConditions::derive(index.graph(), vehicle, {}, water, {}, at)};
    };
    const RoadMetric wheels = metric(VehicleClass::truck);
    const RoadMetric keel = metric(VehicleClass::boat);
    const auto anywhere = [&] {
      return RoadMap::position(random.uniform(0, 9), random.uniform(0, 4));
    };
    BoatSettings boats;
    boats.launch_s = random.uniform(0, 120);
    for (int i = random.between(0, 3); i > 0; --i) boats.launches.push_back({"", anywhere()});
    const SnapSettings snap = whole_map();
    SnapSettings near = snap;
    near.reach_m = boats.reach_m;
    const std::vector<Position> places{anywhere(), anywhere(), anywhere(), anywhere()};
    const BoatRoads roads{wheels, keel, boats, snap};
    const auto matrix = boat_matrix(roads, places, places);

    // At a launch point the nearest road counts that is open, on wheels as well.
    const auto open_only = [](const RoadMetric& m) {
      const auto all = m.conditions().all_milliseconds();
      return RoadConditions::of(VehicleClass::boat, {all.begin(), all.end()});
    };
    const RoadConditions open_wheels = open_only(wheels);
    const auto leg = [&](bool afloat, Position from, bool from_launch, Position to,
                         bool to_launch) {
      const RoadMetric& m = afloat ? keel : wheels;
      const RoadConditions& any = m.conditions();
      const RoadConditions& open = afloat ? any : open_wheels;
      RoadQuery query{m};
      return query
          .run(search_starts(index.graph(), from_launch ? open : any, from,
                             from_launch || afloat ? near : snap),
               search_goals(index.graph(), to_launch ? open : any, to, to_launch ? near : snap))
          .value_or(INFINITY);
    };
    for (std::size_t o = 0; o < places.size(); ++o) {
      for (std::size_t d = 0; d < places.size(); ++d) {
        if (o == d) continue;
        double best = INFINITY;
        const std::function<void(bool, Position, bool, double, int)> go =
            [&](bool afloat, Position from, bool launch, double so_far, int changes) {
              if (so_far >= best) return;
              const double end = so_far + leg(afloat, from, launch, places[d], false);
              best = std::min(best, end);
              if (changes == 0) return;
              for (const LaunchPoint& next : boats.launches) {
                const double there = leg(afloat, from, launch, next.position, true);
                go(!afloat, next.position, true, so_far + there + boats.launch_s, changes - 1);
              }
            };
        go(false, places[o], false, 0, 5);
        go(true, places[o], false, 0, 5);
        const double found = matrix[o * places.size() + d];
        if (std::isinf(best)) {
          ASSERT_TRUE(std::isinf(found));
          ASSERT_FALSE(boat_way(roads, places[o], places[d]));
          continue;
        }
        ASSERT_NEAR(found, best, 1e-6);
        const auto way = boat_way(roads, places[o], places[d]);
        ASSERT_TRUE(way);
        double sum = boats.launch_s * static_cast<double>(way->legs.size() - 1);
        for (const BoatLeg& part : way->legs) sum += part.path.seconds;
        ASSERT_NEAR(sum, best, 1e-6);
        mixed += way->legs.size() > 1 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(mixed, 10);
}

}  // namespace
}  // namespace gridmend::boat_travel_test
