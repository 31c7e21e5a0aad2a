#include "service/handlers/region_intake.h"

#include <algorithm>
#include <string>
#include <system_error>

namespace gridmend {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNameBytes = 1000;

tl::unexpected<Error> invalid(std::string message) {
  return refuse(ErrorCode::invalid_argument, "REGION_FILE_INVALID", std::move(message), "file");
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const auto [in_folder, in_path] =
      std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return in_folder == folder.end() && in_path != path.end();
}

// What went wrong with a file is told by the client's name for it: where the folder lies is
// nobody's business.
Error named(Error error, std::string_view file) {
  if (!error.place.file.empty()) error.place.file = std::string(file);
  error.message = describe(error);
  error.place = {};
  error.field = "file";
  return error;
}

}  // namespace

Result<std::shared_ptr<RegionIntake>> RegionIntake::open(const fs::path& folder,
                                                         std::shared_ptr<RegionDirectory> kept) {
  std::error_code error;
  fs::path resolved = fs::canonical(folder, error);
  if (error || !fs::is_directory(resolved, error)) {
    return refuse_at({folder.string(), {}, {}, {}}, ErrorCode::failed_precondition,
                     "REGIONS_FOLDER_NOT_FOUND", "no such folder to load regions from");
  }
  return std::shared_ptr<RegionIntake>(new RegionIntake(std::move(resolved), std::move(kept)));
}

Result<fs::path> RegionIntake::resolve(std::string_view file) const {
  if (file.empty()) return invalid("which file?");
  if (file.size() > kMostNameBytes) return invalid("a file's name has at most 1000 bytes");
  if (file.find('\0') != std::string_view::npos) return invalid("a file's name has no zero byte");
  const fs::path asked = fs::path{file}.is_absolute() ? fs::path{file} : folder_ / file;
  std::error_code error;
  // Every part must be there: what is not would be taken by its letters, and links with it.
  const fs::path resolved = fs::canonical(asked, error);
  const bool found = !error;
  const fs::path meant = found ? resolved : fs::weakly_canonical(asked, error);
  if (!lies_in(meant, folder_)) {
    return refuse(ErrorCode::permission_denied, "REGION_FILE_OUTSIDE",
                  "'" + std::string(file) + "' leads out of the folder regions are loaded from",
                  "file");
  }
  if (!found) {
    return refuse(ErrorCode::not_found, "REGION_FILE_NOT_FOUND",
                  "the regions folder has no file '" + std::string(file) + "'", "file");
  }
  if (!fs::is_regular_file(resolved, error))
    return invalid("'" + std::string(file) + "' is no ordinary file");
  return resolved;
}

Result<std::shared_ptr<const Region>> RegionIntake::examine(std::string_view file) const {
  const auto path = resolve(file);
  if (!path) return unexpected(path.error());
  auto region = kept_->examine(*path);
  if (!region) return unexpected(named(region.error(), file));
  return region;
}

Result<std::shared_ptr<const Region>> RegionIntake::keep(std::string_view file) const {
  const auto path = resolve(file);
  if (!path) return unexpected(path.error());
  auto region = kept_->keep(*path);
  if (!region) return unexpected(named(region.error(), file));
  return region;
}

}  // namespace gridmend
