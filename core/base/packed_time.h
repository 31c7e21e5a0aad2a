#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>

#include "core/base/clock.h"

namespace gridmend {

// A Time in 7 bytes, for columns of millions: to the microsecond, from the year 829 to 3111. What
// lies beyond counts as the nearest such moment, so order is kept; Time::min() ("never") stays what
// it is, and is what a default one holds. Stands wherever a Time does.
class PackedTime {
 public:
  PackedTime() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): it is a Time
  PackedTime(Time time) {
    if (time == Time::min()) return;
    const std::int64_t micros = time.time_since_epoch().count();
    put(static_cast<std::uint64_t>(std::clamp(micros, kEarliest_us, kLatest_us) + kOffset_us));
  }
  operator Time() const {  // NOLINT(google-explicit-constructor)
    const std::uint64_t held = get();
    if (held == 0) return Time::min();
    return Time{Duration{static_cast<std::int64_t>(held) - kOffset_us}};
  }

  // By reference: a copy of seven bytes would go through the stack in parts.
  friend bool operator==(const PackedTime& a, const PackedTime& b) { return a.get() == b.get(); }
  friend std::strong_ordering operator<=>(const PackedTime& a, const PackedTime& b) {
    return a.get() <=> b.get();
  }
  friend bool operator==(const PackedTime& a, Time b) { return Time{a} == b; }
  friend std::strong_ordering operator<=>(const PackedTime& a, Time b) { return Time{a} <=> b; }
  friend Time operator-(const PackedTime& a, Duration b) { return Time{a} - b; }
  friend Time operator+(const PackedTime& a, Duration b) { return Time{a} + b; }
  friend Duration operator-(const PackedTime& a, Time b) { return Time{a} - b; }
  friend Duration operator-(Time a, const PackedTime& b) { return a - Time{b}; }
  friend Duration operator-(const PackedTime& a, const PackedTime& b) { return Time{a} - Time{b}; }

 private:
  // Held less the offset are microseconds since 1970; 0 is never.
  static constexpr std::int64_t kOffset_us = std::int64_t{1} << 55U;
  static constexpr std::int64_t kEarliest_us = 1 - kOffset_us;
  static constexpr std::int64_t kLatest_us = kOffset_us - 1;
  static_assert(std::endian::native == std::endian::little, "the low bytes come first");

  // In two overlapping words: seven bytes at once would go through the stack.
  std::uint64_t get() const {
    std::uint32_t low = 0, high = 0;
    std::memcpy(&low, bytes_.data(), sizeof low);
    std::memcpy(&high, bytes_.data() + 3, sizeof high);
    return low | std::uint64_t{high} << 24U;
  }
  void put(std::uint64_t held) {
    const auto low = static_cast<std::uint32_t>(held);
    const auto high = static_cast<std::uint32_t>(held >> 24U);
    std::memcpy(bytes_.data(), &low, sizeof low);
    std::memcpy(bytes_.data() + 3, &high, sizeof high);
  }

  std::array<std::uint8_t, 7> bytes_{};
};
static_assert(sizeof(PackedTime) == 7 && alignof(PackedTime) == 1);

}  // namespace gridmend
