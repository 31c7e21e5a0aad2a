#include "routing/road/road_closure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/routing/road/road_map.h"

namespace gridmend {
namespace {

std::vector<std::string> closed_names(const RoadGraph& graph, Polyline line) {
  std::vector<std::string> result;
  for (const Id<RoadEdge> e : closed_edges(graph, {"c", std::move(line), {}, {}, ""})) {
    result.emplace_back(graph.name(e));
  }
  return result;
}

const RoadMap kCross{{"   N   ", "   |   ", "W--M--E", "   |   ", "   S   "}};

TEST(RoadClosure, APositionClosesTheStreetThereInBothDirections) {
  const RoadGraph graph = kCross.graph();
  EXPECT_THAT(closed_names(graph, {RoadMap::position(1, 2.05)}),
              testing::UnorderedElementsAre("WM", "MW"));
}

TEST(RoadClosure, APositionAtAJunctionClosesAllThatMeetThere) {
  const RoadGraph graph = kCross.graph();
  EXPECT_EQ(closed_names(graph, {kCross.position('M')}).size(), 8U);
}

TEST(RoadClosure, APositionFarFromRoadsClosesNothing) {
  const RoadGraph graph = kCross.graph();
  EXPECT_THAT(closed_names(graph, {RoadMap::position(1, 1.5)}), testing::IsEmpty());
}

TEST(RoadClosure, ALineAlongAStreetLeavesTheCrossingStreetOpen) {
  const RoadGraph graph = kCross.graph();
  EXPECT_THAT(closed_names(graph, {RoadMap::position(1, 2.05), RoadMap::position(5, 2.05)}),
              testing::UnorderedElementsAre("WM", "MW", "ME", "EM"));
}

TEST(RoadClosure, ALineThatEndsAtAJunctionLeavesTheRoadBeyondOpen) {
  const RoadGraph graph = kCross.graph();
  EXPECT_THAT(closed_names(graph, {kCross.position('W'), kCross.position('M')}),
              testing::UnorderedElementsAre("WM", "MW"));
}

TEST(RoadClosure, AShortLineClosesTheLongStreetItLiesOn) {
  const RoadGraph graph = kCross.graph();
  EXPECT_THAT(closed_names(graph, {RoadMap::position(1.5, 2), RoadMap::position(1.56, 2)}),
              testing::UnorderedElementsAre("WM", "MW"));
}

TEST(RoadClosure, HoldsFromItsBeginningToBeforeItsEnd) {
  const RoadClosure closure{"c", {{8, 0}}, Time{Duration{10}}, Time{Duration{20}}, ""};
  EXPECT_FALSE(closure.holds(Time{Duration{9}}));
  EXPECT_TRUE(closure.holds(Time{Duration{10}}));
  EXPECT_TRUE(closure.holds(Time{Duration{19}}));
  EXPECT_FALSE(closure.holds(Time{Duration{20}}));
}

TEST(RoadClosure, RefusesWhatIsNone) {
  const RoadClosure good{"c", {{8, 0}}, {}, {}, ""};
  EXPECT_TRUE(validate(good));
  RoadClosure bad = good;
  bad.id.clear();
  EXPECT_FALSE(validate(bad));
  bad = good;
  bad.line.clear();
  EXPECT_FALSE(validate(bad));
  bad = good;
  bad.line.push_back({std::numeric_limits<double>::quiet_NaN(), 0});
  EXPECT_FALSE(validate(bad));
  bad = good;
  bad.until = bad.from;
  ASSERT_FALSE(validate(bad));
  EXPECT_EQ(validate(bad).error().field, "closure.until");
}

}  // namespace
}  // namespace gridmend
