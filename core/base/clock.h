#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gridmend {

// Instants are UTC with microseconds, as the journal stores them.
using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

// The only place that knows what time it is. Whatever depends on time takes it as a value.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
};

// "2026-07-20T02:00:01Z", with as many fractional digits as are needed (none, 3 or 6). Years 1 to
// 9999 are read back by parse_rfc3339.
std::string to_rfc3339(Time time);

// Reads RFC 3339 with 'Z' or a numeric offset; nullopt for anything else. The instant lies in the
// UTC years 1 to 9999; digits beyond microseconds are dropped; a leap second (23:59:60 UTC) is the
// first instant of the next minute.
std::optional<Time> parse_rfc3339(std::string_view text);

constexpr double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}
// To the nearest microsecond. Infinite and too large values become the largest Duration of their
// sign, not-a-number becomes zero.
constexpr Duration from_seconds(double value) {
  constexpr double kLimit_s = 9.2e12;
  if (value != value) return Duration::zero();
  if (value >= kLimit_s) return Duration::max();
  if (value <= -kLimit_s) return Duration::min();
  const double micros = value * 1e6;
  return Duration{static_cast<Duration::rep>(micros < 0 ? micros - 0.5 : micros + 0.5)};
}

}  // namespace gridmend
