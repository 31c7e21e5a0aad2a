#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/hash.h"
#include "core/base/text_pool.h"

namespace gridmend {

// Numbers distinct texts 0, 1, 2, ... in the order they first come. The letters lie in a pool that
// several interners may share; an entry costs its letters and about 16 bytes.
class TextInterner {
 public:
  // The number of the text; a new one if it was not there.
  std::uint32_t intern(TextPoolBuilder& pool, std::string_view text) {
    if ((entries_.size() + 1) * 3 > slots_.size() * 2) grow(pool);
    std::uint32_t& slot = slots_[find_slot(pool, text)];
    if (slot == kFree) {
      slot = static_cast<std::uint32_t>(entries_.size());
      entries_.push_back(pool.add(text));
    }
    return slot;
  }

  std::optional<std::uint32_t> find(const TextPoolBuilder& pool, std::string_view text) const {
    if (slots_.empty()) return std::nullopt;
    const std::uint32_t slot = slots_[find_slot(pool, text)];
    return slot == kFree ? std::nullopt : std::optional{slot};
  }

  TextId text(std::uint32_t number) const { return entries_[number]; }
  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr std::uint32_t kFree = 0xffffffff;

  std::size_t find_slot(const TextPoolBuilder& pool, std::string_view text) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = checksum64(std::as_bytes(std::span{text.data(), text.size()})) & mask;
    while (slots_[at] != kFree && pool[entries_[slots_[at]]] != text) at = (at + 1) & mask;
    return at;
  }

  void grow(const TextPoolBuilder& pool) {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, kFree);
    for (std::uint32_t i = 0; i < entries_.size(); ++i)
      slots_[find_slot(pool, pool[entries_[i]])] = i;
  }

  std::vector<TextId> entries_;
  std::vector<std::uint32_t> slots_;  // a power of two, at most two thirds full
};

}  // namespace gridmend
