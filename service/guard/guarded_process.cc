#include "service/guard/guarded_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/printable.h"
#include "service/guard/staged_outputs.h"

namespace gridmend {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kLongestText = 200;
constexpr int kToParent = 3;  // the child's descriptors
constexpr int kFromParent = 4;

enum class Said : std::uint32_t { progress, out_of_memory, publish, missing };

// One write of the child, small enough for a pipe to keep whole.
struct Message {
  Said said = Said::progress;
  std::uint32_t length = 0;
  std::int64_t done = 0;
  std::int64_t all = 0;
  std::array<char, kLongestText> text{};
};

void tell(Said said, std::string_view text, std::int64_t done = 0, std::int64_t all = 0) {
  Message message{said, 0, done, all, {}};
  message.length = static_cast<std::uint32_t>(std::min(text.size(), message.text.size()));
  std::copy_n(text.begin(), message.length, message.text.begin());
  while (::write(kToParent, &message, sizeof message) < 0 && errno == EINTR) {
  }
}

// Allocations that a reader survives are its own affair; the parent is told, should it not survive.
void tell_of_memory() {
  tell(Said::out_of_memory, {});
  throw std::bad_alloc{};
}

class WorkInChild final : public GuardedWork {
 public:
  explicit WorkInChild(const StagedOutputs& outputs) : outputs_(outputs) {}

  std::filesystem::path staged(const std::filesystem::path& output) const override {
    return outputs_.staged(output);
  }
  void report(std::string_view what, std::int64_t done, std::int64_t all) override {
    tell(Said::progress, what, done, all);
  }
  Result<void> publish() override {
    tell(Said::publish, {});
    char moved = 0;
    ssize_t read = 0;
    while ((read = ::read(kFromParent, &moved, 1)) < 0 && errno == EINTR) {
    }
    if (read == 1 && moved == 1) return {};
    return refuse(ErrorCode::unavailable, "OUTPUT_NOT_MOVED",
                  "what was written could not be moved into place");
  }

 private:
  const StagedOutputs& outputs_;
};

std::vector<std::filesystem::path> writable(const GuardSettings& settings,
                                            const StagedOutputs& outputs) {
  std::vector<std::filesystem::path> folders = outputs.folders();
  folders.insert(folders.end(), settings.folders.begin(), settings.folders.end());
  return folders;
}

Confinement confinement_of(const GuardSettings& settings, const StagedOutputs& outputs) {
  Confinement confinement{settings.limits, settings.network, writable(settings, outputs)};
  if (confinement.limits.cpu_time.count() == 0) {
    confinement.limits.cpu_time =
        settings.wall_time * std::max(1U, std::thread::hardware_concurrency());
  }
  return confinement;
}

[[noreturn]] void be_the_child(const GuardSettings& settings, const StagedOutputs& outputs,
                               const std::function<int(GuardedWork&)>& work, int to_parent,
                               int from_parent, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(3);
  // Both may have each other's number; far away first.
  const int out = ::fcntl(to_parent, F_DUPFD, 10);
  const int in = ::fcntl(from_parent, F_DUPFD, 10);
  ::dup2(out, kToParent);
  ::dup2(in, kFromParent);
  ::syscall(SYS_close_range, kFromParent + 1, ~0U, 0);
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is an error of writing
  if (const auto folders = writable(settings, outputs); !folders.empty()) {
    for (const char* name : {"TMPDIR", "CPL_TMPDIR", "SQLITE_TMPDIR"}) {
      ::setenv(name, folders.front().c_str(), 1);
    }
  }
  for (const std::string& missing : confine(confinement_of(settings, outputs))) {
    tell(Said::missing, missing);
  }
  std::set_new_handler(tell_of_memory);
  WorkInChild seen{outputs};
  int exit_code = 3;
  try {
    exit_code = work(seen);
  } catch (const std::bad_alloc&) {
    std::abort();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gridmend: %s\n", printable(error.what()).c_str());
  }
  std::fflush(nullptr);
  ::_exit(exit_code);
}

// Descriptors that close themselves.
struct Descriptor {
  int number = -1;
  Descriptor() = default;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (number >= 0) ::close(number);
    number = -1;
  }
};

