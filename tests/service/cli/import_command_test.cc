#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/data/ingest/town_source.h"
#include "tests/service/cli/program.h"

namespace gridmend::import_command_test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ImportCommand : public ::testing::Test {
 protected:
  Ran import(const std::string& more = {}) {
    return gridmend("import '" + town.folder().string() + "' -o '" + region() + "' " + more);
  }
  std::string region() const { return (town.folder() / "town.gmr").string(); }

  TownSource town;
  TownSource elsewhere;  // a folder that is no source
};

TEST_F(ImportCommand, AGoodTownIsImportedAndInspected) {
  town.write();
  const Ran ran = import("--defects '" + (elsewhere.folder() / "defects.csv").string() + "'");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, AllOf(HasSubstr("2 = 2 supplied + 0 unsupplied + 0 refused"),
                                HasSubstr("derived from where the power lines run")));
  EXPECT_TRUE(fs::exists(elsewhere.folder() / "defects.csv"));

  const Ran json = gridmend("inspect '" + region() + "' --json");
  EXPECT_EQ(json.exit_code, 0);
  const auto parsed = nlohmann::json::parse(json.output, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded()) << json.output;
  EXPECT_EQ(parsed["feeders"], 2);
  EXPECT_EQ(parsed["substations"], 1);
  EXPECT_EQ(parsed["switches"], 3);
  EXPECT_EQ(parsed["transformers"], 1);
  EXPECT_EQ(parsed["line_segments"], 2);
  EXPECT_EQ(parsed["service_drops"], 1);
  EXPECT_EQ(parsed["usage_points"], 2);
  EXPECT_EQ(parsed["usage_points_supplied"], 2);
  EXPECT_EQ(parsed["islands"], 0);
  EXPECT_GT(parsed["road_vertices"], 0);
  EXPECT_GT(parsed["road_edges"], 0);
  EXPECT_TRUE(parsed["defects"].is_number());

  const Ran text = gridmend("inspect '" + region() + "'");
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.output, AllOf(HasSubstr("Mill 1"), HasSubstr("usage points")));
}

