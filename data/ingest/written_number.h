#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gridmend {

// A number as people write it: "1.5", "1,5", "1.234,5", "1 234.5"; nullopt for anything else.
std::optional<double> parse_written_number(std::string_view text);

// A number for people: all digits that its type is sure of and no others ("0.3", "13.8").
std::string number_text(double number);
std::string number_text(float number);

}  // namespace gridmend
