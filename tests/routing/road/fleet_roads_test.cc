#include "routing/road/fleet_roads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"
#include "routing/road/fleet_book.h"
#include "tests/routing/road/made_fleet.h"
#include "tests/routing/road/plain_fleet_travel.h"
#include "tests/routing/road/random_flood.h"
#include "tests/routing/road/road_map.h"
#include "tests/routing/road/water_since_noon.h"

namespace gridmend::fleet_roads_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(FleetTravel, OnADryDayIsTheMatrixOfDijkstra) {
  const RoadMap map{street_grid()};
  Fleet fleet{RoadIndex::build(map.graph({"ABG", "EGI"}))};
  std::vector<FleetSite> sites;
  std::vector<Position> positions;
  Random random{3};
  for (int i = 0; i < 12; ++i) {
    positions.push_back(RoadMap::position(random.uniform(0, 9), random.uniform(0, 4)));
    sites.push_back(fleet.site(positions.back()));
  }
  const FleetRoads roads{fleet.index, fleet.outlook(kNoon)};
  const FleetTravel travel = fleet_travel(roads, kNoon, sites);
  const auto dry = RoadConditions::dry(fleet.index.graph(), VehicleClass::truck);
  const auto expected = travel_seconds(fleet.index.graph(), dry, positions, positions, whole_map());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_FLOAT_EQ(static_cast<float>(travel.seconds[i]), expected[i]);
  }
  for (const auto& span : travel.spans) EXPECT_FALSE(span);
}

// One gets to C for ever, but out of it only by E and D, which goes under at half past twelve.
// The site stands two squares north of the road, in a metre of water that falls.
TEST(FleetTravel, ASiteBehindWaterOnFootOpensWhenOneCanWadeThere) {
  const RoadMap map{{"           ", "           ", "A----B----C"}};
  Fleet fleet{RoadIndex::build(map.graph())};
  fleet.water = water_at({{0, {"    AAA    "}}, {100, {""}}});
  const auto outlook = fleet.outlook(kNoon);
  const FleetRoads roads{fleet.index, outlook};
  EXPECT_TRUE(roads.safe_ground().empty()) << "no road is wet";
  const std::vector<FleetSite> sites{
      fleet.walked_site(*outlook, map.position('A'), {}, true),
      fleet.walked_site(*outlook, RoadMap::position(5, 0), minutes{5}),
      fleet.walked_site(*outlook, map.position('C'), minutes{5})};
  EXPECT_TRUE(sites[2].on_foot.always());
  const FleetTravel travel = fleet_travel(roads, kNoon, sites);
  ASSERT_TRUE(travel.spans[1]);
  EXPECT_NEAR(minute_of(travel.spans[1]->span.from), 70, 10) << "0.3 m are left then";
  EXPECT_EQ(travel.spans[1]->span.until, Time::max());
  EXPECT_NEAR(travel.spans[1]->way_in_s, 180, 25) << "200 m on foot, and across the street";
  EXPECT_TRUE(std::isfinite(travel.seconds[1]));
  EXPECT_FALSE(travel.spans[2]);

  fleet.water = water_at({{0, {"    AAA    "}}});
  const auto stays = fleet.outlook(kNoon);
  const FleetRoads under{fleet.index, stays};
  const std::vector<FleetSite> sites_then{
      fleet.walked_site(*stays, map.position('A'), {}, true),
      fleet.walked_site(*stays, RoadMap::position(5, 0), minutes{5})};
  const FleetTravel never = fleet_travel(under, kNoon, sites_then);
  EXPECT_FALSE(never.spans[1]);
  EXPECT_TRUE(std::isinf(never.seconds[1]));
}

