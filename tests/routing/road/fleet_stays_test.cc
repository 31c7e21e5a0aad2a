// Crews that the water cuts off, and the work around them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "routing/road/fleet_book.h"
#include "tests/routing/road/plain_fleet_travel.h"
#include "tests/routing/road/random_flood.h"
#include "tests/routing/road/road_map.h"
#include "tests/routing/road/water_since_noon.h"

namespace gridmend::fleet_stays_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Flooded {
  RoadIndex index;
  Water water = {};
  std::vector<RoadClosure> closures = {};
  VehicleClass vehicle = VehicleClass::truck;

  FleetRoads roads(Time now) const {
    SampledWater sampled;
    const VehicleLimits limits;
    auto forecast = std::make_shared<const RoadForecast>(
        RoadForecast::make(index.graph(), water, closures, {.from = now, .step = minutes{10}},
                           limits.structures, sampled));
    return FleetRoads{index, std::make_shared<const RoadOutlook>(index.graph(), vehicle, limits,
                                                                 std::move(forecast))};
  }
  FleetSite site(Position position, Duration work = {}, bool only_left = false) const {
    SnapSettings snap;
    snap.fragment_m = 0;
    FleetSite made;
    made.position = position;
    made.doors = search_starts(index.graph(), position, snap);
    made.work = work;
    made.only_left = only_left;
    if (!only_left) made.crews = {0};
    return made;
  }
};

// The longer side is K to B. From noon to 14:00 the causeway from B to C is under two metres.
struct Causeway {
  RoadMap map{{"K--------A--B-C--D--E"}};
  Flooded flooded{RoadIndex::build(map.graph())};

  Causeway() {
    const std::string over = "             B       ";
    flooded.water = water_at({{-1, {""}}, {0, {over}}, {120, {over}}, {121, {""}}});
  }
};

TEST(FleetStays, ACutThatReopensKeepsNobodyFromWorkOnTheirOwnSide) {
  const Causeway causeway;
  const Flooded& flooded = causeway.flooded;
  const RoadMap& map = causeway.map;
  std::vector<FleetSite> sites{
      flooded.site(map.position('D'), {}, true), flooded.site(map.position('A'), {}, true),
      flooded.site(map.position('E'), minutes{30}), flooded.site(map.position('K'), minutes{30})};
  const FleetRoads roads = flooded.roads(kNoon);
  const FleetTravel travel = fleet_travel(roads, kNoon, sites);
  EXPECT_DOUBLE_EQ(travel.seconds[2], 30) << "there and now";
  EXPECT_FALSE(travel.spans[2]) << "nothing closes on it any more";
  EXPECT_EQ(travel.own[2], 1);
  ASSERT_TRUE(travel.spans[0]);
  EXPECT_LE(travel.spans[0]->span.from, kNoon) << "it sets out now";
  EXPECT_TRUE(std::isinf(travel.seconds[3])) << "but not over the causeway";
  EXPECT_TRUE(std::isinf(travel.seconds[4 + 2])) << "and nobody comes over it";
  EXPECT_EQ(travel.own[3], 0);

  sites[2].crews = {1};
  const FleetTravel other = fleet_travel(roads, kNoon, sites);
  EXPECT_EQ(other.own[2], 0) << "who is there cannot do it";
  ASSERT_TRUE(other.spans[2]);
  EXPECT_NEAR(minute_of(other.spans[2]->span.from), 121, 10);
  EXPECT_NEAR(minute_of(other.spans[0]->span.from), 121, 10) << "nothing to do but wait";
  EXPECT_TRUE(std::isfinite(other.seconds[4 + 2]));
}

TEST(FleetStays, WhatNobodyGetsToBeforeTheWayOpensIsEverybodys) {
  const Causeway causeway;
  const Flooded& flooded = causeway.flooded;
  const RoadMap& map = causeway.map;
  const std::vector<FleetSite> sites{
      flooded.site(map.position('D'), {}, true), flooded.site(map.position('A'), {}, true),
      flooded.site(map.position('D'), hours{3}), flooded.site(map.position('E'), minutes{30})};
  const FleetTravel travel = fleet_travel(flooded.roads(kNoon), kNoon, sites);
  EXPECT_EQ(travel.own[2], 1);
  EXPECT_EQ(travel.own[3], 0);
  ASSERT_TRUE(travel.spans[3]);
  EXPECT_TRUE(std::isfinite(travel.seconds[4 + 3])) << "from outside, when it has opened";
  EXPECT_TRUE(std::isfinite(travel.seconds[2 * 4 + 3])) << "and from beside it";
}

TEST(FleetStays, WorkEndsInTimeForAWayOutThatClosesAgain) {
  Causeway causeway;
  const std::string over = "             B       ";
  Flooded& flooded = causeway.flooded;
  flooded.water =
      water_at({{-1, {""}}, {0, {over}}, {120, {over}}, {121, {""}}, {180, {""}}, {181, {over}}});
  const RoadMap& map = causeway.map;
  const auto span_of = [&](Duration work) {
    const std::vector<FleetSite> sites{flooded.site(map.position('D'), {}, true),
                                       flooded.site(map.position('E'), work)};
    const FleetTravel travel = fleet_travel(flooded.roads(kNoon), kNoon, sites);
    return travel.own[1] != 0 ? travel.spans[1] : std::nullopt;
  };
  const auto span = span_of(minutes{150});
  ASSERT_TRUE(span);
  EXPECT_NEAR(minute_of(span->span.until), 180, 10);
  EXPECT_NEAR(span->way_out_s, 80, 1);
  EXPECT_FALSE(span_of(hours{4})) << "it would not get out again";
}

