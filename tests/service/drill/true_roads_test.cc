#include "service/drill/true_roads.h"

#include <gtest/gtest.h>

#include "tests/routing/road/road_map.h"

namespace gridmend::true_roads_test {
namespace {

const Drive kDrive{100, {{120, 30}, {120.001, 30}, {120.001, 30.002}}, {0, 40, 100}};

void expect_at(Position at, double longitude_deg, double latitude_deg) {
  EXPECT_NEAR(at.longitude_deg, longitude_deg, 1e-12);
  EXPECT_NEAR(at.latitude_deg, latitude_deg, 1e-12);
}

TEST(PositionAt, MovesEvenlyBetweenTheVerticesItPasses) {
  expect_at(position_at(kDrive, 20), 120.0005, 30);
  expect_at(position_at(kDrive, 40), 120.001, 30);
  expect_at(position_at(kDrive, 70), 120.001, 30.001);
}

TEST(PositionAt, StaysAtTheEndsBeforeAndAfterTheDrive) {
  expect_at(position_at(kDrive, -5), 120, 30);
  expect_at(position_at(kDrive, 0), 120, 30);
  expect_at(position_at(kDrive, 100), 120.001, 30.002);
  expect_at(position_at(kDrive, 1e9), 120.001, 30.002);
}

TEST(PositionAt, ADriveOfNoTimeIsAtItsEnd) {
  const Drive here{0, {{120, 30}, {120, 30}}, {0, 0}};
  expect_at(position_at(here, 0), 120, 30);
}

TEST(TrueRoads, NobodyDrivesAClosedRoad) {
  const RoadMap map{{"A--B--C"}};
  const RoadGraph graph = map.graph();
  const Water dry;
  TrueRoads roads{graph, dry, VehicleLimits{}};
  const auto drive = [&] {
    return roads.drive(VehicleClass::truck, map.position('A'), RoadMap::position(5.5, 0), Time{});
  };
  EXPECT_TRUE(drive());
  RoadClosure tree;
  tree.id = "tree";
  tree.line = {RoadMap::position(4.5, 0)};
  roads.close({tree});
  EXPECT_FALSE(drive());
  roads.close({});
  EXPECT_TRUE(drive());
}

TEST(TrueRoads, AnAreaThatIsDrawnAnewUnderItsNameClosesWhatItCoversNow) {
  const RoadMap map{{"A--B--C"}};
  const RoadGraph graph = map.graph();
  const Water dry;
  TrueRoads roads{graph, dry, VehicleLimits{}};
  const auto square = [](double x) {
    RoadClosure closure;
    closure.id = "square";
    closure.area = {{RoadMap::position(x, -1), RoadMap::position(x + .5, -1),
                     RoadMap::position(x + .5, 1), RoadMap::position(x, 1),
                     RoadMap::position(x, -1)}};
    return closure;
  };
  const auto drive = [&] {
    return roads.drive(VehicleClass::truck, map.position('A'), RoadMap::position(2, 0), Time{});
  };
  roads.close({square(1)});
  EXPECT_FALSE(drive());
  roads.close({square(4)});
  EXPECT_TRUE(drive()) << "only the street from B to C is closed now";
}

TEST(TrueRoads, WithoutRoadsCrewsDriveStraightAtThirtyOverADetour) {
  const RoadGraph none;
  const Water dry;
  TrueRoads roads{none, dry, VehicleLimits{}};
  const Position from{120, 30};
  const Position to{120.05, 30.02};
  const auto drive = roads.drive(VehicleClass::truck, from, to, Time{});
  ASSERT_TRUE(drive);
  EXPECT_NEAR(drive->seconds, 1.4 * distance_m(from, to) / (30 / 3.6), 1e-6);
  expect_at(position_at(*drive, drive->seconds / 2), 120.025, 30.01);
}

}  // namespace
}  // namespace gridmend::true_roads_test
