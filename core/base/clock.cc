#include "core/base/clock.h"

#include <cstdint>
#include <cstdio>

namespace gridmend {
namespace {

using std::chrono_literals::operator""y;
constexpr Time kEarliest = std::chrono::sys_days{1y / 1 / 1};
constexpr Time kLatest = Time{std::chrono::sys_days{10000y / 1 / 1}} - Duration{1};

// Reads exactly `digits` digits at `at`; -1 when they are not there.
int read_digits(std::string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool has(std::string_view text, std::size_t at, char c) {
  return at < text.size() && text[at] == c;
}

// The offset that follows the seconds: "Z" or "+08:00". nullopt when it is neither.
std::optional<std::chrono::minutes> read_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = read_digits(text, 1, 2);
  const int minutes = read_digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const auto size = std::chrono::minutes{hours * 60 + minutes};
  return text[0] == '-' ? -size : size;
}

}  // namespace

Time SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::string to_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  const auto micros = static_cast<std::int64_t>(clock.subseconds().count());
  char fraction[16] = "";
  if (micros % 1000 != 0) {
    std::snprintf(fraction, sizeof fraction, ".%06d", static_cast<int>(micros % 1000000));
  } else if (micros != 0) {
    std::snprintf(fraction, sizeof fraction, ".%03d", static_cast<int>(micros / 1000 % 1000));
  }
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d%sZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), fraction);
  return text;
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  const int year = read_digits(text, 0, 4);
  const int month = read_digits(text, 5, 2);
  const int day = read_digits(text, 8, 2);
  const int hour = read_digits(text, 11, 2);
  const int minute = read_digits(text, 14, 2);
  const int second = read_digits(text, 17, 2);
  const bool punctuated = has(text, 4, '-') && has(text, 7, '-') &&
                          (has(text, 10, 'T') || has(text, 10, 't') || has(text, 10, ' ')) &&
                          has(text, 13, ':') && has(text, 16, ':');
  if (!punctuated || year < 1 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;

  std::size_t at = 19;
  std::int64_t micros = 0;
  if (has(text, at, '.')) {
    std::size_t digits = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
      if (digits < 6) micros = micros * 10 + (text[at] - '0');
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 6; ++digits) micros *= 10;
  }
  const auto offset = read_offset(text.substr(at));
  if (!offset) return std::nullopt;
  const Time minute_start = Time{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
                            std::chrono::minutes{minute} - *offset;
  if (minute_start < kEarliest || minute_start > kLatest) return std::nullopt;
  const bool ends_a_day =
      std::chrono::floor<std::chrono::days>(minute_start) !=
      std::chrono::floor<std::chrono::days>(minute_start + std::chrono::minutes{1});
  if (second == 60 && !ends_a_day) return std::nullopt;
  const Time time = minute_start + std::chrono::seconds{second} + Duration{micros};
  return time <= kLatest ? std::optional{time} : std::nullopt;
}

}  // namespace gridmend
