#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/base/hash.h"
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
  const Output plain = run(arguments());
  EXPECT_EQ(plain.exit_code, 0) << plain.text;
  EXPECT_THAT(plain.text, HasSubstr("state hash  " + to_hex(live_.hash)));
  const Output json = run(arguments() + " --json");
  EXPECT_THAT(json.text, HasSubstr("\"state_hash\": \"" + to_hex(live_.hash) + "\""));
  EXPECT_THAT(json.text, HasSubstr("\"records\": 4"));
}

TEST_F(ReplayCommand, StopsAtATime) {
  const Output output = run(arguments() + " --until 2025-12-18T00:05:00Z");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.text, HasSubstr("records     1\n")) << output.text;
  EXPECT_EQ(run(arguments() + " --until yesterday").exit_code, 2);
}

TEST_F(ReplayCommand, NamesADamagedRecordAndRefuses) {
  const fs::path journal = directory_ / "state" / "journal.db";
  std::ifstream in(journal, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const std::size_t at = bytes.find("Crew C1");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'c';
  std::ofstream(journal, std::ios::binary) << bytes;
  const Output output = run(arguments());
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.text, HasSubstr("record 1"));
  EXPECT_THAT(output.text, HasSubstr("JOURNAL_DAMAGED"));
}

TEST_F(ReplayCommand, RefusesAnotherRegionAndNoJournal) {
  const auto other = drawn_region("S==B1--n1--F9--n2--T1(5)");
  ASSERT_TRUE(write_region(*other, directory_ / "other.gmr"));
  const std::string state = (directory_ / "state").string();
  const Output wrong = run("replay " + state + " --region " + (directory_ / "other.gmr").string());
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.text, HasSubstr("STORE_OF_ANOTHER_REGION"));
  const Output nothing = run("replay " + (directory_ / "no").string() + " --region " +
                             (directory_ / "lane.gmr").string());
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_THAT(nothing.text, HasSubstr("STATE_NOT_FOUND"));
}

}  // namespace
}  // namespace gridmend
