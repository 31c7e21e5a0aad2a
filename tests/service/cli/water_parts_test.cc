#include "service/cli/water_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "service/cli/water_cover.h"

namespace gridmend::water_parts_test {
namespace {

using ::testing::SizeIs;

constexpr Time kNow{std::chrono::hours{24 * 365 * 40}};

TEST(WaterParts, TogetherSayWhatTheWholeSays) {
  WaterSlice whole;
  whole.id = "flood";
  whole.valid_at = kNow;
  whole.depth_sigma_m = .2;
  // What was there before shows where the picture says nothing.
  const Water before = Water{}.with_slice(
      {"before", kNow - std::chrono::hours{1}, DepthGrid{0, 90, 30, 90, 1, 1, {9}}, {}});
  DepthGrid grid{10, 50, .1, .1, 7, 5, std::vector<float>(35, 0)};
  for (std::size_t i = 0; i < 35; i += 4) grid.depth_m[i] = static_cast<float>(1 + i) / 10;
  // Columns 3 to 5 of the first three rows are one dry tile.
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 3; column < 6; ++column) grid.depth_m[7 * row + column] = 0;
  }
  whole.grid = grid;
  for (int p = 0; p < 5; ++p) {
    const double west = 20 + p;
    whole.polygons.push_back(
        {{{{west, 0}, {west + .5, 0}, {west + .5, 1}, {west, 1}, {west, 0}}}, .5 + p});
  }
  const std::vector<WaterSlice> parts = water_parts(whole, {3, 2, 12});
  Water together = before;
  for (const WaterSlice& part : parts) {
    EXPECT_TRUE(validate(part)) << part.id;
    EXPECT_EQ(part.valid_at, kNow);
    EXPECT_EQ(part.depth_sigma_m, .2);
    EXPECT_NE(part.id, "flood#0-1") << "a dry tile is not sent";
    together = together.with_slice(part);
  }
  EXPECT_EQ(parts.size(), 4U + 3 + 1) << "two of six tiles are dry; two polygons a part";
  const Water once = before.with_slice(whole);
  for (double longitude = 9.95; longitude < 26; longitude += .1) {
    for (const double latitude : {49.95, 49.85, 49.75, 49.65, 49.55, 49.45, .5}) {
      EXPECT_EQ(together.depth_m({longitude, latitude}, kNow),
                once.depth_m({longitude, latitude}, kNow))
          << longitude << ", " << latitude;
    }
  }
}

TEST(WaterParts, TogetherAreSilentWhereTheWholeIs) {
  constexpr std::uint64_t kSeed = 79;
  Random random{kSeed};
  // A grid, and polygons that reach beyond it and have polygons for company.
  const Polyline earth{{-20, -10}, {40, -10}, {40, 80}, {-20, 80}, {-20, -10}};
  const Water before =
      Water{}
          .with_slice(
              {"before", kNow - std::chrono::hours{1}, DepthGrid{10.6, 90, 30, 90, 1, 1, {9}}, {}})
          .with_slice({"drawn", kNow - std::chrono::hours{1}, {}, {{{earth}, 9}}})
          .with_slice({"later", kNow + std::chrono::hours{1}, {}, {{{earth}, 9}}});
  std::size_t exact = 0, careful = 0;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const auto columns = static_cast<std::uint32_t>(random.between(1, 17));
    const auto rows = static_cast<std::uint32_t>(random.between(1, 17));
    const double gaps = random.chance(.3) ? 0 : random.uniform(0, .2);
    WaterSlice whole{"flood", kNow, DepthGrid{10, 50, .1, .2, columns, rows, {}}, {}};
    whole.dry_elsewhere = random.chance(.2);
    for (auto p = random.chance(.3) ? random.between(3, 6) : 0; p > 0; --p) {
      const double west = random.uniform(9.9, 12), north = random.uniform(46, 50);
      whole.polygons.push_back({{{{west, north - .3},
                                  {west + .3, north - .3},
                                  {west + .3, north},
                                  {west, north},
                                  {west, north - .3}}},
                                .25});
    }
    for (std::uint32_t i = 0; i < columns * rows; ++i) {
      whole.grid->depth_m.push_back(random.chance(gaps)
                                        ? std::numeric_limits<float>::quiet_NaN()
                                        : static_cast<float>(random.chance(.05) ? 1 : 0));
    }
    Water together = before;
    for (const WaterSlice& part : water_parts(whole, {4, 2, 12})) {
      ASSERT_TRUE(validate(part));
      together = together.with_slice(part);
    }
    const Water once = before.with_slice(whole);
    for (double longitude = 9.95; longitude < 12; longitude += .1) {
      for (double latitude = 50.1; latitude > 46; latitude -= .2) {
        const double said = once.depth_m({longitude, latitude}, kNow);
        const double had = together.depth_m({longitude, latitude}, kNow);
        ASSERT_TRUE(had == said || (gaps > 0 && said < 1 && had == 9))
            << longitude << ", " << latitude << ": " << had << " for " << said;
        ++(had == said ? exact : careful);
      }
    }
  }
  EXPECT_LT(careful * 20, exact) << "dry beside a gap may count as a gap";
}

