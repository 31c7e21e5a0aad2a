#include "service/store/region_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

namespace gridmend {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = 1 << 20;
constexpr std::string_view kCopyName = ".copy-";

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> cannot(const fs::path& path, const char* what, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return refuse_at({path.string(), {}, {}, {}},
                   full ? ErrorCode::resource_exhausted : ErrorCode::failed_precondition,
                   full ? "REGION_NO_ROOM" : "REGION_NOT_READABLE",
                   std::string(what) + ": " + std::strerror(error));
}

// Bytes from one to the other; errno of what failed, 0 when all is there and on the disk.
int copy_bytes(int from, int to) {
  std::vector<char> buffer(kCopyBytes);
  while (true) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    for (ssize_t done = 0; done < got;) {
      const ssize_t put = ::write(to, buffer.data() + done, static_cast<std::size_t>(got - done));
      if (put < 0 && errno != EINTR) return errno;
      if (put > 0) done += put;
    }
  }
  return ::fsync(to) == 0 ? 0 : errno;
}

// Gone at the end unless it was given a name.
class TemporaryCopy {
 public:
  explicit TemporaryCopy(const fs::path& directory) {
    path_ = (directory / (std::string(kCopyName) + "XXXXXX")).string();
  }
  ~TemporaryCopy() {
    if (made_) ::unlink(path_.c_str());
  }
  TemporaryCopy(const TemporaryCopy&) = delete;
  TemporaryCopy& operator=(const TemporaryCopy&) = delete;

  Result<std::shared_ptr<const Region>> fill(const fs::path& file) {
    // Not a pipe that never ends, nor a device that does something when it is read.
    const Descriptor from(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (from.get() < 0 || ::fstat(from.get(), &status) != 0) {
      return cannot(file, "cannot be opened", errno);
    }
    if (!S_ISREG(status.st_mode)) return cannot(file, "is no file", EINVAL);
    const Descriptor to(::mkostemp(path_.data(), O_CLOEXEC));
    if (to.get() < 0) return cannot(path_, "cannot be made", errno);
    made_ = true;
    if (const int error = copy_bytes(from.get(), to.get()); error != 0) {
      return cannot(file, "cannot be copied into the state directory", error);
    }
    auto region = open_region(path_, RegionCheck::content_id);
    if (!region) {
      Error error = region.error();
      error.place.file = file.string();  // not the copy's name, which nobody knows
      return unexpected(std::move(error));
    }
    return std::make_shared<const Region>(std::move(*region));
  }

  Result<void> name(const fs::path& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) return cannot(path, "cannot be made", errno);
    made_ = false;
    const Descriptor directory(
        ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
      return cannot(path, "is not durable", errno);
    }
    return {};
  }

 private:
  std::string path_;
  bool made_ = false;
};

bool is_id(std::string_view id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<void> make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return cannot(directory, "cannot be made", error.value());
  const Descriptor parent(
      ::open(directory.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) {
    return cannot(directory, "is not durable", errno);
  }
  return {};
}

}  // namespace

RegionDirectory::RegionDirectory(const fs::path& state_directory)
    : directory_(fs::absolute(state_directory) / "regions") {}

fs::path RegionDirectory::path_of(std::string_view id) const {
  return directory_ / (std::string(id) + ".gmr");
}

Result<std::shared_ptr<const Region>> RegionDirectory::keep(const fs::path& file) {
  if (auto made = make_directory(directory_); !made) return unexpected(made.error());
  TemporaryCopy copy(directory_);
  auto region = copy.fill(file);
  if (!region) return region;
  const std::string id = to_hex((*region)->id);
  const std::lock_guard lock(mutex_);
  if (auto open = open_[id].lock(); open != nullptr && fs::exists(path_of(id))) return open;
  if (auto named = copy.name(path_of(id)); !named) return unexpected(named.error());
  open_[id] = *region;
  return region;
}

Result<std::shared_ptr<const Region>> RegionDirectory::examine(const fs::path& file) const {
  if (auto made = make_directory(directory_); !made) return unexpected(made.error());
  return TemporaryCopy(directory_).fill(file);
}

void RegionDirectory::remove_leftovers() const {
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(kCopyName))
      leftovers.push_back(entry->path());
  }
  for (const fs::path& path : leftovers) fs::remove(path, error);
}

void RegionDirectory::offer(std::shared_ptr<const Region> region) {
  offered_.keep(std::move(region));
}

Result<std::shared_ptr<const Region>> RegionDirectory::find(std::string_view id) {
  if (!is_id(id)) return region_missing(id, "that is no id of a region");
  if (auto offered = offered_.find(id)) return offered;
  const std::lock_guard lock(mutex_);
  const fs::path path = path_of(id);
  if (auto open = open_[std::string(id)].lock()) return open;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return region_missing(id, "no file " + path.string());
  auto region = open_region(path, RegionCheck::content_id);
  if (!region) return unexpected(region.error());
  if (to_hex(region->id) != id) {
    return refuse_at({path.string(), {}, {}, {}}, ErrorCode::failed_precondition, "REGION_MISSING",
                     "the file holds region " + to_hex(region->id) + ", not " + std::string(id));
  }
  auto shared = std::make_shared<const Region>(std::move(*region));
  open_[std::string(id)] = shared;
  return shared;
}

}  // namespace gridmend
