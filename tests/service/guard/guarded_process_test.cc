#include "service/guard/guarded_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

namespace gridmend::guarded_process_test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uint64_t kMiB = 1ULL << 20U;

// A port of this machine that notices whoever knocks.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address_), size);
    ::listen(socket_, 1);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size);
  }
  ~Listener() { ::close(socket_); }
  bool connected() const {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
  }
  // 0 or an errno, in whatever process calls it.
  int knock() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (socket < 0) return errno;
    const int result =
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    return result == 0 ? 0 : errno;
  }

 private:
  int socket_;
  sockaddr_in address_{};
};

class GuardedProcess : public ::testing::Test {
 protected:
  GuardedProcess() {
    folder = fs::path{testing::TempDir()} / ("guarded_" + std::to_string(::getpid()));
    fs::create_directories(folder);
    settings.outputs = {output()};
    settings.notice = [this](std::string_view text) { missing += std::string{text} + "\n"; };
  }
  ~GuardedProcess() override { fs::remove_all(folder); }

  fs::path output() const { return folder / "region.gmr"; }
  bool without(const char* what) const { return missing.find(what) != std::string::npos; }
  bool folder_is_empty() const {
    return fs::directory_iterator(folder) == fs::directory_iterator();
  }

  fs::path folder;
  GuardSettings settings;
  std::string missing;
};

TEST_F(GuardedProcess, ItsExitCodeAndItsFilesComeBack) {
  const auto ran = run_guarded(settings, [&](GuardedWork& work) {
    std::ofstream{work.staged(output())} << "region";
    return work.publish() && fs::exists(output()) ? 7 : 1;
  });
  ASSERT_TRUE(ran) << describe(ran.error());
  EXPECT_EQ(*ran, 7);
  EXPECT_EQ(fs::file_size(output()), 6U);
}

