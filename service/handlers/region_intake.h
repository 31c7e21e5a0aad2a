#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "core/base/error.h"
#include "data/region/region.h"
#include "service/store/region_directory.h"

namespace gridmend {

// The one folder from which clients may have regions loaded. A client names a file in it; a name
// that leads out of it, by "..", by an absolute path or through a symbolic link, is refused before
// anything is opened (permission_denied, REGION_FILE_OUTSIDE). The folder is the operator's: who
// can write to it can choose regions.
class RegionIntake {
 public:
  // Refuses a folder that is not there.
  static Result<std::shared_ptr<RegionIntake>> open(const std::filesystem::path& folder,
                                                    std::shared_ptr<RegionDirectory> kept);

  // Where the file lies, links resolved. An absolute path is taken when it lies in the folder.
  // Refuses an empty name, one longer than 1000 bytes, what is no ordinary file (REGION_FILE_*).
  Result<std::filesystem::path> resolve(std::string_view file) const;

  // To look at; and to go on with, kept in the state directory.
  Result<std::shared_ptr<const Region>> examine(std::string_view file) const;
  Result<std::shared_ptr<const Region>> keep(std::string_view file) const;

 private:
  RegionIntake(std::filesystem::path folder, std::shared_ptr<RegionDirectory> kept)
      : folder_(std::move(folder)), kept_(std::move(kept)) {}

  std::filesystem::path folder_;  // absolute, links resolved
  std::shared_ptr<RegionDirectory> kept_;
};

}  // namespace gridmend