TEST(WaterParts, ASmallPictureIsSentWholeAndOneWithoutWaterSaysNothing) {
  WaterSlice small;
  small.id = "s";
  small.grid = DepthGrid{10, 50, .1, .1, 2, 1, {1, 0}};
  EXPECT_THAT(water_parts(small), SizeIs(1));
  EXPECT_EQ(water_parts(small)[0].id, "s");
  WaterSlice dry;
  dry.id = "d";
  ASSERT_THAT(water_parts(dry), SizeIs(1));
  EXPECT_TRUE(validate(water_parts(dry)[0]));
  EXPECT_FALSE(water_parts(dry)[0].grid) << "a grid would say where roads lie outside of it";
}

TEST(WaterParts, TilesAreFollowedByHowFarThePictureReaches) {
  WaterSlice whole;
  whole.id = "flood";
  whole.valid_at = kNow;
  whole.grid = DepthGrid{10, 50, .1, .2, 7, 5, std::vector<float>(35, 0)};
  const auto dry = water_parts(whole, {3, 2, 12});
  whole.grid->depth_m[20] = 1;
  const auto wet = water_parts(whole, {3, 2, 12});
  ASSERT_THAT(dry, SizeIs(1));
  ASSERT_THAT(wet, SizeIs(2));
  EXPECT_EQ(wet[0].id, "flood#0-2");
  for (const WaterSlice& extent : {dry[0], wet[1]}) {
    EXPECT_EQ(extent.id, "flood#e");
    EXPECT_TRUE(is_extent(extent.id));
    EXPECT_TRUE(validate(extent));
    EXPECT_EQ(extent.valid_at, kNow);
    EXPECT_EQ(extent.grid->west_deg, 10);
    EXPECT_EQ(extent.grid->north_deg, 50);
    EXPECT_DOUBLE_EQ(extent.grid->step_east_deg, .7);
    EXPECT_DOUBLE_EQ(extent.grid->step_south_deg, 1);
    EXPECT_TRUE(Water{}.with_slice(extent).wet_boxes(kNow).empty());
  }
}

// What holds while the parts arrive nowhere says less than they will.
TEST(WaterParts, TheirCoverIsNowhereShallowerAndFitsOneCall) {
  constexpr std::uint64_t kSeed = 77;
  Random random{kSeed};
  int covers = 0;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const auto columns = static_cast<std::uint32_t>(random.between(1, 23));
    const auto rows = static_cast<std::uint32_t>(random.between(1, 23));
    WaterSlice whole;
    whole.id = "flood";
    whole.valid_at = kNow;
    whole.grid = DepthGrid{10, 50, .1, .2, columns, rows, {}};
    for (std::uint32_t i = 0; i < columns * rows; ++i) {
      whole.grid->depth_m.push_back(random.chance(.1) ? static_cast<float>(random.uniform(0, 2))
                                                      : 0.F);
    }
    const WaterPartLimits limits{5, 2, 12};
    const auto cover = water_cover(whole, limits);
    const bool wet = std::ranges::any_of(whole.grid->depth_m, [](float d) { return d > 0; });
    ASSERT_EQ(cover.has_value(), wet && std::max(columns, rows) > limits.side_cells);
    if (!cover) continue;
    ++covers;
    EXPECT_EQ(cover->id, whole.id);
    EXPECT_EQ(cover->valid_at, whole.valid_at);
    EXPECT_TRUE(validate(*cover));
    EXPECT_THAT(water_parts(*cover, limits), SizeIs(1));
    const Water fine = Water{}.with_slice(whole);
    const Water coarse = Water{}.with_slice(*cover);
    for (std::uint32_t row = 0; row < rows; ++row) {
      for (std::uint32_t column = 0; column < columns; ++column) {
        const Position p{10 + .1 * (column + .5), 50 - .2 * (row + .5)};
        ASSERT_GE(coarse.depth_m(p, kNow), fine.depth_m(p, kNow)) << column << ", " << row;
      }
    }
  }
  EXPECT_GT(covers, 150);
}