TEST_F(GuardedProcess, ProgressIsToldAndPrintable) {
  std::vector<std::string> told;
  settings.progress = [&](std::string_view what, std::int64_t done, std::int64_t all) {
    told.push_back(std::string{what} + " " + std::to_string(done) + "/" + std::to_string(all));
  };
  const auto ran = run_guarded(settings, [](GuardedWork& work) {
    work.report("lines\x1b[2J", 5, 10);
    work.report(std::string(100'000, 'x'), 6, -1);
    return 0;
  });
  ASSERT_TRUE(ran);
  EXPECT_THAT(told, testing::ElementsAre("lines\\x1b[2J 5/10", std::string(200, 'x') + " 6/-1"));
}

TEST_F(GuardedProcess, ACrashSaysWhatWasReadAndLeavesNothingBehind) {
  const auto ran = run_guarded(settings, [&](GuardedWork& work) {
    std::ofstream{work.staged(output())} << "half a reg";
    work.report("transformers", 1200, 5000);
    std::signal(SIGSEGV, SIG_DFL);
    std::raise(SIGSEGV);
    return 0;
  });
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().reason, "IMPORT_CRASHED");
  EXPECT_EQ(ran.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(ran.error().message,
              testing::AllOf(HasSubstr("SIGSEGV"), HasSubstr("'transformers' (1200 of 5000)"),
                             HasSubstr("nothing was written")));
  EXPECT_TRUE(folder_is_empty());
}

TEST_F(GuardedProcess, TooMuchMemoryIsRefused) {
  settings.limits.memory_bytes = 256 * kMiB;
  const auto ran = run_guarded(settings, [](GuardedWork& work) {
    work.report("bomb", 1, -1);
    std::vector<std::vector<char>> kept;
    for (int i = 0; i < 64; ++i) kept.emplace_back(16 * kMiB, 'x');
    return static_cast<int>(kept.size());
  });
  if (without("memory is not limited")) GTEST_SKIP() << missing;
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().reason, "IMPORT_MEMORY_LIMIT");
  EXPECT_THAT(ran.error().message,
              testing::AllOf(HasSubstr("256 MiB"), HasSubstr("--max-memory"), HasSubstr("'bomb'")));
}

TEST_F(GuardedProcess, AReaderThatSurvivesARefusedAllocationGoesOn) {
  settings.limits.memory_bytes = 256 * kMiB;
  const auto ran = run_guarded(settings, [](GuardedWork&) {
    try {
      const std::vector<char> bytes(1024 * kMiB);
      return static_cast<int>(bytes.size() % 2);
    } catch (const std::bad_alloc&) {
      return 5;
    }
  });
  if (without("memory is not limited")) GTEST_SKIP() << missing;
  ASSERT_TRUE(ran) << describe(ran.error());
  EXPECT_EQ(*ran, 5);
}

TEST_F(GuardedProcess, WhoSleepsOrSpinsForEverIsEnded) {
  settings.wall_time = std::chrono::seconds{1};
  for (const bool spins : {false, true}) {
    const auto ran = run_guarded(settings, [spins](GuardedWork& work) {
      work.report("endless", 3, -1);
      volatile bool on = true;
      while (on) {
        if (!spins) std::this_thread::sleep_for(std::chrono::milliseconds{50});
      }
      return 0;
    });
    ASSERT_FALSE(ran);
    EXPECT_EQ(ran.error().reason, "IMPORT_TIME_LIMIT");
    EXPECT_THAT(ran.error().message,
                testing::AllOf(HasSubstr("--max-time"), HasSubstr("'endless'")));
  }
}

TEST_F(GuardedProcess, NobodyIsConnectedTo) {
  const Listener listener;
  const auto ran = run_guarded(settings, [&](GuardedWork&) { return listener.knock(); });
  if (without("network")) GTEST_SKIP() << missing;
  ASSERT_TRUE(ran);
  EXPECT_EQ(*ran, EPERM);
  EXPECT_FALSE(listener.connected());

  settings.network = true;
  const auto allowed = run_guarded(settings, [&](GuardedWork&) { return listener.knock(); });
  ASSERT_TRUE(allowed);
  EXPECT_EQ(*allowed, 0) << "the listener would have noticed";
  EXPECT_TRUE(listener.connected());
}

TEST_F(GuardedProcess, NoProgramIsRunAndNobodyIsSignalled) {
  const auto ran = run_guarded(settings, [](GuardedWork&) {
    char name[] = "/bin/true";
    char* arguments[] = {name, nullptr};
    if (::execv(name, arguments) == 0 || errno != EPERM) return 1;
    if (::fork() >= 0) return 2;
    if (::kill(::getppid(), SIGKILL) == 0) return 3;
    std::thread thread{[] {}};  // threads are its own affair
    thread.join();
    return 0;
  });
  if (without("network")) GTEST_SKIP() << missing;
  ASSERT_TRUE(ran) << describe(ran.error());
  EXPECT_EQ(*ran, 0);
}

TEST_F(GuardedProcess, NothingElsewhereIsWrittenOrRemoved) {
  std::ofstream{folder / "mine.txt"} << "mine";
  const auto ran = run_guarded(settings, [&](GuardedWork& work) {
    if (std::ofstream{folder / "stranger"}) return 1;
    if (std::ofstream{folder / "mine.txt", std::ios::app}) return 2;
    std::error_code error;
    if (fs::remove(folder / "mine.txt", error)) return 3;
    fs::rename(folder / "mine.txt", work.staged(output()), error);
    if (!error) return 4;
    if (::truncate((folder / "mine.txt").c_str(), 0) == 0) return 5;
    return std::ifstream{folder / "mine.txt"} ? 0 : 6;
  });
  if (without("Landlock")) GTEST_SKIP() << missing;
  ASSERT_TRUE(ran) << describe(ran.error());
  EXPECT_EQ(*ran, 0);
  EXPECT_EQ(fs::file_size(folder / "mine.txt"), 4U);
}

TEST_F(GuardedProcess, AFolderThatIsNamedIsWrittenInAsTheWorkGoes) {
  settings.outputs.clear();
  settings.folders = {folder / "out"};
  fs::create_directories(folder / "out");
  const auto ran = run_guarded(settings, [&](GuardedWork&) {
    std::ofstream{folder / "out" / "a.txt"} << "a";
    fs::create_directories(folder / "out" / "deeper");
    std::ofstream{folder / "out" / "deeper" / "b.txt"} << "b";
    return std::ofstream{folder / "beside.txt"} ? 1 : 0;
  });
  ASSERT_TRUE(ran) << describe(ran.error());
  EXPECT_TRUE(fs::exists(folder / "out" / "a.txt"));
  EXPECT_TRUE(fs::exists(folder / "out" / "deeper" / "b.txt"));
  if (without("Landlock")) GTEST_SKIP() << missing;
  EXPECT_EQ(*ran, 0);
}

TEST_F(GuardedProcess, LimitsCannotBeRaisedAgain) {
  settings.limits.open_files = 64;
  settings.limits.file_bytes = 1000;
  const auto ran = run_guarded(settings, [&](GuardedWork& work) {
    rlimit more{4096, 4096};
    if (::setrlimit(RLIMIT_NOFILE, &more) == 0) return 1;
    if (::getrlimit(RLIMIT_NOFILE, &more) != 0 || more.rlim_max != 64) return 2;
    std::ofstream file{work.staged(output())};
    file << std::string(2000, 'x');
    file.flush();
    return file ? 3 : 0;
  });
  ASSERT_TRUE(ran) << describe(ran.error());
  EXPECT_EQ(*ran, 0);
}

TEST_F(GuardedProcess, FilesOfTheParentAreNotInherited) {
  std::ofstream{folder / "secret"} << "secret";
  const int opened = ::open((folder / "secret").c_str(), O_RDONLY);
  ASSERT_GE(opened, 3);
  const auto ran = run_guarded(settings, [](GuardedWork&) {
    int files = 0;
    for (int i = 3; i < 256; ++i) files += ::fcntl(i, F_GETFD) >= 0 ? 1 : 0;
    return files;
  });
  ::close(opened);
  ASSERT_TRUE(ran);
  EXPECT_EQ(*ran, 2) << "the two pipes";
}

TEST_F(GuardedProcess, AnInterruptEndsBothAndTidiesUp) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t importer = ::fork();
  if (importer == 0) {
    settings.progress = [&](std::string_view, std::int64_t, std::int64_t) {
      (void)!::write(ready[1], "x", 1);
    };
    (void)run_guarded(settings, [&](GuardedWork& work) {
      std::ofstream{work.staged(output())} << "half";
      work.report("lines", 1, 2);
      std::this_thread::sleep_for(std::chrono::minutes{5});
      return 0;
    });
    ::_exit(0);
  }
  char one = 0;
  ASSERT_EQ(::read(ready[0], &one, 1), 1);
  ::kill(importer, SIGINT);
  int status = 0;
  ASSERT_EQ(::waitpid(importer, &status, 0), importer);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
  EXPECT_TRUE(folder_is_empty());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(GuardDefaults, GrowWithTheInputUpToTheMachine) {
  const GuardDefaults small = guard_defaults(10'000);
  EXPECT_GE(small.memory_bytes, 1024 * kMiB);
  EXPECT_EQ(small.wall_time, std::chrono::minutes{5});
  const GuardDefaults large = guard_defaults(5'000'000'000);
  EXPECT_GE(large.memory_bytes, small.memory_bytes);
  EXPECT_GE(large.wall_time, std::chrono::hours{2});
  EXPECT_GE(guard_defaults(~0ULL).memory_bytes, large.memory_bytes);
}

}  // namespace
}  // namespace gridmend::guarded_process_test
