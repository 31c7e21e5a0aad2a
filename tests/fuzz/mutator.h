#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace gridmend {

using Bytes = std::vector<std::uint8_t>;

// Makes inputs out of a corpus: bits flipped, bytes replaced by ones that like to break things,
// stretches cut, doubled or spliced in from another input, numbers grown, tokens put in.
class Mutator {
 public:
  // `tokens` may be empty; a corpus without files mutates the empty input.
  Mutator(std::vector<Bytes> corpus, std::vector<Bytes> tokens, std::size_t most_bytes);

  // A copy of one of the corpus, changed between one and eight times; never above most_bytes.
  Bytes draw(Random& random) const;

 private:
  void change(Bytes& input, Random& random) const;
  void splice(Bytes& input, Random& random) const;

  std::vector<Bytes> corpus_;
  std::vector<Bytes> tokens_;
  std::size_t most_bytes_;
};

// The tokens of a libFuzzer dictionary: a line each, name="text" or "text", with \\, \" and \xAB.
// Lines that are neither are passed over.
std::vector<Bytes> read_dictionary(const std::string& text);

}  // namespace gridmend
