#include "core/hazard/water.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

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
  EXPECT_EQ(water.depth_m({10.25, 49.85}, minutes(0)), 0) << "dry, for nobody says otherwise";
  EXPECT_EQ(water.depth_m({10.05, 50.01}, minutes(0)), 0) << "outside the grid";
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
  EXPECT_TRUE(validate(small_grid())) << "nan says nothing";
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
bool lies_in(const Polyline& rectangle, Position p) {
  return p.longitude_deg > rectangle[0].longitude_deg &&
         p.longitude_deg < rectangle[2].longitude_deg &&
         p.latitude_deg > rectangle[0].latitude_deg && p.latitude_deg < rectangle[2].latitude_deg;
}

bool lies_in(const DepthPolygon& polygon, Position p) {
  return std::ranges::count_if(polygon.rings,
                               [p](const Polyline& ring) { return lies_in(ring, p); }) %
             2 ==
         1;
}

struct PlainSlice {
  WaterSlice slice;

  // NaN: says nothing.
  double depth(Position p) const {
    double deepest = slice.dry_elsewhere ? 0 : std::nan("");
    if (slice.grid) {
      const DepthGrid& g = *slice.grid;
      for (std::uint32_t r = 0; r < g.rows; ++r) {
        for (std::uint32_t c = 0; c < g.columns; ++c) {
          const double west = g.west_deg + c * g.step_east_deg;
          const double north = g.north_deg - r * g.step_south_deg;
          const bool in = p.longitude_deg >= west && p.longitude_deg < west + g.step_east_deg &&
                          p.latitude_deg <= north && p.latitude_deg > north - g.step_south_deg;
          if (in) deepest = std::fmax(deepest, static_cast<double>(g.depth_m[r * g.columns + c]));
        }
      }
    }
    for (const DepthPolygon& polygon : slice.polygons) {
      if (lies_in(polygon, p)) deepest = std::fmax(deepest, polygon.depth_m);
    }
    return deepest;
  }
};

// Of one time; NaN: nobody says anything.
double direct_picture(const std::vector<PlainSlice>& slices, Position p, Time time) {
  const bool on_grid = std::ranges::any_of(slices, [p](const PlainSlice& s) {
    return s.slice.grid && told_depth_m(*s.slice.grid, p).has_value();
  });
  double deepest = std::nan("");
  for (const PlainSlice& s : slices) {
    if (s.slice.valid_at != time) continue;
    deepest = std::fmax(deepest, s.depth(p));
    if (!on_grid && !s.slice.grid) deepest = std::fmax(deepest, 0);
  }
  return deepest;
}

double direct_depth(const std::vector<PlainSlice>& slices, Position p, Time at) {
  std::set<Time> times;
  for (const PlainSlice& s : slices) times.insert(s.slice.valid_at);
  if (at < *times.begin()) return 0;
  std::map<Time, double> told;
  for (const Time time : times) {
    const double depth = direct_picture(slices, p, time);
    if (!std::isnan(depth)) told[time] = depth;
  }
  if (told.empty()) return 0;
  // The picture before the first that speaks of it counts as dry there.
  const auto before = times.lower_bound(told.begin()->first);
  if (before != times.begin()) told[*std::prev(before)] = 0;
  const auto later = told.upper_bound(at);
  if (later == told.begin()) return 0;
  const auto earlier = std::prev(later);
  if (later == told.end()) return earlier->second;
  const double share = static_cast<double>((at - earlier->first).count()) /
                       static_cast<double>((later->first - earlier->first).count());
  return earlier->second + share * (later->second - earlier->second);
}

PlainSlice random_slice(Random& random, int number) {
  PlainSlice result;
  WaterSlice& slice = result.slice;
  slice.id = "s" + std::to_string(number);
  slice.valid_at = minutes(random.between(0, 6) * 10);
  slice.dry_elsewhere = random.chance(0.2);
  if (random.chance(0.6)) {
    const double gaps = random.chance(0.5) ? 0.3 : 0;
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
      grid.depth_m.push_back(random.chance(gaps)  ? std::numeric_limits<float>::quiet_NaN()
                             : random.chance(0.7) ? 0.0F
                                                  : static_cast<float>(random.uniform(0, 3)));
    }
    slice.grid = std::move(grid);
  }
  slice.depth_sigma_m = random.chance(0.5) ? 0.25 : 0.5;
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

