#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace gridmend {

// An archive with more files and folders is refused: no source has them, and every name costs time.
inline constexpr std::size_t kMostZipEntries = 100'000;

struct ZippedFile {
  std::string name;         // path in the archive, as GDAL's /vsizip spells it: UTF-8, '/' between
  std::uint64_t bytes = 0;  // unpacked, as the archive declares
  bool folder = false;
  bool locked = false;  // by a password
};

// What an archive's own directory lists, in its order; nothing is unpacked. ZIP64 is understood,
// several disks are not. O(n), where /vsizip looks through all names for each it is asked for.
// Refuses what is no .zip (SOURCE_EMPTY), files under a password (SOURCE_ZIP_LOCKED), more than
// kMostZipEntries entries before their names are read, and a directory that is larger than such
// names can be (SOURCE_ZIP_BOMB).
Result<std::vector<ZippedFile>> read_zip_directory(const std::filesystem::path& zip);

// What `files` unpack to by the archive's own claim, or 2^64 - 1 where that is more.
std::uint64_t unpacked_bytes(const std::vector<ZippedFile>& files);

// Would it unpack to more, for what it is, than any map does?
bool is_zip_bomb(const std::filesystem::path& zip, std::uint64_t unpacked_bytes);

}  // namespace gridmend