TEST_F(ImportCommand, TheReportAsOneDocument) {
  town.replace("transformers", R"("feeder":"S1")", R"("feeder":"S2")");
  town.write();
  const Ran ran = import("--json");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  const auto json = nlohmann::json::parse(ran.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << ran.output;
  EXPECT_EQ(json["written"], true);
  EXPECT_EQ(json["refusal"], nullptr);
  EXPECT_EQ(json["usage_points"]["supplied"], 2);
  EXPECT_EQ(json["region"]["transformers"], 1);
  EXPECT_EQ(json["defects"]["by_class"]["feeder_disagrees"]["warning"], 1);
  const auto& first = json["defects"]["first_to_mend"][0];
  EXPECT_EQ(first["class"], "feeder_disagrees");
  EXPECT_EQ(first["customers"], 13);
  EXPECT_EQ(first["feeder"], "S1");

  const Ran refused = gridmend("import /nowhere.gpkg -o '" + region() + "' --json");
  EXPECT_EQ(refused.exit_code, 1);
  // Beside the sentence on standard error.
  const std::size_t begin = std::min(refused.output.find('{'), refused.output.size());
  const auto why = nlohmann::json::parse(
      refused.output.substr(begin, refused.output.rfind('}') + 1 - begin), nullptr, false);
  ASSERT_FALSE(why.is_discarded()) << refused.output;
  EXPECT_EQ(why["written"], false);
  EXPECT_EQ(why["refusal"]["reason"], "SOURCE_NOT_FOUND");
}

TEST_F(ImportCommand, ADescriptionAsOneDocument) {
  town.write();
  fs::create_directory(town.folder() / "dss");
  town.write_file("dss/master.dss", "New Circuit.a bus1=s\nNew Line.l1 bus1=s bus2=t\n");
  town.write_file("region.toml",
                  "[[sources]]\npath = \"lines.geojson\"\n[[sources]]\npath = \"dss\"\n");
  const auto describe = [this](const std::string& source) {
    const Ran ran =
        gridmend_output("import '" + (town.folder() / source).string() + "' --describe --json");
    EXPECT_EQ(ran.exit_code, source == "broken.toml" ? 1 : 0) << ran.output;
    const auto json = nlohmann::json::parse(ran.output, nullptr, false);
    EXPECT_TRUE(json.is_object()) << ran.output;
    return json;
  };
  const auto both = describe("region.toml");
  EXPECT_EQ(both["refusal"], nullptr);
  ASSERT_EQ(both["sources"].size(), 2U);
  const auto& layers = both["sources"][0];
  EXPECT_EQ(layers["kind"], "layers");
  EXPECT_EQ(layers["name"], "lines.geojson");
  EXPECT_THAT(layers["profile"].get<std::string>(), HasSubstr("[[devices]]"));
  ASSERT_EQ(layers["layers"].size(), 1U);
  const auto& lines = layers["layers"][0];
  EXPECT_EQ(lines["name"], "lines");
  EXPECT_EQ(lines["features"], 3);
  EXPECT_EQ(lines["looked_at"], 3);
  EXPECT_EQ(lines["geometry"], "Line String");
  EXPECT_EQ(lines["crs"], "WGS 84");
  EXPECT_NEAR(lines["area"]["west_deg"].get<double>(), 120, 0.1);
  EXPECT_EQ(lines["refusal"], nullptr);
  EXPECT_EQ(lines["remarks"], nlohmann::json::array());
  const auto& mrid = lines["columns"][0];
  EXPECT_EQ(mrid["name"], "mrid");
  EXPECT_EQ(mrid["type"], "String");
  EXPECT_EQ(mrid["can_be_read"], true);
  EXPECT_EQ(mrid["filled"], 3);
  EXPECT_EQ(mrid["examples"], (nlohmann::json{"L1", "L9", "D1"}));
  const auto& model = both["sources"][1];
  EXPECT_EQ(model["kind"], "model");
  EXPECT_EQ(model["format"], "OpenDSS");
  EXPECT_EQ(model["files"].size(), 1U);
  EXPECT_EQ(model["classes"][0]["objects"], 1);

  town.write_file("broken.toml",
                  "[[sources]]\npath = \"lines.geojson\"\n[[sources]]\npath = \"none.gpkg\"\n");
  const auto broken = describe("broken.toml");
  EXPECT_EQ(broken["sources"].size(), 1U) << "what could be read";
  EXPECT_EQ(broken["refusal"]["reason"], "SOURCE_NOT_FOUND");
}

TEST_F(ImportCommand, WhatManyFeaturesLackIsOneFindingThatNamesTheFirstAndATableThatHasAll) {
  for (int i = 0; i < 7; ++i) {
    town.layers["usage_points"].push_back(
        bare_feature(R"("mrid":"far)" + std::to_string(i) + R"(","node":"m1","transformer":"T1")"));
  }
  town.write();
  const fs::path table = elsewhere.folder() / "d.csv";
  const Ran ran = import("--defects '" + table.string() + "'");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("7 usage points have no position: 'far0', 'far1', 'far2', "
                                    "'far3', 'far4' and 2 more; placed at their transformer"));
  std::ifstream file{table};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  for (int i = 0; i < 7; ++i) {
    EXPECT_THAT(text, HasSubstr("\"usage_points\",\"far" + std::to_string(i) +
                                "\",\"\",\"has no position\",\"placed at their transformer\",12"));
  }
  const auto json = nlohmann::json::parse(
      gridmend_output("import '" + town.folder().string() + "' -o '" + region() + "' --json")
          .output,
      nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["defects"]["by_class"]["missing_geometry"]["note"], 1);
  const auto& group = json["defects"]["of_many_features"][0];
  EXPECT_EQ(group["class"], "missing_geometry");
  EXPECT_EQ(group["features"], 7);
}

TEST_F(ImportCommand, WhatTouchesCustomersIsNamedFirstWithItsRemedy) {
  town.replace("transformers", R"("feeder":"S1")", R"("feeder":"S2")");
  town.write();
  EXPECT_THAT(import().output,
              AllOf(HasSubstr("first to mend:\n 1. warning feeder_disagrees (13 customers)"),
                    HasSubstr("Correct the normal position of the border switch")));
}

TEST_F(ImportCommand, WhoeverStopsReadingTheReportStopsNoImport) {
  town.write();
  const fs::path said = town.folder() / "said.txt";
  run_in_shell("{ sleep 0.3; '" GRIDMEND_PROGRAM "' import '" + town.folder().string() + "' -o '" +
               region() + "'; } 2>'" + said.string() + "' | true");
  std::ifstream file{said};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_THAT(text, AllOf(HasSubstr("standard output cannot be written"),
                          ::testing::Not(HasSubstr("damaged"))));
  EXPECT_TRUE(fs::exists(region())) << text;
}

TEST_F(ImportCommand, LimitsBeyondAnyMeasureAreNone) {
  town.write();
  for (const char* limit :
       {"--max-time 9223372036854775807", "--max-time 99999999999999999",
        "--max-memory 18446744073709551615", "--max-memory 9223372036854775808"}) {
    const Ran ran = import(limit);
    EXPECT_EQ(ran.exit_code, 0) << limit << ": " << ran.output;
  }
}

