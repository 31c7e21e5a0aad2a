#pragma once

#include <memory>

#include "service/store/store.h"

namespace gridmend {

// A journal that dies with its owner: tests, drills and benchmarks. What it holds can be shared, so
// that a test can "restart" on the same records.
class MemoryStore final : public Store {
 public:
  struct Contents {
    std::vector<JournalRecord> records;
    std::string region_id;
  };

  MemoryStore() : contents_(std::make_shared<Contents>()) {}
  explicit MemoryStore(std::shared_ptr<Contents> contents) : contents_(std::move(contents)) {}

  Result<void> append(std::span<const JournalRecord> records) override;
  std::uint64_t last_sequence() const override { return contents_->records.size(); }
  Result<void> read(std::uint64_t from_sequence, const Take& take) const override;
  std::string region_id() const override { return contents_->region_id; }
  Result<void> bind_region(std::string_view region_id) override;
  bool has_room() const override { return true; }

  std::shared_ptr<Contents> contents() const { return contents_; }

 private:
  std::shared_ptr<Contents> contents_;
};

}  // namespace gridmend
