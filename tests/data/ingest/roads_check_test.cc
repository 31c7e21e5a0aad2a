#include "data/ingest/check_roads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "data/ingest/road_graph_builder.h"
#include "tests/data/ingest/checked_drawing.h"

namespace gridmend::roads_check_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

RoadGraph street(Position middle, RoadOrigin origin) {
  RoadGraphBuilder builder;
  const std::array line{middle, Position{middle.longitude_deg + 1e-3, middle.latitude_deg}};
  const auto from = builder.add_vertex(line[0]), to = builder.add_vertex(line[1]);
  builder.add(
      {.from = from, .to = to, .line = line, .name = {}, .forward_kmh = 30, .backward_kmh = 30});
  auto roads = RoadGraph::from_records(std::move(builder).finish(origin));
  EXPECT_TRUE(roads) << describe(roads.error());
  return roads ? *roads : RoadGraph{};
}

// A lane of five devices, `near` of them within 1 km of a street and the others 5 km north of it.
struct LaneByAStreet {
  explicit LaneByAStreet(std::size_t near, RoadOrigin origin = RoadOrigin::openstreetmap)
      : drawn("S==B1--n1--F1--n2") {
    const Position middle{11.5, 50};
    std::size_t placed = 0;
    for (const char* mrid : {"B1", "B1-n1", "n1-F1", "F1", "F1-n2"}) {
      const double north_m = placed++ < near ? 500 : 5000;
      drawn.device(mrid).position = {middle.longitude_deg, middle.latitude_deg + north_m / 111'195};
    }
    drawn.found_in_all();
    EXPECT_EQ(drawn.network().devices().size(), placed);
    check_roads(drawn.network(), street(middle, origin), {}, log);
  }
  CheckedDrawing drawn;
  DefectLog log;
};

TEST(RoadCheck, RoadsElsewhereAreOneFindingThatSaysHowFarAway) {
  const LaneByAStreet lane{2};
  ASSERT_EQ(lane.log.defects().size(), 1u);
  const Defect& defect = lane.log.defects()[0];
  EXPECT_EQ(defect.defect_class, DefectClass::roads_far_from_network);
  EXPECT_THAT(defect.message, AllOf(HasSubstr("3 of 5 devices"), HasSubstr("no road within 1000 m"),
                                    HasSubstr("5.0 km away")));
  ASSERT_TRUE(defect.subject.device.valid());
  EXPECT_EQ(defect.place.feature_id, lane.drawn.network().mrid(defect.subject.device));
  EXPECT_EQ(defect.position, lane.drawn.network().devices()[defect.subject.device].position);
}

TEST(RoadCheck, RoadsOfAnotherPlaceTouchEveryCustomer) {
  CheckedDrawing drawn("S==B1--n1--T1(40)");
  drawn.found_in_all();
  DefectLog log;
  check_roads(drawn.network(), street({100, 0}, RoadOrigin::openstreetmap), {}, log);
  ASSERT_EQ(log.defects().size(), 1u);
  EXPECT_EQ(log.defects()[0].subject.customers, 40u);
}

TEST(RoadCheck, AFifthOfTheDevicesMayStandInTheFields) {
  EXPECT_TRUE(LaneByAStreet{5}.log.defects().empty());
  EXPECT_TRUE(LaneByAStreet{4}.log.defects().empty()) << "a fifth is not more than a fifth";
  EXPECT_EQ(LaneByAStreet{3}.log.defects().size(), 1u);
}

TEST(RoadCheck, RoadsMadeOfTheLinesThemselvesAreNotAsked) {
  EXPECT_TRUE((LaneByAStreet{0, RoadOrigin::derived_access}.log.defects().empty()));
  EXPECT_EQ((LaneByAStreet{0, RoadOrigin::line_layer}.log.defects().size()), 1u);
}

TEST(RoadCheck, WithoutRoadsOrPlacesThereIsNothingToSay) {
  DefectLog log;
  CheckedDrawing somewhere("S==B1--n1");
  somewhere.found_in_all();
  check_roads(somewhere.network(), RoadGraph{}, {}, log);
  CheckedDrawing nowhere("S==B1--n1");
  for (const char* mrid : {"B1", "B1-n1"}) nowhere.device(mrid).position = {};
  nowhere.found_in_all();
  check_roads(nowhere.network(), street({11.5, 50}, RoadOrigin::openstreetmap), {}, log);
  EXPECT_TRUE(log.defects().empty());
}

}  // namespace
}  // namespace gridmend::roads_check_test
