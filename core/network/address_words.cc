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
bool is_mark(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff);
}

// Of U+0180 to U+0233 those that occur in names of streets: Romanian, Vietnamese, the Balkans,
// Pinyin.
struct PlainLetter {
  char32_t letter;
  char plain;
};
constexpr std::array<PlainLetter, 62> kMoreLatin = {{
    {0x18f, 'e'}, {0x1a0, 'o'}, {0x1a1, 'o'}, {0x1af, 'u'}, {0x1b0, 'u'}, {0x1cd, 'a'},
    {0x1ce, 'a'}, {0x1cf, 'i'}, {0x1d0, 'i'}, {0x1d1, 'o'}, {0x1d2, 'o'}, {0x1d3, 'u'},
    {0x1d4, 'u'}, {0x1d5, 'u'}, {0x1d6, 'u'}, {0x1d7, 'u'}, {0x1d8, 'u'}, {0x1d9, 'u'},
    {0x1da, 'u'}, {0x1db, 'u'}, {0x1dc, 'u'}, {0x1e6, 'g'}, {0x1e7, 'g'}, {0x1e8, 'k'},
    {0x1e9, 'k'}, {0x1ea, 'o'}, {0x1eb, 'o'}, {0x1f4, 'g'}, {0x1f5, 'g'}, {0x1f8, 'n'},
    {0x1f9, 'n'}, {0x200, 'a'}, {0x201, 'a'}, {0x202, 'a'}, {0x203, 'a'}, {0x204, 'e'},
    {0x205, 'e'}, {0x206, 'e'}, {0x207, 'e'}, {0x208, 'i'}, {0x209, 'i'}, {0x20a, 'i'},
    {0x20b, 'i'}, {0x20c, 'o'}, {0x20d, 'o'}, {0x20e, 'o'}, {0x20f, 'o'}, {0x214, 'u'},
    {0x215, 'u'}, {0x216, 'u'}, {0x217, 'u'}, {0x218, 's'}, {0x219, 's'}, {0x21a, 't'},
    {0x21b, 't'}, {0x21e, 'h'}, {0x21f, 'h'}, {0x226, 'a'}, {0x227, 'a'}, {0x259, 'e'},
    {0x232, 'y'}, {0x233, 'y'},
}};

// Of U+1E00 to U+1EFF (Latin Extended Additional) the base letters, a run of them each: Vietnamese
// above all.
struct PlainRun {
  char32_t first;
  char32_t last;
  char plain;
};
constexpr std::array<PlainRun, 35> kLatinRuns = {{
    {0x1e00, 0x1e01, 'a'}, {0x1e02, 0x1e07, 'b'}, {0x1e08, 0x1e09, 'c'}, {0x1e0a, 0x1e13, 'd'},
    {0x1e14, 0x1e1d, 'e'}, {0x1e1e, 0x1e1f, 'f'}, {0x1e20, 0x1e21, 'g'}, {0x1e22, 0x1e2b, 'h'},
    {0x1e2c, 0x1e2f, 'i'}, {0x1e30, 0x1e35, 'k'}, {0x1e36, 0x1e3d, 'l'}, {0x1e3e, 0x1e43, 'm'},
    {0x1e44, 0x1e4b, 'n'}, {0x1e4c, 0x1e53, 'o'}, {0x1e54, 0x1e57, 'p'}, {0x1e58, 0x1e5f, 'r'},
    {0x1e60, 0x1e69, 's'}, {0x1e6a, 0x1e71, 't'}, {0x1e72, 0x1e7b, 'u'}, {0x1e7c, 0x1e7f, 'v'},
    {0x1e80, 0x1e89, 'w'}, {0x1e8a, 0x1e8d, 'x'}, {0x1e8e, 0x1e8f, 'y'}, {0x1e90, 0x1e95, 'z'},
    {0x1e96, 0x1e96, 'h'}, {0x1e97, 0x1e97, 't'}, {0x1e98, 0x1e98, 'w'}, {0x1e99, 0x1e99, 'y'},
    {0x1ea0, 0x1eb7, 'a'}, {0x1eb8, 0x1ec7, 'e'}, {0x1ec8, 0x1ecb, 'i'}, {0x1ecc, 0x1ee3, 'o'},
    {0x1ee4, 0x1ef1, 'u'}, {0x1ef2, 0x1ef9, 'y'}, {0x1efa, 0x1efb, 'l'},
}};

// The letter without mark and case; 0 where it has no such form.
char plain_latin(char32_t c) {
  const auto single = std::ranges::find(kMoreLatin, c, &PlainLetter::letter);
  if (single != kMoreLatin.end()) return single->plain;
  for (const PlainRun& run : kLatinRuns) {
    if (c >= run.first && c <= run.last) return run.plain;
  }
  return 0;
}

// Greek and Cyrillic without accents and case; other characters as they are.
char32_t plain_greek_or_cyrillic(char32_t c) {
  switch (c) {
    case 0x386:
    case 0x3ac:
      return 0x3b1;  // alpha
    case 0x388:
    case 0x3ad:
      return 0x3b5;
    case 0x389:
    case 0x3ae:
      return 0x3b7;
    case 0x38a:
    case 0x3aa:
    case 0x390:
    case 0x3af:
    case 0x3ca:
      return 0x3b9;
    case 0x38c:
    case 0x3cc:
      return 0x3bf;
    case 0x38e:
    case 0x3ab:
    case 0x3b0:
    case 0x3cb:
    case 0x3cd:
      return 0x3c5;
    case 0x38f:
    case 0x3ce:
      return 0x3c9;
    case 0x3c2:
      return 0x3c3;  // final sigma
    case 0x401:
    case 0x451:
      return 0x435;  // yo is mostly written ye
    default:
      break;
  }
  if (c >= 0x391 && c <= 0x3a9) return c + 0x20;
  if (c >= 0x410 && c <= 0x42f) return c + 0x20;
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;
  const bool paired =
      (c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) || (c >= 0x4d0 && c <= 0x52f);
  return paired && c % 2 == 0 ? c + 1 : c;
}

std::string utf8_of_two_bytes(char32_t c) {
  return {static_cast<char>(0xc0U | c >> 6U), static_cast<char>(0x80U | (c & 0x3fU))};
}

// Letters of other scripts make words as they stand.
bool is_other_letter(char32_t c) {
  return c != kNoCharacter && c >= 0x180 && !(c >= 0x2000 && c <= 0x2bff) &&
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
    if (const char plain = plain_latin(c)) return add(Kind::letters, plain);
    if (c >= 0x370 && c <= 0x52f && c != 0x37e && c != 0x387) {
      return add(Kind::letters, utf8_of_two_bytes(plain_greek_or_cyrillic(c)));
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
