#pragma once

#include <string>

#include "core/base/clock.h"

namespace gridmend {

// A check of CLI11: empty where the text is a time, else what is wrong with it.
inline std::string check_time(const std::string& text) {
  return parse_rfc3339(text) ? "" : "'" + text + "' is no time: write 2026-07-20T02:00:00Z";
}

}  // namespace gridmend
