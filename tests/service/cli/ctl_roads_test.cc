#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/random.h"
#include "service/cli/closure_sync.h"
#include "service/cli/water_cover.h"
#include "service/cli/water_parts.h"
#include "tests/drawing/feeder_drawing.h"
#include "tests/routing/road/road_map.h"
#include "tests/service/cli/program.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::ctl_roads_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr Time kNow{std::chrono::hours{24 * 365 * 40}};

RoadClosure closure(std::string id, double longitude_deg = 1) {
  return {std::move(id), {{longitude_deg, 2}, {longitude_deg, 3}}, Time::min(), {}, "water"};
}

std::vector<std::string> ids(const std::vector<RoadClosure>& closures) {
  std::vector<std::string> named;
  for (const RoadClosure& one : closures) named.push_back(one.id);
  return named;
}

TEST(FollowedClosures, WhatIsNewIsClosedAndWhatIsGoneReopened) {
  ClosureFeed feed;
  feed.closures = {closure("waze:1"), closure("waze:2"), closure("waze:3", 5)};
  RoadClosure old = closure("city/waze:1");
  old.from = kNow;
  const std::vector<RoadClosure> present = {old,
                                            closure("city/waze:3"),
                                            closure("city/waze:9"),
                                            closure("C-000001"),
                                            closure("city2/waze:7"),
                                            closure("waze:8")};
  const ClosureSteps steps = closure_steps("city", feed, present, kNow);
  EXPECT_THAT(ids(steps.close), ElementsAre("city/waze:2", "city/waze:3"));
  EXPECT_THAT(steps.reopen, ElementsAre("city/waze:3", "city/waze:9"))
      << "the one that moved, the one that is gone; never an operator's or another feed's";
  EXPECT_EQ(steps.unchanged, 1U);
}

TEST(FollowedClosures, OnesThatAreOverAreReopenedAndNotClosedAgain) {
  ClosureFeed feed;
  feed.closures = {closure("waze:1")};
  feed.closures[0].until = kNow;
  const std::vector<RoadClosure> present = {closure("city/waze:1")};
  const ClosureSteps steps = closure_steps("city", feed, present, kNow);
  EXPECT_THAT(steps.close, SizeIs(0));
  EXPECT_THAT(steps.reopen, ElementsAre("city/waze:1"));
  EXPECT_EQ(steps.over, 1U);
}

TEST(FollowedClosures, AnEntryThatCannotBeReadReopensNothing) {
  const auto feed = parse_closure_feed(
      R"({"incidents":[{"id":"1","type":"ROAD_CLOSED","polyline":"no numbers"}]})", "feed.json");
  ASSERT_TRUE(feed);
  ASSERT_THAT(feed->defects, SizeIs(1));
  const std::vector<RoadClosure> present = {closure("city/waze:1"), closure("city/waze:2")};
  EXPECT_THAT(closure_steps("city", *feed, present, kNow).reopen, ElementsAre("city/waze:2"));
}

TEST(FollowedClosures, AnEntryThatCannotBeReadKeepsAllItsParts) {
  const auto feed = parse_closure_feed(
      R"({"incidents":[{"id":"1","type":"ROAD_CLOSED","polyline":"no numbers"}]})", "feed.json");
  ASSERT_TRUE(feed);
  const std::vector<RoadClosure> present = {closure("city/waze:1"), closure("city/waze:1/2"),
                                            closure("city/waze:12")};
  EXPECT_THAT(closure_steps("city", *feed, present, kNow).reopen, ElementsAre("city/waze:12"));
}

TEST(FollowedClosures, APartThatIsGoneIsReopened) {
  ClosureFeed feed;
  feed.closures = {closure("waze:1")};
  const std::vector<RoadClosure> present = {closure("city/waze:1"), closure("city/waze:1/2")};
  EXPECT_THAT(closure_steps("city", feed, present, kNow).reopen, ElementsAre("city/waze:1/2"));
}

// What the same feed closed at its last reading.
std::vector<RoadClosure> closed_by(const std::string& name, const std::string& features) {
  const auto feed = parse_closure_feed(features, "feed.json");
  EXPECT_TRUE(feed);
  std::vector<RoadClosure> present = feed->closures;
  for (RoadClosure& one : present) one.id = closure_id(name, one.id);
  return present;
}

std::string work_zones(const std::vector<std::pair<std::string, std::string>>& ids_and_lines) {
  std::string features;
  for (const auto& [id, lines] : ids_and_lines) {
    features += std::string{features.empty() ? "" : ","} + R"({"type":"Feature","id":")" + id +
                R"(","geometry":{"type":"MultiLineString","coordinates":)" + lines +
                R"(},"properties":{"vehicle_impact":"all-lanes-closed"}})";
  }
  return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}

