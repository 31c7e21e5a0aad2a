#include "service/store/region_store.h"

#include <utility>

namespace gridmend {

tl::unexpected<Error> region_missing(std::string_view id, const std::string& where) {
  return refuse(ErrorCode::failed_precondition, "REGION_MISSING",
                "region " + std::string(id) + " is not there: " + where);
}

void MemoryRegions::keep(std::shared_ptr<const Region> region) {
  const std::lock_guard lock(mutex_);
  std::string id = to_hex(region->id);
  regions_.insert_or_assign(std::move(id), std::move(region));
}

Result<std::shared_ptr<const Region>> MemoryRegions::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto place = regions_.find(id);
  if (place == regions_.end()) return region_missing(id, "it was never kept in memory");
  return place->second;
}

}  // namespace gridmend
