#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "service/engine/replay.h"
#include "service/store/region_directory.h"
#include "service/store/sqlite_store.h"
#include "tests/fault/town.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::kill_test {
namespace {

namespace fs = std::filesystem;

// GRIDMEND_KILLS=1000 for the long form.
int kills() {
  const char* given = std::getenv("GRIDMEND_KILLS");
  return given == nullptr ? 6 : std::atoi(given);
}

// What the victim said before it died, whole lines only.
struct LastWords {
  std::map<std::uint64_t, std::uint64_t> acknowledged;  // revision -> content hash
  std::map<std::uint64_t, std::string> hashes;          // revision -> state hash
  std::map<std::uint64_t, std::string> regions;         // revision -> the region taken then
  bool ready = false;

  void read(const std::string& text) {
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    std::string word;
    std::uint64_t revision = 0;
    std::string value;
    while (lines >> word >> revision >> value) {
      if (word == "ack") acknowledged[revision] = std::strtoull(value.c_str(), nullptr, 10);
      if (word == "hash") hashes[revision] = value;
      if (word == "region") regions[revision] = value;
      if (word == "ready") ready = true;
    }
  }
};

// Runs the victim, kills it `patience` after it is ready, answers what it said.
LastWords run_and_kill(const fs::path& directory, std::uint64_t seed,
                       std::chrono::microseconds patience, const char* death = nullptr) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const std::string seed_text = std::to_string(seed);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::execl(GRIDMEND_FAULT_VICTIM, "fault_victim", directory.c_str(), seed_text.c_str(), death,
            nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[65536];
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);  // to be ready
  bool ready = false;
  bool killed = false;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
        deadline - std::chrono::steady_clock::now());
    if (!killed && left.count() <= 0) {
      ::kill(child, SIGKILL);
      killed = true;
    }
    pollfd poll_end{ends[0], POLLIN, 0};
    const timespec wait{
        0, killed ? 100'000'000 : std::clamp<long>(left.count() * 1000, 0, 100'000'000)};
    if (::ppoll(&poll_end, 1, &wait, nullptr) <= 0) continue;
    const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
    if (!ready && text.find("ready") != std::string::npos) {
      ready = true;
      deadline = std::chrono::steady_clock::now() + patience;
    }
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
      << "the victim ended by itself, status " << status;
  LastWords words;
  words.read(text);
  EXPECT_TRUE(words.ready) << text;
  return words;
}

// Every acknowledged command stands in the journal at its place, and every state the victim told of
// is the state of the journal up to there.
void check(const fs::path& directory, const LastWords& words, std::size_t& commands) {
  SqliteStoreSettings settings;
  settings.ballast_bytes = 0;
  const auto store = SqliteStore::open(directory, settings);
  ASSERT_TRUE(store) << describe(store.error());
  RegionDirectory regions(directory);
  const auto first = first_region(**store, nullptr, &regions);
  ASSERT_TRUE(first) << describe(first.error());
  std::size_t found = 0;
  const auto read = (*store)->read(1, [&](const JournalRecord& record) {
    const auto said = words.acknowledged.find(record.sequence);
    if (said == words.acknowledged.end()) return true;
    const std::span<const char> payload{record.payload};
    EXPECT_EQ(checksum64(std::as_bytes(payload)), said->second) << "record " << record.sequence;
    ++found;
    return true;
  });
  ASSERT_TRUE(read) << describe(read.error());
  State state(*first, {});
  std::size_t compared = 0;
  const auto replayed = replay(**store, state, &regions, std::nullopt, [&](std::uint64_t sequence) {
    if (const auto said = words.regions.find(sequence); said != words.regions.end()) {
      EXPECT_EQ(to_hex(state.region()->id), said->second) << "record " << sequence;
    }
    if (const auto said = words.hashes.find(sequence); said != words.hashes.end()) {
      EXPECT_EQ(to_hex(state.hash()), said->second) << "record " << sequence;
      ++compared;
    }
  });
  ASSERT_TRUE(replayed) << describe(replayed.error());
  EXPECT_EQ(found, words.acknowledged.size())
      << "acknowledged commands are missing from the journal";
  const std::size_t at_start = words.hashes.contains(0) ? 1 : 0;
  EXPECT_EQ(compared + at_start, words.hashes.size());
  commands += found;
}

TEST(Kill, LosesNoAcknowledgedCommandAndTheStateIsTheJournals) {
  const fs::path directory =
      fs::temp_directory_path() / ("gridmend_kill_" + std::to_string(::getpid()));
  fs::remove_all(directory);
  Random random{20260720};
  std::size_t commands = 0;
  for (int round = 0; round < kills(); ++round) {
    SCOPED_TRACE(round);
    if (round % 40 == 0) fs::remove_all(directory);  // or every round would read all before it
    const auto patience = std::chrono::microseconds(random.below(150'000));
    const LastWords words = run_and_kill(directory, static_cast<std::uint64_t>(round), patience);
    check(directory, words, commands);
    if (HasFailure()) break;
  }
  std::printf("%d kills, %zu acknowledged commands, all of them in the journal\n", kills(),
              commands);
  EXPECT_GT(commands, static_cast<std::size_t>(kills())) << "the victim hardly did anything";
  fs::remove_all(directory);
}

struct Awakening {
  std::string region;
  std::uint64_t loads = 0;
  Result<Answer> next;
};

// A new engine where the victim lay, without any file but those of the state directory.
Awakening wake(const fs::path& directory) {
  SqliteStoreSettings settings;
  settings.ballast_bytes = 0;
  auto store = SqliteStore::open(directory, settings);
  EXPECT_TRUE(store) << describe(store.error());
  fs::remove(directory / "town.gmr");
  fs::remove(directory / "grown.gmr");
  auto engine = Engine::open(nullptr, std::move(*store), std::make_shared<SystemClock>(), {},
                             std::make_shared<RegionDirectory>(directory));
  EXPECT_TRUE(engine) << describe(engine.error());
  if (!engine) return {};
  return {to_hex((*engine)->region()->id), (*engine)->world()->region_loads->size(),
          (*engine)->execute(control_room::gasps({"T1.1"}, SystemClock().now()))};
}

TEST(Kill, BetweenKeepingARegionAndTakingItTheOldOneIsStillHeld) {
  const fs::path directory =
      fs::temp_directory_path() / ("gridmend_kill_file_" + std::to_string(::getpid()));
  fs::remove_all(directory);
  run_and_kill(directory, 1, std::chrono::seconds(60), "die-with-the-file");
  const Awakening awake = wake(directory);
  EXPECT_EQ(awake.region, to_hex(control_room::drawn_region(kTown)->id));
  EXPECT_EQ(awake.loads, 0U);
  EXPECT_TRUE(awake.next);
  fs::remove_all(directory);
}

TEST(Kill, BetweenARegionLoadAndTheNextCommandTheNewOneIsHeld) {
  const fs::path directory =
      fs::temp_directory_path() / ("gridmend_kill_load_" + std::to_string(::getpid()));
  fs::remove_all(directory);
  const LastWords words =
      run_and_kill(directory, 1, std::chrono::seconds(60), "die-with-the-answer");
  ASSERT_EQ(words.regions.size(), 1U);
  const Awakening awake = wake(directory);
  EXPECT_EQ(awake.region, words.regions.begin()->second);
  EXPECT_EQ(awake.region, to_hex(control_room::drawn_region(kGrownTown)->id));
  EXPECT_EQ(awake.loads, 1U);
  EXPECT_TRUE(awake.next);
  fs::remove_all(directory);
}

}  // namespace
}  // namespace gridmend::kill_test
