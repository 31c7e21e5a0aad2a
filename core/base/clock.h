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

// "2026-07-20T02:00:01Z", with as many fractional digits as are needed (none, 3 or 6).
std::string to_rfc3339(Time time);

// Reads RFC 3339 with 'Z' or a numeric offset; nullopt for anything else. Years 1 to 9999.
std::optional<Time> parse_rfc3339(std::string_view text);

constexpr double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}
constexpr Duration from_seconds(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

}  // namespace gridmend
