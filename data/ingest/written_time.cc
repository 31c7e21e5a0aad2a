#include "data/ingest/written_time.h"

#include <algorithm>
#include <string>

namespace gridmend {
namespace {

constexpr std::size_t kDateBytes = 10;    // "2026-07-20"
constexpr std::size_t kMinuteBytes = 16;  // "2026-07-20T02:00"
constexpr std::size_t kLongestTime = 64;

bool are_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<WrittenTime> parse_written_time(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (const auto plain = parse_rfc3339(text)) return WrittenTime{*plain, false};
  if (text.size() < kMinuteBytes || text.size() > kLongestTime) return std::nullopt;
  const std::size_t sign = text.find_first_of("+-Zz", kDateBytes);
  std::string clock{text.substr(0, sign)};
  while (clock.ends_with(' ')) clock.pop_back();
  std::string offset{sign == text.npos ? std::string_view{"Z"} : text.substr(sign)};
  const std::string_view digits = std::string_view{offset}.substr(1);
  if (offset.front() != 'Z' && offset.front() != 'z') {
    if (digits.size() == 2 && are_digits(digits)) {
      offset += ":00";
    } else if (digits.size() == 4 && are_digits(digits)) {
      offset.insert(3, ":");
    }
  }
  if (clock.size() == kMinuteBytes) clock += ":00";
  const auto time = parse_rfc3339(clock + offset);
  if (!time) return std::nullopt;
  return WrittenTime{*time, sign == text.npos};
}

}  // namespace gridmend
