#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include "core/base/clock.h"

namespace gridmend {

// The newest slots of ten minutes in which a customer called, four at the most: who calls twice in
// a breath has called once. Neither the order of what is noted nor repeats matter.
class CallTimes {
 public:
  static constexpr std::size_t kKept = 4;

  void note(Time call) {
    const std::int32_t slot = slot_of(call);
    const auto kept = newest_first();
    if (std::ranges::find(kept, slot) != kept.end()) return;
    if (count_ < kKept) {
      slots_[count_++] = slot;
    } else if (slot > slots_.back()) {
      slots_.back() = slot;
    } else {
      return;
    }
    std::sort(slots_.begin(), slots_.begin() + count_, std::greater{});
  }

  std::span<const std::int32_t> newest_first() const { return {slots_.data(), count_}; }
  // Of them, those that begin after `settled`.
  std::span<const std::int32_t> after(Time settled) const {
    const std::int32_t before =
        settled == Time::min() ? std::numeric_limits<std::int32_t>::min() : slot_of(settled);
    const auto kept = newest_first();
    const auto old = std::ranges::find_if(kept, [&](std::int32_t slot) { return slot <= before; });
    return kept.first(static_cast<std::size_t>(old - kept.begin()));
  }
  void forget(std::int32_t slot) {
    const auto end = slots_.begin() + count_;
    count_ = static_cast<std::uint8_t>(std::remove(slots_.begin(), end, slot) - slots_.begin());
  }

  // A call of a slot was made in [begin_of(slot), end_of(slot)).
  static Time begin_of(std::int32_t slot) { return Time{std::chrono::seconds{600} * slot}; }
  static Time end_of(std::int32_t slot) { return begin_of(slot) + std::chrono::seconds{600}; }
  static std::int32_t slot_of(Time time) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    const auto slot = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<600>>>(
                          time.time_since_epoch())
                          .count();
    return static_cast<std::int32_t>(std::clamp(slot, -kMost, kMost));
  }

 private:
  std::array<std::int32_t, kKept> slots_{};
  std::uint8_t count_ = 0;
};

}  // namespace gridmend
