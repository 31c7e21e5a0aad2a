#include "core/outage/call_places.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/drawing/feeder_drawing.h"

namespace gridmend::call_places_test {
namespace {

using drawing::usage_point;
using testing::IsEmpty;

// Two transformers 150 m apart.
class CallTown : public testing::Test {
 protected:
  NetworkModel network_ = drawing::draw("S==B1==a==T1(3)\n\n\na==T2(3)\n");
  PlaceIndex places_{network_};
  CallPlaceSettings settings_;

  Position at(const char* name) const {
    return network_.usage_points()[usage_point(network_, name)].position;
  }
  std::vector<CallPlace> place(std::optional<Position> position, std::string_view address = {}) {
    return call_places(network_, places_, position, address, settings_);
  }
  double chance(const std::vector<CallPlace>& places, const char* name) {
    double sum = 0;
    for (const CallPlace& one : places)
      sum += one.usage_point == usage_point(network_, name) ? one.probability : 0;
    return sum;
  }
};

double sum_of(const std::vector<CallPlace>& places) {
  double sum = 0;
  for (const CallPlace& one : places) sum += one.probability;
  return sum;
}

TEST_F(CallTown, APositionIsSpreadOverWhoIsNearAndMostlyTheNearest) {
  const auto places = place(at("T1.1"));
  ASSERT_FALSE(places.empty());
  EXPECT_TRUE(std::ranges::is_sorted(places, {}, &CallPlace::usage_point));
  EXPECT_NEAR(sum_of(places), 1 - settings_.position_elsewhere, 1e-9);
  EXPECT_GT(chance(places, "T1.1"), 10 * chance(places, "T2.1"));
}

TEST_F(CallTown, FarFromEverybodyIsNowhere) {
  EXPECT_THAT(place(Position{121, 30}), IsEmpty());
  EXPECT_THAT(place({}), IsEmpty());
  EXPECT_THAT(place({}, "no such address"), IsEmpty());
}

TEST_F(CallTown, NobodyIsMoreProbableFartherAway) {
  const Position near = at("T1.1");
  const Position farther = LocalPlane{near}.to_position({-300, 0});
  const auto places = place(farther);
  ASSERT_FALSE(places.empty());
  EXPECT_LT(sum_of(places), .6);
}

TEST_F(CallTown, NoMoreThanTheLikeliestAreKept) {
  settings_.candidates = 2;
  EXPECT_EQ(place(at("T1.1")).size(), 2U);
}

TEST(CallPlaces, AnAddressAndAPositionDecideTogether) {
  NetworkRecords records;
  const LocalPlane plane{{120, 30}};
  TextPoolBuilder texts;
  std::vector<UsagePoint> points;
  // Two streets of the same name, 5 km apart; another house beside the first.
  for (const auto& [x, address] :
       {std::pair{0.0, "Lane 7"}, {30.0, "Lane 9"}, {5000.0, "Lane 7"}}) {
    UsagePoint point;
    point.position = plane.to_position({x, 0});
    point.address = texts.add(address);
    point.node = Id<ConnectivityNode>{0};
    points.push_back(point);
  }
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(1)};
  records.usage_points = Table<UsagePoint>{std::move(points)};
  records.texts = std::move(texts).finish();
  const NetworkModel network = *NetworkModel::from_records(std::move(records));
  const PlaceIndex places{network};
  const CallPlaceSettings settings;
  const auto by_address = call_places(network, places, {}, "LANE 07", settings);
  ASSERT_EQ(by_address.size(), 2U);
  EXPECT_NEAR(by_address[0].probability, by_address[1].probability, 1e-12);
  const auto both = call_places(network, places, plane.to_position({25, 0}), "Lane 7", settings);
  ASSERT_EQ(both.size(), 1U);
  EXPECT_EQ(both[0].usage_point, Id<UsagePoint>{0});
  EXPECT_GT(both[0].probability, .8);
  // Nobody of that address near: the position alone.
  const auto near = call_places(network, places, plane.to_position({25, 0}), "Elm 1", settings);
  ASSERT_EQ(near.size(), 2U);
  EXPECT_GT(near[1].probability, near[0].probability);
}

}  // namespace
}  // namespace gridmend::call_places_test
