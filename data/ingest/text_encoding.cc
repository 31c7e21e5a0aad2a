#include <cstdint>

#include "data/ingest/vector_source.h"

namespace gridmend {
namespace {

// Length of the UTF-8 sequence at `at`, 0 when there is none (overlong, surrogate, beyond
// U+10FFFF).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = at + 1; i < at + length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const std::uint8_t second = byte(at + 1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
      (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
    return 0;
  }
  return length;
}

}  // namespace

std::optional<std::string> repair_utf8(std::string_view text) {
  std::size_t valid = 0;
  while (valid < text.size()) {
    const std::size_t length = sequence_length(text, valid);
    if (length == 0) break;
    valid += length;
  }
  if (valid == text.size()) return std::nullopt;
  std::string repaired{text.substr(0, valid)};
  for (std::size_t at = valid; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) {
      repaired += "\xef\xbf\xbd";
      ++at;
    } else {
      repaired += text.substr(at, length);
      at += length;
    }
  }
  return repaired;
}

}  // namespace gridmend