TEST_F(ImportCommand, AnOpenStreetMapFileIsDescribedByItsLayers) {
  town.write_file("a.osm",
                  "<osm version='0.6'><node id='1' lat='50' lon='11'/><node id='2' lat='50.01' "
                  "lon='11'/><way id='3'><nd ref='1'/><nd ref='2'/><tag k='power' "
                  "v='minor_line'/></way></osm>");
  const std::string command = "import '" + (town.folder() / "a.osm").string() + "' --describe";
  const Ran ran = gridmend(command);
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, AllOf(HasSubstr("OpenStreetMap, read without a profile"),
                                HasSubstr("1  power_lines")));
  const auto json =
      nlohmann::json::parse(gridmend_output(command + " --json").output, nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["sources"][0]["kind"], "model");
  EXPECT_EQ(json["sources"][0]["classes"][0]["name"], "power_lines");
}

TEST_F(ImportCommand, LayersThatNoShippedProfileKnowsAreToldTheWayToOne) {
  town.write_file("Leitungen.geojson", R"({"type":"FeatureCollection","features":[)" +
                                           point_feature(120, 30, R"("id":"a")") + "]}");
  EXPECT_THAT(import().output, AllOf(HasSubstr("it has Leitungen"), HasSubstr("--describe")));
}

TEST_F(ImportCommand, ARegionThatWasVerifiedIsSaidToBe) {
  town.write();
  ASSERT_EQ(import().exit_code, 0);
  const std::string inspect = "inspect '" + region() + "'";
  EXPECT_THAT(gridmend(inspect + " --verify").output, HasSubstr("verified: the id is that of"));
  EXPECT_THAT(gridmend(inspect).output, ::testing::Not(HasSubstr("verified")));
  const auto json =
      nlohmann::json::parse(gridmend_output(inspect + " --verify --json").output, nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["id_verified"], true);
}

TEST_F(ImportCommand, AnEndingForDefectsThatNobodyKnowsIsWrongUsage) {
  const Ran ran = import("--defects '" + (town.folder() / "d.xls").string() + "'");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr(".html, .gpkg, .geojson, .csv"));
}

TEST_F(ImportCommand, TracesGoUpAndDown) {
  town.write();
  ASSERT_EQ(import().exit_code, 0);
  const auto devices = [&](const std::string& trace) {
    const Ran ran = gridmend("inspect '" + region() + "' --trace " + trace + " --json");
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    std::vector<std::string> ids;
    const auto json = nlohmann::json::parse(ran.output, nullptr, false);
    if (json.is_discarded()) return ids;
    for (const auto& device : json["devices"]) ids.push_back(device["mrid"]);
    return ids;
  };
  EXPECT_THAT(devices("up u1"), ::testing::ElementsAre("D1", "T1", "F1", "L1", "CB1"));
  EXPECT_THAT(devices("up T1"), ::testing::ElementsAre("T1", "F1", "L1", "CB1"));
  EXPECT_THAT(devices("down F1"), ::testing::ElementsAre("F1", "T1", "D1"));
  EXPECT_THAT(devices("down S2"), ::testing::ElementsAre("L9"));
  EXPECT_THAT(devices("down TIE"), ::testing::IsEmpty());
  EXPECT_THAT(gridmend("inspect '" + region() + "' --trace down F1").output,
              HasSubstr("2 usage points, 13 customers behind"));

  const Ran unknown = gridmend("inspect '" + region() + "' --trace up nobody");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.output, HasSubstr("'nobody'"));
  EXPECT_EQ(gridmend("inspect '" + region() + "' --trace sideways F1").exit_code, 2);
}

TEST_F(ImportCommand, WhatIsRefusedExitsWithOneAndLeavesNoRegion) {
  const auto refused = [&](const std::string& more, const std::string& said) {
    const Ran ran = import(more);
    EXPECT_EQ(ran.exit_code, 1) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr(said));
    EXPECT_FALSE(fs::exists(region()));
  };
  refused("", "folder without");
  town.write();
  refused("--profile martian", "known are bdgd, native");
  refused("--profile bdgd", "no such layer");
  refused("--roads /nowhere/roads.osm.pbf", "roads.osm.pbf");
  town.write_file("lines.geojson", "");
  refused("", "lines.geojson");
  town.write();
  fs::remove(town.folder() / "lines.geojson");
  refused("", "layer 'lines'");
}

