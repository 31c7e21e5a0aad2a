#include "data/ingest/text_decoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <utility>

#include "data/ingest/vector_source.h"

namespace gridmend {
namespace {

const iconv_t kNoDecoder = reinterpret_cast<iconv_t>(-1);
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// "ANSI 936", "cp936" and "936" are GB18030, which holds all of GBK.
std::string iconv_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (c == '\r' || c == '\n' || c == '\0') break;
    if (c != ' ') name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  for (const std::string_view prefix : {"ANSI", "OEM", "CP", "WINDOWS-", "MS"}) {
    if (name.starts_with(prefix) && name.size() > prefix.size() &&
        std::isdigit(static_cast<unsigned char>(name[prefix.size()])) != 0) {
      name.erase(0, prefix.size());
      break;
    }
  }
  if (name == "936" || name == "GBK" || name == "GB2312" || name == "EUC-CN" || name == "54936") {
    return "GB18030";
  }
  if (name == "65001" || name == "UTF8") return "UTF-8";
  if (name.starts_with("8859")) {
    const auto part = name.find_first_of("123456789", 4);
    return part == std::string::npos ? name : "ISO-8859-" + name.substr(part);
  }
  const bool digits = !name.empty() && std::ranges::all_of(name, [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
  return digits ? "CP" + name : name;
}

bool is_letter(std::string_view text, std::size_t at) {
  return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) != 0 &&
         static_cast<unsigned char>(text[at]) < 0x80;
}

}  // namespace

struct TextDecoder::State {
  std::string encoding;
  iconv_t handle = kNoDecoder;
  ~State() {
    if (handle != kNoDecoder) iconv_close(handle);
  }
};

TextDecoder::TextDecoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextDecoder::~TextDecoder() = default;
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder& TextDecoder::operator=(TextDecoder&&) noexcept = default;

std::optional<TextDecoder> TextDecoder::create(std::string_view encoding) {
  auto state = std::make_unique<State>();
  state->encoding = iconv_name(encoding);
  // A suffix such as "//TRANSLIT" is iconv's own business, not a name's.
  if (state->encoding.empty() || state->encoding.find('/') != std::string::npos) {
    return std::nullopt;
  }
  state->handle = iconv_open("UTF-8", state->encoding.c_str());
  if (state->handle == kNoDecoder) return std::nullopt;
  return TextDecoder{std::move(state)};
}

const std::string& TextDecoder::encoding() const { return state_->encoding; }

std::string TextDecoder::decode(std::string_view bytes, bool& damaged) const {
  iconv(state_->handle, nullptr, nullptr, nullptr, nullptr);
  std::string text;
  std::string in{bytes};
  char* from = in.data();
  std::size_t left = in.size();
  std::array<char, 256> buffer{};
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t done = iconv(state_->handle, &from, &left, &to, &room);
    text.append(buffer.data(), static_cast<std::size_t>(to - buffer.data()));
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    if (errno == EINVAL) break;  // cut off in a character
    damaged = true;
    text += kReplacement;
    ++from;
    --left;
  }
  return text;
}

void EncodingGuess::add(std::string_view bytes) {
  const auto high = [&bytes](std::size_t i) {
    return i < bytes.size() && static_cast<unsigned char>(bytes[i]) >= 0x80;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    if (!high(at)) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (high(end)) ++end;
    const std::size_t run = end - at;
    const bool within_word = at > 0 && is_letter(bytes, at - 1) && is_letter(bytes, end);
    // Columns of fixed width cut a Chinese character in two at their end.
    const bool cut = end == bytes.size() && run > 2;
    if (run % 2 == 1 && !cut && run < 4) {
      western_ += run;
    } else if (run == 2 && within_word) {
      western_ += run;
    } else {
      chinese_ += run;
    }
    at = end;
  }
}

const char* EncodingGuess::encoding() const {
  return chinese_ > western_ ? "GB18030" : "WINDOWS-1252";
}

TextLooks looks_of(std::string_view bytes) {
  const auto byte = [&bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    return TextLooks::ascii;
  }
  if (repair_utf8(bytes)) return TextLooks::not_utf8;
  // Of GBK's characters those in use are two bytes of B0..F7 and A1..FE; letters of UTF-8 that are
  // no others have C2..DF and 80..BF.
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (byte(i) < 0x80) continue;
    if (byte(i) >= 0xe0 || byte(i + 1) < 0xa1) return TextLooks::utf8;
    ++i;
  }
  return TextLooks::utf8_or_chinese;
}

std::string_view encoding_of_dbf_language(unsigned char language) {
  switch (language) {
    case 0x4d:
    case 0x7a:
      return "936";
    case 0x4f:
    case 0x78:
      return "950";
    case 0x13:
    case 0x7b:
      return "932";
    case 0x4e:
    case 0x79:
      return "949";
    case 0x01:
      return "437";
    case 0x02:
      return "850";
    case 0x03:
      return "1252";
    case 0xc8:
      return "1250";
    case 0xc9:
      return "1251";
    case 0xca:
      return "1254";
    case 0xcb:
      return "1253";
    default:
      return {};
  }
}

}  // namespace gridmend
