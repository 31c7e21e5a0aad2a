#include "data/ingest/foreign_names.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "data/ingest/text_decoding.h"
#include "data/ingest/vector_source.h"

namespace gridmend {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Whether nothing was lost.
bool decode_all(std::vector<std::string>& names, std::string_view encoding) {
  const auto decoder = TextDecoder::create(encoding);
  if (!decoder) return false;
  bool damaged = false;
  for (std::string& name : names) {
    if (!is_ascii(name)) name = decoder->decode(name, damaged);
  }
  return !damaged;
}

// The bytes of code page 437 that are shown as this text; none where it has other characters.
std::optional<std::string> code_page_437(std::string_view text) {
  static const std::map<std::string, char, std::less<>> bytes = [] {
    std::map<std::string, char, std::less<>> by_character;
    const auto decoder = TextDecoder::create("CP437");
    for (int byte = 0x80; decoder && byte < 0x100; ++byte) {
      bool damaged = false;
      const char one = static_cast<char>(byte);
      by_character.emplace(decoder->decode({&one, 1}, damaged), one);
    }
    return by_character;
  }();
  std::string result;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const auto found = bytes.find(text.substr(0, length));
    if (first >= 0x80 && found == bytes.end()) return std::nullopt;
    result += first < 0x80 ? text.front() : found->second;
    text.remove_prefix(std::min(length, text.size()));
  }
  return result;
}

// Nothing beyond ASCII but characters of GB 2312's common ones: two bytes each.
bool is_common_chinese(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead < 0x80) continue;
    if (lead < 0xb0 || lead > 0xf7 || ++i == bytes.size()) return false;
    if (const auto trail = static_cast<unsigned char>(bytes[i]); trail < 0xa1 || trail > 0xfe) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<std::string> decoded_names(std::vector<std::string> names, std::string_view encoding) {
  if (std::ranges::all_of(names, is_ascii)) return names;
  std::vector<std::string> decoded = names;
  if (!encoding.empty() && decode_all(decoded, encoding)) return decoded;
  decoded = names;
  if (decode_all(decoded, "UTF-8")) return decoded;
  EncodingGuess guess;
  for (const std::string& name : names) guess.add(name);
  decoded = names;
  decode_all(decoded, guess.encoding());
  return decoded;
}

std::vector<std::string> decoded_archive_names(std::vector<std::string> names) {
  std::vector<std::string> bytes;
  for (const std::string& name : names) {
    auto spelled = code_page_437(name);
    if (!spelled) return names;
    bytes.push_back(std::move(*spelled));
  }
  const auto is_utf8 = [](const std::string& name) { return !repair_utf8(name).has_value(); };
  if (std::ranges::all_of(bytes, is_utf8)) return bytes;
  if (std::ranges::all_of(bytes, is_common_chinese) && decode_all(bytes, "GB18030")) return bytes;
  return names;
}

}  // namespace gridmend
