#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/settings/localiser_file.h"
#include "service/store/sqlite_store.h"
#include "tests/service/cli/program.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::learn_command_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
namespace fs = std::filesystem;
using testing::HasSubstr;

std::vector<std::string> meters(int first, int last) {
  std::vector<std::string> ids;
  for (int i = first; i <= last; ++i) ids.push_back("T1." + std::to_string(i));
  return ids;
}

// A journal of one outage of 40 meters, a quarter of which are heard.
class LearnCommand : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("gridmend_learn_" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    const auto region = drawn_region("S==B1--n1--F1--n2--T1(40)");
    ASSERT_TRUE(write_region(*region, directory_ / "lane.gmr"));
    auto store = SqliteStore::open(directory_ / "state");
    ASSERT_TRUE(store);
    const auto clock = std::make_shared<ManualClock>(kStart);
    auto engine = Engine::open(region, std::move(*store), clock);
    ASSERT_TRUE(engine);
    clock->set(at_minute(10));
    ASSERT_TRUE((*engine)->execute(gasps(meters(1, 10), at_minute(9))));
    ASSERT_TRUE((*engine)->reassess_now());
    confirm(**engine);
    clock->set(at_minute(70));
    ASSERT_TRUE((*engine)->execute(power_ups(meters(1, 40), at_minute(69))));
    ASSERT_TRUE((*engine)->reassess_now());
    clock->set(at_minute(80));
    ASSERT_TRUE((*engine)->reassess_now());
  }
  void TearDown() override { fs::remove_all(directory_); }

  static void confirm(Engine& engine) {
    ASSERT_FALSE(engine.world()->outages->empty());
    Command command;
    command.set_actor("operator/li");
    command.mutable_confirm_outage()->set_id(engine.world()->outages->begin()->first);
    command.mutable_confirm_outage()->set_operator_("li");
    ASSERT_TRUE(engine.execute(std::move(command)));
  }

  std::string path(const char* name) const { return (directory_ / name).string(); }

  fs::path directory_;
};

TEST_F(LearnCommand, SaysWhatAClosedOutageTeachesAndWritesItDown) {
  const Ran output = gridmend("learn " + path("state") + " --region " + path("lane.gmr") + " -o " +
                              path("learnt.toml") + " --json");
  ASSERT_EQ(output.exit_code, 0) << output.output;
  const auto json = nlohmann::json::parse(output.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << output.output;
  EXPECT_EQ(json["outages_that_teach"], 1);
  EXPECT_EQ(json["items"], 50);
  const auto& reach = json["reliability"]["last_gasp_reach"];
  EXPECT_EQ(reach["before"], .8);
  // 10 of 40, against 0.8 believed with the weight of 200 meters.
  EXPECT_NEAR(reach["learnt"].get<double>(), (200 * .8 + 10) / 240, 1e-9);
  const auto settings = read_localiser_settings(path("learnt.toml"));
  ASSERT_TRUE(settings) << describe(settings.error());
  EXPECT_EQ(settings->reliability.last_gasp_reach, reach["learnt"].get<double>());
}

TEST_F(LearnCommand, PrintsATableForPeople) {
  const Ran output = gridmend("learn " + path("state") + " --region " + path("lane.gmr"));
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.output, HasSubstr("1 of 1 outages teach"));
  EXPECT_THAT(output.output, HasSubstr("last_gasp_reach"));
}

TEST_F(LearnCommand, GoesOnFromWhatWasLearntBefore) {
  std::ofstream{directory_ / "before.toml"} << "[reliability]\nlast_gasp_reach = 0.3\n";
  const Ran output = gridmend("learn " + path("state") + " --region " + path("lane.gmr") +
                              " --settings " + path("before.toml") + " --json");
  ASSERT_EQ(output.exit_code, 0) << output.output;
  EXPECT_EQ(nlohmann::json::parse(output.output)["reliability"]["last_gasp_reach"]["before"], .3);
}

TEST_F(LearnCommand, RefusesByNameAndExitCode) {
  EXPECT_EQ(gridmend("learn").exit_code, 2);
  EXPECT_EQ(gridmend("learn " + path("nowhere")).exit_code, 1);
  const Ran unwritable = gridmend("learn " + path("state") + " --region " + path("lane.gmr") +
                                  " -o " + path("no/such/folder.toml"));
  EXPECT_EQ(unwritable.exit_code, 3) << unwritable.output;
  const Ran one_document =
      gridmend_output("learn " + path("state") + " --region " + path("lane.gmr") + " --json -o " +
                      path("no/such/folder.toml"));
  EXPECT_EQ(nlohmann::json::parse(one_document.output, nullptr, false)["refusal"]["reason"],
            "FILE_NOT_WRITABLE")
      << one_document.output;
  std::ofstream{directory_ / "bad.toml"} << "[reliability]\nlast_gasp = 1\n";
  const Ran bad = gridmend("learn " + path("state") + " --settings " + path("bad.toml"));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output, HasSubstr("line 2"));
  const Ran over_itself = gridmend("learn " + path("state") + " --settings " + path("bad.toml") +
                                   " -o " + path("bad.toml"));
  EXPECT_EQ(over_itself.exit_code, 1);
  const Ran document = gridmend_output("learn " + path("nowhere") + " --json");
  const auto json = nlohmann::json::parse(document.output, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << document.output;
  EXPECT_EQ(json["refusal"]["reason"], "STATE_NOT_FOUND");
}

TEST_F(LearnCommand, RefusesARegionThatTheJournalNeverHeld) {
  ASSERT_EQ(gridmend("learn " + path("state") + " --region " + path("lane.gmr")).exit_code, 0);
  ASSERT_TRUE(write_region(*drawn_region("S==B1--n1--T9(3)"), directory_ / "other.gmr"));
  EXPECT_EQ(gridmend("learn " + path("state") + " --region " + path("other.gmr")).exit_code, 1);
}

}  // namespace
}  // namespace gridmend::learn_command_test