TEST(FollowedClosures, AnEntryThatCannotBeReadIsKnownHoweverItIsNamed) {
  const std::string one = "[[[1,2],[1,3]],[[2,2],[2,3]]]", other = "[[[5,2],[5,3]]]";
  const std::string name(31, 'n');
  for (const std::string& id : {std::string(200, 'x'), std::string(54, 'x'), std::string(30, 'x'),
                                std::string{"1/2"}, std::string{}}) {
    const auto present = closed_by(name, work_zones({{id, one}}));
    ASSERT_THAT(present, SizeIs(2));
    for (const RoadClosure& part : present) EXPECT_LE(part.id.size(), 64U);
    const auto broken = parse_closure_feed(work_zones({{id, "[[[1,2],[1,99]]]"}}), "feed.json");
    ASSERT_TRUE(broken);
    ASSERT_THAT(broken->defects, SizeIs(1));
    EXPECT_THAT(closure_steps(name, *broken, present, kNow).reopen, SizeIs(0)) << id;
    const auto gone = parse_closure_feed(work_zones({}), "feed.json");
    EXPECT_THAT(closure_steps(name, *gone, present, kNow).reopen, SizeIs(2)) << id;
  }
  // Two entries of one id: the first closes "5", and keeps it when it cannot be read.
  const auto twice = closed_by("city", work_zones({{"5", other}, {"5", "[[[7,2],[7,3]]]"}}));
  ASSERT_THAT(twice, SizeIs(2));
  for (const bool first : {true, false}) {
    const std::string broken = "[[[5,2],[5,99]]]";
    const auto feed = parse_closure_feed(
        work_zones({{"5", first ? broken : other}, {"5", first ? "[[[7,2],[7,3]]]" : broken}}),
        "feed.json");
    const ClosureSteps steps = closure_steps("city", *feed, twice, kNow);
    EXPECT_THAT(steps.reopen, SizeIs(0)) << first;
    EXPECT_THAT(steps.close, SizeIs(0)) << first;
  }
}

TEST(FollowedClosures, LongIdsStayApart) {
  const std::string a = closure_id("city", "wzdx:" + std::string(59, 'x'));
  const std::string b = closure_id("city", "wzdx:" + std::string(58, 'x') + "y");
  EXPECT_LE(a.size(), 64U);
  EXPECT_NE(a, b);
  EXPECT_TRUE(a.starts_with("city/"));
}

