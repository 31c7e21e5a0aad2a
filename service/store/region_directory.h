#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "service/store/region_store.h"

namespace gridmend {

// The regions of a state directory: STATE/regions/ID.gmr, whole copies, so that whatever becomes of
// the files they were taken from, journal and state directory are enough to start again. Copies
// rather than links: a file that somebody writes into would change under the server's feet.
// Nothing is ever removed: an old region is needed as long as its journal is.
class RegionDirectory final : public RegionStore {
 public:
  explicit RegionDirectory(const std::filesystem::path& state_directory);

  // Copies the file, opens the copy and looks at its content. Durable under its id when it
  // answers. Refuses what open_region() refuses, and a disk without room (resource_exhausted,
  // REGION_NO_ROOM).
  Result<std::shared_ptr<const Region>> keep(const std::filesystem::path& file);
  // The same of a copy that is gone when its last reader is.
  Result<std::shared_ptr<const Region>> examine(const std::filesystem::path& file) const;
  // Removes copies that a process left half done when it was killed. Only for who holds the state
  // directory: another's copy under way looks the same.
  void remove_leftovers() const;
  // A region that is open already is found as well, without a copy.
  void offer(std::shared_ptr<const Region> region);

  // Opened once as long as somebody holds it. The content is compared with the id.
  Result<std::shared_ptr<const Region>> find(std::string_view id) override;

  std::filesystem::path path_of(std::string_view id) const;

 private:
  std::filesystem::path directory_;
  mutable std::mutex mutex_;
  MemoryRegions offered_;
  std::map<std::string, std::weak_ptr<const Region>, std::less<>> open_;
};

}  // namespace gridmend
