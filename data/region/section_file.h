#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/base/hash.h"

namespace gridmend {

// The container of a region file (grammar at the head of region_file.cc): numbered sections of
// records, each with its checksum, behind one header. It knows nothing of what is in them.

// Bytes to be written; the memory stays the caller's.
struct Section {
  std::uint32_t kind = 0;
  std::uint32_t record_size = 1;
  std::span<const std::byte> bytes;
};

// A kind with this bit set may be ignored by a program that does not know it: the file means the
// same without it. A kind without it must be understood.
inline constexpr std::uint32_t kMayIgnore = 0x8000'0000;

// Which format versions a program reads.
struct FormatVersions {
  std::uint32_t oldest = 0;
  std::uint32_t newest = 0;
};

// Writes to a temporary file beside `path`, makes it durable and renames it over `path`: at every
// moment, a crash or a power cut included, `path` is what it was or the whole new file. On failure
// nothing of it stays behind (a killed process may leave its temporary file, `path`.XXXXXX).
// Refuses what the disk refuses: resource_exhausted (REGION_NO_ROOM), permission_denied, not_found,
// unavailable.
Result<void> write_sections(const std::filesystem::path& path, std::uint32_t version,
                            const Hash128& content, std::span<const Section> sections);

// A file mapped for reading, with every checksum verified.
class SectionFile {
 public:
  // Refuses by name: REGION_NOT_FOUND, NOT_A_REGION, REGION_BYTE_ORDER, REGION_VERSION,
  // REGION_TRUNCATED, REGION_DAMAGED. O(size of the file).
  static Result<SectionFile> open(const std::filesystem::path& path, FormatVersions versions);

  // nullptr when the file has no such section.
  const Section* find(std::uint32_t kind) const;
  // In the order of the file; no kind twice.
  std::span<const Section> sections() const { return sections_; }
  std::uint32_t version() const { return version_; }
  const Hash128& content() const { return content_; }
  // Keeps the mapping alive.
  const std::shared_ptr<const void>& owner() const { return owner_; }

 private:
  SectionFile() = default;

  std::shared_ptr<const void> owner_;
  std::vector<Section> sections_;
  Hash128 content_;
  std::uint32_t version_ = 0;
};

}  // namespace gridmend
