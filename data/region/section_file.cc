#include "data/region/section_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace gridmend {
namespace {

constexpr char kMagic[8] = {'G', 'R', 'I', 'D', 'M', 'E', 'N', 'D'};
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kByteOrderSwapped = 0x04030201;
constexpr std::uint32_t kMostSections = 256;
constexpr std::uint64_t kAlignment = 64;

struct Header {
  char magic[8];
  std::uint32_t byte_order;
  std::uint32_t version;
  std::uint64_t file_size;
  std::uint64_t content_high;
  std::uint64_t content_low;
  std::uint32_t section_count;
  std::uint32_t reserved;
  std::uint64_t table_checksum;
  std::uint64_t header_checksum;  // of the bytes before it
};
static_assert(sizeof(Header) == 64);

struct TableEntry {
  std::uint32_t kind;
  std::uint32_t record_size;
  std::uint64_t offset;
  std::uint64_t length;
  std::uint64_t checksum;
};
static_assert(sizeof(TableEntry) == 32);

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span<const T, 1>(&value, 1));
}

std::uint64_t header_checksum(const Header& header) {
  return checksum64(bytes_of(header).first(offsetof(Header, header_checksum)));
}

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

tl::unexpected<Error> refuse_file(const std::filesystem::path& path, ErrorCode code,
                                  std::string reason, std::string message) {
  return refuse_at({.file = path.string(), .layer = {}, .feature_id = {}, .column = {}}, code,
                   std::move(reason), std::move(message));
}

ErrorCode code_of_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::permission_denied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::resource_exhausted;
    default:
      return ErrorCode::unavailable;
  }
}

tl::unexpected<Error> refuse_errno(const std::filesystem::path& path, const char* doing,
                                   int error) {
  const ErrorCode code = code_of_errno(error);
  const char* reason = error == ENOENT                         ? "REGION_NOT_FOUND"
                       : code == ErrorCode::resource_exhausted ? "REGION_NO_ROOM"
                                                               : "REGION_IO";
  return refuse_file(path, code, reason,
                     std::string{"cannot be "} + doing + ": " + std::strerror(error));
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// 0, or the errno that stopped it.
int write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

struct Layout {
  Header header{};
  std::vector<TableEntry> table;
};

Layout lay_out(std::uint32_t version, const Hash128& content, std::span<const Section> sections) {
  Layout layout;
  std::uint64_t end = sizeof(Header) + sections.size() * sizeof(TableEntry);
  for (const Section& section : sections) {
    const std::uint64_t offset = aligned(end);
    layout.table.push_back({section.kind, section.record_size, offset, section.bytes.size(),
                            checksum64(section.bytes)});
    end = offset + section.bytes.size();
  }
  Header& header = layout.header;
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.byte_order = kByteOrder;
  header.version = version;
  header.file_size = end;
  header.content_high = content.high;
  header.content_low = content.low;
  header.section_count = static_cast<std::uint32_t>(sections.size());
  header.table_checksum = checksum64(std::as_bytes(std::span{layout.table}));
  header.header_checksum = header_checksum(header);
  return layout;
}

int write_layout(int fd, const Layout& layout, std::span<const Section> sections) {
  constexpr std::byte kPadding[kAlignment] = {};
  if (const int error = write_all(fd, bytes_of(layout.header))) return error;
  if (const int error = write_all(fd, std::as_bytes(std::span{layout.table}))) return error;
  std::uint64_t at = sizeof(Header) + layout.table.size() * sizeof(TableEntry);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::uint64_t padding = layout.table[i].offset - at;
    if (const int error = write_all(fd, std::span{kPadding}.first(padding))) return error;
    if (const int error = write_all(fd, sections[i].bytes)) return error;
    at = layout.table[i].offset + layout.table[i].length;
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

// The rename itself is durable only when the folder is.
void sync_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const FileDescriptor fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (fd.get() >= 0) ::fsync(fd.get());
}

struct Mapping {
  const std::byte* data = nullptr;
  std::size_t size = 0;
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data != nullptr) ::munmap(const_cast<std::byte*>(data), size);
  }
};