TEST_F(ImportCommand, ASevereDefectInASmallSourceRefusesItUnlessAllowed) {
  // A second way from n1 to n2, through a closed switch.
  town.layers["switches"].push_back(point_feature(
      120.001, 30.0005,
      R"("mrid":"DS7","kind":"disconnector","from_node":"n1","to_node":"n2","normally_open":0)"));
  town.write();
  const Ran strict = import();
  EXPECT_EQ(strict.exit_code, 1);
  EXPECT_THAT(strict.output, AllOf(HasSubstr("loop_of_closed_switches"), HasSubstr("DS7"),
                                   HasSubstr("layer 'switches'")));
  EXPECT_FALSE(fs::exists(region()));
  EXPECT_THAT(strict.output.substr(0, strict.output.find("gridmend import:")),
              AllOf(HasSubstr("first to mend"), HasSubstr("DS7")))
      << "the refusal stands behind the report, in one log too";
  EXPECT_EQ(import("--max-severe-percent 100").exit_code, 0);
  EXPECT_TRUE(fs::exists(region()));
}

TEST_F(ImportCommand, ATownHalfInTheDarkIsRefusedUnlessAllowed) {
  for (const char* meter : {"u8", "u9"}) {
    town.layers["usage_points"].push_back(
        bare_feature(R"("mrid":")" + std::string{meter} + R"(","node":"n9","customers":1)"));
  }
  town.replace("feeders", R"("source_node":"s2")", R"("source_node":"s9")");
  town.write();
  const Ran strict = import("--max-severe-percent 100");
  EXPECT_EQ(strict.exit_code, 1);
  EXPECT_THAT(strict.output, AllOf(HasSubstr("NO PATH FROM A FEEDER leads to 50 % of them"),
                                   HasSubstr("usage points without supply: 2 of 4, more than 25 %"),
                                   HasSubstr("--max-unsupplied-percent")));
  EXPECT_FALSE(fs::exists(region()));
  EXPECT_EQ(import("--max-severe-percent 100 --max-unsupplied-percent 60").exit_code, 0);
  EXPECT_TRUE(fs::exists(region()));
}

TEST_F(ImportCommand, WrongUseExitsWithTwo) {
  EXPECT_EQ(gridmend("import").exit_code, 2);
  EXPECT_EQ(gridmend("import a").exit_code, 2);
  EXPECT_EQ(gridmend("import a -o b --colour red").exit_code, 2);
  EXPECT_EQ(gridmend("inspect").exit_code, 2);
}

TEST_F(ImportCommand, ADamagedRegionIsRefusedByName) {
  EXPECT_EQ(gridmend("inspect /nowhere.gmr").exit_code, 1);
  town.write_file("town.gmr", "GRIDMEND but not really");
  const Ran ran = gridmend("inspect '" + region() + "'");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.output, HasSubstr("town.gmr"));
}

TEST_F(ImportCommand, AnOutputThatCannotBeWrittenIsSaid) {
  town.write();
  const Ran ran = gridmend("import '" + town.folder().string() + "' -o /nowhere/at/all.gmr");
  EXPECT_NE(ran.exit_code, 0);
  EXPECT_THAT(ran.output, HasSubstr("/nowhere/at/all.gmr"));
}

TEST_F(ImportCommand, WhatIsReadIsNotWrittenOver) {
  town.write();
  const std::string folder = town.folder().string();
  const auto size_of = [&](const char* name) { return fs::file_size(town.folder() / name); };
  const auto lines = size_of("lines.geojson");
  const Ran as_region = gridmend("import '" + folder + "' -o '" + folder + "/lines.geojson'");
  EXPECT_EQ(as_region.exit_code, 1);
  EXPECT_THAT(as_region.output, HasSubstr("is there and is no region"));
  const Ran as_defects = import("--defects '" + folder + "/lines.geojson'");
  EXPECT_EQ(as_defects.exit_code, 1);
  EXPECT_THAT(as_defects.output, HasSubstr("it is what is read"));
  EXPECT_EQ(size_of("lines.geojson"), lines);
  for (const char* name : {"/defects.csv", "/defects.gpkg", "/defects.geojson"}) {
    const Ran inside = import("--defects '" + folder + name + "'");
    EXPECT_EQ(inside.exit_code, 1);
    EXPECT_THAT(inside.output, HasSubstr("taken for a part of it the next time"));
    EXPECT_FALSE(fs::exists(folder + name));
  }
  EXPECT_EQ(import("--defects '" + folder + "/defects.html'").exit_code, 0)
      << "nobody reads a page";
  const Ran twice = gridmend("import '" + folder + "' -o '" + folder + "/new.csv' --defects '" +
                             folder + "/./new.csv'");
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_THAT(twice.output, HasSubstr("two outputs cannot be one file"));
  // A region is renewed where it lies.
  EXPECT_EQ(import().exit_code, 0);
  EXPECT_EQ(import().exit_code, 0);
}

}  // namespace
}  // namespace gridmend::import_command_test
