#include "service/converters/time_converter.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace gridmend::time_converter_test {
namespace {

TEST(TimeConverter, TimesBeforeAndAfterTheEpochComeBack) {
  Random random{7};
  for (int i = 0; i < 10'000; ++i) {
    const auto micros = static_cast<std::int64_t>(random() % 400'000'000'000'000'000ULL);
    const Time time{Duration{i % 2 == 0 ? micros / 2 : -micros / 8}};
    const auto message = to_proto(time);
    ASSERT_GE(message.nanos(), 0);
    const auto back = to_domain(message, "t");
    if (back) {
      ASSERT_EQ(*back, time) << i;
    } else {
      ASSERT_GT(time, *parse_rfc3339("9999-12-31T23:59:59Z")) << i;
    }
  }
}

TEST(TimeConverter, TheFirstAndLastSecondAreTakenAndTheirNeighboursRefused) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(253'402'300'799);
  EXPECT_TRUE(to_domain(timestamp, "t"));
  timestamp.set_seconds(253'402'300'800);
  EXPECT_FALSE(to_domain(timestamp, "t"));
  timestamp.set_seconds(-62'135'596'800);
  EXPECT_TRUE(to_domain(timestamp, "t"));
  timestamp.set_seconds(-62'135'596'801);
  EXPECT_FALSE(to_domain(timestamp, "t"));
  timestamp.set_seconds(0);
  timestamp.set_nanos(-1);
  EXPECT_FALSE(to_domain(timestamp, "t"));
  timestamp.set_nanos(1'000'000'000);
  const auto refused = to_domain(timestamp, "event_time");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "TIME_INVALID");
  EXPECT_EQ(refused.error().field, "event_time");
}

TEST(TimeConverter, DurationsOfBothSignsComeBackAndMixedSignsAreRefused) {
  for (const auto duration : {Duration{0}, Duration{1}, Duration{-1}, Duration{1'500'000},
                              Duration{-1'500'000}, Duration{315'576'000'000'000'000}}) {
    EXPECT_EQ(to_domain(to_proto(duration), "d"), duration);
  }
  google::protobuf::Duration mixed;
  mixed.set_seconds(1);
  mixed.set_nanos(-1);
  EXPECT_FALSE(to_domain(mixed, "d"));
  mixed.set_seconds(-1);
  mixed.set_nanos(1);
  EXPECT_FALSE(to_domain(mixed, "d"));
}

}  // namespace
}  // namespace gridmend::time_converter_test