Result<std::shared_ptr<const Mapping>> map_file(const std::filesystem::path& path) {
  const FileDescriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (fd.get() < 0) return refuse_errno(path, "opened", errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return refuse_errno(path, "examined", errno);
  if (!S_ISREG(status.st_mode)) {
    return refuse_file(path, ErrorCode::invalid_argument, "NOT_A_REGION", "is not a file");
  }
  auto mapping = std::make_shared<Mapping>();
  mapping->size = static_cast<std::size_t>(status.st_size);
  if (mapping->size == 0) return mapping;
  void* data = ::mmap(nullptr, mapping->size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return refuse_errno(path, "mapped", errno);
  mapping->data = static_cast<const std::byte*>(data);
  return mapping;
}

Result<Header> read_header(const std::filesystem::path& path, const Mapping& file,
                           FormatVersions versions) {
  const auto refused = [&path](const char* reason, std::string message) {
    return refuse_file(path, ErrorCode::invalid_argument, reason, std::move(message));
  };
  if (file.size < sizeof kMagic || std::memcmp(file.data, kMagic, sizeof kMagic) != 0) {
    return refused("NOT_A_REGION", "is not a Gridmend region");
  }
  if (file.size < sizeof(Header)) return refused("REGION_TRUNCATED", "ends inside its header");
  Header header{};
  std::memcpy(&header, file.data, sizeof header);
  if (header.byte_order == kByteOrderSwapped) {
    return refused("REGION_BYTE_ORDER",
                   "was written on a machine of the other byte order; import it again here");
  }
  if (header.byte_order != kByteOrder) return refused("REGION_DAMAGED", "has a damaged header");
  if (header.version < versions.oldest || header.version > versions.newest) {
    return refused("REGION_VERSION",
                   "is a region of format version " + std::to_string(header.version) +
                       "; this program reads versions " + std::to_string(versions.oldest) + " to " +
                       std::to_string(versions.newest) + ": import the source again");
  }
  if (header.header_checksum != header_checksum(header)) {
    return refused("REGION_DAMAGED", "has a damaged header");
  }
  if (file.size != header.file_size) {
    return refused("REGION_TRUNCATED", "has " + std::to_string(file.size) + " bytes of " +
                                           std::to_string(header.file_size));
  }
  return header;
}

}  // namespace

Result<void> write_sections(const std::filesystem::path& path, std::uint32_t version,
                            const Hash128& content, std::span<const Section> sections) {
  const Layout layout = lay_out(version, content, sections);
  std::string temporary = path.string() + ".XXXXXX";
  int error = 0;
  {
    const FileDescriptor fd{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (fd.get() < 0) return refuse_errno(path, "written", errno);
    ::fchmod(fd.get(), 0644);
    error = write_layout(fd.get(), layout, sections);
  }
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return refuse_errno(path, "written", error);
  }
  sync_folder(path);
  return {};
}

Result<SectionFile> SectionFile::open(const std::filesystem::path& path, FormatVersions versions) {
  auto mapping = map_file(path);
  if (!mapping) return unexpected(mapping.error());
  const Mapping& file = **mapping;
  const auto header = read_header(path, file, versions);
  if (!header) return unexpected(header.error());
  const auto damaged = [&path](std::string message) {
    return refuse_file(path, ErrorCode::invalid_argument, "REGION_DAMAGED", std::move(message));
  };
  const std::span<const std::byte> bytes{file.data, file.size};
  const std::size_t table_size = std::size_t{header->section_count} * sizeof(TableEntry);
  if (header->section_count > kMostSections || table_size > bytes.size() - sizeof(Header)) {
    return damaged("has a damaged table of sections");
  }
  const auto table = bytes.subspan(sizeof(Header), table_size);
  if (checksum64(table) != header->table_checksum)
    return damaged("has a damaged table of sections");

  SectionFile result;
  result.content_ = {header->content_high, header->content_low};
  result.version_ = header->version;
  std::uint64_t end = sizeof(Header) + table_size;
  for (std::uint32_t i = 0; i < header->section_count; ++i) {
    TableEntry entry{};
    std::memcpy(&entry, table.data() + i * sizeof entry, sizeof entry);
    if (entry.offset != aligned(end) || entry.offset > bytes.size() ||
        entry.length > bytes.size() - entry.offset || entry.record_size == 0 ||
        entry.length % entry.record_size != 0) {
      return damaged("has a damaged table of sections");
    }
    if (!std::ranges::all_of(bytes.subspan(end, entry.offset - end),
                             [](std::byte b) { return b == std::byte{0}; })) {
      return damaged("has bytes between its sections");
    }
    end = entry.offset + entry.length;
    const auto section = bytes.subspan(entry.offset, entry.length);
    if (checksum64(section) != entry.checksum) {
      return damaged("section " + std::to_string(entry.kind) + " does not match its checksum");
    }
    if (result.find(entry.kind) != nullptr) {
      return damaged("section " + std::to_string(entry.kind) + " occurs twice");
    }
    result.sections_.push_back({entry.kind, entry.record_size, section});
  }
  if (end != bytes.size()) return damaged("has bytes after its last section");
  result.owner_ = std::move(*mapping);
  return result;
}

const Section* SectionFile::find(std::uint32_t kind) const {
  for (const Section& section : sections_) {
    if (section.kind == kind) return &section;
  }
  return nullptr;
}

}  // namespace gridmend
