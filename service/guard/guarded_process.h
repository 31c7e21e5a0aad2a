#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "service/guard/confinement.h"

namespace gridmend {

struct GuardSettings {
  ResourceLimits limits;              // cpu_time 0: as much as wall_time gives every core
  std::chrono::seconds wall_time{0};  // 0 is no limit
  bool network = false;
  // The only files that are written; they appear whole or not at all...
  std::vector<std::filesystem::path> outputs;
  // ... but for what is below these folders, which are there: written as the work goes.
  std::vector<std::filesystem::path> folders;
  // In the parent: what the child said of its progress, printable.
  std::function<void(std::string_view what, std::int64_t done, std::int64_t all)> progress;
  // In the parent: what this machine cannot refuse, before the work, and what explains an exit
  // code, in a sentence.
  std::function<void(std::string_view)> notice;
};

// What the work sees of the guard, in the child.
class GuardedWork {
 public:
  virtual ~GuardedWork() = default;
  // Where to write what shall be `output`, one of the settings'.
  virtual std::filesystem::path staged(const std::filesystem::path& output) const = 0;
  // Has what was staged so far moved into place.
  virtual Result<void> publish() = 0;
  // Tells the parent; it is also what an error names when the child ends on the way.
  virtual void report(std::string_view what, std::int64_t done, std::int64_t all) = 0;
};

// Runs `work` in a child process that is confined as confinement.h says, and returns what `work`
// did: the exit code for this process. The child shares standard output and error and holds no
// other open file of the parent. The caller must have one thread. Whatever the end, staged files
// that were not published are gone. An interrupt (SIGINT, SIGTERM, SIGHUP) ends the child, then
// this process.
//
// Refuses: what StagedOutputs refuses; GUARD_UNAVAILABLE (no process could be started);
// IMPORT_MEMORY_LIMIT, IMPORT_TIME_LIMIT, IMPORT_CRASHED, each with what was being read and how
// far; IMPORT_KILLED (ended from outside, by the system for lack of memory or by hand).
Result<int> run_guarded(const GuardSettings& settings,
                        const std::function<int(GuardedWork&)>& work);

// Limits for an input of that many bytes: memory 1 GiB and 40 bytes a byte, at most four fifths of
// the machine's; wall time 5 minutes and a minute every 8 MB.
struct GuardDefaults {
  std::uint64_t memory_bytes = 0;
  std::chrono::seconds wall_time{0};
};
GuardDefaults guard_defaults(std::uint64_t input_bytes);

}  // namespace gridmend