// What is wet at 0:00, .8 m, from 0 to 2 degrees east; at 0:10 a picture speaks of the western half
// only, at 0:20 one of all of it again.
class SilentPicture : public testing::Test {
 protected:
  static WaterSlice row(std::string id, int minute, std::vector<float> depths) {
    const auto cells = static_cast<std::uint32_t>(depths.size());
    return {std::move(id), minutes(minute), DepthGrid{0, 1, 1, 1, cells, 1, std::move(depths)}, {}};
  }

  Water water_ = Water{}.with_slice(row("whole", 0, {0.8F, 0.8F}));
  const Position west_{0.5, 0.5}, east_{1.5, 0.5};
};

TEST_F(SilentPicture, LeavesWhatTheOthersSay) {
  const Water water =
      water_.with_slice(row("part", 10, {0.2F})).with_slice(row("again", 20, {0.2F, 0.4F}));
  EXPECT_NEAR(water.depth_m(west_, minutes(10)), 0.2, 1e-6);
  EXPECT_NEAR(water.depth_m(east_, minutes(5)), 0.7, 1e-6) << "from 0:00 to 0:20";
  EXPECT_NEAR(water.depth_m(east_, minutes(10)), 0.6, 1e-6);
  EXPECT_NEAR(water.depth_m(east_, minutes(30)), 0.4, 1e-6);
  EXPECT_NEAR(water.without_slice("again").depth_m(east_, minutes(600)), 0.8, 1e-6);
}

TEST_F(SilentPicture, MaySayThatItIsDryElsewhere) {
  WaterSlice part = row("part", 10, {0.2F});
  part.dry_elsewhere = true;
  const Water water = water_.with_slice(part);
  EXPECT_NEAR(water.depth_m(east_, minutes(5)), 0.4, 1e-6);
  EXPECT_EQ(water.depth_m(east_, minutes(10)), 0);
}

TEST_F(SilentPicture, MayBeSilentInSomeOfItsCells) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Water water = water_.with_slice(row("cloud", 10, {0.0F, nan}));
  EXPECT_EQ(water.depth_m(west_, minutes(10)), 0);
  EXPECT_NEAR(water.depth_m(east_, minutes(10)), 0.8, 1e-6);
}

TEST_F(SilentPicture, AStreetDrawnByHandDoesNotDryTheTown) {
  const WaterSlice street{"street", minutes(10), {}, {{{rectangle(0.4, 0.4, 0.6, 0.6)}, 1.5}}};
  const Water water = water_.with_slice(street);
  EXPECT_NEAR(water.depth_m(west_, minutes(10)), 1.5, 1e-6);
  EXPECT_NEAR(water.depth_m(east_, minutes(10)), 0.8, 1e-6);
  EXPECT_NEAR(water.depth_m({0.1, 0.5}, minutes(10)), 0.8, 1e-6) << "beside the street";
}

TEST_F(SilentPicture, ASecondStreetDrawnByHandDriesNothingThatAGridShows) {
  const WaterSlice street{"street", minutes(10), {}, {{{rectangle(0.4, 0.4, 0.6, 0.6)}, 1.5}}};
  const WaterSlice other{"other", minutes(20), {}, {{{rectangle(9, 9, 10, 10)}, 1.5}}};
  const Water drawn = water_.with_slice(street);
  EXPECT_NEAR(drawn.with_slice(other).depth_m(west_, minutes(30)), 1.5, 1e-6);
  WaterSlice earlier = other;
  earlier.valid_at = minutes(5);
  EXPECT_NEAR(drawn.with_slice(earlier).depth_m(west_, minutes(5)), (0.8 + 1.5) / 2, 1e-6);
}

