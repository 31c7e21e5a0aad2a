#include "routing/road/travel_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/random.h"
#include "routing/road/path_steps.h"
#include "tests/routing/road/road_map.h"

namespace gridmend::travel_times_test {
namespace {

// Scenario maps are small; nothing in them is a fragment.
SnapSettings whole_map() {
  SnapSettings settings;
  settings.fragment_m = 0;
  return settings;
}

float travel(const RoadGraph& graph, const RoadConditions& conditions, Position from, Position to,
             const SnapSettings& settings = whole_map()) {
  return travel_seconds(graph, conditions, std::vector{from}, std::vector{to}, settings).front();
}

RoadConditions flooded(const RoadGraph& graph, const std::vector<std::string>& water,
                       VehicleClass vehicle = VehicleClass::truck,
                       const std::vector<RoadClosure>& closures = {}) {
  return RoadConditions::derive(graph, vehicle, {}, Water{}.with_slice(RoadMap::water(water)),
                                closures, Time{});
}

std::string vertices_passed(const RoadGraph& graph, const RoadPath& path) {
  std::string letters;
  for (const Id<RoadEdge> e : path.edges) letters += graph.name(e).back();
  return letters;
}

TEST(TravelTimes, ABridgeCarriesCrewsOverTheFlood) {
  const RoadMap map{{"A-----B===C-----D", "      |   |      ", "      I---J      "}};
  const std::vector<std::string> river{"       EEE       ", "                 ",
                                       "       111       "};
  const RoadGraph graph = map.graph();
  const auto path =
      fastest_path(graph, flooded(graph, river), map.position('A'), map.position('D'), whole_map());
  ASSERT_TRUE(path);
  EXPECT_EQ(vertices_passed(graph, *path), "BCD");
  EXPECT_NEAR(path->seconds, 160, 0.01);
  EXPECT_NEAR(path->length_m, 1600, 0.01);
}

TEST(TravelTimes, TheUnderpassFloodsFirstAndTheLevelCrossingIsTheWayRound) {
  const RoadMap map{{"A-----BuC-----D", "      | |      ", "      | |      ", "      I-J      "}};
  const RoadGraph graph = map.graph();
  const auto passed = [&](const RoadConditions& c) {
    return vertices_passed(
        graph, *fastest_path(graph, c, map.position('A'), map.position('D'), whole_map()));
  };
  EXPECT_EQ(passed(RoadConditions::dry(graph, VehicleClass::truck)), "BCD");
  EXPECT_EQ(passed(flooded(graph, {"       1       "})), "BIJCD");
}

TEST(TravelTimes, ASiteOnTheOtherSideOfTheStreetCostsTurningRoundOrCrossing) {
  const RoadMap map{{"A------B"}};
  const RoadGraph graph = map.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const Position south = RoadMap::position(4, 0.2);
  const double walk = 20 * 3.6 / 4;
  EXPECT_NEAR(travel(graph, dry, map.position('A'), south), 40 + walk, 0.1);
  EXPECT_NEAR(travel(graph, dry, map.position('B'), south), 30 + walk + 20, 0.1);
  EXPECT_NEAR(travel(graph, dry, south, map.position('B')), walk + 30, 0.1);
  EXPECT_NEAR(travel(graph, dry, south, map.position('A')), walk + 20 + 40, 0.1);
  SnapSettings left = whole_map();
  left.drive_on_right = false;
  EXPECT_NEAR(travel(graph, dry, map.position('A'), south, left), 40 + walk + 20, 0.1);
  const RoadMap one_way{{"A>>>>>>B"}};
  EXPECT_NEAR(travel(one_way.graph(), RoadConditions::dry(one_way.graph(), VehicleClass::truck),
                     map.position('A'), RoadMap::position(4, -0.2)),
              40 + walk, 0.1)
      << "on a one-way street one stops on either side";
}

TEST(TravelTimes, AClosedRoadForcesADetour) {
  const RoadMap map{{"A--B--C", "   |  |", "   D--E"}};
  const RoadGraph graph = map.graph();
  const RoadClosure closure{"tree", {RoadMap::position(4.5, 0)}, Time{}, {}, "a tree fell"};
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const auto closed = flooded(graph, {}, VehicleClass::truck, {closure});
  EXPECT_NEAR(travel(graph, dry, map.position('A'), map.position('C')), 60, 1e-3);
  EXPECT_NEAR(travel(graph, closed, map.position('A'), map.position('C')), 100, 1e-3);
  const auto path = fastest_path(graph, closed, map.position('A'), map.position('C'), whole_map());
  ASSERT_TRUE(path);
  EXPECT_EQ(vertices_passed(graph, *path), "BDEC");
}

TEST(TravelTimes, AnIslandIsUnreachableUntilTheBoatComes) {
  const RoadMap map{{"A--B--C--D"}};
  const RoadGraph graph = map.graph();
  const std::vector<std::string> water{"  BBBBB   "};
  const auto truck = flooded(graph, water);
  EXPECT_EQ(travel(graph, truck, map.position('A'), map.position('D')), kUnreachable);
  EXPECT_FALSE(fastest_path(graph, truck, map.position('A'), map.position('D'), whole_map()));
  const auto boat = flooded(graph, water, VehicleClass::boat);
  EXPECT_NEAR(travel(graph, boat, map.position('B'), map.position('C')), 300 / (8 / 3.6), 0.01);
  // From D on foot to the water at C, then by boat.
  EXPECT_NEAR(travel(graph, boat, map.position('D'), map.position('B')),
              300 * 3.6 / 4 + 300 / (8 / 3.6), 0.01);
}

TEST(TravelTimes, ASiteAtAFloodedStreetIsNotReachedOnFootFromADryOne) {
  const RoadMap map{{"A------B", "|       ", "C------D"}};
  const RoadGraph graph = map.graph();
  const auto c = flooded(graph, {"    A   "});
  EXPECT_EQ(travel(graph, c, map.position('D'), RoadMap::position(6, 0.2)), kUnreachable);
  EXPECT_GT(travel(graph, c, map.position('D'), RoadMap::position(6, 1.8)), 0);
}

TEST(TravelTimes, PlacesOnOneStreetAreReachedInBothDirections) {
  const RoadMap map{{"A---------B"}};
  const RoadGraph graph = map.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const Position p = RoadMap::position(2, 0);
  const Position q = RoadMap::position(7, 0);
  EXPECT_NEAR(travel(graph, dry, p, q), 50, 1e-2);
  EXPECT_NEAR(travel(graph, dry, q, p), 50, 1e-2);
  const auto path = fastest_path(graph, dry, q, p, whole_map());
  ASSERT_TRUE(path);
  EXPECT_EQ(path->edges.size(), 1U);
  EXPECT_NEAR(path->length_m, 500, 0.1);
  EXPECT_NEAR(length_m(path->polyline), 500, 0.1);
}

TEST(TravelTimes, BackOnAOneWayStreetIsTheWayRound) {
  const RoadMap map{{"A>>>>>>>>>B", "|         |", "C---------D"}};
  const RoadGraph graph = map.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  EXPECT_NEAR(travel(graph, dry, RoadMap::position(2, 0), RoadMap::position(7, 0)), 50, 1e-2);
  // 300 m on to B, 200 down, 1000 back, 200 up, 200 to the place.
  EXPECT_NEAR(travel(graph, dry, RoadMap::position(7, 0), RoadMap::position(2, 0)), 190, 1e-2);
}

TEST(TravelTimes, TheWayBetweenRoadAndSiteIsOnFoot) {
  const RoadMap map{{"A---------B"}};
  const RoadGraph graph = map.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const auto path =
      fastest_path(graph, dry, RoadMap::position(2, 1), RoadMap::position(7, 0.5), whole_map());
  ASSERT_TRUE(path);
  EXPECT_NEAR(path->seconds, 50 + 150 / (4 / 3.6), 0.2);
  EXPECT_NEAR(path->on_foot_m, 150, 0.2);
  SnapSettings near = whole_map();
  near.reach_m = 80;
  EXPECT_EQ(travel(graph, dry, RoadMap::position(2, 1), map.position('B'), near), kUnreachable);
}

TEST(TravelTimes, OnePlaceIsNoJourneyEvenOnAClosedRoad) {
  const RoadMap map{{"A---B"}};
  const RoadGraph graph = map.graph();
  const auto c = flooded(graph, {"AAAAA"});
  EXPECT_EQ(travel(graph, c, map.position('A'), map.position('A')), 0);
  EXPECT_EQ(travel(graph, c, map.position('A'), map.position('B')), kUnreachable);
  ASSERT_TRUE(fastest_path(graph, c, map.position('A'), map.position('A')));
}

TEST(TravelTimes, ACarParkNotJoinedToTheStreetIsLookedPast) {
  const RoadMap map{{"A-----------B", "   C-D       "}};
  const RoadGraph graph = map.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  EXPECT_GT(travel(graph, dry, RoadMap::position(4, 0.9), map.position('B'), {}), 0);
  EXPECT_EQ(travel(graph, dry, RoadMap::position(4, 0.9), map.position('B'), whole_map()),
            kUnreachable);
  SnapSettings close;
  close.fragment_detour_m = 10;
  EXPECT_EQ(travel(graph, dry, RoadMap::position(4, 0.9), map.position('B'), close), kUnreachable);
}

TEST(TravelTimes, ASiteAboveATunnelIsReachedFromTheNearestStreet) {
  const RoadMap map{{"A--B-uuuu-C--D", "   |      |   ", "   E------G   "}};
  const RoadGraph graph = map.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const auto path =
      fastest_path(graph, dry, map.position('A'), RoadMap::position(6, 0.9), whole_map());
  ASSERT_TRUE(path);
  EXPECT_EQ(vertices_passed(graph, *path), "BEG");
}

TEST(PathSteps, EdgesOfOneStreetAreOneStepAndAddUp) {
  const RoadMap map{{"A--B===C--D"}};
  const RoadGraph graph = map.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const auto path =
      fastest_path(graph, dry, RoadMap::position(1, 0), RoadMap::position(9, 0), whole_map());
  ASSERT_TRUE(path);
  const auto steps = path_steps(graph, dry, *path);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].name, "AB");
  EXPECT_NEAR(steps[0].length_m, 200, 0.1);
  EXPECT_TRUE(steps[1].over_bridge);
  double length = 0;
  double seconds = 0;
  for (const PathStep& s : steps) {
    length += s.length_m;
    seconds += s.seconds;
  }
  EXPECT_NEAR(length, path->length_m, 1e-6);
  EXPECT_NEAR(seconds, path->seconds, 1e-3);
}

