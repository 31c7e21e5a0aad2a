#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/base/hash.h"
#include "service/store/sqlite_store.h"
#include "tests/service/cli/program.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::replay_command_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
namespace fs = std::filesystem;
using testing::HasSubstr;

class ReplayCommand : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("gridmend_replay_" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    region_ = drawn_region("S==B1--n1--F1--n2--T1(5)");
    ASSERT_TRUE(write_region(*region_, directory_ / "lane.gmr"));
    live_ = serve();
  }
  void TearDown() override { fs::remove_all(directory_); }

  StateHash serve() {
    auto store = SqliteStore::open(directory_ / "state");
    EXPECT_TRUE(store);
    const auto clock = std::make_shared<ManualClock>(kStart);
    auto engine = Engine::open(region_, std::move(*store), clock);
    EXPECT_TRUE(engine);
    EXPECT_TRUE((*engine)->execute(crew("C1", {120, 30})));
    clock->set(at_minute(10));
    EXPECT_TRUE((*engine)->execute(gasps({"T1.1", "T1.2", "T1.3"}, at_minute(9))));
    EXPECT_TRUE((*engine)->reassess_now());
    EXPECT_TRUE((*engine)->replan_now(PlannerSettings{}));
    return (*engine)->state_hash();
  }
  std::string arguments() const {
    return "replay " + (directory_ / "state").string() + " --region " +
           (directory_ / "lane.gmr").string();
  }

  fs::path directory_;
  std::shared_ptr<const Region> region_;
  StateHash live_;
};

TEST_F(ReplayCommand, PrintsTheHashTheServerHad) {
  const Ran plain = gridmend(arguments());
  EXPECT_EQ(plain.exit_code, 0) << plain.output;
  EXPECT_THAT(plain.output, HasSubstr("state hash  " + to_hex(live_.hash)));
  const Ran json = gridmend(arguments() + " --json");
  EXPECT_THAT(json.output, HasSubstr("\"state_hash\": \"" + to_hex(live_.hash) + "\""));
  EXPECT_THAT(json.output, HasSubstr("\"records\": 4"));
}

TEST_F(ReplayCommand, StopsAtATime) {
  const Ran output = gridmend(arguments() + " --until 2025-12-18T00:05:00Z");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.output, HasSubstr("records     1\n")) << output.output;
  EXPECT_EQ(gridmend(arguments() + " --until yesterday").exit_code, 2);
}

TEST_F(ReplayCommand, NamesADamagedRecordAndRefuses) {
  const fs::path journal = directory_ / "state" / "journal.db";
  std::ifstream in(journal, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const std::size_t at = bytes.find("Crew C1");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'c';
  std::ofstream(journal, std::ios::binary) << bytes;
  const Ran output = gridmend(arguments());
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.output, HasSubstr("record 1"));
  EXPECT_THAT(output.output, HasSubstr("JOURNAL_DAMAGED"));
}

TEST_F(ReplayCommand, RefusesAnotherRegionAndNoJournal) {
  const auto other = drawn_region("S==B1--n1--F9--n2--T1(5)");
  ASSERT_TRUE(write_region(*other, directory_ / "other.gmr"));
  const std::string state = (directory_ / "state").string();
  const Ran wrong =
      gridmend("replay " + state + " --region " + (directory_ / "other.gmr").string());
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.output, HasSubstr("STORE_OF_ANOTHER_REGION"));
  const Ran nothing = gridmend("replay " + (directory_ / "no").string() + " --region " +
                               (directory_ / "lane.gmr").string());
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_THAT(nothing.output, HasSubstr("STATE_NOT_FOUND"));
}

}  // namespace
}  // namespace gridmend::replay_command_test
