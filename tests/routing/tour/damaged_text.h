#pragma once

#include <string>
#include <utility>

#include "core/base/random.h"

namespace gridmend::testing {

// With so many bytes changed or short stretches left out: reaches deeper into a reader than noise.
inline std::string damaged(std::string text, int changes, Random& random) {
  for (; changes > 0; --changes) {
    const std::size_t at = random.below(text.size());
    if (random.chance(0.5)) {
      text[at] = static_cast<char>(random.below(256));
    } else {
      text.erase(at, random.below(9));
    }
  }
  return text;
}

}  // namespace gridmend::testing
