#include "service/store/ballast.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

namespace gridmend {
namespace fs = std::filesystem;
namespace {

fs::path ballast_file(const fs::path& directory) { return directory / "ballast"; }

}  // namespace

void lay_ballast(const fs::path& directory, std::uint64_t bytes) {
  std::error_code failed;
  const fs::path file = ballast_file(directory);
  if (bytes == 0 || fs::exists(file, failed)) return;
  const fs::space_info space = fs::space(directory, failed);
  if (failed || space.available < 2 * bytes) return;
  const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  const bool laid = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes)) == 0;
  ::close(descriptor);
  if (!laid) fs::remove(file, failed);
}

bool drop_ballast(const fs::path& directory) {
  std::error_code failed;
  return fs::remove(ballast_file(directory), failed);
}

}  // namespace gridmend
