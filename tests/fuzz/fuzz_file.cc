#include "tests/fuzz/fuzz_file.h"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "core/base/check.h"

namespace gridmend {
namespace {

namespace fs = std::filesystem;

fs::path memory_folder() {
  const fs::path shared = "/dev/shm";
  return ::access(shared.c_str(), W_OK) == 0 ? shared : fs::temp_directory_path();
}

}  // namespace

FuzzFile::FuzzFile(std::string_view name)
    : folder_(memory_folder() / ("gridmend_fuzz_" + std::to_string(::getpid()))),
      path_(folder_ / name) {
  fs::create_directories(folder_);
}

FuzzFile::~FuzzFile() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void FuzzFile::write(std::span<const std::uint8_t> bytes) const {
  std::ofstream out{path_, std::ios::binary | std::ios::trunc};
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  GRIDMEND_CHECK(out, "the memory file system takes an input");
}

void FuzzFile::close_left_open() const {
  std::error_code none;
  std::vector<int> left;
  for (const fs::directory_entry& entry : fs::directory_iterator{"/proc/self/fd", none}) {
    if (fs::read_symlink(entry.path(), none) != path_) continue;
    const std::string number = entry.path().filename().string();
    int descriptor = -1;
    std::from_chars(number.data(), number.data() + number.size(), descriptor);
    if (descriptor > STDERR_FILENO) left.push_back(descriptor);
  }
  for (const int descriptor : left) ::close(descriptor);
}

}  // namespace gridmend