// Interrupts arrive as data while it lives.
class Interrupts {
 public:
  Interrupts() {
    ::sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction now {};
      ::sigaction(signal, nullptr, &now);
      if (now.sa_handler != SIG_IGN) ::sigaddset(&signals_, signal);
    }
    ::sigprocmask(SIG_BLOCK, &signals_, &before_);
    descriptor_.number = ::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~Interrupts() { let_through(); }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  int descriptor() const { return descriptor_.number; }
  int taken() const {
    signalfd_siginfo info{};
    return ::read(descriptor_.number, &info, sizeof info) == sizeof info
               ? static_cast<int>(info.ssi_signo)
               : 0;
  }
  void let_through() const { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t signals_{};
  sigset_t before_{};
  Descriptor descriptor_;
};

std::string in_megabytes(std::uint64_t bytes) {
  constexpr std::uint64_t kMiB = 1024 * 1024;
  return bytes < kMiB ? std::to_string(bytes) + " bytes" : std::to_string(bytes / kMiB) + " MiB";
}

class Watch {
 public:
  Watch(const GuardSettings& settings, const StagedOutputs& outputs, pid_t child)
      : settings_(settings), outputs_(outputs), child_(child), begin_(Steady::now()) {}

  // Until the child has ended and all it said is heard.
  void until_the_end(int from_child, int to_child, const Interrupts& interrupts);
  Result<int> outcome() const;
  int interrupted() const { return interrupted_; }

 private:
  void end_when_interrupted(const Interrupts& interrupts);
  void listen(int from_child, int to_child);
  void hear(const Message& message, int to_child);
  void kill_when_late();
  std::string where() const;
  tl::unexpected<Error> ended(ErrorCode code, const char* reason, const std::string& message,
                              const std::string& advice = {}) const {
    const bool nothing = !published_ && settings_.folders.empty();
    return refuse(code, reason,
                  message + where() + (nothing ? "; nothing was written" : "") + advice);
  }

