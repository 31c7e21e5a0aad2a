#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/settings/localiser_file.h"
#include "service/store/sqlite_store.h"
#include "tests/service/engine/control_room.h"

namespace gridmend {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
namespace fs = std::filesystem;
using testing::HasSubstr;

struct Output {
  int exit_code = -1;
  std::string text;  // both streams
};

Output run(const std::string& arguments) {
  Output output;
  FILE* pipe = ::popen((std::string(GRIDMEND_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe))
    output.text.append(buffer, got);
  const int status = ::pclose(pipe);
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

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
  const Output output = run("learn " + path("state") + " --region " + path("lane.gmr") + " -o " +
                            path("learnt.toml") + " --json");
  ASSERT_EQ(output.exit_code, 0) << output.text;
  const auto json = nlohmann::json::parse(output.text, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << output.text;
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
  const Output output = run("learn " + path("state") + " --region " + path("lane.gmr"));
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.text, HasSubstr("1 of 1 outages teach"));
  EXPECT_THAT(output.text, HasSubstr("last_gasp_reach"));
}

TEST_F(LearnCommand, GoesOnFromWhatWasLearntBefore) {
  std::ofstream{directory_ / "before.toml"} << "[reliability]\nlast_gasp_reach = 0.3\n";
  const Output output = run("learn " + path("state") + " --region " + path("lane.gmr") +
                            " --settings " + path("before.toml") + " --json");
  ASSERT_EQ(output.exit_code, 0) << output.text;
  EXPECT_EQ(nlohmann::json::parse(output.text)["reliability"]["last_gasp_reach"]["before"], .3);
}

TEST_F(LearnCommand, RefusesByNameAndExitCode) {
  EXPECT_EQ(run("learn").exit_code, 2);
  EXPECT_EQ(run("learn " + path("nowhere")).exit_code, 1);
  const Output unwritable = run("learn " + path("state") + " --region " + path("lane.gmr") +
                                " -o " + path("no/such/folder.toml"));
  EXPECT_EQ(unwritable.exit_code, 3) << unwritable.text;
  std::ofstream{directory_ / "bad.toml"} << "[reliability]\nlast_gasp = 1\n";
  const Output bad = run("learn " + path("state") + " --settings " + path("bad.toml"));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.text, HasSubstr("line 2"));
  const Output over_itself =
      run("learn " + path("state") + " --settings " + path("bad.toml") + " -o " + path("bad.toml"));
  EXPECT_EQ(over_itself.exit_code, 1);
}

}  // namespace
}  // namespace gridmend
