// What every command promises: exit codes, refusals for programs, nothing raw on a terminal.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/data/ingest/town_source.h"
#include "tests/service/cli/program.h"

namespace gridmend::command_line_test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class CommandLine : public ::testing::Test {
 protected:
  // A town in "src", its region in "town.gmr".
  void SetUp() override {
    town.write();
    fs::create_directory(town.folder() / "src");
    for (const auto& entry : fs::directory_iterator(town.folder())) {
      if (entry.path().extension() == ".geojson") {
        fs::rename(entry.path(), town.folder() / "src" / entry.path().filename());
      }
    }
    ASSERT_EQ(gridmend("import " + at("src") + " -o " + at("town.gmr")).exit_code, 0);
  }
  std::string at(const std::string& name) const {
    return "'" + (town.folder() / name).string() + "'";
  }

  TownSource town;
};

TEST_F(CommandLine, ValuesThatNoOptionTakesAreWrongUsage) {
  const std::string import = "import " + at("src") + " -o " + at("x.gmr") + " ";
  const std::string inspect = "inspect " + at("town.gmr") + " ";
  const std::vector<std::string> lines = {
      "import " + at("src") + " -o ''",
      "import '' -o " + at("x.gmr"),
      import + "--profile ''",
      import + "--defects " + at("x.txt"),
      import + "--defects " + at("x"),
      import + "--max-severe-percent nan",
      import + "--max-severe-percent -1",
      import + "--max-unsupplied-percent 101",
      import + "--max-memory -1",
      import + "--max-memory 0",
      import + "--max-memory 1",
      import + "--max-memory 31MiB",
      import + "--max-memory 99999999TB",
      import + "--max-time -5",
      import + "--max-time 0",
      import + "--max-time 1.5",
      import + "--max-features 0",
      import + "--max-vertices 0",
      import + "--max-features -1",
      import + "--max-vertices nan",
      import + "--origin nan,50",
      import + "--datum flat",
      "synth --usage-points 0 -o " + at("q"),
      "synth --usage-points 99 -o " + at("q"),
      "synth --usage-points -5 -o " + at("q"),
      "synth --usage-points 100 --seed -1 -o " + at("q"),
      "synth --usage-points 100 -o ''",
      "serve " + at("town.gmr") + " --state " + at("s") + " --listen foo",
      "serve " + at("town.gmr") + " --state " + at("s") + " --listen 192.0.2.1:7433",
      "serve " + at("town.gmr") + " --state " + at("s") + " --simulated-clock now",
      "drill " + at("town.gmr") + " x.toml --iterations -3",
      inspect + "--export " + at("x.txt"),
      inspect + "--overwrite",
      import + "--overwrite",
      inspect + "--trace sideways L1",
      inspect + "--trace up L1 --compare " + at("town.gmr"),
      inspect + "--state " + at("s") + " --compare " + at("town.gmr"),
      inspect + "--supply-tree " + at("t.csv") + " --compare " + at("town.gmr"),
      inspect + "--feeder ''",
      "ctl crew add C1 --at 1,2 --capacity -1",
      "ctl crew add C1 --at 1,2 --capacity nan",
      "ctl --timeout inf outages",
  };
  for (const std::string& line : lines) {
    const Ran ran = gridmend(line);
    EXPECT_EQ(ran.exit_code, 2) << line << "\n" << ran.output;
  }
  EXPECT_FALSE(fs::exists(town.folder() / "x.gmr"));
  EXPECT_FALSE(fs::exists(town.folder() / "q"));
}

TEST_F(CommandLine, WhatTheMachineRefusesIsNotTheInputsFault) {
  for (const std::string& line : {"synth --usage-points 100 -o " + at("town.gmr"),
                                  "serve " + at("town.gmr") + " --state /proc/gridmend",
                                  "serve " + at("town.gmr") + " --state " + at("town.gmr"),
                                  "import " + at("src") + " -o /proc/x.gmr",
                                  "inspect " + at("town.gmr") + " --export /proc/x.gpkg",
                                  std::string{"ctl --server 127.0.0.1:1 --timeout 1 outages"}}) {
    const Ran ran = gridmend(line);
    EXPECT_EQ(ran.exit_code, 3) << line << "\n" << ran.output;
  }
}

