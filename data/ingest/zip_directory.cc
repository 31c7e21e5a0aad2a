#include "data/ingest/zip_directory.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/printable.h"
#include "data/ingest/gdal_session.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;
constexpr std::uint32_t kLocator64Mark = 0x07064b50;
constexpr std::uint32_t kEntryMark = 0x02014b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLongestComment = 0xffff;
constexpr std::uint64_t kMostDirectoryBytes = std::uint64_t{64} << 20U;
constexpr unsigned kUtf8Flag = 1U << 11U;
constexpr std::uint64_t kLockedFlag = 1;
constexpr unsigned kZip64Field = 0x0001;
constexpr unsigned kUnicodePathField = 0x7075;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint64_t value = 0;
  for (std::size_t i = length; i > 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return value;
}

// Empty when the file has not so many bytes there.
std::string bytes_at(std::ifstream& file, std::uint64_t at, std::uint64_t length) {
  std::string bytes(static_cast<std::size_t>(length), '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  file.read(bytes.data(), static_cast<std::streamsize>(length));
  return file ? bytes : std::string{};
}

// Where the directory lies and what it claims to hold.
struct DirectoryPlace {
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

// The 64-bit record, where the locator before the end names one.
std::optional<DirectoryPlace> find_directory64(std::ifstream& file, std::uint64_t end_at) {
  if (end_at < kLocator64Bytes + kEnd64Bytes) return std::nullopt;
  const std::string locator = bytes_at(file, end_at - kLocator64Bytes, kLocator64Bytes);
  if (locator.empty() || number_at(locator, 0, 4) != kLocator64Mark) return std::nullopt;
  // As it says, or right before the locator when something was put before the archive.
  for (const std::uint64_t at :
       {number_at(locator, 8, 8), end_at - kLocator64Bytes - kEnd64Bytes}) {
    if (at > end_at) continue;
    const std::string end = bytes_at(file, at, kEnd64Bytes);
    if (end.empty() || number_at(end, 0, 4) != kEnd64Mark) continue;
    DirectoryPlace place{0, number_at(end, 40, 8), number_at(end, 32, 8)};
    if (place.bytes > at) return std::nullopt;
    place.begin = at - place.bytes;
    return place;
  }
  return std::nullopt;
}

std::optional<DirectoryPlace> find_directory(std::ifstream& file, std::uint64_t file_bytes) {
  const std::uint64_t tail_bytes = std::min<std::uint64_t>(file_bytes, kEndBytes + kLongestComment);
  const std::string tail = bytes_at(file, file_bytes - tail_bytes, tail_bytes);
  if (tail.size() < kEndBytes) return std::nullopt;
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    if (number_at(tail, at, 4) != kEndMark) continue;
    const std::uint64_t end_at = file_bytes - tail_bytes + at;
    if (const auto large = find_directory64(file, end_at)) return large;
    DirectoryPlace place{0, number_at(tail, at + 12, 4), number_at(tail, at + 10, 2)};
    if (place.bytes > end_at) return std::nullopt;
    place.begin = end_at - place.bytes;
    return place;
  }
  return std::nullopt;
}

// The content of an extra field of an entry; empty when it has none of that kind.
std::string_view extra_field(std::string_view extra, unsigned kind) {
  while (extra.size() >= 4) {
    const std::uint64_t length = number_at(extra, 2, 2);
    if (length > extra.size() - 4) break;
    if (number_at(extra, 0, 2) == kind) return extra.substr(4, static_cast<std::size_t>(length));
    extra.remove_prefix(4 + static_cast<std::size_t>(length));
  }
  return {};
}

// The name in UTF-8 that goes with another spelling, if it was made for that one.
std::optional<std::string> unicode_name(std::string_view raw, std::string_view extra) {
  constexpr std::size_t kHead = 5;
  const std::string_view field = extra_field(extra, kUnicodePathField);
  if (field.size() <= kHead || field[0] != 1) return std::nullopt;
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(raw.data()), static_cast<uInt>(raw.size()));
  if (number_at(field, 1, 4) != sum) return std::nullopt;
  return std::string{field.substr(kHead)};
}

