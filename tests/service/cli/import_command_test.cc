#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/data/ingest/town_source.h"
#include "tests/service/cli/program.h"

namespace gridmend {
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
};

TEST_F(ImportCommand, AGoodTownIsImportedAndInspected) {
  town.write();
  const Ran ran = import("--defects '" + (town.folder() / "defects.csv").string() + "'");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, AllOf(HasSubstr("2 = 2 supplied + 0 unsupplied + 0 refused"),
                                HasSubstr("derived from where the power lines run")));
  EXPECT_TRUE(fs::exists(town.folder() / "defects.csv"));

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
  // Behind the sentence on standard error.
  const auto why = nlohmann::json::parse(
      refused.output.substr(std::min(refused.output.find('{'), refused.output.size())), nullptr,
      false);
  ASSERT_FALSE(why.is_discarded()) << refused.output;
  EXPECT_EQ(why["written"], false);
  EXPECT_EQ(why["refusal"]["reason"], "SOURCE_NOT_FOUND");
}

TEST_F(ImportCommand, WhatTouchesCustomersIsNamedFirstWithItsRemedy) {
  town.replace("transformers", R"("feeder":"S1")", R"("feeder":"S2")");
  town.write();
  EXPECT_THAT(import().output,
              AllOf(HasSubstr("first to mend:\n 1. warning feeder_disagrees (13 customers)"),
                    HasSubstr("Correct the normal position of the border switch")));
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
  EXPECT_EQ(import("--max-severe-percent 100").exit_code, 0);
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
  const Ran twice = gridmend("import '" + folder + "' -o '" + folder + "/new.csv' --defects '" +
                             folder + "/./new.csv'");
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_THAT(twice.output, HasSubstr("two outputs cannot be one file"));
  // A region is renewed where it lies.
  EXPECT_EQ(import().exit_code, 0);
  EXPECT_EQ(import().exit_code, 0);
}

}  // namespace
}  // namespace gridmend
