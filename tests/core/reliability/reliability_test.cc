#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/reliability/indices.h"
#include "core/reliability/interruption.h"
#include "core/reliability/restoration_curve.h"

namespace gridmend::reliability_test {
namespace {

Time at_minute(double minute) { return Time{} + from_seconds(60 * minute); }

// The worked example of IEEE Std 1366: one circuit of 2,000 customers over a year. Minutes and
// customers are the standard's; so are the results.
struct ExampleRow {
  double day;
  double minutes;
  double customers;
};
constexpr ExampleRow kIeeeExample[] = {
    {76, 8.17, 200}, {126, 71.3, 600}, {163, 30.3, 25}, {232, 267.2, 90},
    {243, 120, 700}, {245, 10, 1500},  {300, 40, 100},  {310, 0.5, 400},  // momentary
};

TEST(ReliabilityIndices, AgreeWithTheWorkedExampleOfIeee1366) {
  std::vector<Interruption> interruptions;
  for (const ExampleRow& row : kIeeeExample) {
    const Time from = at_minute(row.day * 1440);
    interruptions.push_back({from, from + from_seconds(60 * row.minutes), row.customers});
  }
  const ReliabilityIndices indices =
      reliability_indices(interruptions, 2000, at_minute(0), at_minute(365 * 1440));
  EXPECT_NEAR(indices.saifi, 1.61, 0.005);
  EXPECT_NEAR(indices.saidi_min, 86.110, 0.0005);
  EXPECT_NEAR(indices.caidi_min, 53.57, 0.005);
  EXPECT_NEAR(indices.asai, 0.999836, 5e-7);
  EXPECT_NEAR(indices.maifi, 0.2, 1e-12);
}

TEST(ReliabilityIndices, CountAnInterruptionInThePeriodItBeganIn) {
  const std::vector<Interruption> interruptions = {{at_minute(-10), at_minute(60), 5},
                                                   {at_minute(50), at_minute(130), 7},
                                                   {at_minute(100), at_minute(200), 11}};
  const ReliabilityIndices indices =
      reliability_indices(interruptions, 100, at_minute(0), at_minute(100));
  EXPECT_DOUBLE_EQ(indices.customer_interruptions, 7);
  EXPECT_DOUBLE_EQ(indices.customer_minutes, 7 * 80);
}

TEST(ReliabilityIndices, KnowThatDlt836CallsFourMinutesSustained) {
  const std::vector<Interruption> interruptions = {{at_minute(0), at_minute(4), 10}};
  const IndexSettings china{.sustained_after = std::chrono::minutes{3}};
  EXPECT_EQ(reliability_indices(interruptions, 10, at_minute(0), at_minute(60)).saifi, 0);
  EXPECT_EQ(reliability_indices(interruptions, 10, at_minute(0), at_minute(60), china).saifi, 1);
}

TEST(ReliabilityIndices, AreZeroWithoutCustomersOrInterruptions) {
  EXPECT_EQ(reliability_indices({}, 0, at_minute(0), at_minute(1)).saidi_min, 0);
  EXPECT_EQ(reliability_indices({}, 10, at_minute(0), at_minute(1)).caidi_min, 0);
  EXPECT_EQ(reliability_indices({}, 10, at_minute(0), at_minute(1)).asai, 1);
}

TEST(Interruptions, ComeBackInTheOrderTheyWentDark) {
  const std::vector<CustomerStep> steps = {
      {at_minute(0), 100}, {at_minute(10), 150}, {at_minute(30), 60}, {at_minute(60), 0}};
  const std::vector<Interruption> parts = interruptions_of(steps, at_minute(1000));
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].customers, 90);  // of the first hundred
  EXPECT_EQ(parts[0].minutes(), 30);
  EXPECT_EQ(parts[1].customers, 10);
  EXPECT_EQ(parts[1].minutes(), 60);
  EXPECT_EQ(parts[2].customers, 50);
  EXPECT_EQ(parts[2].minutes(), 50);
}

TEST(Interruptions, EndNowWhenTheyStillStand) {
  const std::vector<CustomerStep> steps = {{at_minute(0), 10}, {at_minute(90), 4}};
  const std::vector<Interruption> parts = interruptions_of(steps, at_minute(60));
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].minutes(), 60);
  EXPECT_EQ(parts[0].customers, 10);
}

TEST(RestorationCurve, FallsWhenLightReturns) {
  const std::vector<Interruption> parts = {{at_minute(0), at_minute(60), 100},
                                           {at_minute(30), at_minute(90), 50}};
  const std::vector<CurvePoint> curve = restoration_curve(parts, at_minute(0), at_minute(120));
  ASSERT_EQ(curve.size(), 4U);
  EXPECT_EQ(curve[0].customers_out, 100);
  EXPECT_EQ(curve[1].customers_out, 150);
  EXPECT_EQ(curve[2].customers_out, 50);
  EXPECT_EQ(curve[3].customers_out, 0);
  EXPECT_EQ(restored_to_share(curve, 0.5), at_minute(60));
  EXPECT_EQ(restored_to_share(curve, 0), at_minute(90));
}

TEST(RestorationCurve, IsNeverRestoredWhileSomeAreOut) {
  const std::vector<Interruption> parts = {{at_minute(0), at_minute(500), 100}};
  EXPECT_EQ(restored_to_share(restoration_curve(parts, at_minute(0), at_minute(60)), 0.5),
            std::nullopt);
}

// Whatever the steps, the minutes are the area under them: nothing is lost between the three views.
TEST(RestorationCurve, HasTheAreaOfTheStepsItCameFrom) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Random random{seed};
    std::vector<CustomerStep> steps;
    double minute = 0;
    for (int i = random.between(1, 12); i > 0; --i) {
      minute += random.between(0, 30);
      steps.push_back({at_minute(minute), static_cast<double>(random.between(0, 400))});
    }
    const Time now = at_minute(random.between(0, 300));
    double expected = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Time end = std::min(now, i + 1 < steps.size() ? steps[i + 1].time : now);
      if (end > steps[i].time) expected += steps[i].customers * seconds(end - steps[i].time) / 60;
    }
    const std::vector<Interruption> parts = interruptions_of(steps, now);
    double minutes = 0;
    for (const Interruption& part : parts) minutes += part.customers * part.minutes();
    EXPECT_NEAR(minutes, expected, 1e-6);
    EXPECT_NEAR(customer_minutes(restoration_curve(parts, at_minute(0), now), now), expected, 1e-6);
  }
}

}  // namespace
}  // namespace gridmend::reliability_test
