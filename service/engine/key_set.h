#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gridmend {

// Remembers which idempotency keys a source has used: 64 bits of hash a key in an open table, 12 to
// 24 bytes a key. Two different keys are taken for one with probability n^2 / 2^65: 3 in a million
// at ten million keys.
class KeySet {
 public:
  KeySet();

  // False when it is known already. O(1).
  bool insert(std::string_view source, std::string_view key);
  bool contains(std::string_view source, std::string_view key) const;
  std::size_t size() const { return size_; }

  // Does not depend on the order of insertion.
  std::uint64_t fingerprint() const { return fingerprint_; }

  // Takes back every insertion since the last settle(). O(those).
  void settle() { fresh_.clear(); }
  void take_back();

 private:
  void grow();
  void erase(std::uint64_t hash);
  std::size_t slot_of(std::uint64_t hash) const;  // where it is, or the free slot where it belongs

  std::vector<std::uint64_t> slots_;  // 0: free; a power of two of them
  std::size_t size_ = 0;
  std::uint64_t fingerprint_ = 0;
  std::vector<std::uint64_t> fresh_;
};

}  // namespace gridmend