TEST(WaterParts, TheCoverOfPolygonsAndOfBothIsNowhereShallower) {
  constexpr std::uint64_t kSeed = 78;
  Random random{kSeed};
  std::size_t wet = 0, dry = 0;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const WaterPartLimits limits{20, 3, 40};
    WaterSlice whole;
    whole.id = "flood";
    whole.valid_at = kNow;
    if (random.chance(.3)) {
      whole.grid = DepthGrid{10, 50, .05, .03, 7, 9, {}};
      for (int i = 0; i < 63; ++i) {
        whole.grid->depth_m.push_back(random.chance(.1) ? static_cast<float>(random.uniform(0, 2))
                                                        : 0.F);
      }
    }
    // Rings of any course, some with straight sides and corners on cells' sides.
    for (auto p = random.between(4, 7); p > 0; --p) {
      DepthPolygon& polygon = whole.polygons.emplace_back();
      polygon.depth_m = random.uniform(0, 3);
      const Position middle{random.uniform(10, 10.4), random.uniform(49.7, 50)};
      for (auto r = random.between(1, 2); r > 0; --r) {
        Polyline& ring = polygon.rings.emplace_back();
        const bool even = random.chance(.3);
        for (auto corner = random.between(3, 9); corner > 0; --corner) {
          const double east = random.uniform(-.1, .1), north = random.uniform(-.1, .1);
          ring.push_back({middle.longitude_deg + (even ? std::round(east * 50) / 50 : east),
                          middle.latitude_deg + (even ? std::round(north * 50) / 50 : north)});
        }
        ring.push_back(ring.front());
      }
    }
    const auto cover = water_cover(whole, limits);
    ASSERT_TRUE(cover);
    EXPECT_EQ(cover->id, whole.id);
    EXPECT_TRUE(validate(*cover));
    EXPECT_THAT(water_parts(*cover, limits), SizeIs(1));
    const Water fine = Water{}.with_slice(whole);
    const Water coarse = Water{}.with_slice(*cover);
    for (int i = 0; i < 500; ++i) {
      const Position p{random.uniform(9.8, 10.6), random.uniform(49.5, 50.2)};
      const double covered_m = coarse.depth_m(p, kNow);
      ASSERT_GE(covered_m, fine.depth_m(p, kNow)) << p.longitude_deg << ", " << p.latitude_deg;
      ++(covered_m > 0 ? wet : dry);
    }
  }
  EXPECT_GT(wet, 10'000U);
  EXPECT_GT(dry, 10'000U) << "a cover is no more than it has to be";
}

TEST(WaterParts, ACoverStaysOnTheEarth) {
  WaterSlice whole;
  whole.id = "flood";
  whole.valid_at = kNow;
  whole.grid = DepthGrid{179, -89, 1. / 22, 1. / 22, 22, 22, std::vector<float>(22 * 22, 1)};
  const auto cover = water_cover(whole, {10, 2, 12});
  ASSERT_TRUE(cover);
  const auto sound = validate(*cover);
  EXPECT_TRUE(sound) << describe(sound.error());
}

TEST(WaterParts, TheCoverOfAPolygonEndsWithItsCells) {
  WaterSlice whole;
  whole.id = "flood";
  whole.valid_at = kNow;
  const auto square = [](double west, double south, double side) {
    return Polyline{{west, south},
                    {west + side, south},
                    {west + side, south + side},
                    {west, south + side},
                    {west, south}};
  };
  whole.polygons = {{{square(10, 50, 10), square(13, 53, 4)}, 1}, {{square(14, 54, 1)}, .25}};
  const auto cover = water_cover(whole, {100, 1, 100});
  ASSERT_TRUE(cover);
  const Water coarse = Water{}.with_slice(*cover);
  EXPECT_EQ(coarse.depth_m({12.5, 55.05}, kNow), 1);
  EXPECT_EQ(coarse.depth_m({13.35, 53.35}, kNow), 0) << "a hole";
  EXPECT_EQ(coarse.depth_m({14.55, 54.55}, kNow), .25);
  EXPECT_EQ(coarse.depth_m({16.5, 55.05}, kNow), 0);
}

TEST(WaterParts, ArePartsOfTheirOwnPictureOnly) {
  for (const char* part : {"a", "a#0-12", "a#p3", "a#e"}) {
    EXPECT_TRUE(is_part_of(part, "a")) << part;
  }
  for (const char* other : {"b", "ab", "a#", "a#p", "a#b", "a#3", "a#1-", "a#1-2-3", "a#x1-2",
                            "a#b#e", "a#b#1-2", "ab#e"}) {
    EXPECT_FALSE(is_part_of(other, "a")) << other;
  }
  EXPECT_EQ(picture_of_part("dam#1-2"), "dam");
  EXPECT_EQ(picture_of_part("dam#1#e"), "dam#1");
  for (const char* none : {"dam", "dam#1", "#e", "dam#", ""}) {
    EXPECT_EQ(picture_of_part(none), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace gridmend::water_parts_test