  const GuardSettings& settings_;
  const StagedOutputs& outputs_;
  pid_t child_;
  Steady::time_point begin_;
  std::vector<char> heard_;
  bool published_ = false;
  std::string what_;
  std::int64_t done_ = 0;
  std::int64_t all_ = -1;
  bool out_of_memory_ = false;
  bool late_ = false;
  int interrupted_ = 0;
  bool ended_ = false;
  int status_ = 0;
  rusage used_{};
};

void Watch::hear(const Message& message, int to_child) {
  const std::string text =
      printable({message.text.data(), std::min<std::size_t>(message.length, kLongestText)});
  switch (message.said) {
    case Said::progress:
      what_ = text;
      done_ = message.done;
      all_ = message.all;
      if (settings_.progress) settings_.progress(what_, done_, all_);
      return;
    case Said::out_of_memory:
      out_of_memory_ = true;
      return;
    case Said::publish: {
      const char moved = outputs_.publish() ? 1 : 0;
      published_ = moved == 1;
      (void)!::write(to_child, &moved, 1);
      return;
    }
    case Said::missing:
      if (settings_.notice) settings_.notice("on this machine " + text);
      return;
  }
}

void Watch::listen(int from_child, int to_child) {
  std::array<char, 4096> buffer;
  ssize_t read = 0;
  while ((read = ::read(from_child, buffer.data(), buffer.size())) > 0) {
    heard_.insert(heard_.end(), buffer.begin(), buffer.begin() + read);
  }
  std::size_t at = 0;
  for (; heard_.size() - at >= sizeof(Message); at += sizeof(Message)) {
    Message message;
    std::memcpy(&message, heard_.data() + at, sizeof message);
    hear(message, to_child);
  }
  heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Watch::kill_when_late() {
  if (settings_.wall_time.count() == 0 || late_) return;
  if (Steady::now() - begin_ < settings_.wall_time) return;
  late_ = true;
  ::kill(child_, SIGKILL);
}

void Watch::end_when_interrupted(const Interrupts& interrupts) {
  const int signal = interrupts.taken();
  if (signal == 0) return;
  interrupted_ = signal;
  if (!ended_) ::kill(child_, SIGKILL);
}

void Watch::until_the_end(int from_child, int to_child, const Interrupts& interrupts) {
  constexpr int kLook_ms = 100;
  while (!ended_) {
    std::array<pollfd, 2> waiting = {pollfd{from_child, POLLIN, 0},
                                     pollfd{interrupts.descriptor(), POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), kLook_ms);
    end_when_interrupted(interrupts);
    kill_when_late();
    ended_ = ::wait4(child_, &status_, WNOHANG, &used_) == child_;
    listen(from_child, to_child);
    // Closed by a child that has not ended yet: poll would not wait any more.
    if (!ended_ && (waiting[0].revents & (POLLHUP | POLLIN)) == POLLHUP) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }
  // A terminal tells both; the child may have been the quicker one.
  end_when_interrupted(interrupts);
}

std::string Watch::where() const {
  if (what_.empty()) return " before anything was read";
  std::string text = " while reading '" + what_ + "'";
  if (done_ > 0 || all_ > 0) text += " (" + std::to_string(done_);
  if (all_ > 0) text += " of " + std::to_string(all_);
  if (done_ > 0 || all_ > 0) text += ")";
  return text;
}

Result<int> Watch::outcome() const {
  if (WIFEXITED(status_)) {
    if (out_of_memory_ && WEXITSTATUS(status_) != 0 && settings_.notice) {
      settings_.notice("memory ran short: " + in_megabytes(settings_.limits.memory_bytes) +
                       " are allowed; --max-memory allows more");
    }
    return WEXITSTATUS(status_);
  }
  const int signal = WTERMSIG(status_);
  if (late_ || signal == SIGXCPU) {
    return ended(ErrorCode::failed_precondition, "IMPORT_TIME_LIMIT",
                 "took longer than the " + std::to_string(settings_.wall_time.count()) +
                     " s that are allowed",
                 "; --max-time allows more");
  }
  if (signal == SIGKILL) {
    return ended(ErrorCode::unavailable, "IMPORT_KILLED",
                 "was ended from outside: by hand, or by the system for lack of memory");
  }
  // Some readers end the process themselves when they get no memory.
  const auto peak = static_cast<std::uint64_t>(used_.ru_maxrss) * 1024;
  const std::uint64_t most = settings_.limits.memory_bytes;
  if (out_of_memory_ || (most != 0 && peak >= most / 10 * 8)) {
    return ended(ErrorCode::failed_precondition, "IMPORT_MEMORY_LIMIT",
                 "needs more memory than the " + in_megabytes(most) + " that are allowed",
                 "; --max-memory allows more, or import a part of the source at a time");
  }
  const char* name = ::sigabbrev_np(signal);
  return ended(ErrorCode::invalid_argument, "IMPORT_CRASHED",
               "is damaged or made to do harm: the reader broke down (SIG" +
                   std::string{name == nullptr ? "?" : name} + ")");
}

}  // namespace

GuardDefaults guard_defaults(std::uint64_t input_bytes) {
  constexpr std::uint64_t kGiB = 1ULL << 30U;
  constexpr std::uint64_t kBytesAMinute = 8'000'000;
  const auto machine = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t most = std::max(kGiB, machine / 5 * 4);
  const std::uint64_t wanted = kGiB + 40 * std::min(input_bytes, most);
  return {std::min(wanted, most),
          std::chrono::minutes{5 + std::min<std::uint64_t>(input_bytes / kBytesAMinute, 100'000)}};
}

Result<int> run_guarded(const GuardSettings& settings,
                        const std::function<int(GuardedWork&)>& work) {
  auto created = StagedOutputs::create(settings.outputs);
  if (!created) return unexpected(created.error());
  std::optional<StagedOutputs> outputs{std::move(*created)};
  const auto unavailable = [] {
    return refuse(ErrorCode::unavailable, "GUARD_UNAVAILABLE",
                  "no process could be started to read in: " + std::string{std::strerror(errno)});
  };
  int up[2];
  int down[2];
  if (::pipe2(up, O_CLOEXEC) != 0) return unavailable();
  Descriptor from_child{up[0]};
  Descriptor to_parent{up[1]};
  if (::pipe2(down, O_CLOEXEC) != 0) return unavailable();
  Descriptor from_parent{down[0]};
  Descriptor to_child{down[1]};
  ::fcntl(from_child.number, F_SETFL, O_NONBLOCK);

  std::fflush(nullptr);
  const pid_t self = ::getpid();
  int interrupted = 0;
  Result<int> outcome = 0;
  {
    const Interrupts interrupts;
    const pid_t child = ::fork();
    if (child < 0) return unavailable();
    if (child == 0) {
      interrupts.let_through();
      be_the_child(settings, *outputs, work, to_parent.number, from_parent.number, self);
    }
    to_parent.close();
    from_parent.close();
    Watch watch{settings, *outputs, child};
    watch.until_the_end(from_child.number, to_child.number, interrupts);
    interrupted = watch.interrupted();
    outcome = watch.outcome();
  }
  if (interrupted != 0) {
    outputs.reset();
    std::raise(interrupted);
  }
  return outcome;
}

}  // namespace gridmend
