#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "service/cli/progress_bar.h"
#include "service/cli/text_table.h"
#include "tests/data/ingest/town_source.h"
#include "tests/service/cli/program.h"

namespace gridmend::inspect_command_test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

nlohmann::json json_of(const std::string& arguments) {
  const Ran ran = gridmend_output(arguments);
  EXPECT_EQ(ran.exit_code, 0) << arguments;
  auto json = nlohmann::json::parse(ran.output, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << arguments << ": " << ran.output;
  return json;
}

class InspectCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    town.write();
    ASSERT_EQ(gridmend_output("import '" + town.folder().string() + "' -o " + region()).exit_code,
              0);
  }
  std::string region() const { return quoted("town.gmr"); }
  std::string quoted(const std::string& name) const {
    return "'" + (town.folder() / name).string() + "'";
  }

  TownSource town;
};

TEST_F(InspectCommand, AFeederHasAPageWithItsTiesAndCustomers) {
  const Ran ran = gridmend_output("inspect " + region() + " --feeder S1");
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.output, AllOf(HasSubstr("feeder S1  Mill 1"), HasSubstr("Old Mill"),
                                HasSubstr("TIE          load_break_switch  S2")));
  const auto json = json_of("inspect " + region() + " --feeder S1 --json");
  EXPECT_EQ(json["mrid"], "S1");
  EXPECT_EQ(json["substation"], "SUB");
  EXPECT_EQ(json["device_kinds"]["power_transformer"], 1);
  EXPECT_EQ(json["rated_kva"], 400);
  EXPECT_EQ(json["usage_points"], 2);
  EXPECT_EQ(json["customers"], 13);
  EXPECT_EQ(json["ties"][0]["mrid"], "TIE");
  EXPECT_EQ(json["ties"][0]["neighbour"], "S2");
  // The other side of the same tie.
  const auto other = json_of("inspect " + region() + " --feeder S2 --json");
  EXPECT_EQ(other["ties"][0]["neighbour"], "S1");
  EXPECT_EQ(other["usage_points"], 0);
}

TEST_F(InspectCommand, AnExportSaysWhatItWroteAndIsImportedAgainAsTheSame) {
  const auto json = json_of("inspect " + region() + " --json --export " + quoted("out.gpkg"));
  EXPECT_EQ(json["layers"]["usage_points"], 2);
  EXPECT_EQ(json["layers"]["switches"], 3);
  EXPECT_EQ(
      gridmend_output("import " + quoted("out.gpkg") + " -o " + quoted("again.gmr")).exit_code, 0);
  const auto before = json_of("inspect " + region() + " --json");
  const auto after = json_of("inspect " + quoted("again.gmr") + " --json");
  for (const char* key : {"feeders", "substations", "switches", "transformers", "line_segments",
                          "usage_points", "usage_points_supplied", "customers", "islands"}) {
    EXPECT_EQ(before[key], after[key]) << key;
  }
}

TEST_F(InspectCommand, ATraceIsExportedAlone) {
  const auto json =
      json_of("inspect " + region() + " --trace up u1 --json --export " + quoted("up.geojson"));
  EXPECT_EQ(json["layers"]["usage_points"], 0);
  EXPECT_EQ(json["layers"]["lines"], 2);
  EXPECT_EQ(json["layers"]["transformers"], 1);
  EXPECT_TRUE(fs::exists(town.folder() / "up.geojson"));
}

