#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace gridmend {

// 128 bits of XXH3: content ids and checksums, not a defence against an adversary.
struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr bool operator==(const Hash128&, const Hash128&) = default;
};

// 32 lower-case hexadecimal digits.
std::string to_hex(const Hash128& hash);

std::uint64_t checksum64(std::span<const std::byte> bytes);

// Feeds values one after another; equal sequences of calls give equal hashes on every machine of
// the same byte order. Text is fed with its length, so "ab","c" differs from "a","bc".
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& add_bytes(std::span<const std::byte> bytes);
  Hasher& add(std::string_view text);

  // Padding would make the hash depend on garbage; such a type (long double too) is refused at
  // compile time. Floating-point values are hashed by their bits: 0.0 and -0.0 differ.
  template <class T>
  requires((std::is_arithmetic_v<T> ||
            std::is_enum_v<T>)&&!std::is_same_v<T, long double>) Hasher& add(T value) {
    return add_bytes(std::as_bytes(std::span<const T, 1>(&value, 1)));
  }

  Hash128 finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gridmend