TEST_F(SilentPicture, ARowOfPolygonsMayFallWhereNoGridIs) {
  const WaterSlice wide{"wide", minutes(10), {}, {{{rectangle(0, 0, 4, 1)}, 1.5}}};
  const WaterSlice narrow{"narrow", minutes(20), {}, {{{rectangle(3, 0, 3.2, 1)}, 1.0}}};
  const Water water = water_.with_slice(wide).with_slice(narrow);
  EXPECT_NEAR(water.depth_m({3.5, .5}, minutes(15)), 0.75, 1e-6);
  EXPECT_EQ(water.depth_m({3.5, .5}, minutes(20)), 0);
  EXPECT_NEAR(water.depth_m(west_, minutes(20)), 1.5, 1e-6) << "a grid has been here";
  WaterSlice last = narrow;
  last.dry_elsewhere = true;
  EXPECT_EQ(water.with_slice(last).depth_m(west_, minutes(20)), 0);
}

TEST_F(SilentPicture, OfPlacesOnlyALaterOneSpeaksOfWaterRisesFromThePictureBeforeIt) {
  const Water water = Water{}
                          .with_slice(row("first", 0, {0.1F}))
                          .with_slice(row("second", 10, {0.1F}))
                          .with_slice(row("third", 20, {0.1F, 0.8F}));
  EXPECT_EQ(water.depth_m(east_, minutes(10)), 0);
  EXPECT_NEAR(water.depth_m(east_, minutes(15)), 0.4, 1e-6);
}

TEST_F(SilentPicture, LeavesTheUncertaintyOfWhatStays) {
  WaterSlice part = row("part", 10, {0.2F});
  part.depth_sigma_m = 0.1;
  WaterSlice whole = row("whole", 0, {0.8F, 0.8F});
  whole.depth_sigma_m = 0.5;
  const Water water = Water{}.with_slice(whole).with_slice(part);
  EXPECT_DOUBLE_EQ(water.depth_sigma_m(minutes(20)), 0.5);
  WaterSlice again = row("again", 20, {0.2F, 0.2F});
  again.depth_sigma_m = 0.1;
  EXPECT_DOUBLE_EQ(water.with_slice(again).depth_sigma_m(minutes(20)), 0.1);
}

TEST_F(SilentPicture, TheUncertaintyHasNoJumps) {
  WaterSlice whole = row("whole", 0, {0.4F, 0.4F}), again = row("again", 20, {0.3F, 0.3F});
  WaterSlice part = row("part", 10, {0.2F});
  whole.depth_sigma_m = 0.1, part.depth_sigma_m = 0.05, again.depth_sigma_m = 0.3;
  const Water water = Water{}.with_slice(whole).with_slice(part).with_slice(again);
  const auto just = [](int minute, int by_ms) {
    return minutes(minute) + std::chrono::milliseconds{by_ms};
  };
  for (const int by_ms : {-1, 0, 1}) {
    EXPECT_NEAR(water.depth_sigma_m(just(10, by_ms)), 0.3, 1e-5) << "no less than what comes";
    EXPECT_NEAR(water.depth_sigma_m(just(20, by_ms)), 0.3, 1e-5);
  }
  EXPECT_NEAR(water.depth_sigma_m(minutes(5)), 0.2, 1e-9);
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
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<PlainSlice> plain;
    Water water, of_whole_pictures;
    for (int i = random.between(1, 6); i > 0; --i) {
      plain.push_back(random_slice(random, i));
      WaterSlice slice = plain.back().slice;
      ASSERT_TRUE(validate(slice));
      water = water.with_slice(slice);
      slice.dry_elsewhere = true;
      of_whole_pictures = of_whole_pictures.with_slice(std::move(slice));
    }
    for (int i = 0; i < 60; ++i) {
      const Position p{random.uniform(-1.2, 1.8), random.uniform(-1.2, 1.8)};
      const Time at = minutes(0) + (random.chance(0.3)
                                        ? Duration{std::chrono::minutes{10 * random.between(0, 6)}}
                                        : Duration{random.between(-300, 3900) * 1'000'000LL});
      ASSERT_NEAR(water.depth_m(p, at), direct_depth(plain, p, at), 1e-9);
      ASSERT_GE(water.depth_m(p, at), of_whole_pictures.depth_m(p, at) - 1e-9)
          << "what is not seen never counts as drier";
      ASSERT_GE(water.depth_sigma_m(at), of_whole_pictures.depth_sigma_m(at) - 1e-9);
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
