#include "service/cli/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace gridmend {

ExitCode with_output_written(ExitCode so_far) {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && std::ferror(stdout) == 0) return so_far;
  // What failed before was not kept.
  const char* reason = flushed || errno == 0 ? "part of it is lost" : std::strerror(errno);
  std::fprintf(stderr, "gridmend: standard output cannot be written: %s\n", reason);
  return so_far == ExitCode::done ? ExitCode::machine_failed : so_far;
}

}  // namespace gridmend