TEST(FleetTravel, NobodyIsSentToWhereALastingWayLeadsInOnly) {
  const RoadMap map{{"K--------A--B>>C", "            |  |", "            D--E"}};
  Fleet fleet{RoadIndex::build(map.graph())};
  fleet.water = water_at({{0, {""}}, {60, {"", "", "             AA "}}});
  const std::vector<FleetSite> sites{fleet.site(map.position('A'), {}, true),
                                     fleet.site(map.position('C'), minutes{5}),
                                     fleet.site(map.position('C'), hours{2})};
  const FleetTravel travel =
      fleet_travel(FleetRoads{fleet.index, fleet.outlook(kNoon)}, kNoon, sites);
  EXPECT_TRUE(travel.spans[1]) << "five minutes of work find room before the water";
  EXPECT_TRUE(std::isfinite(travel.seconds[1]));
  EXPECT_FALSE(travel.spans[2]);
  EXPECT_TRUE(std::isinf(travel.seconds[2]));
}

// K--------A--B-C--D--E      the causeway from B to C goes under: 0.5 m at 12:30, for good
TEST(FleetTravel, APocketHasASpanAndDirectWaysInside) {
  const RoadMap map{{"K--------A--B-C--D--E"}};
  Fleet fleet{RoadIndex::build(map.graph())};
  fleet.water = water_at({{0, {""}}, {60, {"             A       "}}});
  const std::vector<FleetSite> sites{
      fleet.site(map.position('A'), {}, true), fleet.site(map.position('B'), minutes{5}),
      fleet.site(map.position('D'), minutes{5}), fleet.site(map.position('E'), minutes{5}),
      fleet.site(map.position('E'), hours{2})};
  const FleetRoads roads{fleet.index, fleet.outlook(kNoon)};
  const FleetTravel travel = fleet_travel(roads, kNoon, sites);
  EXPECT_FALSE(travel.spans[0]);
  EXPECT_FALSE(travel.spans[1]);
  ASSERT_TRUE(travel.spans[2]);
  ASSERT_TRUE(travel.spans[3]);
  EXPECT_EQ(minute_of(travel.spans[2]->span.until), 30);
  EXPECT_FALSE(travel.spans[4]) << "two hours of work would end in the water";
  const auto at = [&](std::size_t from, std::size_t to) {
    return travel.seconds[from * sites.size() + to];
  };
  EXPECT_DOUBLE_EQ(at(0, 1), 30);
  EXPECT_DOUBLE_EQ(at(2, 3), 30) << "not back over the causeway";
  EXPECT_GT(at(0, 2), 120);
  EXPECT_TRUE(std::isinf(at(0, 4)));
  EXPECT_TRUE(std::isinf(at(3, 4))) << "nor by way of a shorter piece of work at the same place";
  EXPECT_TRUE(std::isinf(at(1, 0))) << "nobody drives to where a crew starts";
  EXPECT_NEAR(travel.spans[2]->way_out_s, at(0, 2) - 30, 1) << "as far as safe ground, B";
}

TEST(FleetTravel, AHillThatTheFloodCutsOffServesItself) {
  const RoadMap map{{"A--B--C--D-----E--I"}};
  Fleet fleet{RoadIndex::build(map.graph())};
  fleet.water = water_at({{0, {"          BBBBB    "}}});
  const std::vector<FleetSite> sites{fleet.site(map.position('I'), {}, true),
                                     fleet.site(map.position('E'), hours{9}),
                                     fleet.site(map.position('A'), hours{1})};
  const FleetRoads roads{fleet.index, fleet.outlook(kNoon)};
  const FleetTravel travel = fleet_travel(roads, kNoon, sites);
  EXPECT_DOUBLE_EQ(travel.seconds[1], 30);
  EXPECT_TRUE(std::isinf(travel.seconds[2]));
  const Time before = kNoon - minutes{10};
  const FleetRoads roads_before{fleet.index, fleet.outlook(before)};
  const FleetTravel travel_before = fleet_travel(roads_before, before, sites);
  EXPECT_TRUE(std::isinf(travel_before.seconds[1])) << "it would be cut off there";
  EXPECT_TRUE(std::isfinite(travel_before.seconds[2])) << "there is still time to leave";
  ASSERT_TRUE(travel_before.spans[0]);
  EXPECT_EQ(travel_before.spans[0]->span.until, kNoon);
}

