#include "core/base/clock.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/base/random.h"

namespace gridmend::clock_test {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

Time at(std::chrono::year_month_day date, Duration since_midnight = {}) {
  return sys_days{date} + since_midnight;
}

TEST(Rfc3339, ReadsWhatTheStandardAllows) {
  const struct {
    const char* text;
    Time time;
  } cases[] = {
      {"1970-01-01T00:00:00Z", at(1970y / 1 / 1)},
      {"2026-07-20T02:00:01Z", at(2026y / 7 / 20, 2h + 1s)},
      {"2026-07-20t02:00:01z", at(2026y / 7 / 20, 2h + 1s)},
      {"2026-07-20 02:00:01Z", at(2026y / 7 / 20, 2h + 1s)},
      {"2026-07-20T10:00:01+08:00", at(2026y / 7 / 20, 2h + 1s)},
      {"2026-07-19T23:30:01-02:30", at(2026y / 7 / 20, 2h + 1s)},
      {"2026-07-20T02:00:01-00:00", at(2026y / 7 / 20, 2h + 1s)},
      {"2026-07-20T02:00:01.5Z", at(2026y / 7 / 20, 2h + 1s + 500ms)},
      {"2026-07-20T02:00:01.000001Z", at(2026y / 7 / 20, 2h + 1s + 1us)},
      {"2026-07-20T02:00:01.123456789+00:00", at(2026y / 7 / 20, 2h + 1s + 123456us)},
      {"2026-07-20T02:00:01.9999999999999999999999Z", at(2026y / 7 / 20, 2h + 1s + 999999us)},
      // The four examples of RFC 3339, section 5.8, and the two leap seconds among them.
      {"1985-04-12T23:20:50.52Z", at(1985y / 4 / 12, 23h + 20min + 50s + 520ms)},
      {"1996-12-19T16:39:57-08:00", at(1996y / 12 / 20, 39min + 57s)},
      {"1990-12-31T23:59:60Z", at(1991y / 1 / 1)},
      {"1990-12-31T15:59:60-08:00", at(1991y / 1 / 1)},
      {"1937-01-01T12:00:27.87+00:20", at(1937y / 1 / 1, 11h + 40min + 27s + 870ms)},
      {"2000-02-29T00:00:00Z", at(2000y / 2 / 29)},
      {"2024-02-29T23:59:59Z", at(2024y / 2 / 29, 24h - 1s)},
      {"2024-03-01T00:30:00+01:00", at(2024y / 2 / 29, 23h + 30min)},
      {"0001-01-01T00:00:00Z", at(1y / 1 / 1)},
      {"9999-12-31T23:59:59.999999Z", at(9999y / 12 / 31, 24h - 1us)},
  };
  for (const auto& c : cases) {
    const auto time = parse_rfc3339(c.text);
    ASSERT_TRUE(time) << c.text;
    EXPECT_EQ(*time, c.time) << c.text << " was read as " << to_rfc3339(*time);
  }
}

TEST(Rfc3339, RefusesWhatItDoesNot) {
  const char* cases[] = {
      "",
      "Z",
      "2026-07-20",
      "2026-07-20T02:00:01",        // no offset
      "2026-07-20T02:00Z",          // no seconds
      "2026-07-20T02:00:01.Z",      // a point without digits
      "2026-07-20T02:00:01,5Z",     // a comma
      "2026-07-20T02:00:01+0800",   // no colon
      "2026-07-20T02:00:01+8:00",   // one digit
      "2026-07-20T02:00:01+24:00",  // no such offset
      "2026-07-20T02:00:01+08:60",  //
      "2026-07-20T02:00:01Z ",      // something after it
      " 2026-07-20T02:00:01Z",      //
      "2026-7-20T02:00:01Z",        //
      "26-07-20T02:00:01Z",         //
      "2026-07-20T24:00:00Z",       //
      "2026-07-20T02:60:00Z",       //
      "2026-07-20T02:00:61Z",       //
      "2026-07-20T02:00:60Z",       // a leap second in the middle of a day
      "2026-13-20T02:00:01Z",       //
      "2026-00-20T02:00:01Z",       //
      "2026-07-00T02:00:01Z",       //
      "2026-07-32T02:00:01Z",       //
      "2026-06-31T02:00:01Z",       //
      "2025-02-29T00:00:00Z",       // no leap year
      "1900-02-29T00:00:00Z",       // nor this
      "0000-01-01T00:00:00Z",       //
      "0001-01-01T00:00:00+00:01",  // year 0 in UTC
      "9999-12-31T23:59:59-00:01",  // year 10000 in UTC
      "9999-12-31T23:59:60Z",       //
      "+2026-07-20T02:00:01Z",      //
      "2026-07-20T02:00:01\xc2\xb1Z",
      "-026-07-20T02:00:01Z",
      "2026-07-20T-2:00:01Z",
  };
  for (const char* text : cases) {
    const auto time = parse_rfc3339(text);
    EXPECT_FALSE(time) << text << " was read as " << to_rfc3339(time.value_or(Time{}));
  }
}

TEST(Rfc3339, WritesNoMoreFractionThanIsNeeded) {
  EXPECT_EQ(to_rfc3339(at(2026y / 7 / 20, 2h + 1s)), "2026-07-20T02:00:01Z");
  EXPECT_EQ(to_rfc3339(at(2026y / 7 / 20, 2h + 1s + 20ms)), "2026-07-20T02:00:01.020Z");
  EXPECT_EQ(to_rfc3339(at(2026y / 7 / 20, 2h + 1s + 20us)), "2026-07-20T02:00:01.000020Z");
  EXPECT_EQ(to_rfc3339(at(1969y / 12 / 31, 24h - 1us)), "1969-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, WhatIsWrittenIsReadBack) {
  constexpr std::uint64_t kSeed = 1;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random{kSeed};
  const std::int64_t first = at(1y / 1 / 1).time_since_epoch().count();
  const auto span =
      static_cast<std::uint64_t>(at(9999y / 12 / 31, 24h - 1us).time_since_epoch().count() - first);
  for (int i = 0; i < 20000; ++i) {
    const Time time{Duration{first + static_cast<std::int64_t>(random.below(span + 1))}};
    ASSERT_EQ(parse_rfc3339(to_rfc3339(time)), time) << to_rfc3339(time);
  }
}

TEST(Rfc3339, GarbageIsRefusedOrReadAsATimeThatCanBeWritten) {
  constexpr std::string_view kLetters = "0123456789-:.TZtz+ \n\xff";
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    Random random{seed};
    std::string text = "2026-07-20T02:00:01.25+08:00";
    for (int i = random.between(1, 4); i > 0; --i) {
      text[random.below(text.size())] = kLetters[random.below(kLetters.size())];
    }
    text.resize(random.below(text.size() + 1), '0');
    if (const auto time = parse_rfc3339(text)) {
      ASSERT_EQ(parse_rfc3339(to_rfc3339(*time)), time) << "seed " << seed << ": " << text;
    }
  }
}

TEST(Durations, RoundToTheNearestMicrosecond) {
  EXPECT_EQ(from_seconds(1.001), 1001ms);  // 1.001 * 1e6 is a little less than 1001000
  EXPECT_EQ(from_seconds(0.3), 300ms);
  EXPECT_EQ(from_seconds(-1.0000004), -1s);
  EXPECT_EQ(from_seconds(-1.0000006), -1s - 1us);
  for (int i = -100000; i <= 100000; ++i) {
    ASSERT_EQ(from_seconds(seconds(Duration{i * 997})), Duration{i * 997});
  }
}

TEST(Durations, TakeNoHarmFromValuesWithoutMeaning) {
  EXPECT_EQ(from_seconds(std::numeric_limits<double>::infinity()), Duration::max());
  EXPECT_EQ(from_seconds(-1e300), Duration::min());
  EXPECT_EQ(from_seconds(std::nan("")), Duration::zero());
}

}  // namespace
}  // namespace gridmend::clock_test
