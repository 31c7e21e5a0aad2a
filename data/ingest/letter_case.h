#pragma once

#include <string>
#include <string_view>

namespace gridmend {

// The case of ASCII letters in ASCII or UTF-8, where all other letters' bytes are out of their
// range. In GBK or Shift-JIS the second byte of a letter may be in it: two such texts can be taken
// for one.
constexpr char small_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lower_case(std::string_view text);
bool same_word(std::string_view a, std::string_view b);

}  // namespace gridmend