TEST(WaterParts, TogetherSayWhatTheWholeSays) {
  WaterSlice whole;
  whole.id = "flood";
  whole.valid_at = kNow;
  whole.depth_sigma_m = .2;
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
  Water together;
  for (const WaterSlice& part : parts) {
    EXPECT_TRUE(validate(part)) << part.id;
    EXPECT_EQ(part.valid_at, kNow);
    EXPECT_EQ(part.depth_sigma_m, .2);
    EXPECT_NE(part.id, "flood#0-1") << "a dry tile is not sent";
    together = together.with_slice(part);
  }
  EXPECT_EQ(parts.size(), 4U + 3) << "two of six tiles are dry; two polygons a part";
  const Water once = Water{}.with_slice(whole);
  for (double longitude = 9.95; longitude < 26; longitude += .1) {
    for (const double latitude : {49.95, 49.85, 49.75, 49.65, 49.55, 49.45, .5}) {
      EXPECT_EQ(together.depth_m({longitude, latitude}, kNow),
                once.depth_m({longitude, latitude}, kNow))
          << longitude << ", " << latitude;
    }
  }
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

// The program against a server of this process.
class CtlRoads : public ::testing::Test {
 protected:
  CtlRoads() = default;
  explicit CtlRoads(std::shared_ptr<const Region> region) : desk_(std::move(region)) {}

  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("gridmend_ctl_roads_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream{folder_ / name} << text;
    return "'" + (folder_ / name).string() + "'";
  }
  Ran ctl(const std::string& arguments) {
    return gridmend("ctl --server " + desk_.server->address() + " " + arguments);
  }

  std::filesystem::path folder_;
  server_desk::ServerDesk desk_;
};

// The same with roads: A--B-C--D, six edges.
class CtlFlood : public CtlRoads {
 protected:
  CtlFlood() : CtlRoads(region()) {}

  static std::shared_ptr<const Region> region() {
    const RoadMap map{{"A--B-C--D"}};
    Region made{.network = drawing::draw("S==B1--n1--F1--T1(3)"),
                .roads = map.graph(),
                .defects = {},
                .provenance = {},
                .id = {}};
    made.id = content_id(made.network.records(), made.roads.records());
    return std::make_shared<const Region>(std::move(made));
  }
  // Over the roads from their beginning to so many columns of the drawing; `wet` is the column of
  // one wet cell.
  std::string raster(int cells, double columns, int wet) {
    const Position west = RoadMap::position(-1, -1);
    const Position east = RoadMap::position(columns, 1);
    const double step = (east.longitude_deg - west.longitude_deg) / cells;
    std::ostringstream text;
    text.precision(12);
    text << "ncols " << cells << "\nnrows 2\nxllcorner " << west.longitude_deg << "\nyllcorner "
         << -.001 << "\ndx " << step << "\ndy 0.001\n";
    for (int row = 0; row < 2; ++row) {
      for (int i = 0; i < cells; ++i) text << (i == wet ? "0.7 " : "0 ");
      text << "\n";
    }
    write("depth.prj",
          "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,"
          "298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\","
          "0.0174532925199433],AUTHORITY[\"EPSG\",\"4326\"]]");
    return write("depth.asc", text.str());
  }
  Ran put(const std::string& file, const std::string& more = {}) {
    return ctl("water put " + file + " --at 2026-07-20T02:00:00Z --id flood" + more);
  }
  std::vector<std::string> layers() {
    std::vector<std::string> ids;
    for (const auto& slice : desk_.room.world()->water->slices()) ids.push_back(slice->id);
    return ids;
  }
};

TEST_F(CtlFlood, APictureInTilesTellsOnceWhatLiesOutsideOfAllOfThem) {
  // The first of two tiles is wet and ends at D.
  Ran ran = put(raster(1200, 9, 3));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(layers(), ElementsAre("flood#0-0", "flood#e"));
  EXPECT_THAT(ran.output, Not(HasSubstr("outside")));
  ran = put(raster(1200, 6, 3));
  EXPECT_THAT(ran.output, HasSubstr("2 of 6 road edges lie outside"));
  EXPECT_EQ(ran.output.find("outside"), ran.output.rfind("outside")) << ran.output;
  ran = gridmend("ctl --json --server " + desk_.server->address() + " water put " +
                 raster(1200, 6, 3) + " --at 2026-07-20T02:00:00Z --id flood");
  EXPECT_EQ(ran.output.find("roadEdgesOutside"), ran.output.rfind("roadEdgesOutside"));
  EXPECT_THAT(ran.output, HasSubstr("\"roadEdgesOutside\":2"));
  EXPECT_THAT(put(raster(1200, 6, 3), " --outside-depth 0.1").output, Not(HasSubstr("outside")))
      << "it says what is to be assumed there";
}

TEST_F(CtlFlood, WhatIsNoLongerInThePictureIsTakenAwayAndNothingElse) {
  put(raster(1200, 9, 3));
  EXPECT_THAT(
      ctl("water put " + raster(3, 9, 1) + " --at 2026-07-20T02:00:00Z --id 'flood#b'").output,
      HasSubstr("flood#b put"));
  put(raster(1200, 9, 1100));
  EXPECT_THAT(layers(), ElementsAre("flood#0-1", "flood#b", "flood#e"));
  const Ran ran = put(raster(3, 9, 1));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("flood#0-1 removed"));
  EXPECT_THAT(layers(), ElementsAre("flood", "flood#b"));
}

TEST_F(CtlFlood, APictureInWhichEverythingIsDryLeavesNoRoadOutside) {
  Ran ran = put(raster(1200, 9, -1));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, Not(HasSubstr("outside")));
  EXPECT_THAT(layers(), ElementsAre("flood#e"));
  ran = put(write("dry.geojson", R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"depth_m":0},"geometry":{"type":"Polygon",
     "coordinates":[[[0,0],[0.01,0],[0.01,0.01],[0,0.01],[0,0]]]}}]})"));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, Not(HasSubstr("outside")));
  EXPECT_THAT(layers(), ElementsAre("flood"));
  EXPECT_THAT(ctl("water list").output, HasSubstr("flood"));
  desk_.restart();
  EXPECT_THAT(layers(), ElementsAre("flood"));
}

std::string waze(const std::string& entries) { return R"({"incidents":[)" + entries + "]}"; }
std::string road(const std::string& id, const std::string& line) {
  return R"({"id":")" + id + R"(","type":"ROAD_CLOSED","polyline":")" + line +
         R"(","description":"flooded"})";
}

TEST_F(CtlRoads, AFeedIsFollowedAndWhatOperatorsClosedStaysClosed) {
  EXPECT_EQ(ctl("close-road --at 0.001,0.001 --id tree").exit_code, 0);
  std::string feed = write("city.json", waze(road("1", "0 0 0 0.01") + "," + road("2", "1 1")));
  Ran ran = ctl("follow-closures " + feed);
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("city: 2 closed, 0 reopened, 0 as they were"));
  EXPECT_THAT(ctl("follow-closures " + feed).output, HasSubstr("0 closed, 0 reopened, 2 as"));
  feed = write("city.json", waze(road("2", "1 1.5")));
  ran = ctl("--json follow-closures " + feed);
  EXPECT_THAT(ran.output, HasSubstr(R"("closed":1,"reopened":1,"unchanged":0)"));
  ran = ctl("closures");
  EXPECT_THAT(ran.output, HasSubstr("tree"));
  EXPECT_THAT(ran.output, HasSubstr("city/waze:2"));
  EXPECT_THAT(ran.output, Not(HasSubstr("city/waze:1")));
}

