#include "data/ingest/written_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace gridmend {
namespace {

std::optional<double> plain_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> parse_written_number(std::string_view text) {
  if (const auto number = plain_number(text)) return number;
  // The last of '.' and ',' parts the decimals; what stands before groups thousands.
  const auto comma = text.rfind(','), point = text.rfind('.');
  const auto decimal = comma == std::string_view::npos   ? point
                       : point == std::string_view::npos ? comma
                                                         : std::max(comma, point);
  std::string plain;
  std::size_t groups = 0;
  std::size_t digits = 0;  // since the last separator
  const auto ends_a_group = [&] { return groups == 0 || digits == 3; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == decimal) {
      if (!ends_a_group()) return std::nullopt;
      plain += '.';
    } else if (text[i] == ',' || text[i] == '.' || text[i] == ' ') {
      if (decimal != std::string_view::npos && (i > decimal || text[i] == text[decimal])) {
        return std::nullopt;
      }
      if (!ends_a_group()) return std::nullopt;
      ++groups;
      digits = 0;
    } else {
      plain += text[i];
      ++digits;
    }
  }
  if (decimal == std::string_view::npos && !ends_a_group()) return std::nullopt;
  if (groups == 0 && decimal == std::string_view::npos) return std::nullopt;
  return plain_number(plain);
}

std::optional<WrittenQuantity> parse_written_quantity(std::string_view text) {
  constexpr std::string_view kOfNumbers = "0123456789.,+- ";
  const auto end = text.find_first_not_of(kOfNumbers);
  if (end == 0 || end == std::string_view::npos) return std::nullopt;
  constexpr std::size_t kLongestUnit = 9;  // of three Chinese characters
  const std::string_view unit = text.substr(end);
  if (unit.size() > kLongestUnit || unit.find_first_of(kOfNumbers) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view digits = text.substr(0, end);
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  const auto number = parse_written_number(digits);
  if (!number) return std::nullopt;
  return WrittenQuantity{*number, unit};
}

std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", number);
  return text;
}

std::string number_text(float number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", static_cast<double>(number));
  return text;
}

}  // namespace gridmend