TEST_F(CommandLine, AFullDiskBehindStandardOutputIsTold) {
  const std::string region = at("town.gmr");
  for (const std::string& line :
       {"inspect " + region, "inspect " + region + " --json", "inspect " + region + " --feeder S1",
        "inspect " + region + " --trace up u1", "inspect " + region + " --compare " + region,
        "import " + at("src") + " -o " + at("y.gmr"),
        "import " + at("src") + " --json -o " + at("y.gmr"), "import " + at("src") + " --describe",
        "route " + region + " 120,30 120.001,30", "synth --usage-points 100 -o " + at("q"),
        std::string{"--help"}}) {
    const Ran ran = run_in_shell("'" GRIDMEND_PROGRAM "' " + line + " 2>&1 >/dev/full");
    EXPECT_EQ(ran.exit_code, 3) << line << "\n" << ran.output;
    EXPECT_THAT(ran.output, HasSubstr("standard output cannot be written")) << line;
  }
}

TEST_F(CommandLine, AModelThatIncludesWithoutEndIsARefusedInput) {
  fs::create_directory(town.folder() / "dss");
  town.write_file("dss/master.dss", "New Circuit.a bus1=s\nRedirect a0.dss\n");
  for (int i = 0; i < 25; ++i) {
    const std::string next = "Redirect a" + std::to_string(i + 1) + ".dss\n";
    town.write_file("dss/a" + std::to_string(i) + ".dss", next + next);
  }
  town.write_file("dss/a25.dss", "\n");
  const Ran ran = gridmend("import " + at("dss") + " -o " + at("x.gmr"));
  EXPECT_EQ(ran.exit_code, 1) << ran.output;
}

TEST_F(CommandLine, DefectsGoToAFileOfAnyCase) {
  for (const char* name : {"d.HTML", "d.Csv", "d.GeoJSON", "d.GPKG"}) {
    const Ran ran =
        gridmend("import " + at("src") + " -o " + at("y.gmr") + " --defects " + at(name));
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    EXPECT_TRUE(fs::exists(town.folder() / name)) << name;
  }
}

TEST_F(CommandLine, ARefusalIsADocumentToo) {
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"inspect " + at("none.gmr") + " --json", "REGION_"},
      {"inspect " + at("town.gmr") + " --feeder nobody --json", "ID_UNKNOWN"},
      {"inspect " + at("town.gmr") + " --trace up nobody --json", "ID_UNKNOWN"},
      {"inspect " + at("town.gmr") + " --compare " + at("none.gmr") + " --json", "REGION_"},
      {"inspect " + at("town.gmr") + " --export " + at("town.gmr.gpkg/x.gpkg") + " --json", "GIS_"},
      {"import " + at("none") + " --json -o " + at("x.gmr"), "SOURCE_NOT_FOUND"},
      {"import " + at("none") + " --json --describe", "SOURCE_NOT_FOUND"},
      {"route " + at("none.gmr") + " 1,2 1,2 --json", "REGION_"},
      {"learn " + at("none") + " --json", "STATE_"},
      {"plan " + at("none.json") + " --json", "FILE_NOT_READABLE"},
      {"replay " + at("none") + " --json", "STATE_"},
      {"localise " + at("none.gmr") + " - --json", "REGION_"},
      {"serve " + at("none.gmr") + " --state " + at("s") + " --json", "REGION_"},
      {"ctl --server 127.0.0.1:1 --timeout 1 --json outages", ""},
  };
  for (const auto& [line, reason] : lines) {
    const Ran ran = gridmend_output(line);
    EXPECT_GT(ran.exit_code, 0) << line;
    const auto json = nlohmann::json::parse(ran.output, nullptr, false);
    ASSERT_TRUE(json.is_object()) << line << "\n" << ran.output;
    ASSERT_TRUE(json.contains("refusal")) << ran.output;
    EXPECT_THAT(json["refusal"]["reason"].get<std::string>(), HasSubstr(reason)) << line;
    EXPECT_FALSE(json["refusal"]["message"].get<std::string>().empty()) << line;
  }
}

TEST_F(CommandLine, AnExportIsNotWrittenOverAFileThatIsThere) {
  const std::string line = "inspect " + at("town.gmr") + " --export " + at("mine.gpkg");
  town.write_file("mine.gpkg", "somebody's network");
  const Ran refused = gridmend(line);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("--overwrite"));
  EXPECT_EQ(fs::file_size(town.folder() / "mine.gpkg"), 18U);
  EXPECT_EQ(gridmend(line + " --overwrite").exit_code, 0);
  EXPECT_GT(fs::file_size(town.folder() / "mine.gpkg"), 1000U);
  fs::create_directory(town.folder() / "folder.gpkg");
  EXPECT_EQ(gridmend("inspect " + at("town.gmr") + " --overwrite --export " + at("folder.gpkg"))
                .exit_code,
            1);
  EXPECT_TRUE(fs::is_directory(town.folder() / "folder.gpkg"));
  EXPECT_EQ(gridmend("inspect " + at("town.gmr") + " --supply-tree " + at("town.gmr")).exit_code, 1)
      << "nor a tree over the region it is of";
}

