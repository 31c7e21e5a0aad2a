#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gridmend {

// A number as people write it: "1.5", "1,5", "1.234,5", "1 234.5"; nullopt for anything else.
std::optional<double> parse_written_number(std::string_view text);

// A number with letters behind it: "10 kV", "1,5km", "250 千伏安".
struct WrittenQuantity {
  double number = 0;
  std::string_view unit;  // in the text, without blanks around it
};
std::optional<WrittenQuantity> parse_written_quantity(std::string_view text);

// A number for people: all digits that its type is sure of and no others ("0.3", "13.8").
std::string number_text(double number);
std::string number_text(float number);

}  // namespace gridmend
