#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/id.h"

namespace gridmend {

// Half-open run of consecutive ids, [first, last).
template <class Record>
struct IdRange {
  Id<Record> first{0};
  Id<Record> last{0};

  constexpr std::size_t size() const { return last.index - first.index; }
  constexpr bool empty() const { return first == last; }
  constexpr bool contains(Id<Record> id) const { return first <= id && id < last; }

  struct Iterator {
    std::uint32_t index;
    constexpr Id<Record> operator*() const { return Id<Record>{index}; }
    constexpr Iterator& operator++() {
      ++index;
      return *this;
    }
    friend constexpr bool operator==(Iterator, Iterator) = default;
  };
  constexpr Iterator begin() const { return {first.index}; }
  constexpr Iterator end() const { return {last.index}; }
};

// Immutable column of values, one a Record, indexed by Id<Record>. It either owns its values or
// views memory that `owner` keeps alive (a mapped region file); a reader cannot tell which.
// Copies are cheap and share the memory.
template <class Record, class Value = Record>
class Table {
 public:
  Table() = default;

  explicit Table(std::vector<Value> values) {
    auto owned = std::make_shared<const std::vector<Value>>(std::move(values));
    values_ = *owned;
    owner_ = std::move(owned);
  }

  Table(std::span<const Value> values, std::shared_ptr<const void> owner)
      : values_(values), owner_(std::move(owner)) {}

  const Value& operator[](Id<Record> id) const {
    GRIDMEND_CHECK(id.index < values_.size(), "id is of this table");
    return values_[id.index];
  }

  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  IdRange<Record> ids() const { return {Id<Record>{0}, Id<Record>{values_.size()}}; }
  std::span<const Value> values() const { return values_; }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }

 private:
  std::span<const Value> values_;
  std::shared_ptr<const void> owner_;
};

// Mutable column of values, one a Record: scratch and overlays.
template <class Record, class Value>
class IdVector {
 public:
  IdVector() = default;
  explicit IdVector(std::size_t size, Value fill = Value{}) : values_(size, fill) {}

  Value& operator[](Id<Record> id) {
    GRIDMEND_CHECK(id.index < values_.size(), "id is of this table");
    return values_[id.index];
  }
  const Value& operator[](Id<Record> id) const {
    GRIDMEND_CHECK(id.index < values_.size(), "id is of this table");
    return values_[id.index];
  }
  std::size_t size() const { return values_.size(); }
  IdRange<Record> ids() const { return {Id<Record>{0}, Id<Record>{values_.size()}}; }
  std::vector<Value>& values() { return values_; }
  const std::vector<Value>& values() const { return values_; }

 private:
  std::vector<Value> values_;
};

}  // namespace gridmend
