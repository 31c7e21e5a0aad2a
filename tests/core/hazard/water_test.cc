#include "core/hazard/water.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/random.h"

namespace gridmend::water_test {
namespace {

Time minutes(int m) { return Time{std::chrono::minutes{m}}; }

Polyline rectangle(double west, double south, double east, double north) {
  return {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
}

WaterSlice flat(std::string id, Time at, double depth_m) {
  return {std::move(id), at, std::nullopt, {{{rectangle(0, 0, 1, 1)}, depth_m}}};
}

//        west 10.0          10.3
//   north 50.0  +----+----+----+
//               | .5 | -  | 2  |
//               +----+----+----+
//               | 0  | 1  | nan|
//   south 49.8  +----+----+----+
WaterSlice small_grid() {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  return {"grid",
          minutes(0),
          DepthGrid{10.0, 50.0, 0.1, 0.1, 3, 2, {0.5F, -1.0F, 2.0F, 0.0F, 1.0F, nan}},
          {}};
}

TEST(Water, IsDryWithoutSlices) {
  EXPECT_EQ(Water{}.depth_m({0.5, 0.5}, minutes(0)), 0);
  EXPECT_TRUE(Water{}.empty());
  EXPECT_TRUE(Water{}.wet_boxes(minutes(0)).empty());
}

TEST(Water, APositionHasTheDepthOfItsCell) {
  const Water water = Water{}.with_slice(small_grid());
  EXPECT_EQ(water.depth_m({10.05, 49.95}, minutes(0)), 0.5);
  EXPECT_EQ(water.depth_m({10.15, 49.95}, minutes(0)), 0) << "negative depths are dry";
  EXPECT_EQ(water.depth_m({10.2999, 49.9001}, minutes(0)), 2.0);
  EXPECT_EQ(water.depth_m({10.15, 49.85}, minutes(0)), 1.0);
  EXPECT_EQ(water.depth_m({10.25, 49.85}, minutes(0)), 0) << "nan is dry";
  EXPECT_EQ(water.depth_m({10.05, 50.01}, minutes(0)), 0) << "outside the grid it is dry";
}

TEST(Water, RisesLinearlyBetweenSlicesAndStaysAfterTheLast) {
  const Water water =
      Water{}.with_slice(flat("b", minutes(60), 1.2)).with_slice(flat("a", minutes(0), 0.2));
  EXPECT_EQ(water.depth_m({0.5, 0.5}, minutes(-1)), 0) << "dry before the first slice";
  EXPECT_DOUBLE_EQ(water.depth_m({0.5, 0.5}, minutes(0)), 0.2);
  EXPECT_DOUBLE_EQ(water.depth_m({0.5, 0.5}, minutes(30)), 0.7);
  EXPECT_DOUBLE_EQ(water.depth_m({0.5, 0.5}, minutes(60)), 1.2);
  EXPECT_DOUBLE_EQ(water.depth_m({0.5, 0.5}, minutes(600)), 1.2);
}

TEST(Water, SlicesOfOneTimeAreOnePicture) {
  WaterSlice other{"other", minutes(0), std::nullopt, {{{rectangle(0.5, 0, 2, 1)}, 0.9}}};
  const Water water = Water{}
                          .with_slice(flat("a", minutes(0), 0.4))
                          .with_slice(std::move(other))
                          .with_slice(flat("later", minutes(10), 0.0));
  EXPECT_DOUBLE_EQ(water.depth_m({0.25, 0.5}, minutes(0)), 0.4);
  EXPECT_DOUBLE_EQ(water.depth_m({0.75, 0.5}, minutes(0)), 0.9);
  EXPECT_DOUBLE_EQ(water.depth_m({0.75, 0.5}, minutes(5)), 0.45);
  EXPECT_THAT(water.slice_times(), testing::ElementsAre(minutes(0), minutes(10)));
}

TEST(Water, ASliceOfTheSameIdReplacesAndTheOldValueStays) {
  const Water before = Water{}.with_slice(flat("a", minutes(0), 0.4));
  const Water after = before.with_slice(flat("a", minutes(30), 0.6));
  EXPECT_EQ(before.slices().size(), 1U);
  ASSERT_EQ(after.slices().size(), 1U);
  EXPECT_EQ(after.depth_m({0.5, 0.5}, minutes(0)), 0);
  EXPECT_DOUBLE_EQ(before.depth_m({0.5, 0.5}, minutes(0)), 0.4);
  EXPECT_TRUE(after.without_slice("a").empty());
  EXPECT_EQ(after.without_slice("unknown").slices().size(), 1U);
}

TEST(Water, UnchangedSlicesAreShared) {
  const Water one = Water{}.with_slice(flat("a", minutes(0), 0.4));
  const Water two = one.with_slice(flat("b", minutes(30), 0.6));
  EXPECT_EQ(one.slices()[0].get(), two.slices()[0].get());
}

TEST(Water, AHoleIsDry) {
  WaterSlice slice{"ring", minutes(0), std::nullopt, {}};
  slice.polygons.push_back({{rectangle(0, 0, 1, 1), rectangle(0.4, 0.4, 0.6, 0.6)}, 1.0});
  ASSERT_TRUE(validate(slice));
  const Water water = Water{}.with_slice(std::move(slice));
  EXPECT_EQ(water.depth_m({0.5, 0.5}, minutes(0)), 0);
  EXPECT_EQ(water.depth_m({0.2, 0.5}, minutes(0)), 1.0);
}

TEST(Water, TheMiddleOfALineIsSampledNotOnlyItsEnds) {
  // Two dry ends some 220 m apart, a puddle 40 m wide half way.
  const Water water = Water{}.with_slice(
      {"puddle", minutes(0), std::nullopt, {{{rectangle(0.0008, -1, 0.0012, 1)}, 0.7}}});
  const Polyline line{{0, 0}, {0.002, 0}};
  EXPECT_EQ(water.depth_m(line[0], minutes(0)), 0);
  EXPECT_EQ(water.depth_m(line[1], minutes(0)), 0);
  EXPECT_DOUBLE_EQ(water.deepest_m(line, minutes(0)), 0.7);
  const auto samples = water.depths_along(line, minutes(0), 10);
  EXPECT_EQ(samples.front().along_m, 0);
  EXPECT_NEAR(samples.back().along_m, length_m(line), 1e-6);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    EXPECT_LE(samples[i].along_m - samples[i - 1].along_m, 10 + 1e-9);
    EXPECT_GT(samples[i].along_m, samples[i - 1].along_m);
  }
  EXPECT_TRUE(water.depths_along({}, minutes(0)).empty());
  EXPECT_EQ(water.deepest_m({}, minutes(0)), 0);
}

TEST(Validate, RefusesWhatIsNoSlice) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](WaterSlice slice) {
    const auto result = validate(slice);
    return !result && result.error().reason == "WATER_SLICE_INVALID" &&
           result.error().code == ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(validate(flat("ok", minutes(0), 0.5)));
  EXPECT_TRUE(validate(small_grid())) << "nan is a dry cell";
  EXPECT_TRUE(refused(flat("", minutes(0), 0.5)));
  EXPECT_TRUE(refused(flat("a", minutes(0), nan)));
  EXPECT_TRUE(refused(flat("a", minutes(0), -0.1)));
  WaterSlice open = flat("open", minutes(0), 0.5);
  open.polygons[0].rings[0].pop_back();
  EXPECT_TRUE(refused(open));
  WaterSlice short_ring = flat("short", minutes(0), 0.5);
  short_ring.polygons[0].rings[0] = {{0, 0}, {1, 1}, {0, 0}};
  EXPECT_TRUE(refused(short_ring));
  WaterSlice none = flat("none", minutes(0), 0.5);
  none.polygons[0].rings.clear();
  EXPECT_TRUE(refused(none));
  WaterSlice off = flat("off", minutes(0), 0.5);
  off.polygons[0].rings[0] = rectangle(179, 0, 181, 1);
  EXPECT_TRUE(refused(off));
  const auto with_grid = [](auto change) {
    WaterSlice slice = small_grid();
    change(*slice.grid);
    return slice;
  };
  EXPECT_TRUE(refused(with_grid([](DepthGrid& g) { g.rows = 3; })));
  EXPECT_TRUE(refused(with_grid([](DepthGrid& g) { g.columns = 0; })));
  EXPECT_TRUE(refused(with_grid([](DepthGrid& g) { g.step_east_deg = 0; })));
  EXPECT_TRUE(refused(with_grid([](DepthGrid& g) { g.step_south_deg = -0.1; })));
  EXPECT_TRUE(refused(with_grid([nan](DepthGrid& g) { g.west_deg = nan; })));
  EXPECT_TRUE(refused(with_grid([](DepthGrid& g) { g.north_deg = 91; })));
  EXPECT_TRUE(refused(
      with_grid([](DepthGrid& g) { g.depth_m[2] = std::numeric_limits<float>::infinity(); })));
  EXPECT_TRUE(refused(with_grid([](DepthGrid& g) {
    g.columns = 1U << 31;
    g.rows = 1U << 31;
  })));
}

// Direct evaluation, written without the index, the tiles and the search in time.
struct PlainSlice {
  WaterSlice slice;
  double depth(Position p) const {
    double deepest = 0;
    if (slice.grid) {
      const DepthGrid& g = *slice.grid;
      for (std::uint32_t r = 0; r < g.rows; ++r) {
        for (std::uint32_t c = 0; c < g.columns; ++c) {
          const double west = g.west_deg + c * g.step_east_deg;
          const double north = g.north_deg - r * g.step_south_deg;
          const bool in = p.longitude_deg >= west && p.longitude_deg < west + g.step_east_deg &&
                          p.latitude_deg <= north && p.latitude_deg > north - g.step_south_deg;
          if (in) deepest = std::max(deepest, static_cast<double>(g.depth_m[r * g.columns + c]));
        }
      }
    }
    for (const DepthPolygon& polygon : slice.polygons) {  // made of rectangles
      int rings_around = 0;
      for (const Polyline& ring : polygon.rings) {
        rings_around +=
            p.longitude_deg > ring[0].longitude_deg && p.longitude_deg < ring[2].longitude_deg &&
            p.latitude_deg > ring[0].latitude_deg && p.latitude_deg < ring[2].latitude_deg;
      }
      if (rings_around % 2 == 1) deepest = std::max(deepest, polygon.depth_m);
    }
    return deepest;
  }
};

double direct_depth(const std::vector<PlainSlice>& slices, Position p, Time at) {
  std::optional<Time> earlier;
  std::optional<Time> later;
  for (const PlainSlice& s : slices) {
    const Time t = s.slice.valid_at;
    if (t <= at && (!earlier || t > *earlier)) earlier = t;
    if (t > at && (!later || t < *later)) later = t;
  }
  if (!earlier) return 0;
  double before = 0;
  double after = 0;
  for (const PlainSlice& s : slices) {
    if (s.slice.valid_at == *earlier) before = std::max(before, s.depth(p));
    if (later && s.slice.valid_at == *later) after = std::max(after, s.depth(p));
  }
  if (!later) return before;
  const double share = static_cast<double>((at - *earlier).count()) /
                       static_cast<double>((*later - *earlier).count());
  return before + share * (after - before);
}

PlainSlice random_slice(Random& random, int number) {
  PlainSlice result;
  WaterSlice& slice = result.slice;
  slice.id = "s" + std::to_string(number);
  slice.valid_at = minutes(random.between(0, 6) * 10);
  if (random.chance(0.6)) {
    DepthGrid grid{random.uniform(-1, 0),
                   random.uniform(0.5, 1.5),
                   random.uniform(0.01, 0.05),
                   random.uniform(0.01, 0.05),
                   0,
                   0,
                   {}};
    grid.columns = static_cast<std::uint32_t>(random.between(1, 80));
    grid.rows = static_cast<std::uint32_t>(random.between(1, 80));
    for (std::uint32_t i = 0; i < grid.columns * grid.rows; ++i) {
      grid.depth_m.push_back(random.chance(0.7) ? 0.0F : static_cast<float>(random.uniform(0, 3)));
    }
    slice.grid = std::move(grid);
  }
  for (int i = random.between(0, 12); i > 0; --i) {
    const double west = random.uniform(-1, 1);
    const double south = random.uniform(-1, 1);
    const double size = random.uniform(0.05, 0.8);
    DepthPolygon polygon{{rectangle(west, south, west + size, south + size)}, random.uniform(0, 3)};
    if (random.chance(0.3)) {
      polygon.rings.push_back(
          rectangle(west + size / 4, south + size / 4, west + size / 2, south + size / 2));
    }
    slice.polygons.push_back(std::move(polygon));
  }
  return result;
}

TEST(Water, TheUncertaintyOfItsDepthsMovesFromSliceToSlice) {
  WaterSlice first{"first", minutes(0), {}, {}, 0.1};
  WaterSlice same_time{"same", minutes(0), {}, {}, 0.05};
  WaterSlice second{"second", minutes(60), {}, {}, 0.5};
  const Water water = Water{}.with_slice(first).with_slice(same_time).with_slice(second);
  EXPECT_EQ(water.depth_sigma_m(minutes(-1)), 0);
  EXPECT_DOUBLE_EQ(water.depth_sigma_m(minutes(0)), 0.1);
  EXPECT_NEAR(water.depth_sigma_m(minutes(30)), 0.3, 1e-12);
  EXPECT_DOUBLE_EQ(water.depth_sigma_m(minutes(600)), 0.5);
}

TEST(Water, AnUncertaintyThatIsNoneIsRefused) {
  for (const double sigma : {-0.1, 11.0, std::nan("")}) {
    EXPECT_FALSE(validate(WaterSlice{"s", minutes(0), {}, {}, sigma})) << sigma;
  }
  EXPECT_TRUE(validate(WaterSlice{"s", minutes(0), {}, {}, 0.2}));
}

TEST(WaterProperty, AgreesWithDirectEvaluation) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<PlainSlice> plain;
    Water water;
    for (int i = random.between(1, 6); i > 0; --i) {
      plain.push_back(random_slice(random, i));
      ASSERT_TRUE(validate(plain.back().slice));
      water = water.with_slice(plain.back().slice);
    }
    for (int i = 0; i < 60; ++i) {
      const Position p{random.uniform(-1.2, 1.8), random.uniform(-1.2, 1.8)};
      const Time at = minutes(0) + Duration{random.between(-300, 3900) * 1'000'000LL};
      ASSERT_NEAR(water.depth_m(p, at), direct_depth(plain, p, at), 1e-9);
      if (water.depth_m(p, at) <= 0) continue;
      const auto boxes = water.wet_boxes(at);
      ASSERT_TRUE(std::ranges::any_of(boxes, [p](const Box& b) {
        return p.longitude_deg >= b.west_deg && p.longitude_deg <= b.east_deg &&
               p.latitude_deg >= b.south_deg && p.latitude_deg <= b.north_deg;
      })) << "a wet position lies in a wet box";
    }
    const Polyline line{{random.uniform(-1, 1), random.uniform(-1, 1)},
                        {random.uniform(-1, 1), random.uniform(-1, 1)}};
    double deepest = 0;
    for (const DepthSample& s : water.depths_along(line, minutes(25), 1000)) {
      ASSERT_GE(s.depth_m, 0);
      deepest = std::max(deepest, s.depth_m);
    }
    ASSERT_EQ(water.deepest_m(line, minutes(25), 1000), deepest);
  }
}

}  // namespace
}  // namespace gridmend::water_test
