#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gridmend {

// The words of an address, in order of their first place, none twice: runs of letters with case and
// accents taken away ("São João" is "sao", "joao"; Greek and Cyrillic too, letters of other scripts
// stay as they are), runs of digits without leading zeros, and of Han characters each two that
// follow each other (one that stands alone by itself). Full-width forms are ordinary ones;
// everything else parts words, and so do bytes that are no UTF-8.
std::vector<std::string> address_words(std::string_view address);

// Is it one of the numbers among them?
bool is_number_word(std::string_view word);

}  // namespace gridmend
