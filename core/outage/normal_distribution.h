#pragma once

#include <cmath>

namespace gridmend {

// The chance that a standard normal variable stays below `x`.
inline double normal_cdf(double x) { return .5 * std::erfc(-x / std::sqrt(2.0)); }

}  // namespace gridmend
