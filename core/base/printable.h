#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gridmend {

// Text from a file or a file's name, for a terminal or one line of a log: control characters (also
// those beyond ASCII) as \x0a, bytes that are not part of UTF-8 as U+FFFD, everything else as it
// is.
std::string printable(std::string_view text);

// "1,234,567".
std::string with_commas(std::uint64_t number);

}  // namespace gridmend
