#include "core/network/address_words.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace gridmend {
namespace {

constexpr char32_t kNoCharacter = 0xffffffff;

// The next character; kNoCharacter for a byte that begins none.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at);
  std::size_t more = 0;
  char32_t value = 0;
  if (first < 0x80) {
    value = first;
  } else if (first >= 0xc2 && first < 0xe0) {
    more = 1;
    value = first & 0x1fU;
  } else if (first >= 0xe0 && first < 0xf0) {
    more = 2;
    value = first & 0x0fU;
  } else if (first >= 0xf0 && first < 0xf5) {
    more = 3;
    value = first & 0x07U;
  } else {
    ++at;
    return kNoCharacter;
  }
  for (std::size_t i = 1; i <= more; ++i) {
    if (at + i >= text.size() || (byte(at + i) & 0xc0U) != 0x80) {
      ++at;
      return kNoCharacter;
    }
    value = value << 6U | (byte(at + i) & 0x3fU);
  }
  at += more + 1;
  return value;
}

// Of U+00C0 to U+017F the letter without its mark; '.' for what is none, several letters for
// ligatures.
constexpr std::array<std::string_view, 192> kPlainLatin = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",   // C0
    "d", "n", "o",  "o",  "o", "o", "o",  ".", "o", "u", "u", "u", "u", "y", "t", "ss",  // D0
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",   // E0
    "d", "n", "o",  "o",  "o", "o", "o",  ".", "o", "u", "u", "u", "u", "y", "t", "y",   // F0
    "a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d", "d",   // 100
    "d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g", "g",   // 110
    "g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i", "i",   // 120
    "i", "i", "ij", "ij", "j", "j", "k",  "k", "k", "l", "l", "l", "l", "l", "l", "l",   // 130
    "l", "l", "l",  "n",  "n", "n", "n",  "n", "n", "n", "n", "n", "o", "o", "o", "o",   // 140
    "o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s", "s",   // 150
    "s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u", "u",   // 160
    "u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z", "s",   // 170
};

bool is_han(char32_t c) {
  return (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3007;
}
bool is_mark(char32_t c) { return c >= 0x300 && c <= 0x36f; }

// Letters of other scripts make words as they stand.
bool is_other_letter(char32_t c) {
  return c != kNoCharacter && c >= 0x370 && !(c >= 0x2000 && c <= 0x2bff) &&
         !(c >= 0x3000 && c <= 0x303f) && !(c >= 0xfe30 && c <= 0xfe6f) && c < 0xffe0;
}

class Splitter {
 public:
  void take(char32_t c, std::string_view bytes) {
    if (c >= 0xff01 && c <= 0xff5e) {
      c -= 0xfee0;
      bytes = {};
    }
    if (is_mark(c)) return;
    if (c >= '0' && c <= '9') return add(Kind::number, static_cast<char>(c));
    if (c >= 'A' && c <= 'Z') return add(Kind::letters, static_cast<char>(c - 'A' + 'a'));
    if (c >= 'a' && c <= 'z') return add(Kind::letters, static_cast<char>(c));
    if (c >= 0xc0 && c <= 0x17f && kPlainLatin[c - 0xc0] != ".") {
      return add(Kind::letters, kPlainLatin[c - 0xc0]);
    }
    if (is_han(c)) return add_han(bytes);
    if (is_other_letter(c)) return add(Kind::letters, bytes);
    finish();
  }

  std::vector<std::string> take_words() {
    finish();
    return std::move(words_);
  }
  void finish() {
    if (kind_ == Kind::number) {
      const std::size_t zeros = std::min(word_.find_first_not_of('0'), word_.size() - 1);
      word_.erase(0, zeros);
    }
    // A pair has been kept already; a single character has not.
    if (kind_ != Kind::none && (kind_ != Kind::han || alone_)) keep(std::move(word_));
    kind_ = Kind::none;
    word_.clear();
  }

 private:
  enum class Kind : std::uint8_t { none, letters, number, han };

  void begin(Kind kind) {
    if (kind_ == kind) return;
    finish();
    kind_ = kind;
    alone_ = true;
  }
  void add(Kind kind, std::string_view text) {
    begin(kind);
    word_ += text;
  }
  void add(Kind kind, char c) { add(kind, std::string_view{&c, 1}); }
  void add_han(std::string_view character) {
    begin(Kind::han);
    if (!word_.empty()) {
      keep(word_ + std::string{character});
      alone_ = false;
    }
    word_ = character;
  }
  void keep(std::string word) {
    if (std::ranges::find(words_, word) == words_.end()) words_.push_back(std::move(word));
  }

  std::vector<std::string> words_;
  std::string word_;
  Kind kind_ = Kind::none;
  bool alone_ = true;
};

}  // namespace

std::vector<std::string> address_words(std::string_view address) {
  Splitter splitter;
  for (std::size_t at = 0; at < address.size();) {
    const std::size_t begin = at;
    const char32_t c = next_character(address, at);
    if (c == kNoCharacter) {
      splitter.finish();
    } else {
      splitter.take(c, address.substr(begin, at - begin));
    }
  }
  return splitter.take_words();
}

bool is_number_word(std::string_view word) {
  return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

}  // namespace gridmend
