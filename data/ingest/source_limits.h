#pragma once

#include <cstddef>
#include <cstdint>

namespace gridmend {

// How much of a source is read before it is refused: a file can declare anything, and a view of a
// database can have rows without end. Far beyond a province.
struct SourceLimits {
  std::int64_t features = 100'000'000;  // of one layer
  std::size_t vertices = 1'000'000;     // of one feature
  std::size_t layers = 10'000;
};

}  // namespace gridmend