TEST_F(CtlRoads, AnAreaIsClosedByItsCornersAndOneWithoutRoadsIsSaidToCloseNothing) {
  const Ran ran = ctl("close-road --area 0.001,0.001 0.002,0.001 0.002,0.002 --id park");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("it closes nothing"));
  EXPECT_THAT(ctl("closures").output, HasSubstr("area"));
  EXPECT_EQ(ctl("close-road --area 0.001,0.001 0.002,0.001").exit_code, 2);
  EXPECT_EQ(ctl("close-road --at 0.001,0.001 --area 0,0 0,1 1,1").exit_code, 2);
  EXPECT_EQ(ctl("close-road --id nowhere").exit_code, 2);
}

TEST_F(CtlRoads, AFeedThatCannotBeReadChangesNothing) {
  ctl("follow-closures " + write("city.json", waze(road("1", "0 0 0 0.01"))));
  for (const char* broken : {"", "{\"incidents\":[", "{}"}) {
    const Ran ran = ctl("follow-closures " + write("city.json", broken));
    EXPECT_EQ(ran.exit_code, 1) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr("city.json"));
  }
  EXPECT_THAT(ctl("closures").output, HasSubstr("city/waze:1"));
  EXPECT_EQ(ctl("follow-closures --name a/b x.json").exit_code, 2);
}

TEST_F(CtlRoads, PicturesOfTheWaterAreReadFromFiles) {
  write("extent.geojson", R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"depth_m":0.8},"geometry":{"type":"Polygon",
     "coordinates":[[[0,0],[0.01,0],[0.01,0.01],[0,0.01],[0,0]]]}}]})");
  const std::string flood = write("flood.toml", R"(
[[slice]]
time = 2026-07-20T02:00:00Z
file = "extent.geojson"
depth_sigma_m = 0.2
)");
  Ran ran = ctl("water put " + flood);
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("extent put"));
  // It would be taken away with a picture "dam".
  ran = ctl("water put --at 2026-07-20T02:00:00Z --id dam#1-2 " +
            (folder_ / "extent.geojson").string());
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.output, HasSubstr("'dam#1-2' is what a part of a picture 'dam' is called"));
  const std::string file = "'" + (folder_ / "extent.geojson").string() + "'";
  ran = ctl("water put " + file + " --at 2026-07-20T08:00:00Z --id later");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ctl("water list").output, HasSubstr("later"));
  const auto world = desk_.room.world();
  EXPECT_EQ(world->water->depth_m({.005, .005}, *parse_rfc3339("2026-07-20T02:00:00Z")), .8);
}

TEST_F(CtlRoads, APictureThatWasPutByMistakeIsRemovedWithItsParts) {
  const std::string layer = R"("valid_time":"2026-07-20T02:00:00Z","polygons":[{"depth_m":1,)"
                            R"("rings":[{"positions":[{},{"longitude_deg":1},)"
                            R"({"latitude_deg":1},{}]}]}]})";
  const std::string file =
      write("wrong.jsonl", R"({"id":"wrong#p1",)" + layer + "\n" + R"({"id":"wrong#p2",)" + layer +
                               "\n" + R"({"id":"wrong-too",)" + layer + "\n");
  Ran ran = ctl("water put " + file);
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  ran = ctl("water remove wrong");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("wrong#p1 removed"));
  EXPECT_THAT(ran.output, HasSubstr("wrong#p2 removed"));
  EXPECT_EQ(desk_.room.world()->water->slices().size(), 1U);
  ran = ctl("water remove wrong");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.output, HasSubstr("there is no layer of water 'wrong'"));
}

TEST_F(CtlRoads, AWrongFileOrTimeIsToldAndSendsNothing) {
  const std::string file = write("extent.tif", "II*");
  EXPECT_EQ(ctl("water put " + file + " --at noon").exit_code, 2);
  const Ran ran = ctl("water put " + file + " --at 2026-07-20T08:00:00Z");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.output, HasSubstr("extent.tif"));
  EXPECT_THAT(ctl("water put " + file).output, HasSubstr("--at TIME"));
  EXPECT_THAT(ctl("water list").output, HasSubstr("no water"));
}

}  // namespace
}  // namespace gridmend::ctl_roads_test
