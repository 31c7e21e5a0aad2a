#include "service/guard/confinement.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "service/guard/system_call_filter.h"

namespace gridmend {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

bool lower_limit(__rlimit_resource resource, std::uint64_t most) {
  if (most == 0) return true;
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return false;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, most);
  limit.rlim_max = limit.rlim_cur;
  return ::setrlimit(resource, &limit) == 0;
}

void hold_limits(const ResourceLimits& limits, std::vector<std::string>& missing) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const auto hold = [&](bool held, const char* what) {
    if (!held) missing.emplace_back(what);
  };
  if (kSanitized && limits.memory_bytes != 0) {
    missing.emplace_back("memory is not limited in a sanitizer's build");
  } else {
    hold(lower_limit(RLIMIT_DATA, limits.memory_bytes), "memory is not limited");
  }
  hold(lower_limit(RLIMIT_CPU, static_cast<std::uint64_t>(limits.cpu_time.count())),
       "processor time is not limited");
  hold(lower_limit(RLIMIT_FSIZE, limits.file_bytes), "the size of files is not limited");
  hold(lower_limit(RLIMIT_NOFILE, limits.open_files), "open files are not limited");
}

// Later kernels than the headers of the distribution know more rights; the numbers are fixed.
constexpr std::uint64_t kMoveBetweenFolders = 1ULL << 13U;  // from version 2
constexpr std::uint64_t kTruncate = 1ULL << 14U;            // from version 3
constexpr std::uint64_t kSignalScope = 1ULL << 1U;          // from version 6
constexpr std::uint64_t kAbstractSocketScope = 1ULL << 0U;  // from version 6

struct Ruleset {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};

constexpr std::uint64_t kWriteFile = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t kWriting = kWriteFile | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                   LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                   LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t kWritingFiles = kWriteFile | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                        LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                        LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG;

bool allow(int rules, const std::filesystem::path& path, std::uint64_t access) {
  landlock_path_beneath_attr beneath{};
  beneath.allowed_access = access;
  beneath.parent_fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (beneath.parent_fd < 0) return false;
  const bool added =
      ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
  ::close(beneath.parent_fd);
  return added;
}

bool hold_files(const std::vector<std::filesystem::path>& writable, bool network) {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  Ruleset ruleset{kWriting | LANDLOCK_ACCESS_FS_EXECUTE, 0, 0};
  std::uint64_t granted = kWritingFiles;
  if (version >= 2) ruleset.handled_access_fs |= kMoveBetweenFolders;
  if (version >= 3) {
    ruleset.handled_access_fs |= kTruncate;
    granted |= kTruncate;
  }
  std::size_t size = sizeof ruleset.handled_access_fs;
  if (version >= 6) {
    ruleset.scoped = network ? kSignalScope : kSignalScope | kAbstractSocketScope;
    size = sizeof ruleset;
  }
  const auto rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, size, 0));
  if (rules < 0) return false;
  bool held = true;
  for (const auto& folder : writable) held = held && allow(rules, folder, granted);
  allow(rules, "/dev/null", kWriteFile);
  held = held && ::syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  ::close(rules);
  return held;
}

}  // namespace

std::vector<std::string> confine(const Confinement& confinement) {
  std::vector<std::string> missing;
  hold_limits(confinement.limits, missing);
  const bool no_new_rights = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  if (!no_new_rights || !hold_files(confinement.writable, confinement.network)) {
    missing.emplace_back("files elsewhere can be written (no Landlock)");
  }
  if (!no_new_rights || !refuse_system_calls(confinement.network)) {
    missing.emplace_back("network and programs are not refused by the kernel (no seccomp)");
  }
  return missing;
}

}  // namespace gridmend