// Half of the town and its crews, cut off from three quarters past twelve on.
TEST(FleetStays, CrewsOfALargePartStayWithItsWorkWhenItIsCutOffSoon) {
  const RoadMap map{{"K--------A--B-C--D--E"}};
  Flooded flooded{RoadIndex::build(map.graph())};
  flooded.water = water_at({{44, {""}}, {45, {"             B       "}}});
  const std::vector<FleetSite> sites{flooded.site(map.position('D'), {}, true),
                                     flooded.site(map.position('E'), hours{2}),
                                     flooded.site(map.position('K'), hours{2})};
  const FleetTravel travel = fleet_travel(flooded.roads(kNoon), kNoon, sites);
  EXPECT_EQ(travel.own[1], 1);
  EXPECT_FALSE(travel.spans[1]);
  EXPECT_DOUBLE_EQ(travel.seconds[1], 30);
  EXPECT_TRUE(std::isfinite(travel.seconds[2])) << "or it leaves while it can";
  EXPECT_TRUE(std::isinf(travel.seconds[3 + 2])) << "which is over when that work is done";
  const Time before = kNoon - hours{4};
  const FleetTravel earlier = fleet_travel(flooded.roads(before), before, sites);
  EXPECT_EQ(earlier.own[1], 0) << "there is time to get it done and leave";
  EXPECT_TRUE(std::isfinite(earlier.seconds[3 + 2]));
}

// One crew and one site at random. A plain search knows the ground: the roads open in every step
// from now until the crew's way out closes. The crew is given the site exactly if it can drive
// there and back on it, begins before the way opens, and gets out in time; and the roads, minute by
// minute, are as promised.
TEST(FleetStaysProperty, ACutOffCrewIsGivenExactlyWhatIsSafeAroundIt) {
  const RoadMap map{street_grid()};
  const RoadIndex index = RoadIndex::build(map.graph({"ABG", "LMI"}));
  int given = 0;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 2500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    Flooded flooded{index};
    flooded.water = random_cut(random, street_grid(), kNoon);
    flooded.closures = random_closures(random, kNoon);
    flooded.vehicle = static_cast<VehicleClass>(random.below(kVehicleClasses - 1));
    const Time now = kNoon + minutes{random.between(-10, 60)};
    const double column = random.uniform(0, 9);
    const auto beside = [&] {
      return RoadMap::position(std::clamp(column + random.uniform(-2, 2), 0.0, 9.0),
                               random.uniform(0, 4));
    };
    std::vector<FleetSite> sites{flooded.site(beside(), {}, true),
                                 flooded.site(beside(), minutes{random.between(0, 90)})};
    const FleetRoads roads = flooded.roads(now);
    if (roads.safe_ground().empty()) continue;
    const FleetTravel travel = fleet_travel(roads, now, sites);
    const RoadForecast& forecast = roads.outlook().forecast();
    // The crew's own span is what the plain search has it, the site left out of account.
    sites[1].crews.clear();
    const auto plain = plain_fleet_travel(roads, now, sites);
    if (!plain.spans[0] || plain.spans[0]->span.from <= now) {
      ASSERT_LE(travel.own[1], plain.spans[0] ? 1 : 0);
      continue;
    }
    const Time opens = plain.spans[0]->span.from;
    const Time closes = plain.spans[0]->span.until;
    const std::uint32_t first = forecast.step_at(now);
    const std::uint32_t last =
        closes == Time::max() ? forecast.steps() - 1 : forecast.step_at(closes - Duration{1});
    const auto goals_of = [&](const FleetSite& site, const RoadConditions& conditions) {
      std::vector<SearchGoal> goals;
      for (const SearchStart& door : site.doors) {
        if (!conditions.closed(door.place.edge)) goals.push_back({door.place, door.seconds, 0});
      }
      return goals;
    };
    const auto drive = [&](const RoadConditions& held, std::size_t from, std::size_t to) {
      RoadSearch search{index.states(), held, goals_of(sites[to], held), 1};
      return search.run(sites[from].doors).front();
    };
    const RoadConditions held = roads.outlook().held(first, last);
    const double there_s = drive(held, 0, 1);
    bool safe = std::isfinite(there_s) && std::isfinite(drive(held, 1, 0));
    // A place on safe ground needs no ground of its own.
    const bool in_a_pocket = plain.spans[1] || std::isinf(plain.seconds[1]);
    safe = safe && in_a_pocket && now + from_seconds(there_s) < opens;
    if (safe && closes < Time::max()) {
      const StepSpan open{forecast.step_at(opens), last + 1};
      const auto out = PocketSearch{roads}.ways_out(open, sites[1].doors);
      const Time done = now + from_seconds(there_s) + sites[1].work;
      safe = !out.starts.empty() && done + from_seconds(out.longest_s) <= closes &&
             closes - from_seconds(out.longest_s) >= opens;
    }
    ASSERT_EQ(travel.own[1] != 0, safe);
    if (!safe) {
      ++refused;
      continue;
    }
    ++given;
    ASSERT_NEAR(travel.seconds[1], there_s, 1e-3);
    const MinuteRoads truth{index.states(),   flooded.vehicle,     {}, flooded.water,
                            flooded.closures, kNoon - minutes{20}, 720};
    const auto arrival = truth.arrival(sites[0].doors, goals_of(sites[1], truth.at(now)), now);
    ASSERT_TRUE(arrival);
    ASSERT_LE(*arrival, now + from_seconds(travel.seconds[1]) + minutes{1});
    const Time done = *arrival + sites[1].work;
    const auto out = truth.arrival(sites[1].doors, roads.safe_ground(), done);
    ASSERT_TRUE(out) << "it gets out again, when the way has opened";
    ASSERT_LE(*out, closes == Time::max() ? closes : closes + minutes{1});
  }
  EXPECT_GT(given, 50);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace gridmend::fleet_stays_test
