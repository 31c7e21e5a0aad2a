#include "core/outage/settings.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/outage/device_priors.h"

namespace gridmend::settings_test {
namespace {

TEST(LocaliserSettings, TheDefaultsAreAccepted) {
  EXPECT_TRUE(validate(LocaliserSettings{}).has_value());
}

TEST(LocaliserSettings, NumbersThatCannotBeMeantAreRefusedByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  LocaliserSettings settings;
  settings.reliability.last_gasp_reach = nan;
  auto refused = validate(settings);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().field, "reliability.last_gasp_reach");

  settings = {};
  settings.priors.by_kind[2] = 1.5;
  EXPECT_EQ(validate(settings).error().field, "priors.by_kind");

  settings = {};
  settings.reliability.call_false = .5;  // above call_rate
  EXPECT_EQ(validate(settings).error().field, "reliability.call_false");

  settings = {};
  settings.outages.close_after = std::chrono::seconds{-1};
  EXPECT_EQ(validate(settings).error().field, "outages.close_after");

  settings = {};
  settings.outages.withdraw_below = .9;
  EXPECT_EQ(validate(settings).error().field, "outages.withdraw_below");
}

TEST(LocaliserSettings, LeaveABranchThatCanBeHeard) {
  LocaliserSettings settings;
  settings.reliability.branch_links_down = settings.reliability.branch_unreachable = .5;
  EXPECT_EQ(validate(settings).error().field, "reliability.branch_unreachable");
  settings.reliability.branch_unreachable = .49;
  EXPECT_TRUE(validate(settings));
  settings.reliability.branch_links_down = -.1;
  EXPECT_EQ(validate(settings).error().field, "reliability.branch_links_down");
}

TEST(DevicePriors, WaterAtTheLivePartFailsHalfOfThem) {
  EXPECT_EQ(flood_failure(0, 1, .3), 0);
  EXPECT_NEAR(flood_failure(1, 1, .3), .5, 1e-12);
  EXPECT_NEAR(flood_failure(1.3, 1, .3), .841344746, 1e-9);  // Phi(1)
  EXPECT_NEAR(flood_failure(.4, 1, .3), .022750132, 1e-9);   // Phi(-2)
}

}  // namespace
}  // namespace gridmend::settings_test
