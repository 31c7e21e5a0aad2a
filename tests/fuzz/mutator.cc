#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace gridmend {
namespace {

constexpr std::array<std::uint8_t, 10> kHardBytes = {0,   1,    0x7f, 0x80, 0xff,
                                                     '"', '\\', '\n', '<',  '0'};
constexpr std::array<std::string_view, 8> kHardNumbers = {
    "-1", "0", "1e309", "NaN", "4294967296", "9223372036854775808", "1e-320", "-9999999999"};

// A stretch of an input: begin and length, within it.
std::pair<std::size_t, std::size_t> stretch(const Bytes& input, Random& random) {
  const std::size_t begin = random.below(input.size());
  const std::size_t longest = std::min<std::size_t>(input.size() - begin, 64);
  return {begin, 1 + random.below(longest)};
}

void insert(Bytes& input, std::size_t at, std::span<const std::uint8_t> bytes) {
  input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(), bytes.end());
}

// A decimal number somewhere behind a random place becomes one that readers dislike.
void change_number(Bytes& input, Random& random) {
  const auto digit = [](std::uint8_t c) { return c >= '0' && c <= '9'; };
  const auto from = input.begin() + static_cast<std::ptrdiff_t>(random.below(input.size()));
  const auto begin = std::find_if(from, input.end(), digit);
  const auto end = std::find_if_not(begin, input.end(), digit);
  if (begin == end) return;
  const std::string_view number = kHardNumbers[random.below(kHardNumbers.size())];
  const auto at = input.erase(begin, end);
  input.insert(at, number.begin(), number.end());
}

// A length or a count in a binary format: four bytes at once.
void change_word(Bytes& input, Random& random) {
  if (input.size() < 4) return;
  constexpr std::array<std::uint32_t, 6> kWords = {0,          1,          0x7fffffff,
                                                   0x80000000, 0xffffffff, 0x00010000};
  const std::size_t at = random.below(input.size() - 3);
  const std::uint32_t word = kWords[random.below(kWords.size())];
  for (std::size_t i = 0; i < 4; ++i) input[at + i] = static_cast<std::uint8_t>(word >> (8 * i));
}

std::optional<std::uint8_t> hexadecimal(std::string_view text) {
  std::uint8_t value = 0;
  if (text.size() != 2) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 2, value, 16);
  if (error != std::errc{} || end != text.data() + 2) return std::nullopt;
  return value;
}

Bytes unescaped(std::string_view text) {
  Bytes token;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] == 'x') {
        if (const auto value = hexadecimal(text.substr(i + 2, 2))) {
          token.push_back(*value);
          i += 3;
          continue;
        }
      } else {
        ++i;
      }
    }
    token.push_back(static_cast<std::uint8_t>(text[i]));
  }
  return token;
}

}  // namespace

Mutator::Mutator(std::vector<Bytes> corpus, std::vector<Bytes> tokens, std::size_t most_bytes)
    : corpus_(std::move(corpus)), tokens_(std::move(tokens)), most_bytes_(most_bytes) {
  if (corpus_.empty()) corpus_.emplace_back();
}

Bytes Mutator::draw(Random& random) const {
  Bytes input = corpus_[random.below(corpus_.size())];
  for (int changes = random.between(1, 8); changes > 0; --changes) change(input, random);
  if (input.size() > most_bytes_) input.resize(most_bytes_);
  return input;
}

void Mutator::change(Bytes& input, Random& random) const {
  if (input.empty()) return splice(input, random);
  const std::size_t at = random.below(input.size());
  switch (random.below(9)) {
    case 0:
      input[at] ^= static_cast<std::uint8_t>(1U << random.below(8));
      break;
    case 1:
      input[at] = kHardBytes[random.below(kHardBytes.size())];
      break;
    case 2: {
      const auto [begin, length] = stretch(input, random);
      const auto first = input.begin() + static_cast<std::ptrdiff_t>(begin);
      input.erase(first, first + static_cast<std::ptrdiff_t>(length));
      break;
    }
    case 3: {
      const auto [begin, length] = stretch(input, random);
      const Bytes copy(input.begin() + static_cast<std::ptrdiff_t>(begin),
                       input.begin() + static_cast<std::ptrdiff_t>(begin + length));
      for (int times = random.between(1, 4); times > 0; --times) insert(input, at, copy);
      break;
    }
    case 4:
      if (random.chance(.2)) input.resize(at);
      break;
    case 5:
      change_number(input, random);
      break;
    case 6:
      change_word(input, random);
      break;
    case 7:
      if (!tokens_.empty()) insert(input, at, tokens_[random.below(tokens_.size())]);
      break;
    default:
      splice(input, random);
  }
}

void Mutator::splice(Bytes& input, Random& random) const {
  const Bytes& other = corpus_[random.below(corpus_.size())];
  if (other.empty()) {
    input.push_back(static_cast<std::uint8_t>(random.below(256)));
    return;
  }
  const auto [begin, length] = stretch(other, random);
  insert(input, random.below(input.size() + 1), std::span{other}.subspan(begin, length));
}

std::vector<Bytes> read_dictionary(const std::string& text) {
  std::vector<Bytes> tokens;
  std::istringstream lines{text};
  std::string line;
  while (std::getline(lines, line)) {
    const std::size_t begin = line.find('"');
    const std::size_t end = line.rfind('"');
    if (line.starts_with('#') || begin == std::string::npos || end <= begin) continue;
    tokens.push_back(unescaped(std::string_view{line}.substr(begin + 1, end - begin - 1)));
  }
  return tokens;
}

}  // namespace gridmend
