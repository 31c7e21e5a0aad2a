#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/drawing/feeder_drawing.h"
#include "tests/routing/road/road_map.h"
#include "tests/service/cli/program.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::ctl_roads_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

TEST_F(CtlRoads, AFeedIsFollowedByTheTimeOfTheServer) {
  desk_.room.at(5);
  const std::string until = R"(","endtime":"2026-01-01T00:00:00Z","description":"flooded"})";
  const std::string feed =
      write("city.json", waze(R"({"id":"1","type":"ROAD_CLOSED","polyline":"0 0 0 0.01)" + until));
  EXPECT_THAT(ctl("follow-closures " + feed).output, HasSubstr("city: 1 closed, 0 reopened"));
  desk_.room.at(60 * 24 * 30);
  EXPECT_THAT(ctl("follow-closures " + feed).output, HasSubstr("0 closed, 1 reopened"));
}

TEST_F(CtlFlood, WhoIsGivenWorkThatTheyDoNotReachIsSaid) {
  using namespace control_room;
  desk_.room.ok(crew("C1", RoadMap::position(0, 0)));
  desk_.room.ok(tablet("C1", sign_on()));
  const Position far = RoadMap::position(8, 0);
  const std::string at = std::to_string(far.longitude_deg) + "," + std::to_string(far.latitude_deg);
  EXPECT_EQ(ctl("task add repair --id R-1 --at " + at).exit_code, 0);
  for (const char* word : {"reassign R-1 C1", "pin R-1 C1"}) {
    const Ran ran = ctl(word);
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    EXPECT_THAT(ran.output, Not(HasSubstr("does not get to")));
  }
  const Position way = RoadMap::position(4, 0);
  EXPECT_EQ(ctl("close-road --at " + std::to_string(way.longitude_deg) + "," +
                std::to_string(way.latitude_deg))
                .exit_code,
            0);
  for (const char* word : {"reassign R-1 C1", "pin R-1 C1"}) {
    const Ran ran = ctl(word);
    EXPECT_EQ(ran.exit_code, 0) << "an operator's word is taken";
    EXPECT_THAT(ran.output, HasSubstr("crew C1 does not get to R-1: "));
  }
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
