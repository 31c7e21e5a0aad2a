#pragma once

#include <string>
#include <string_view>

namespace gridmend {

// The case of ASCII letters; all other bytes, whatever letters they are part of, stay as they are.
constexpr char small_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lower_case(std::string_view text);
bool same_word(std::string_view a, std::string_view b);

}  // namespace gridmend