TEST_F(InspectCommand, WhatIsRefusedAndWhatIsWrongUsageHaveTheirExitCodes) {
  const std::string inspect = "inspect " + region() + " ";
  const Ran nobody = gridmend(inspect + "--feeder NOBODY");
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.output, HasSubstr("has no feeder 'NOBODY'; it has 'S1', 'S2'"));
  EXPECT_EQ(gridmend_output(inspect + "--trace up NOBODY").exit_code, 1);
  EXPECT_EQ(gridmend_output("inspect /nowhere.gmr").exit_code, 1);
  EXPECT_EQ(gridmend_output(inspect + "--export " + quoted("out.xls")).exit_code, 2);
  EXPECT_EQ(gridmend_output(inspect + "--export /nowhere/at/all.gpkg").exit_code, 3);
  EXPECT_EQ(gridmend_output(inspect + "--trace sideways u1").exit_code, 2);
  EXPECT_EQ(gridmend_output(inspect + "--feeder S1 --trace up u1").exit_code, 2);
  EXPECT_EQ(gridmend_output(inspect + "--no-such-flag").exit_code, 2);
  EXPECT_EQ(gridmend_output("inspect").exit_code, 2);
  EXPECT_EQ(gridmend_output("").exit_code, 2);
  EXPECT_EQ(gridmend_output("mend").exit_code, 2);
  EXPECT_EQ(gridmend_output("synth --usage-points many -o " + quoted("x")).exit_code, 2);
  EXPECT_EQ(gridmend_output("synth --usage-points 300 --start noon -o " + quoted("x")).exit_code,
            2);
  EXPECT_EQ(gridmend_output("synth --usage-points 3 -o " + quoted("x")).exit_code, 2);
  EXPECT_EQ(gridmend_output("synth --usage-points 300 -o /dev/null/x").exit_code, 3);
  EXPECT_EQ(gridmend_output("localise " + region() + " /nowhere.jsonl").exit_code, 1);
  EXPECT_EQ(gridmend_output("localise " + region() + " - --at noon").exit_code, 2);
  EXPECT_EQ(gridmend_output("plan /nowhere.json").exit_code, 1);
  EXPECT_EQ(gridmend_output("plan /nowhere.json --time-limit soon").exit_code, 2);
  EXPECT_EQ(gridmend_output("route " + region() + " here there").exit_code, 2);
  EXPECT_EQ(gridmend_output("drill " + region() + " /nowhere.toml").exit_code, 1);
  EXPECT_EQ(gridmend_output("replay " + quoted("nostate")).exit_code, 1);
  EXPECT_EQ(gridmend_output("replay " + quoted("nostate") + " --until noon").exit_code, 2);
}

TEST_F(InspectCommand, SynthAndLocaliseSayOneDocument) {
  const auto town_json = json_of("synth --usage-points 300 --json -o " + quoted("made"));
  EXPECT_EQ(town_json["usage_points"], 300);
  const auto outages = json_of("localise " + region() + " /dev/null --json");
  EXPECT_TRUE(outages["outages"].is_array());
  EXPECT_EQ(outages["items_heard"], 0);
}

TEST(ProgressLine, SaysHowFarHowFastAndHowLongYet) {
  const std::string line = progress_line("usage_points", 250'000, 1'000'000, 5, 100);
  EXPECT_EQ(
      line,
      "usage_points  [#####...............]  25 %  250,000 of 1,000,000  50,000/s  15 s left");
}

TEST(ProgressLine, SaysOnlyWhatIsKnown) {
  EXPECT_EQ(progress_line("making roads", 0, -1, 61, 80), "making roads  1:01 min");
  EXPECT_EQ(progress_line("lines", 40'000, -1, 2, 80), "lines  40,000  20,000/s");
  // Too early for a rate.
  EXPECT_EQ(progress_line("lines", 1, 2, 0.1, 80), "lines  [##########..........]  50 %  1 of 2");
}

TEST(ProgressLine, NeverIsWiderThanTheTerminal) {
  for (std::size_t width = 20; width < 120; ++width) {
    const std::string line = progress_line("\xE9\x85\x8D\xE7\x94\xB5\xE7\xBA\xBF\xE8\xB7\xAF",
                                           123'456, 9'876'543, 7.5, width, "households out 12,345");
    EXPECT_LE(display_width(line), width) << line;
  }
}

}  // namespace
}  // namespace gridmend::inspect_command_test
