#pragma once

#include <optional>
#include <string_view>

#include "core/base/clock.h"

namespace gridmend {

struct WrittenTime {
  Time time{};
  bool offset_assumed = false;  // none was written: UTC
};

// A time as feeds write it: RFC 3339, and the same with an offset of another form ("+0200", "+02"),
// without an offset, or without seconds. nullopt for anything else.
std::optional<WrittenTime> parse_written_time(std::string_view text);

}  // namespace gridmend
