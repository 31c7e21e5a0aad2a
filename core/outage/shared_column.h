#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/table.h"

namespace gridmend {

// A sparse column of values, one a Record, in blocks that copies share until one of them writes: a
// snapshot of a million records costs a few thousand pointers. A block nobody wrote to takes no
// memory; its records read as nullptr. One writer; copies may be read by other threads.
template <class Record, class Value>
class SharedColumn {
 public:
  static constexpr std::uint32_t kBlock = 128;

  SharedColumn() = default;
  explicit SharedColumn(std::size_t records)
      : records_(records), blocks_((records + kBlock - 1) / kBlock) {}

  std::size_t size() const { return records_; }

  const Value* find(Id<Record> id) const {
    GRIDMEND_CHECK(id.index < records_, "id is of this column");
    const Block* block = blocks_[id.index / kBlock].get();
    return block == nullptr ? nullptr : &(*block)[id.index % kBlock];
  }

  // The value to write to, made when it is not there yet.
  Value& at(Id<Record> id) {
    GRIDMEND_CHECK(id.index < records_, "id is of this column");
    std::shared_ptr<Block>& block = blocks_[id.index / kBlock];
    if (block == nullptr) {
      block = std::make_shared<Block>();
    } else if (block.use_count() > 1) {
      block = std::make_shared<Block>(*block);
    }
    return (*block)[id.index % kBlock];
  }

  // Every record of every block that was written to, in order of id.
  template <class Visitor>
  void visit(Visitor&& visitor) const {
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      if (blocks_[b] == nullptr) continue;
      const std::size_t first = b * kBlock;
      for (std::size_t i = first; i < first + kBlock && i < records_; ++i) {
        visitor(Id<Record>{i}, (*blocks_[b])[i % kBlock]);
      }
    }
  }

 private:
  using Block = std::array<Value, kBlock>;
  std::size_t records_ = 0;
  std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace gridmend
