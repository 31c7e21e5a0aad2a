#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace gridmend {

// A file that a fuzz entry fills anew for every input, for readers that want a path. It lies in
// memory where the machine has a memory file system, is this process's own, and goes when the
// process ends (a crash leaves it; the next process of that number writes over it).
class FuzzFile {
 public:
  // `name` ends as the reader expects: "region.gmr".
  explicit FuzzFile(std::string_view name);
  ~FuzzFile();
  FuzzFile(const FuzzFile&) = delete;
  FuzzFile& operator=(const FuzzFile&) = delete;

  void write(std::span<const std::uint8_t> bytes) const;
  // Closes what a reader left open of it: GDAL 3.6 forgets an archive in which an entry's own
  // header is damaged, and after some thousands of inputs no descriptor is left.
  void close_left_open() const;
  // The folder is the file's own: what the reader leaves beside it goes too.
  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

// The input as text.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace gridmend
