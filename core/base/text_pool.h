#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/table.h"

namespace gridmend {

// Tag of a text in a pool; Id<Text>{0} is always the empty text.
struct Text {};
using TextId = Id<Text>;

// Immutable texts in one block of memory, so that a million names cost their letters and four bytes
// each, and a mapped file needs no reading.
class TextPool {
 public:
  TextPool() = default;
  // offsets has one entry more than there are texts; text i is [offsets[i], offsets[i+1]).
  TextPool(Table<Text, std::uint32_t> offsets, Table<Text, char> letters)
      : offsets_(std::move(offsets)), letters_(std::move(letters)) {}

  // The empty text for none().
  std::string_view operator[](TextId id) const;
  // Every text lies inside the letters. A pool from a file is asked before it is used. O(texts).
  bool well_formed() const;
  std::size_t size() const { return offsets_.empty() ? 0 : offsets_.size() - 1; }

  const Table<Text, std::uint32_t>& offsets() const { return offsets_; }
  const Table<Text, char>& letters() const { return letters_; }

 private:
  Table<Text, std::uint32_t> offsets_;
  Table<Text, char> letters_;
};

// Appends texts; equal texts are not merged (ids are unique anyway). At most 4 GB of letters.
class TextPoolBuilder {
 public:
  TextPoolBuilder();
  TextId add(std::string_view text);
  std::string_view operator[](TextId id) const;
  TextPool finish() &&;

 private:
  std::vector<std::uint32_t> offsets_;
  std::vector<char> letters_;
};

}  // namespace gridmend