TEST(TravelTimes, NoRoadsAreNoWay) {
  const RoadGraph none;
  const auto dry = RoadConditions::dry(none, VehicleClass::truck);
  EXPECT_EQ(travel(none, dry, {8, 0}, {8.1, 0}), kUnreachable);
  EXPECT_TRUE(travel_seconds(none, dry, {}, {}).empty());
}

TEST(TravelTimesProperty, PathsMatricesAndTheTriangleAgree) {
  const RoadMap map{
      {"A---B->>C---D", "|   |   |   |", "E---G===I-u-J", "|   |   |   |", "K---L-<<M---N"}};
  const RoadGraph graph = map.graph({"ABC", "GIJ", "LKE"});
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<std::string> water(5, std::string(13, ' '));
    for (int i = random.between(0, 12); i > 0; --i) {
      water[random.below(5)][random.below(13)] = static_cast<char>('1' + random.below(9));
    }
    const auto conditions = flooded(graph, water, VehicleClass::four_wheel_drive);
    std::vector<Position> places;
    for (int i = 0; i < 6; ++i) {
      places.push_back(RoadMap::position(random.uniform(0, 12), random.uniform(0, 4)));
    }
    const auto matrix = travel_seconds(graph, conditions, places, places, whole_map());
    for (std::size_t i = 0; i < 6; ++i) {
      for (std::size_t j = 0; j < 6; ++j) {
        const auto path = fastest_path(graph, conditions, places[i], places[j], whole_map());
        ASSERT_EQ(path.has_value(), matrix[i * 6 + j] != kUnreachable);
        if (!path || i == j) continue;
        ASSERT_NEAR(path->seconds, static_cast<double>(matrix[i * 6 + j]), 1e-3);
        ASSERT_NEAR(length_m(path->polyline), path->length_m, path->length_m * 1e-3 + 0.1);
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::travel_times_test
