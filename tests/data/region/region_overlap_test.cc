#include "data/region/region_overlap.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/data/region/plain_network.h"

namespace gridmend::region_overlap_test {
namespace {

RegionOverlap overlap(const PlainNetwork& before, const PlainNetwork& after) {
  Random order{7};
  const Region a = before.to_region(&order);
  const Region b = after.to_region(&order);
  return overlap_of(a.network, b.network, match_regions(a.network, b.network));
}

TEST(RegionOverlap, ANetworkOverlapsItselfWholeInAnyOrder) {
  const PlainNetwork plain = plain_network(3, 4, 5);
  const RegionOverlap same = overlap(plain, plain);
  EXPECT_EQ(same.devices, plain.devices.size());
  EXPECT_EQ(same.devices_kept, same.devices);
  EXPECT_EQ(same.usage_points, plain.usage_points.size());
  EXPECT_EQ(same.usage_points_kept, same.usage_points);
  EXPECT_TRUE(same.enough());
}

TEST(RegionOverlap, OfANetworkThatGrewEverythingIsKept) {
  const RegionOverlap grown = overlap(plain_network(2, 3, 4), plain_network(4, 6, 8));
  EXPECT_EQ(grown.usage_points_kept, grown.usage_points);
  EXPECT_TRUE(grown.enough());
}

TEST(RegionOverlap, HalfIsEnoughAndOneLessIsNot) {
  const PlainNetwork before = plain_network(2, 2, 5);
  ASSERT_EQ(before.usage_points.size(), 20U);
  PlainNetwork after = before;
  for (int i = 0; i < 10; ++i) after.usage_points.pop_back();
  EXPECT_TRUE(overlap(before, after).enough());
  after.usage_points.pop_back();
  const RegionOverlap fewer = overlap(before, after);
  EXPECT_EQ(fewer.usage_points_kept, 9U);
  EXPECT_EQ(fewer.devices_kept, fewer.devices);
  EXPECT_FALSE(fewer.enough()) << "all devices, but not the meters";
}

TEST(RegionOverlap, DevicesUnderNewNamesAreNotKept) {
  const PlainNetwork before = plain_network(2, 2, 5);
  PlainNetwork after = before;
  for (PlainNetwork::Device& device : after.devices) device.mrid = "new " + device.mrid;
  for (PlainNetwork::UsagePoint& point : after.usage_points)
    point.transformer = "new " + point.transformer;
  const RegionOverlap renamed = overlap(before, after);
  EXPECT_EQ(renamed.devices_kept, 0U);
  EXPECT_EQ(renamed.usage_points_kept, renamed.usage_points);
  EXPECT_FALSE(renamed.enough());
}

TEST(RegionOverlap, TheSameIdsInAnotherTownAreOtherThings) {
  const PlainNetwork before = plain_network(2, 2, 5);
  PlainNetwork shifted = before;
  PlainNetwork elsewhere = before;
  const auto move = [](PlainNetwork& network, double degrees) {
    for (PlainNetwork::Device& device : network.devices) device.position.latitude_deg += degrees;
    for (PlainNetwork::UsagePoint& point : network.usage_points)
      point.position.latitude_deg += degrees;
  };
  move(shifted, .005);  // what a wrong datum does
  move(elsewhere, 1);
  EXPECT_TRUE(overlap(before, shifted).enough());
  EXPECT_EQ(overlap(before, elsewhere).devices_kept, 0U);
  EXPECT_FALSE(overlap(before, elsewhere).enough());
}

TEST(RegionOverlap, ATableThatWasEmptyAsksForNothing) {
  PlainNetwork before = plain_network(2, 2, 5);
  before.usage_points.clear();
  EXPECT_TRUE(overlap(before, plain_network(2, 2, 5)).enough());
}

}  // namespace
}  // namespace gridmend::region_overlap_test
