#include "routing/road/road_conditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "routing/road/travel_times.h"
#include "tests/routing/road/road_map.h"

namespace gridmend::road_conditions_test {
namespace {

RoadConditions conditions(const RoadGraph& graph, const std::vector<std::string>& water,
                          VehicleClass vehicle = VehicleClass::truck) {
  return RoadConditions::derive(graph, vehicle, {}, Water{}.with_slice(RoadMap::water(water)), {},
                                Time{});
}

TEST(SpeedInWater, FollowsTheDepthDisruptionFunction) {
  EXPECT_DOUBLE_EQ(speed_in_water_kmh(50, 0), 50);
  EXPECT_DOUBLE_EQ(speed_in_water_kmh(50, 0.02), 50) << "never above the dry speed";
  EXPECT_NEAR(speed_in_water_kmh(120, 0.02), 0.0009 * 400 - 0.5529 * 20 + 86.9448, 1e-9);
  EXPECT_NEAR(speed_in_water_kmh(50, 0.15), 0.0009 * 22500 - 0.5529 * 150 + 86.9448, 1e-9);
  EXPECT_NEAR(speed_in_water_kmh(50, 0.30), 2.0748, 1e-6);
  const double lowest = speed_in_water_kmh(50, 0.3072);
  EXPECT_GT(lowest, 1.9);
  EXPECT_NEAR(speed_in_water_kmh(50, 0.7), lowest, 1e-4) << "it does not rise again";
}

TEST(RoadConditions, DryRoadsTakeTheirLengthBySpeed) {
  const RoadGraph graph = RoadMap{{"A----B"}}.graph();
  const auto dry = RoadConditions::dry(graph, VehicleClass::car);
  EXPECT_NEAR(dry.seconds(RoadMap::edge(graph, "AB")), 50, 1e-4);
  EXPECT_FALSE(dry.closed(RoadMap::edge(graph, "BA")));
}

TEST(RoadConditions, EachClassPassesWaterUpToItsLimit) {
  const RoadGraph graph = RoadMap{{"A-B-C-D-E"}}.graph();
  //                          depths   .1 .3 .5 .7
  const std::vector<std::string> water{" 1 3 5 7 "};
  const auto open = [&](VehicleClass v) {
    const auto c = conditions(graph, water, v);
    std::string result;
    for (const char* name : {"AB", "BC", "CD", "DE"}) {
      result += c.closed(RoadMap::edge(graph, name)) ? 'x' : 'o';
    }
    return result;
  };
  EXPECT_EQ(open(VehicleClass::car), "oxxx");
  EXPECT_EQ(open(VehicleClass::van), "oxxx");
  EXPECT_EQ(open(VehicleClass::four_wheel_drive), "ooxx");
  EXPECT_EQ(open(VehicleClass::truck), "ooox") << "water at the very limit is passed";
  EXPECT_EQ(open(VehicleClass::high_water_truck), "oooo");
}

TEST(RoadConditions, OnlyTheWetPartOfARoadIsDrivenSlowly) {
  const RoadGraph graph = RoadMap{{"A---------B"}}.graph();
  const auto c = conditions(graph, {"     3     "});
  const double slow = 100 / (speed_in_water_kmh(36, 0.3) / 3.6);
  // Sampling widens the puddle by up to a step on either side.
  EXPECT_NEAR(c.seconds(RoadMap::edge(graph, "AB")), 90 + slow, slow * 0.11);
  EXPECT_EQ(c.seconds(RoadMap::edge(graph, "AB")), c.seconds(RoadMap::edge(graph, "BA")));
}

TEST(RoadConditions, AnUncertainDepthMakesARoadDearerLongBeforeItClosesIt) {
  const RoadGraph graph = RoadMap{{"A--B"}}.graph();
  const auto seconds = [&](const std::string& depth, double sigma_m, VehicleClass vehicle) {
    WaterSlice slice = RoadMap::water({depth});
    slice.depth_sigma_m = sigma_m;
    return RoadConditions::derive(graph, vehicle, {}, Water{}.with_slice(std::move(slice)), {},
                                  Time{})
        .seconds(Id<RoadEdge>{0});
  };
  const float certain = seconds("3333", 0, VehicleClass::truck);
  // 0.2 m below a truck's limit: one deviation, a chance of 0.1587 to be turned back, on 300 m.
  EXPECT_NEAR(seconds("3333", 0.2, VehicleClass::truck) - certain, 0.1587 * 900 * 1.5, 0.1);
  EXPECT_NEAR(seconds("3333", 0.05, VehicleClass::truck), certain, 0.1) << "four deviations";
  EXPECT_LT(seconds("3333", 0.2, VehicleClass::high_water_truck) - certain, 0.02 * 900)
      << "the same water is no risk for a class that passes more";
  EXPECT_EQ(seconds("6666", 0.2, VehicleClass::truck), RoadConditions::kClosed);
  EXPECT_GT(seconds("6666", 0.2, VehicleClass::boat), seconds("AAAA", 0.2, VehicleClass::boat))
      << "a boat may run aground";
  EXPECT_EQ(seconds("    ", 0.2, VehicleClass::truck), 30) << "what is dry is certain";
}

TEST(RoadConditions, AStreetIsAsDearInOnePieceAsInMany) {
  const RoadMap whole{{"A-----------B"}};
  const RoadMap pieces{{"A--C--D--E--B"}};
  const auto driven = [](const RoadMap& map) {
    const RoadGraph graph = map.graph();
    WaterSlice slice = RoadMap::water({" 344433 1333 "});
    slice.depth_sigma_m = 0.3;
    const auto c = RoadConditions::derive(graph, VehicleClass::truck, {},
                                          Water{}.with_slice(std::move(slice)), {}, Time{});
    SnapSettings whole_map;
    whole_map.fragment_m = 0;
    return fastest_path(graph, c, map.position('A'), map.position('B'), whole_map)->seconds;
  };
  EXPECT_GT(driven(whole), 120 + 900);
  EXPECT_NEAR(driven(pieces), driven(whole), 0.02 * driven(whole))
      << "but for a sample at each cut";
}

TEST(RoadConditions, ARiskyShortWayIsLeftForASafeLongerOne) {
  const RoadMap map{{"A--B---C--D", "   |   |   ", "   E---G   "}};
  const RoadGraph graph = map.graph();
  const auto passed = [&](double sigma_m) {
    WaterSlice slice = RoadMap::water({"    111    "});
    slice.depth_sigma_m = sigma_m;
    const auto c = RoadConditions::derive(graph, VehicleClass::van, {},
                                          Water{}.with_slice(std::move(slice)), {}, Time{});
    SnapSettings whole_map;
    whole_map.fragment_m = 0;
    return fastest_path(graph, c, map.position('A'), map.position('D'), whole_map)->edges.size();
  };
  EXPECT_EQ(passed(0), 3U);
  EXPECT_EQ(passed(0.1), 5U) << "one chance in fifteen to be turned back";
}

TEST(RoadConditions, ABridgeStandsAboveTheWaterUntilItsDeckIsReached) {
  const RoadGraph graph = RoadMap{{"A--B===C--D"}}.graph();
  const auto bc = RoadMap::edge(graph, "BC");
  // Five metres in the river, dry abutments.
  EXPECT_NEAR(conditions(graph, {"    EEE    "}).seconds(bc), 40, 1e-3);
  // Two metres at the abutments: the ramps are under water, the deck is not.
  const auto ramps = conditions(graph, {"  BBBBBBB  "});
  EXPECT_FALSE(ramps.closed(bc));
  EXPECT_TRUE(ramps.closed(RoadMap::edge(graph, "AB")));
  // Four metres at one abutment: over the deck.
  EXPECT_TRUE(conditions(graph, {"   D       "}).closed(bc));
}

TEST(RoadConditions, AnUnderpassFloodsFirst) {
  const RoadGraph graph = RoadMap{{"A--B-u-C--D"}}.graph();
  // A tenth of a metre, which a car passes on the road, stands a metre deeper in the underpass.
  const auto c = conditions(graph, {"11111111111"}, VehicleClass::truck);
  EXPECT_FALSE(c.closed(RoadMap::edge(graph, "AB")));
  EXPECT_TRUE(c.closed(RoadMap::edge(graph, "BC")));
  EXPECT_TRUE(c.closed(RoadMap::edge(graph, "CB")));
  EXPECT_TRUE(conditions(graph, {"   1       "}).closed(RoadMap::edge(graph, "BC")))
      << "water at one portal runs down";
  EXPECT_FALSE(conditions(graph, {" 1         "}).closed(RoadMap::edge(graph, "BC")));
}

TEST(RoadConditions, ADeepTunnelUnderARiverStaysDry) {
  const RoadGraph graph = RoadMap{{"A--B-uuuuu-C--D"}}.graph();
  EXPECT_FALSE(conditions(graph, {"      EEE      "}).closed(RoadMap::edge(graph, "BC")));
  EXPECT_TRUE(conditions(graph, {"           1   "}).closed(RoadMap::edge(graph, "BC")));
}

TEST(RoadConditions, AFordIsDeeperThanTheRoadAndPassableOnADryDay) {
  const RoadGraph graph = RoadMap{{"A--B-f-C--D"}}.graph();
  const auto bc = RoadMap::edge(graph, "BC");
  EXPECT_FALSE(conditions(graph, {""}).closed(bc));
  EXPECT_FALSE(conditions(graph, {"     2     "}).closed(bc)) << "0.2 + 0.3 is a truck's limit";
  EXPECT_TRUE(conditions(graph, {"     3     "}).closed(bc));
  EXPECT_FALSE(conditions(graph, {" 3         "}).closed(RoadMap::edge(graph, "AB")));
}

TEST(RoadConditions, ABoatMovesOnlyWhereItFloats) {
  const RoadGraph graph = RoadMap{{"A--B--C--D"}}.graph();
  const auto boat = conditions(graph, {"4444555555"}, VehicleClass::boat);
  EXPECT_TRUE(boat.closed(RoadMap::edge(graph, "AB")));
  EXPECT_TRUE(boat.closed(RoadMap::edge(graph, "BC"))) << "too shallow at its beginning";
  EXPECT_NEAR(boat.seconds(RoadMap::edge(graph, "CD")), 300 / (8 / 3.6), 1e-3);
  const auto dry = RoadConditions::dry(graph, VehicleClass::boat);
  EXPECT_TRUE(dry.closed(RoadMap::edge(graph, "AB")));
}

TEST(RoadConditions, ClosuresCloseWhileTheyHold) {
  const RoadMap map{{"A--B--C"}};
  const RoadGraph graph = map.graph();
  const Time noon{std::chrono::hours{12}};
  const RoadClosure closure{"c", {RoadMap::position(1, 0)}, noon, noon + std::chrono::hours{1}, ""};
  const auto at = [&](Time t) {
    return RoadConditions::derive(graph, VehicleClass::truck, {}, Water{}, {closure}, t);
  };
  EXPECT_FALSE(at(noon - std::chrono::minutes{1}).closed(RoadMap::edge(graph, "AB")));
  EXPECT_TRUE(at(noon).closed(RoadMap::edge(graph, "AB")));
  EXPECT_TRUE(at(noon).closed(RoadMap::edge(graph, "BA")));
  EXPECT_FALSE(at(noon).closed(RoadMap::edge(graph, "BC")));
  EXPECT_FALSE(at(noon + std::chrono::hours{1}).closed(RoadMap::edge(graph, "AB")));
}

TEST(RoadConditions, FollowTheWaterInTime) {
  const RoadGraph graph = RoadMap{{"A--B"}}.graph();
  const Time noon{std::chrono::hours{12}};
  WaterSlice before = RoadMap::water({"    "}, noon);
  before.id = "before";
  const Water water = Water{}
                          .with_slice(std::move(before))
                          .with_slice(RoadMap::water({"AAAA"}, noon + std::chrono::minutes{60}));
  const auto closed = [&](int minute) {
    return RoadConditions::derive(graph, VehicleClass::truck, {}, water, {},
                                  noon + std::chrono::minutes{minute})
        .closed(Id<RoadEdge>{0});
  };
  EXPECT_FALSE(closed(0));
  EXPECT_FALSE(closed(29));
  EXPECT_TRUE(closed(31));
  EXPECT_TRUE(closed(600));
}

TEST(RoadConditions, SampledWaterServesEveryClassAlike) {
  const RoadGraph graph = RoadMap{{"A-B-C-D-E", "|   |   |", "I=J-u-K-L"}}.graph();
  const Water water = Water{}.with_slice(RoadMap::water({"135791357", " 11111111", "111111111"}));
  const auto sampled = RoadWater::sample(graph, water, Time{});
  for (int v = 0; v < kVehicleClasses; ++v) {
    const auto vehicle = static_cast<VehicleClass>(v);
    const auto one = RoadConditions::derive(graph, vehicle, {}, water, {}, Time{});
    const auto other = RoadConditions::derive(graph, vehicle, {}, sampled, {});
    EXPECT_THAT(other.all_milliseconds(), testing::ElementsAreArray(one.all_milliseconds()));
  }
}

}  // namespace
}  // namespace gridmend::road_conditions_test
