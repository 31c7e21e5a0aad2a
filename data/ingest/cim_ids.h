#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text_pool.h"
#include "data/ingest/text_interner.h"

namespace gridmend {

// The id inside an rdf:ID, rdf:about or rdf:resource: without base, '#' and "urn:uuid:", and
// without the underscore that stands before a UUID for XML's sake. "#_1AF2...", "urn:uuid:1AF2..."
// and "http://grid.example/model#_1AF2..." are one id.
std::string_view cim_id_in(std::string_view rdf_value);

// Numbers ids 0, 1, 2, ... in the order they first come. A UUID is kept as its 16 bytes (upper and
// lower case are one id, written as it first came), any other id by its letters: about 24 bytes a
// UUID.
class CimIds {
 public:
  // `id` as cim_id_in gives it. Linear in its letters.
  std::uint32_t intern(std::string_view id);
  std::string text(std::uint32_t number) const;
  std::size_t size() const { return entries_.size(); }

 private:
  // Of a UUID its bytes; else number of the text in `high`, and `low` all ones.
  struct Entry {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
  };
  static constexpr std::uint32_t kFree = 0xffffffff;
  static constexpr std::uint64_t kOtherText = 0xffffffffffffffff;

  std::uint32_t place(Entry entry, bool upper_case);
  void grow();

  std::vector<Entry> entries_;
  std::vector<std::uint8_t> upper_case_;
  std::vector<std::uint32_t> slots_;  // a power of two, at most two thirds full
  TextInterner others_;
  TextPoolBuilder letters_;
};

}  // namespace gridmend
