#include "service/cli/standard_output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace gridmend {

void keep_lines_in_order() {
  struct stat output = {}, error = {};
  if (::fstat(STDOUT_FILENO, &output) != 0 || ::fstat(STDERR_FILENO, &error) != 0) return;
  if (output.st_dev != error.st_dev || output.st_ino != error.st_ino) return;
  (void)std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
}

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
