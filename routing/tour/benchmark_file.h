#pragma once

#include <string>
#include <utility>

#include "core/base/error.h"

// What the readers of benchmark instances share; nobody else's.

namespace gridmend {

inline constexpr std::size_t kMaxPlaces = 12'000;

inline tl::unexpected<Error> wrong_benchmark(std::string message) {
  return refuse(ErrorCode::invalid_argument, "BENCHMARK_FILE", std::move(message));
}

}  // namespace gridmend
