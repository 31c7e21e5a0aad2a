#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "data/region/region.h"

namespace gridmend {

// Where the regions that a journal names are found, by id (32 hexadecimal digits of their content
// hash). Thread-safe.
class RegionStore {
 public:
  virtual ~RegionStore() = default;
  // Refuses one that is not there (failed_precondition, REGION_MISSING: names it, and where it was
  // looked for) and a file that holds something else than its name says.
  virtual Result<std::shared_ptr<const Region>> find(std::string_view id) = 0;
};

// Regions that die with their owner: tests and drills.
class MemoryRegions final : public RegionStore {
 public:
  void keep(std::shared_ptr<const Region> region);
  Result<std::shared_ptr<const Region>> find(std::string_view id) override;

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Region>, std::less<>> regions_;
};

tl::unexpected<Error> region_missing(std::string_view id, const std::string& where);

}  // namespace gridmend
