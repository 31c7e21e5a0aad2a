#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace gridmend {

// Called now and then during long work on a source: what is being read (a layer, a file, a step),
// how much of it so far, how much in all (-1 unknown).
using ReadingProgress =
    std::function<void(std::string_view what, std::int64_t done, std::int64_t all)>;

}  // namespace gridmend
