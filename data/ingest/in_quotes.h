#pragma once

#include <string>
#include <string_view>

namespace gridmend {

// A text of the source as messages show it.
inline std::string in_quotes(std::string_view text) { return "'" + std::string{text} + "'"; }

}  // namespace gridmend
