#include "service/engine/key_set.h"

#include <string>

#include "core/base/hash.h"

namespace gridmend {
namespace {

std::uint64_t hash_of(std::string_view source, std::string_view key) {
  char stack[256];
  std::string heap;
  const std::size_t size = source.size() + 1 + key.size();
  char* bytes = stack;
  if (size > sizeof stack) {
    heap.resize(size);
    bytes = heap.data();
  }
  source.copy(bytes, source.size());
  bytes[source.size()] = '\0';
  key.copy(bytes + source.size() + 1, key.size());
  const std::uint64_t hash = checksum64(std::as_bytes(std::span<const char>(bytes, size)));
  return hash == 0 ? 1 : hash;
}

}  // namespace

KeySet::KeySet() : slots_(1024) {}

std::size_t KeySet::slot_of(std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & mask;
  return slot;
}

bool KeySet::insert(std::string_view source, std::string_view key) {
  const std::uint64_t hash = hash_of(source, key);
  std::size_t slot = slot_of(hash);
  if (slots_[slot] == hash) return false;
  if ((size_ + 1) * 3 > slots_.size() * 2) {
    grow();
    slot = slot_of(hash);
  }
  slots_[slot] = hash;
  ++size_;
  fingerprint_ += hash;
  fresh_.push_back(hash);
  return true;
}

bool KeySet::contains(std::string_view source, std::string_view key) const {
  const std::uint64_t hash = hash_of(source, key);
  return slots_[slot_of(hash)] == hash;
}

void KeySet::grow() {
  std::vector<std::uint64_t> old(slots_.size() * 2);
  old.swap(slots_);
  for (const std::uint64_t hash : old) {
    if (hash != 0) slots_[slot_of(hash)] = hash;
  }
}

// Linear probing without tombstones: what follows in the run moves up.
void KeySet::erase(std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = slot_of(hash);
  slots_[hole] = 0;
  for (std::size_t next = (hole + 1) & mask; slots_[next] != 0; next = (next + 1) & mask) {
    const std::uint64_t moved = slots_[next];
    slots_[next] = 0;
    slots_[slot_of(moved)] = moved;
  }
  --size_;
  fingerprint_ -= hash;
}

void KeySet::take_back() {
  for (const std::uint64_t hash : fresh_) erase(hash);
  fresh_.clear();
}

}  // namespace gridmend
