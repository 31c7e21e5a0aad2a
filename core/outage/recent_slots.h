#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <limits>

#include "core/base/clock.h"

namespace gridmend {

// In which slots of two minutes something happened, of the hour up to the newest of them. Neither
// the order of what is noted nor repeats matter. Twice within one slot is once: a recloser that
// tries three times in a minute, or a meter that says it twice, does one thing. 8 bytes.
class RecentSlots {
 public:
  static constexpr Duration kSlot = std::chrono::minutes{2};
  static constexpr std::int32_t kSlots = 32;

  static constexpr std::int32_t slot_of(Time time) {
    const auto slot = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<120>>>(
                          time.time_since_epoch())
                          .count();
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max() - kSlots;
    return static_cast<std::int32_t>(std::clamp(slot, -kMost, kMost));
  }

  void note(std::int32_t slot) {
    if (seen_ == 0 || slot > newest_) move_to(slot);
    const std::int64_t age = std::int64_t{newest_} - slot;
    if (age < kSlots) seen_ |= std::uint32_t{1} << static_cast<unsigned>(age);
  }

  std::int32_t newest() const { return newest_; }  // meaningful when there is one
  int count() const { return std::popcount(seen_); }
  // Did it happen in this slot?
  bool any(std::int32_t slot) const {
    const std::int64_t age = std::int64_t{newest_} - slot;
    return age >= 0 && age < kSlots && (seen_ >> static_cast<unsigned>(age) & 1U) != 0;
  }
  std::uint32_t bits() const { return seen_; }

  friend bool operator==(const RecentSlots&, const RecentSlots&) = default;

 private:
  void move_to(std::int32_t slot) {
    const std::int64_t by = seen_ == 0 ? kSlots : std::int64_t{slot} - newest_;
    seen_ = by < kSlots ? seen_ << static_cast<unsigned>(by) : 0;
    newest_ = slot;
  }

  std::int32_t newest_ = 0;
  std::uint32_t seen_ = 0;  // bit i: in slot newest_ - i
};

// How often a position changed by what was said in each slot: once in a slot that says both, and
// from one slot to the next that says the other. Of the hour up to the newest of either.
inline int changes(const RecentSlots& opened, const RecentSlots& closed) {
  if (opened.count() == 0 || closed.count() == 0) return 0;
  const std::int32_t newest = std::max(opened.newest(), closed.newest());
  int changed = 0;
  int before = 0;  // 1 open, -1 closed, 0 not known
  for (std::int32_t slot = newest - RecentSlots::kSlots + 1; slot <= newest; ++slot) {
    const bool open = opened.any(slot), close = closed.any(slot);
    if (open && close) {
      ++changed;
      before = 0;
    } else if (open || close) {
      const int now = open ? 1 : -1;
      if (before == -now) ++changed;
      before = now;
    }
  }
  return changed;
}

}  // namespace gridmend