// As GDAL spells it: code page 437 unless the entry says otherwise, up to a NUL, no "./" before, no
// '/' behind.
std::string spelled(std::string_view raw, std::string_view extra, bool is_utf8) {
  const bool ascii =
      std::ranges::all_of(raw, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  std::string name{raw};
  if (auto unicode = unicode_name(raw, extra)) {
    name = std::move(*unicode);
  } else if (!ascii && !is_utf8) {
    char* recoded =
        CPLRecode(name.c_str(), CPLGetConfigOption("CPL_ZIP_ENCODING", "CP437"), CPL_ENC_UTF8);
    name = recoded;
    CPLFree(recoded);
  }
  name.resize(std::min(name.find('\0'), name.size()));
  std::ranges::replace(name, '\\', '/');
  if (name.starts_with("./")) name.erase(0, 2);
  while (name.ends_with('/')) name.pop_back();
  return name;
}

std::uint64_t unpacked_size(std::string_view entry, std::string_view extra) {
  const std::uint64_t size = number_at(entry, 24, 4);
  const std::string_view large = extra_field(extra, kZip64Field);
  return size == 0xffffffffU && large.size() >= 8 ? number_at(large, 0, 8) : size;
}

// Up to the first thing that is no entry, as every reader of archives does.
std::vector<ZippedFile> read_entries(std::string_view directory) {
  std::vector<ZippedFile> files;
  std::size_t at = 0;
  while (directory.size() - at >= kEntryBytes && number_at(directory, at, 4) == kEntryMark &&
         files.size() <= kMostZipEntries) {
    const std::size_t name = number_at(directory, at + 28, 2);
    const std::size_t extra = number_at(directory, at + 30, 2);
    const std::size_t comment = number_at(directory, at + 32, 2);
    if (directory.size() - at - kEntryBytes < name + extra + comment) break;
    const std::uint64_t flags = number_at(directory, at + 8, 2);
    const bool utf8 = (flags & kUtf8Flag) != 0;
    const std::string_view raw = directory.substr(at + kEntryBytes, name);
    const std::string_view fields = directory.substr(at + kEntryBytes + name, extra);
    files.push_back({.name = spelled(raw, fields, utf8),
                     .bytes = unpacked_size(directory.substr(at, kEntryBytes), fields),
                     .folder = raw.ends_with('/') || raw.ends_with('\\'),
                     .locked = (flags & kLockedFlag) != 0});
    at += kEntryBytes + name + extra + comment;
  }
  return files;
}

}  // namespace

Result<std::vector<ZippedFile>> read_zip_directory(const std::filesystem::path& zip) {
  prepare_gdal();
  const GdalErrors quiet;  // names that are in no encoding
  const auto refused = [&](const char* reason, std::string message) {
    return refuse_at(
        {.file = printable(zip.filename().string()), .layer = {}, .feature_id = {}, .column = {}},
        ErrorCode::invalid_argument, reason, std::move(message));
  };
  std::error_code error;
  const std::uint64_t file_bytes = std::filesystem::file_size(zip, error);
  std::ifstream file{zip, std::ios::binary};
  const auto place = error || !file ? std::nullopt : find_directory(file, file_bytes);
  if (!place) return refused("SOURCE_EMPTY", "is not a .zip that can be read");
  const auto too_many = [&] {
    return refused("SOURCE_ZIP_BOMB",
                   "has more than " + std::to_string(kMostZipEntries) + " files in it");
  };
  if (place->entries > kMostZipEntries) return too_many();
  if (place->bytes > kMostDirectoryBytes) {
    return refused("SOURCE_ZIP_BOMB", "has a list of its files of more than 64 MB");
  }
  std::vector<ZippedFile> files = read_entries(bytes_at(file, place->begin, place->bytes));
  // A list can be longer than it says.
  if (files.size() > kMostZipEntries) return too_many();
  if (const auto locked = std::ranges::find(files, true, &ZippedFile::locked);
      locked != files.end()) {
    return refused("SOURCE_ZIP_LOCKED", "holds '" + printable(locked->name) +
                                            "' under a password: unpack it, and name the folder");
  }
  return files;
}

std::uint64_t unpacked_bytes(const std::vector<ZippedFile>& files) {
  std::uint64_t sum = 0;
  for (const ZippedFile& file : files) {
    sum += std::min(file.bytes, std::numeric_limits<std::uint64_t>::max() - sum);
  }
  return sum;
}

bool is_zip_bomb(const std::filesystem::path& zip, std::uint64_t unpacked_bytes) {
  // Small archives may unpack as they like; a map of a gigabyte has more to say than a 250th.
  constexpr std::uint64_t kLarge_bytes = 1'000'000'000;
  constexpr std::uint64_t kMostUnpackedOfPacked = 250;
  std::error_code error;
  const std::uint64_t packed = std::filesystem::file_size(zip, error);
  return unpacked_bytes > kLarge_bytes && unpacked_bytes / kMostUnpackedOfPacked > packed;
}

}  // namespace gridmend
