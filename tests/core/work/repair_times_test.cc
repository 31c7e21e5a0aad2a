#include "core/work/repair_times.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace gridmend::repair_times_test {
namespace {

TEST(RepairTimes, BeginAsThePriorSays) {
  const RepairTimeBelief times({.median_ratio = 1.5, .log_sd = .4});
  EXPECT_DOUBLE_EQ(times.median_ratio(), 1.5);
  EXPECT_NEAR(times.log_sd(), .4, 1e-12);
  EXPECT_EQ(times.learnt(), 0U);
}

TEST(RepairTimes, UpdateAsTheConjugateFormulasSay) {
  const RepairTimePrior prior{
      .median_ratio = 1, .log_sd = .5, .median_worth = 2, .log_sd_worth = 6};
  const std::vector<double> logs = {.3, -.2, .9, .1, -.6};
  RepairTimeBelief times(prior);
  for (const double value : logs) times.learn(std::exp(value));
  // The textbook's batch form: worth 2 + 5, mean (2 x 0 + sum) / 7, and for the variance the sum of
  // squares about the sample's mean and of the means about each other.
  const double n = 5;
  double sum = 0;
  for (const double value : logs) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : logs) squares += (value - mean) * (value - mean);
  const double shape = 4 + n / 2;
  const double scale = .25 * 3 + squares / 2 + 2 * n / (2 * (2 + n)) * mean * mean;
  EXPECT_NEAR(std::log(times.median_ratio()), sum / 7, 1e-12);
  EXPECT_NEAR(times.log_sd(), std::sqrt(scale / (shape - 1)), 1e-12);
}

TEST(RepairTimes, FindWhatIsTrueOfManyTasks) {
  Random random(3);
  RepairTimeBelief times;
  for (int i = 0; i < 5000; ++i) times.learn(random.lognormal(1.7, .35));
  EXPECT_NEAR(times.median_ratio(), 1.7, .03);
  EXPECT_NEAR(times.log_sd(), .35, .01);
}

TEST(RepairTimes, DrawWorldsAsUncertainAsTheyAre) {
  Random random(8);
  RepairTimeBelief unsure;
  RepairTimeBelief sure;
  for (int i = 0; i < 1000; ++i) sure.learn(random.lognormal(1, .5));
  const auto spread = [&](const RepairTimeBelief& times) {
    double squares = 0;
    for (int i = 0; i < 4000; ++i) {
      const double miss = times.draw_world(random).log_median - std::log(times.median_ratio());
      squares += miss * miss;
    }
    return std::sqrt(squares / 4000);
  };
  // Prior: variance of the mean is E[variance] / worth = .36 / 3.
  EXPECT_NEAR(spread(unsure), std::sqrt(.36 / 3), .02);
  EXPECT_NEAR(spread(sure), .5 / std::sqrt(1003), .002);
}

// Against the plain way: draw until it is above.
TEST(RepairTimes, WorkThatHasLastedSoLongIsDistributedAsWhatIsLeftOver) {
  Random random(5);
  const RepairTimeBelief::World world{.log_median = .2, .log_sd = .6};
  for (const double elapsed : {.3, 1.2, 2.5, 4.0}) {
    std::vector<double> drawn;
    std::vector<double> plain;
    for (int i = 0; i < 20000; ++i) drawn.push_back(draw_ratio(world, elapsed, random));
    while (plain.size() < 20000) {
      const double ratio = std::exp(world.log_median + world.log_sd * random.normal());
      if (ratio > elapsed) plain.push_back(ratio);
    }
    std::sort(drawn.begin(), drawn.end());
    std::sort(plain.begin(), plain.end());
    EXPECT_GT(drawn.front(), elapsed);
    double gap = 0;  // Kolmogorov and Smirnov's: 1.95 sqrt(2 / n) at one in a thousand
    std::size_t below = 0;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      while (below < plain.size() && plain[below] <= drawn[i]) ++below;
      gap = std::max(gap, std::abs(static_cast<double>(i + 1) - static_cast<double>(below)));
    }
    EXPECT_LT(gap / 20000, 1.95 * std::sqrt(2.0 / 20000)) << "elapsed " << elapsed;
  }
}

TEST(RepairTimes, WorkFarBeyondAllExpectationStillEnds) {
  Random random(6);
  for (int i = 0; i < 1000; ++i) {
    const double ratio = draw_ratio({.log_median = 0, .log_sd = .3}, 1e4, random);
    EXPECT_GE(ratio, 1e4);
    EXPECT_LT(ratio, 1e5);
  }
}

TEST(RepairTimeBook, KeepsClassesApartAndLearnsNothingFromNonsense) {
  Device fuse;
  fuse.kind = DeviceKind::breaker;
  const std::size_t repair = work_class(WorkKind::repair, &fuse);
  const std::size_t premises = work_class(WorkKind::repair, nullptr);
  EXPECT_NE(repair, premises);
  EXPECT_LT(work_class(WorkKind::planned_work, nullptr), kWorkClasses);
  RepairTimeBook book;
  for (int i = 0; i < 50; ++i) book.learn(repair, 200, 100);
  book.learn(premises, 0, 100);
  book.learn(premises, -5, 100);
  book.learn(premises, 100, 0);
  book.learn(premises, HUGE_VAL, 100);
  book.learn(premises, NAN, 100);
  EXPECT_NEAR(book.of(repair).median_ratio(), 2, .1);
  EXPECT_EQ(book.of(premises).learnt(), 0U);
}

}  // namespace
}  // namespace gridmend::repair_times_test