TEST(FleetTravel, ChangedWaterCostsWhatItChangesAndAnswersTheSame) {
  const RoadMap map{street_grid()};
  Fleet fleet{RoadIndex::build(map.graph())};
  Random random{11};
  std::unique_ptr<FleetRoads> before;
  for (int i = 0; i < 12; ++i) {
    fleet.water = random_flood(random, street_grid(), kNoon);
    const auto outlook = fleet.outlook(kNoon);
    auto next = std::make_unique<FleetRoads>(fleet.index, outlook, before.get());
    const FleetRoads fresh{fleet.index, outlook};
    ASSERT_TRUE(std::ranges::equal(next->lasting().weights().up(), fresh.lasting().weights().up()));
    ASSERT_TRUE(std::ranges::equal(next->safe_ground(), fresh.safe_ground()));
    before = std::move(next);
  }
}

// Sites come and go, crews move, time passes, and what was found before is in the book: the answer
// is that of the plain search, to the millisecond.
TEST(FleetBookProperty, WhatIsKeptAndBoundedAnswersAsThePlainSearch) {
  const RoadMap village{street_grid()};
  const RoadMap city{city_grid()};
  const RoadIndex indices[] = {RoadIndex::build(village.graph({"ABG", "LMI"})),
                               RoadIndex::build(city.graph({"ABJ", "PQX"}))};
  int spans = 0;
  int cut_off = 0;
  int walked = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const bool is_city = seed % 2 == 0;
    const RoadIndex& index = indices[is_city ? 1 : 0];
    const auto streets = is_city ? city_grid() : street_grid();
    Fleet fleet{index};
    fleet.water = random_flood(random, streets, kNoon);
    fleet.closures = random_closures(random, kNoon);
    fleet.vehicle = static_cast<VehicleClass>(random.below(kVehicleClasses - 1));
    Time now = kNoon + minutes{random.between(-10, 30)};
    const auto outlook = fleet.outlook(now);
    const FleetRoads roads{index, outlook};
    const bool on_foot = random.chance(0.5);
    const auto any_site = [&](bool only_left) {
      FleetSite site = fleet.site(RoadMap::position(random.uniform(0, is_city ? 15 : 9),
                                                    random.uniform(0, is_city ? 10 : 4)),
                                  minutes{random.between(0, 90)}, only_left);
      if (random.chance(0.3)) site.ready = kNoon + minutes{random.between(0, 120)};
      if (on_foot) {
        site.on_foot = fleet.walked_site(*outlook, site.position).on_foot;
        walked += site.on_foot.always() ? 0 : 1;
      }
      return site;
    };
    FleetBook book{roads};
    std::vector<FleetSite> sites;
    for (int question = 0; question < 5; ++question) {
      SCOPED_TRACE("question " + std::to_string(question));
      std::erase_if(sites, [&](const FleetSite&) { return random.chance(0.2); });
      while (sites.size() < 7) {
        if (!sites.empty() && random.chance(0.2)) {
          sites.push_back(sites[random.below(sites.size())]);
          sites.back().work += minutes{random.between(0, 30)};
        } else {
          sites.push_back(any_site(random.chance(0.3)));
        }
      }
      for (std::size_t i = sites.size(); i > 1; --i) {
        std::swap(sites[i - 1], sites[random.below(i)]);
      }
      const FleetTravel expected = plain_fleet_travel(roads, now, sites);
      expect_same(book.travel(now, sites), expected);
      expect_same(fleet_travel(roads, now, sites), expected);
      for (std::size_t s = 0; s < sites.size(); ++s) spans += expected.spans[s] ? 1 : 0;
      cut_off += std::ranges::count(expected.seconds, std::numeric_limits<double>::infinity()) > 0;
      now += minutes{random.between(0, 25)};
    }
  }
  EXPECT_GT(spans, 300);
  EXPECT_GT(cut_off, 50);
  EXPECT_GT(walked, 100);
}

