#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

#include "core/base/check.h"

namespace gridmend {

// A dense index into the table of one kind of record: Id<Crew>{3} is the fourth crew. The tag keeps
// kinds apart; construction and `index` are both explicit; a number that does not fit stops the
// program. Text ids of the outside world (mRIDs) become Ids at the border (ingest, converters) and
// do not travel further in.
template <class Record>
struct Id {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t index = kNone;

  constexpr Id() = default;
  constexpr explicit Id(std::uint32_t i) : index(i) {}
  constexpr explicit Id(std::size_t i) : index(static_cast<std::uint32_t>(i)) {
    GRIDMEND_CHECK(i <= kNone, "an id has 32 bits");
  }
  constexpr explicit Id(int i) : index(static_cast<std::uint32_t>(i)) {
    GRIDMEND_CHECK(i >= 0, "an id is not negative");
  }

  static constexpr Id none() { return Id{}; }
  constexpr bool valid() const { return index != kNone; }

  friend constexpr bool operator==(Id, Id) = default;
  friend constexpr auto operator<=>(Id, Id) = default;
};

}  // namespace gridmend

template <class Record>
struct std::hash<gridmend::Id<Record>> {
  std::size_t operator()(gridmend::Id<Record> id) const noexcept {
    return std::hash<std::uint32_t>{}(id.index);
  }
};
