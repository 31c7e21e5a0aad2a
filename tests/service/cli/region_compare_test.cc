#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/data/ingest/town_source.h"
#include "tests/service/cli/program.h"

namespace gridmend::region_compare_test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

Ran shell(const std::string& command) { return run_in_shell(command + " 2>&1"); }

class RegionCompare : public ::testing::Test {
 protected:
  std::string file(const std::string& name) const { return (town.folder() / name).string(); }
  std::string import_to(const std::string& name, const std::string& more = {}) const {
    return "'" GRIDMEND_PROGRAM "' import '" + town.folder().string() + "' -o '" + file(name) +
           "' " + more;
  }
  static std::string inspect(const std::string& arguments) {
    return "'" GRIDMEND_PROGRAM "' inspect " + arguments;
  }

  TownSource town;
};

TEST_F(RegionCompare, AnImportSaysWhatChangedSinceThePrevious) {
  town.write();
  ASSERT_EQ(shell(import_to("old.gmr")).exit_code, 0);
  town.replace("usage_points", R"("customers":12)", R"("customers":14)");
  town.replace("transformers", "120.003", "120.004");
  town.replace("switches", R"("mrid":"TIE")", R"("mrid":"TIE2")");
  town.write();
  const Ran ran = shell(import_to("new.gmr", "--previous '" + file("old.gmr") + "'"));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, AllOf(HasSubstr("~ T1: moved 96."), HasSubstr("customers 12 -> 14"),
                                HasSubstr("+ TIE2"), HasSubstr("- TIE")));

  const Ran json =
      shell(inspect("'" + file("new.gmr") + "' --compare '" + file("old.gmr") + "' --json"));
  EXPECT_EQ(json.exit_code, 0);
  const auto parsed = nlohmann::json::parse(json.output, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded()) << json.output;
  EXPECT_EQ(parsed["devices"]["counts"]["moved"], 1);
  EXPECT_EQ(parsed["devices"]["added"][0], "TIE2");
  EXPECT_EQ(parsed["usage_points"]["changed"][0]["fields"]["customers"]["after"], "14");
  EXPECT_EQ(parsed["same"], false);

  const Ran same = shell(inspect("'" + file("new.gmr") + "' --compare '" + file("new.gmr") + "'"));
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_EQ(same.output, "nothing changed\n");
}

TEST_F(RegionCompare, APreviousRegionThatIsNoneIsRefusedBeforeAnythingIsRead) {
  town.write();
  const Ran ran = shell(import_to("new.gmr", "--previous '" + file("usage_points.geojson") + "'"));
  EXPECT_EQ(ran.exit_code, 1) << ran.output;
  EXPECT_FALSE(fs::exists(file("new.gmr")));
}

TEST_F(RegionCompare, InspectVerifiesTheContentOnDemand) {
  town.write();
  ASSERT_EQ(shell(import_to("town.gmr")).exit_code, 0);
  EXPECT_EQ(shell(inspect("'" + file("town.gmr") + "' --verify")).exit_code, 0);
}

// A limit on the size of files is told like a disk without room.
TEST_F(RegionCompare, ADiskWithoutRoomIsTheMachinesFault) {
  town.write();
  ASSERT_EQ(shell(import_to("town.gmr")).exit_code, 0);
  const auto size = fs::file_size(file("town.gmr"));
  const Ran ran = shell("ulimit -f 1; " + import_to("town.gmr"));
  EXPECT_EQ(ran.exit_code, 3) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr("cannot be written"));
  EXPECT_EQ(fs::file_size(file("town.gmr")), size) << "the region that was there is untouched";
  EXPECT_EQ(shell(inspect("'" + file("town.gmr") + "'")).exit_code, 0);
}

}  // namespace
}  // namespace gridmend::region_compare_test
