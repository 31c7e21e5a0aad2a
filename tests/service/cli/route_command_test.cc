#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/ingest/road_graph_builder.h"
#include "data/region/region.h"
#include "tests/service/cli/program.h"

namespace gridmend::route_command_test {
namespace {

namespace fs = std::filesystem;

//   A (8.70, 49.40) --Uferstraße-- B (8.71) ==Brücke== C (8.72) --Hauptstraße-- D (8.73) --(no name
//   for a terminal)-- E (8.74)
class RouteCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path{testing::TempDir()} /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(folder_);
    RoadGraphBuilder builder;
    std::vector<Position> places;
    for (int i = 0; i < 5; ++i) {
      places.push_back({8.70 + i * 0.01, 49.40});
      builder.add_vertex(places.back());
    }
    const auto add = [&](int from, const char* name, RoadStructure structure) {
      const Polyline line{places[static_cast<std::size_t>(from)],
                          places[static_cast<std::size_t>(from) + 1]};
      builder.add({Id<RoadVertex>{from}, Id<RoadVertex>{from + 1}, line, name, RoadClass::secondary,
                   structure, 0, 36, 36});
    };
    add(0, "Uferstraße", RoadStructure::at_grade);
    add(1, "Brücke", RoadStructure::bridge);
    add(2, "Hauptstraße", RoadStructure::at_grade);
    add(3, "\x1b[31mGasse\xff", RoadStructure::at_grade);
    auto roads = RoadGraph::from_records(std::move(builder).finish(RoadOrigin::synthetic));
    ASSERT_TRUE(roads);
    NetworkRecords none;
    none.texts = TextPoolBuilder{}.finish();
    auto network = NetworkModel::from_records(std::move(none));
    ASSERT_TRUE(network);
    const Region region{std::move(*network), std::move(*roads), {}, {}, {}};
    const auto written = write_region(region, folder_ / "r.gmr");
    ASSERT_TRUE(written) << describe(written.error());
  }
  void TearDown() override { fs::remove_all(folder_); }

  Ran route(const std::string& arguments) const {
    return gridmend("route " + (folder_ / "r.gmr").string() + " " + arguments);
  }

  // Water over the east of the map: 0 at two, 1 m at four.
  std::string flood() const {
    const auto square = [](const std::string& depth) {
      return R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"depth_m":)" +
             depth +
             R"(},"geometry":{"type":"Polygon","coordinates":[[[8.724,49.3],[8.726,49.3],)"
             R"([8.726,49.5],[8.724,49.5],[8.724,49.3]]]}}]})";
    };
    std::ofstream{folder_ / "a.geojson"} << square("0.0");
    std::ofstream{folder_ / "b.geojson"} << square("1.0");
    std::ofstream{folder_ / "c.geojson"} << square("0.0");
    std::ofstream{folder_ / "flood.toml"}
        << "[[slice]]\ntime = 2026-07-20T02:00:00Z\nfile = \"a.geojson\"\n"
           "[[slice]]\ntime = 2026-07-20T04:00:00Z\nfile = \"b.geojson\"\n"
           "[[slice]]\ntime = 2026-07-20T06:00:00Z\nfile = \"c.geojson\"\n";
    return (folder_ / "flood.toml").string();
  }

  fs::path folder_;
};

TEST_F(RouteCommand, TellsTheWayStreetByStreet) {
  const Ran answer = route("8.70,49.40 8.73,49.40");
  EXPECT_EQ(answer.exit_code, 0) << answer.output;
  EXPECT_THAT(answer.output, testing::HasSubstr("2.17 km by truck"));
  EXPECT_THAT(answer.output, testing::HasSubstr("Uferstraße"));
  EXPECT_THAT(answer.output, testing::HasSubstr("Brücke, bridge"));
}

