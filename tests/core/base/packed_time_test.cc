#include "core/base/packed_time.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace gridmend::packed_time_test {
namespace {

Time at(std::string_view text) { return *parse_rfc3339(text); }

TEST(PackedTime, HoldsEveryMicrosecondFromTheYear829To3111) {
  const Time first = at("0829-01-01T00:00:00Z"), last = at("3111-01-01T00:00:00Z");
  for (const Time time :
       {first, first + Duration{1}, Time{}, Time{} - Duration{1}, Time{Duration{1}},
        at("2026-07-20T02:00:01.000001Z"), last - Duration{1}, last}) {
    EXPECT_EQ(Time{PackedTime{time}}, time) << to_rfc3339(time);
  }
  const std::uint32_t seed = 20261129;
  std::mt19937_64 random{seed};
  std::uniform_int_distribution<std::int64_t> any{first.time_since_epoch().count(),
                                                  last.time_since_epoch().count()};
  for (int i = 0; i < 100'000; ++i) {
    const Time time{Duration{any(random)}};
    ASSERT_EQ(Time{PackedTime{time}}, time) << "seed " << seed << " round " << i;
  }
}

TEST(PackedTime, IsNeverUnlessTold) {
  EXPECT_EQ(Time{PackedTime{}}, Time::min());
  EXPECT_EQ(PackedTime{Time::min()}, PackedTime{});
  EXPECT_LT(PackedTime{}, PackedTime{Time::min() + Duration{1}});
}

TEST(PackedTime, TakesWhatLiesBeyondForTheNearestItHolds) {
  EXPECT_EQ(PackedTime{Time::max()}, PackedTime{at("9999-12-31T23:59:59Z")});
  EXPECT_GT(PackedTime{Time::max()}, PackedTime{at("3111-01-01T00:00:00Z")});
  EXPECT_EQ(PackedTime{at("0001-01-01T00:00:00Z")}, PackedTime{at("0500-01-01T00:00:00Z")});
  EXPECT_LT(PackedTime{at("0001-01-01T00:00:00Z")}, PackedTime{at("0829-01-01T00:00:00Z")});
}

TEST(PackedTime, OrdersAndCountsLikeATime) {
  const std::uint32_t seed = 7;
  std::mt19937_64 random{seed};
  std::uniform_int_distribution<std::int64_t> near{-3, 3},
      far{-1'000'000'000'000, 1'000'000'000'000};
  std::vector<Time> times{Time::min(), Time{}};
  for (int i = 0; i < 40; ++i)
    times.emplace_back(Duration{i % 2 == 0 ? near(random) : far(random)});
  for (const Time a : times) {
    for (const Time b : times) {
      const PackedTime x{a}, y{b};
      EXPECT_EQ(x <=> y, a <=> b) << "seed " << seed;
      EXPECT_EQ(x <=> b, a <=> b);
      EXPECT_EQ(a <=> y, a <=> b);
      EXPECT_EQ(x == b, a == b);
      if (a == Time::min() || b == Time::min()) continue;
      EXPECT_EQ(x - y, a - b);
      EXPECT_EQ(x - b, a - b);
      EXPECT_EQ(a - y, a - b);
      EXPECT_EQ(x - Duration{5}, a - Duration{5});
      EXPECT_EQ(x + Duration{5}, a + Duration{5});
    }
  }
}

}  // namespace
}  // namespace gridmend::packed_time_test