TEST_F(CommandLine, NeitherAreDefectsNorASupplyTree) {
  const std::string import = "import " + at("src") + " -o " + at("y.gmr") + " --defects ";
  const std::string inspect = "inspect " + at("town.gmr") + " --supply-tree ";
  for (const std::string name : {"d.html", "d.gpkg", "d.geojson", "d.csv", "tree.csv"}) {
    const std::string line = (name == "tree.csv" ? inspect : import) + at(name);
    const fs::path file = town.folder() / name;
    town.write_file(name, "somebody's work");
    const Ran refused = gridmend_output(line + " --json");
    EXPECT_EQ(refused.exit_code, 1) << line;
    const auto json = nlohmann::json::parse(refused.output, nullptr, false);
    ASSERT_TRUE(json.is_object()) << line << "\n" << refused.output;
    EXPECT_EQ(json["refusal"]["reason"], "OUTPUT_EXISTS") << line;
    EXPECT_EQ(fs::file_size(file), 15U) << line;
    EXPECT_FALSE(fs::exists(town.folder() / "y.gmr")) << "told before the work";
    const Ran ran = gridmend(line + " --overwrite");
    EXPECT_EQ(ran.exit_code, 0) << line << "\n" << ran.output;
    EXPECT_NE(fs::file_size(file), 15U) << line;
    fs::remove(town.folder() / "y.gmr");
  }
}

TEST_F(CommandLine, NamesOfAFileReachATerminalPrintable) {
  TownSource rude;
  rude.replace("feeders", "Mill 1", "Mill\\u001b[2J 1");
  rude.replace("substations", "Old Mill", "Old\\u001b]0;x\\u0007Mill");
  rude.replace("usage_points", "\"mrid\":\"u1\"", "\"mrid\":\"u\\u001b[31m1\"");
  rude.replace("lines", "\"mrid\":\"L1\"", "\"mrid\":\"L\\u001b[31m1\"");
  rude.replace("switches", "\"mrid\":\"TIE\"", "\"mrid\":\"T\\u001b[31mIE\"");
  rude.write();
  const std::string region = "'" + (rude.folder() / "r.gmr").string() + "'";
  const Ran import = gridmend("import '" + rude.folder().string() + "' -o " + region +
                              " --previous " + at("town.gmr"));
  ASSERT_EQ(import.exit_code, 0) << import.output;
  EXPECT_THAT(import.output, Not(HasSubstr("\x1b")));
  for (const std::string& more :
       {std::string{}, std::string{"--feeder S1"}, std::string{"--trace down CB1"},
        "--compare " + at("town.gmr"), std::string{"--trace up 'u\x1b[31m1'"}}) {
    const Ran ran = gridmend("inspect " + region + " " + more);
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    EXPECT_THAT(ran.output, Not(HasSubstr("\x1b"))) << more;
    EXPECT_THAT(ran.output, HasSubstr("\\x1b[")) << more;
  }
}

TEST_F(CommandLine, AServerSaysThatItServesInOneLineOfJson) {
  const std::string ready = at("ready");
  const Ran ran =
      run_in_shell("'" GRIDMEND_PROGRAM "' serve " + at("town.gmr") + " --state " + at("state") +
                   " --listen 127.0.0.1:0 --json --ready-file " + ready + " > " + at("said") +
                   " 2>/dev/null & server=$!; tries=0; "
                   "while [ ! -s " +
                   ready +
                   " ] && [ $tries -lt 600 ]; do sleep .05; tries=$((tries+1)); done; "
                   "kill $server; wait $server; cat " +
                   at("said"));
  const auto json = nlohmann::json::parse(ran.output, nullptr, false);
  ASSERT_TRUE(json.is_object()) << ran.output;
  EXPECT_THAT(json["address"].get<std::string>(), HasSubstr("127.0.0.1:"));
  EXPECT_EQ(json["region"].get<std::string>().size(), 32U);
  EXPECT_TRUE(json["revision"].is_number());
}

TEST_F(CommandLine, AModelIsDescribedByItsClasses) {
  fs::create_directory(town.folder() / "dss");
  town.write_file("dss/master.dss", "New Circuit.a bus1=s\nNew Line.l bus1=s bus2=b\n");
  const Ran ran = gridmend("import " + at("dss") + " --describe");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("1  Line"));
  EXPECT_THAT(ran.output, HasSubstr("dss/master.dss"));
}

}  // namespace
}  // namespace gridmend::command_line_test
