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
#include "service/store/sqlite_store.h"
#include "tests/fault/town.h"
#include "tests/service/engine/control_room.h"

namespace gridmend {
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
  bool ready = false;

  void read(const std::string& text) {
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    std::string word;
    std::uint64_t revision = 0;
    std::string value;
    while (lines >> word >> revision >> value) {
      if (word == "ack") acknowledged[revision] = std::strtoull(value.c_str(), nullptr, 10);
      if (word == "hash") hashes[revision] = value;
      if (word == "ready") ready = true;
    }
  }
};

// Runs the victim, kills it `patience` after it is ready, answers what it said.
LastWords run_and_kill(const fs::path& directory, std::uint64_t seed,
                       std::chrono::microseconds patience) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const std::string seed_text = std::to_string(seed);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::execl(GRIDMEND_FAULT_VICTIM, "fault_victim", directory.c_str(), seed_text.c_str(), nullptr);
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
  const auto region = control_room::drawn_region(kTown);
  State state(region, {});
  std::size_t found = 0;
  std::size_t compared = 0;
  const auto read = (*store)->read(1, [&](const JournalRecord& record) {
    const auto command = prepare_payload(record.payload, *region);
    EXPECT_TRUE(command);
    EXPECT_TRUE(state.apply(*command, record.time)) << "record " << record.sequence;
    state.settle();
    if (const auto said = words.acknowledged.find(record.sequence);
        said != words.acknowledged.end()) {
      EXPECT_EQ(command->content_hash, said->second) << "record " << record.sequence;
      ++found;
    }
    if (const auto said = words.hashes.find(record.sequence); said != words.hashes.end()) {
      EXPECT_EQ(to_hex(state.hash()), said->second) << "record " << record.sequence;
      ++compared;
    }
    return true;
  });
  ASSERT_TRUE(read) << describe(read.error());
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

}  // namespace
}  // namespace gridmend
