#include "service/store/memory_store.h"

#include "core/base/check.h"

namespace gridmend {

Result<void> MemoryStore::append(std::span<const JournalRecord> records) {
  for (const JournalRecord& record : records) {
    GRIDMEND_CHECK(record.sequence == contents_->records.size() + 1, "the journal has no gaps");
    contents_->records.push_back(record);
  }
  return {};
}

Result<void> MemoryStore::read(std::uint64_t from_sequence, const Take& take) const {
  for (std::uint64_t i = from_sequence == 0 ? 0 : from_sequence - 1; i < contents_->records.size();
       ++i) {
    if (!take(contents_->records[i])) break;
  }
  return {};
}

Result<void> MemoryStore::bind_region(std::string_view region_id) {
  contents_->region_id = region_id;
  return {};
}

}  // namespace gridmend
