#include "routing/road/road_closure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/routing/road/road_map.h"

namespace gridmend::road_closure_test {
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

TEST(RoadClosure, AnAreaClosesEveryStreetOfWhichAPartLiesInside) {
  const RoadGraph graph = kCross.graph();
  RoadClosure closure{"c", {}, {}, {}, ""};
  // Between W and M, without a junction inside.
  closure.area = {{RoadMap::position(1, 1), RoadMap::position(2, 1), RoadMap::position(2, 3),
                   RoadMap::position(1, 3), RoadMap::position(1, 1)}};
  ASSERT_TRUE(validate(closure));
  std::vector<std::string> names;
  for (const Id<RoadEdge> e : closed_edges(graph, closure)) names.emplace_back(graph.name(e));
  EXPECT_THAT(names, testing::UnorderedElementsAre("WM", "MW"));
  // The whole map but a hole around the crossing and the west.
  closure.area = {
      {RoadMap::position(-5, -5), RoadMap::position(20, -5), RoadMap::position(20, 20),
       RoadMap::position(-5, 20), RoadMap::position(-5, -5)},
      {RoadMap::position(-1, 1.5), RoadMap::position(3.5, 1.5), RoadMap::position(3.5, 2.5),
       RoadMap::position(-1, 2.5), RoadMap::position(-1, 1.5)}};
  names.clear();
  for (const Id<RoadEdge> e : closed_edges(graph, closure)) names.emplace_back(graph.name(e));
  EXPECT_THAT(names, testing::UnorderedElementsAre("NM", "MN", "ME", "EM", "SM", "MS"));
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
  bad.area = {{{8, 0}, {9, 0}, {9, 1}, {8, 0}}};
  EXPECT_FALSE(validate(bad)) << "both a line and an area";
  bad.line.clear();
  EXPECT_TRUE(validate(bad));
  bad.area.front().pop_back();
  EXPECT_FALSE(validate(bad));
  bad = good;
  bad.until = bad.from;
  ASSERT_FALSE(validate(bad));
  EXPECT_EQ(validate(bad).error().field, "closure.until");
}

}  // namespace
}  // namespace gridmend::road_closure_test
