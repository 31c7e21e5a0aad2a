#pragma once

#include <limits>

namespace gridmend {

// The logarithm of probability 0.
inline constexpr double kLogZero = -std::numeric_limits<double>::infinity();

}  // namespace gridmend