// Tours at random that keep to matrix and spans, driven on the roads as they are minute by minute:
// every stop must be reached in time over roads that are open while one drives them, and from every
// stop there must be a way back to safe ground before the span ends.
TEST(FleetTravelProperty, NoCrewIsRoutedThroughWaterAboveItsClassNorCutOff) {
  const RoadMap map{street_grid()};
  const RoadGraph graph = map.graph({"ABG", "LMI"});
  const RoadIndex index = RoadIndex::build(graph);
  int stops = 0;
  int in_pockets = 0;
  int waited = 0;
  int on_own_ground = 0;
  for (std::uint64_t seed = 1; seed <= 160; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    Fleet fleet{index};
    fleet.water = seed % 2 == 0 ? random_cut(random, street_grid(), kNoon)
                                : random_flood(random, street_grid(), kNoon);
    fleet.closures = random_closures(random, kNoon);
    fleet.vehicle = static_cast<VehicleClass>(random.below(kVehicleClasses - 1));
    const Time now = kNoon + minutes{random.between(-10, 60)};
    std::vector<FleetSite> sites;
    for (int i = 0; i < 8; ++i) {
      sites.push_back(fleet.site(RoadMap::position(random.uniform(0, 9), random.uniform(0, 4)),
                                 minutes{random.between(0, 60)}, i < 2));
      if (seed % 2 == 0 && i >= 2) sites.back().crews = {0, 1};
    }
    const FleetRoads roads{index, fleet.outlook(now)};
    const FleetTravel travel = fleet_travel(roads, now, sites);
    const MinuteRoads truth{index.states(), fleet.vehicle,       fleet.limits, fleet.water,
                            fleet.closures, kNoon - minutes{20}, 720};
    const auto goals = [&](std::size_t s) {
      std::vector<SearchGoal> made;
      for (const SearchStart& door : sites[s].doors) made.push_back({door.place, door.seconds, 0});
      return made;
    };
    for (int tour = 0; tour < 4; ++tour) {
      std::size_t at = random.below(2);
      Time time = now;
      if (travel.spans[at]) time = std::max(time, travel.spans[at]->span.from);
      for (int stop = 0; stop < 4; ++stop) {
        const std::size_t next = 2 + random.below(6);
        const double driven = travel.seconds[at * sites.size() + next];
        if (!std::isfinite(driven) || next == at) continue;
        Time begin = time + from_seconds(driven);
        const auto& span = travel.spans[next];
        if (span) {
          const Time opens = std::max(span->span.from, kNoon - minutes{20});
          waited += begin < opens ? 1 : 0;
          begin = std::max(begin, opens + from_seconds(span->way_in_s));
        }
        const Time done = begin + sites[next].work;
        if (span && span->span.until < Time::max() &&
            done + from_seconds(span->way_out_s) > span->span.until) {
          continue;
        }
        if (done > kNoon + minutes{600}) break;
        const auto arrival = truth.arrival(sites[at].doors, goals(next), time);
        ASSERT_TRUE(arrival) << "site " << at << " to " << next << " at " << minute_of(time);
        ASSERT_LE(*arrival, begin + minutes{1}) << "site " << at << " to " << next;
        if (span) {
          ++in_pockets;
          const auto out = truth.arrival(sites[next].doors, roads.safe_ground(), done);
          ASSERT_TRUE(out);
          ASSERT_LE(*out, span->span.until == Time::max()
                              ? done + from_seconds(span->way_out_s) + minutes{1}
                              : span->span.until + minutes{1});
        }
        on_own_ground += travel.own[next];
        ++stops;
        at = next;
        time = done;
      }
    }
  }
  EXPECT_GT(stops, 300);
  EXPECT_GT(in_pockets, 20);
  EXPECT_GT(waited, 3);
  EXPECT_GT(on_own_ground, 10);
}

}  // namespace
}  // namespace gridmend::fleet_roads_test