TEST_F(RouteCommand, TellsTheSameAsJson) {
  const Ran answer = route("8.70,49.40 8.73,49.40 --json --vehicle car");
  ASSERT_EQ(answer.exit_code, 0) << answer.output;
  const auto json = nlohmann::json::parse(answer.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << answer.output;
  EXPECT_TRUE(json["reachable"].get<bool>());
  EXPECT_NEAR(json["length_m"].get<double>(), 2171, 5);
  EXPECT_NEAR(json["seconds"].get<double>(), 217.1, 0.5);
  EXPECT_EQ(json["steps"].size(), 3U);
  EXPECT_EQ(json["steps"][1]["name"], "Brücke");
  EXPECT_EQ(json["line"].size(), 4U);
}

TEST_F(RouteCommand, NamesOfRoadsReachATerminalPrintableAndJsonAsText) {
  const Ran text = route("8.70,49.40 8.74,49.40");
  EXPECT_EQ(text.exit_code, 0) << text.output;
  EXPECT_THAT(text.output, testing::HasSubstr("\\x1b[31mGasse"));
  EXPECT_THAT(text.output, testing::Not(testing::HasSubstr("\x1b")));
  const Ran json = route("8.70,49.40 8.74,49.40 --json");
  EXPECT_EQ(json.exit_code, 0) << json.output;
  EXPECT_FALSE(nlohmann::json::parse(json.output, nullptr, false).is_discarded()) << json.output;
}

TEST_F(RouteCommand, NoWayIsAnAnswerWithTheTimeItOpens) {
  const std::string water = " --water " + flood() + " --at ";
  EXPECT_THAT(route("8.70,49.40 8.73,49.40" + water + "2026-07-20T02:00:00Z").output,
              testing::HasSubstr("km by truck"));
  // A truck passes half a metre: shut from three to five.
  const Ran shut = route("8.70,49.40 8.73,49.40 --json" + water + "2026-07-20T03:30:00Z");
  EXPECT_EQ(shut.exit_code, 0) << shut.output;
  const auto json = nlohmann::json::parse(shut.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << shut.output;
  EXPECT_FALSE(json["reachable"].get<bool>());
  EXPECT_THAT(json["opens_at"].get<std::string>(), testing::StartsWith("2026-07-20T05:0"));
  EXPECT_THAT(route("8.70,49.40 8.73,49.40" + water + "2026-07-20T05:30:00Z").output,
              testing::HasSubstr("km by truck"));
}

TEST_F(RouteCommand, TellsByWhichClassFromWhenUntilWhen) {
  const std::string water = " --water " + flood() + " --at ";
  // After three the half metre of a truck is passed, three quarters come at half past.
  const std::string at = "2026-07-20T03:05:00Z";
  const Ran text = route("8.70,49.40 8.73,49.40" + water + at);
  EXPECT_THAT(text.output, testing::HasSubstr("by class of vehicle:"));
  EXPECT_THAT(text.output, testing::ContainsRegex("high_water_truck +[0-9.]+ min, until 2026-"));
  EXPECT_THAT(text.output, testing::ContainsRegex("car +[0-9.]+ min, from 2026-07-20T05:4"));
  EXPECT_THAT(text.output, testing::ContainsRegex("boat +no way: "));
  const Ran shut = route("8.70,49.40 8.73,49.40 --json" + water + at);
  const auto json = nlohmann::json::parse(shut.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << shut.output;
  ASSERT_EQ(json["by_class"].size(), 6U);
  EXPECT_EQ(json["by_class"][0]["vehicle"], "truck") << "the one that was asked for first";
  EXPECT_EQ(json["by_class"][0]["opens_at"], json["opens_at"]);
  for (const auto& one : json["by_class"]) {
    EXPECT_EQ(one["reachable"].get<bool>(), one["vehicle"] == "high_water_truck") << one.dump();
  }
  const std::string dry = "8.70,49.40 8.73,49.40 --json";
  EXPECT_FALSE(nlohmann::json::parse(route(dry).output).contains("by_class"));
  EXPECT_EQ(nlohmann::json::parse(route(dry + " --all-classes").output)["by_class"].size(), 6U);
}

TEST_F(RouteCommand, RoadsOutsideAPictureAreCountedAndMayBeTakenForWet) {
  std::ofstream{folder_ / "half.prj"}
      << R"(GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],)"
         R"(PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]])";
  std::ofstream{folder_ / "half.asc"} << "ncols 1\nnrows 1\nxllcorner 8.69\nyllcorner 49.39\n"
                                         "cellsize 0.025\nNODATA_value 9999\n0\n";
  const auto asked = [&](const std::string& outside) {
    std::ofstream{folder_ / "half.toml"}
        << "[[slice]]\ntime = 2026-07-20T02:00:00Z\nfile = \"half.asc\"\n"
        << outside;
    return route("8.70,49.40 8.73,49.40 --at 2026-07-20T02:00:00Z --water " +
                 (folder_ / "half.toml").string());
  };
  const Ran dry = asked("");
  EXPECT_THAT(dry.output, testing::HasSubstr("6 of 8 road edges lie outside its picture"));
  EXPECT_THAT(dry.output, testing::HasSubstr("only the water of other pictures counts"));
  EXPECT_THAT(dry.output, testing::HasSubstr("3.6 min"));
  const Ran wet = asked("outside_depth_m = 0.6\n");
  EXPECT_THAT(wet.output, testing::HasSubstr("the depth that is assumed there"));
  EXPECT_THAT(wet.output, testing::HasSubstr("no way for a truck"));
  const Ran risky = asked("outside_depth_m = 0.05\ndepth_sigma_m = 0.3\n");
  EXPECT_THAT(risky.output, testing::HasSubstr("km by truck"));
  EXPECT_THAT(risky.output, testing::Not(testing::HasSubstr("3.6 min,"))) << "dearer";
}

TEST_F(RouteCommand, ALaunchPointWithoutARoadIsSaid) {
  const std::string boat = "8.70,49.40 8.73,49.40 --vehicle boat --at 2026-07-20T02:00:00Z ";
  EXPECT_THAT(route(boat + "--launch 8.71,49.402").output,
              testing::Not(testing::HasSubstr("no boat is launched")))
      << "222 m from the street";
  EXPECT_THAT(route(boat + "--launch 8.71,49.403").output,
              testing::HasSubstr("no road within 300 m of 8.71,49.403: no boat is launched there"));
}

TEST_F(RouteCommand, WaterThatCouldNotBeReadIsSaid) {
  const auto feature = [](const std::string& depth, const std::string& geometry) {
    return R"({"type":"Feature","properties":{"depth_m":)" + depth + R"(},"geometry":)" + geometry +
           "}";
  };
  const std::string square =
      R"({"type":"Polygon","coordinates":[[[8.724,49.3],[8.726,49.3],[8.726,49.5],[8.724,49.3]]]})";
  const std::string good = feature("0.1", square);
  const std::string broken = R"({"type":"Polygon","coordinates":[[[8.724,49.3],[8.726,49.5]]]})";
  const std::string points = R"({"type":"MultiPoint","coordinates":[[8.724,49.3],[8.725,49.4]]})";
  std::ofstream{folder_ / "flood.toml"}
      << "[[slice]]\ntime = 2026-07-20T02:00:00Z\nfile = \"water.geojson\"\n";
  const auto answer = [&](const std::string& other, const std::string& options) {
    std::ofstream{folder_ / "water.geojson"} << R"({"type":"FeatureCollection","features":[)"
                                             << good << "," << other << "]}";
    return route("8.70,49.40 8.73,49.40 --at 2026-07-20T03:00:00Z --water " +
                 (folder_ / "flood.toml").string() + options);
  };
  for (const std::string& other : {feature("null", square), feature("-1", square),
                                   feature("2", broken), feature("2", points)}) {
    const Ran text = answer(other, " 2>&1");
    EXPECT_EQ(text.exit_code, 0) << text.output;
    EXPECT_THAT(text.output, testing::HasSubstr("water.geojson, water 1: ")) << other;
    EXPECT_THAT(text.output, testing::HasSubstr("1 feature of water.geojson was left out: the "
                                                "water there is not known"));
  }
  EXPECT_THAT(answer(feature("null", square), " --json 2>/dev/null").output,
              testing::HasSubstr(R"("water_features_left_out":1)"));
  const std::string whole = answer(good, " --json").output;
  EXPECT_THAT(whole, testing::Not(testing::HasSubstr("left_out")));
  EXPECT_THAT(whole, testing::Not(testing::HasSubstr("left out")));
}

TEST_F(RouteCommand, TheWayOutCountsAndTheWindowIsTold) {
  const std::string water = " --water " + flood() + " --at 2026-07-20T02:00:00Z";
  const Ran quick = route("8.70,49.40 8.73,49.40 --work 20" + water);
  EXPECT_EQ(quick.exit_code, 0) << quick.output;
  EXPECT_THAT(quick.output, testing::HasSubstr("open until 2026-07-20T03:00:00Z"));
  EXPECT_THAT(quick.output, testing::HasSubstr("work must begin by"));
  const Ran slow = route("8.70,49.40 8.73,49.40 --work 90 --json" + water);
  const auto json = nlohmann::json::parse(slow.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << slow.output;
  EXPECT_FALSE(json["reachable"].get<bool>());
  EXPECT_THAT(json["reason"].get<std::string>(), testing::HasSubstr("before the work is done"));
  EXPECT_THAT(json["opens_at"].get<std::string>(), testing::StartsWith("2026-07-20T05:0"));
  EXPECT_GT(json["way_out_seconds"].get<double>(), 200);
}

TEST_F(RouteCommand, InstructionsAreInBothLanguagesAndOnTheMap) {
  EXPECT_THAT(route("8.70,49.40 8.73,49.40").output, testing::HasSubstr("Head east on Uferstraße"));
  EXPECT_THAT(route("8.70,49.40 8.73,49.40 --language zh").output,
              testing::HasSubstr("沿Uferstraße向东出发"));
  const Ran answer = route("8.70,49.40 8.73,49.40 --geojson");
  const auto json = nlohmann::json::parse(answer.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << answer.output;
  ASSERT_EQ(json["features"].size(), 5U) << "a line, three streets and the arrival";
  EXPECT_EQ(json["features"][0]["geometry"]["type"], "LineString");
  EXPECT_EQ(json["features"][2]["properties"]["en"], "Continue on Brücke, bridge");
  EXPECT_EQ(json["features"][2]["properties"]["zh"], "继续沿Brücke行驶，过桥");
  EXPECT_EQ(route("8.70,49.40 8.73,49.40 --geojson --json").exit_code, 2);
}

TEST_F(RouteCommand, AFeedOfClosuresClosesRoadsWhileTheyHold) {
  std::ofstream{folder_ / "feed.json"}
      << R"({"incidents":[{"id":"7","type":"ROAD_CLOSED","polyline":"49.40 8.712 49.40 8.718",)"
         R"("starttime":"2026-07-20T02:00:00Z","endtime":"2026-07-20T03:00:00Z"},)"
         R"({"id":"8","type":"HAZARD","polyline":"49.40 8.70"},)"
         R"({"id":"9","type":"ROAD_CLOSED","polyline":"1.0 2.0 1.0 2.1"}]})";
  const std::string feed = " --closures " + (folder_ / "feed.json").string() + " --at ";
  const Ran shut = route("8.70,49.40 8.73,49.40" + feed + "2026-07-20T02:30:00Z");
  EXPECT_EQ(shut.exit_code, 0) << shut.output;
  EXPECT_THAT(shut.output, testing::HasSubstr("no way for a truck"));
  EXPECT_THAT(shut.output, testing::HasSubstr("opens 2026-07-20T03:00:00Z"));
  EXPECT_THAT(shut.output, testing::HasSubstr("2 closed roads, 1 entries that close none"));
  EXPECT_THAT(shut.output, testing::HasSubstr("feed.json: 1 of 2, '"));
  EXPECT_THAT(shut.output, testing::HasSubstr("9' first, lie on no road of the region"));
  EXPECT_THAT(route("8.70,49.40 8.73,49.40" + feed + "2026-07-20T04:00:00Z").output,
              testing::HasSubstr("km by truck"));
  std::ofstream{folder_ / "feed.json"} << "{}";
  const Ran refused = route("8.70,49.40 8.73,49.40" + feed + "2026-07-20T02:30:00Z");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, testing::HasSubstr("neither"));
}

TEST_F(RouteCommand, AClosedRoadIsNoWay) {
  const Ran answer = route("8.70,49.40 8.73,49.40 --close 8.715,49.40");
  EXPECT_EQ(answer.exit_code, 0);
  EXPECT_THAT(answer.output, testing::StartsWith("no way for a truck"));
  EXPECT_THAT(route("8.70,49.40 8.73,49.40 --close 8.715,49.45").output,
              testing::HasSubstr("nothing is closed there"));
}

TEST_F(RouteCommand, SaysWhatIsWrongWithItsArguments) {
  EXPECT_EQ(route("8.70 8.73,49.40").exit_code, 2);
  EXPECT_EQ(route("8.70,149.40 8.73,49.40").exit_code, 2);
  EXPECT_EQ(route("8.70,49.40 8.73,49.40 --vehicle balloon").exit_code, 2);
  EXPECT_EQ(route("8.70,49.40 8.73,49.40 --water " + flood()).exit_code, 2);
  EXPECT_EQ(route("8.70,49.40 8.73,49.40 --water none.toml --at 2026-07-20T02:00:00Z").exit_code,
            1);
  const Ran far = route("-80.1,25.8 8.73,49.40");
  EXPECT_EQ(far.exit_code, 0);
  EXPECT_THAT(far.output, testing::HasSubstr("no road within 2 km of the start"));
  std::ofstream{folder_ / "r.gmr"} << "not a region";
  EXPECT_EQ(route("8.70,49.40 8.73,49.40").exit_code, 1);
}

}  // namespace
}  // namespace gridmend::route_command_test
