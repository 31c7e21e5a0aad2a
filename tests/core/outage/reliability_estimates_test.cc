#include "core/outage/reliability_estimates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <utility>
#include <vector>

#include "core/base/random.h"

namespace gridmend::reliability_estimates_test {
namespace {

using std::chrono::minutes;

TEST(LearnShare, WeighsWhatWasBelievedAgainstWhatWasSeen) {
  const LearntNumber nothing = learn_share(.1, 100, 0, 0);
  EXPECT_DOUBLE_EQ(nothing.value, .1);
  EXPECT_EQ(nothing.observations, 0);
  const LearntNumber much = learn_share(.1, 100, 500, 900);
  EXPECT_DOUBLE_EQ(much.value, .51);
  EXPECT_LT(much.low, .51);
  EXPECT_GT(much.high, .51);
  EXPECT_LT(much.high - much.low, .06);
  EXPECT_GT(nothing.high - nothing.low, .08);
}

TEST(LearnShare, IsNeverCertain) {
  EXPECT_GT(learn_share(0, 0, 0, 1000).value, 0);
  EXPECT_LT(learn_share(1, 0, 1000, 1000).value, 1);
}

struct Group {
  std::uint32_t meters;
  std::uint32_t heard;
};

constexpr double kMetersTrust = 50;
constexpr double kGroupsTrust = 10;

double log_posterior(const std::vector<Group>& groups, double rho, double kappa) {
  double sum = kMetersTrust * (.8 * std::log(rho) + .2 * std::log1p(-rho)) +
               kGroupsTrust * (.3 * std::log(kappa) + .7 * std::log1p(-kappa));
  for (const Group& g : groups) {
    const double up = (1 - kappa) * std::pow(rho, g.heard) * std::pow(1 - rho, g.meters - g.heard);
    sum += std::log(up + (g.heard == 0 ? kappa : 0));
  }
  return sum;
}

std::vector<Group> draw_groups(Random& random, int count, double rho, double kappa) {
  std::vector<Group> groups;
  for (int i = 0; i < count; ++i) {
    Group group{static_cast<std::uint32_t>(random.between(1, 14)), 0};
    if (!random.chance(kappa)) {
      for (std::uint32_t m = 0; m < group.meters; ++m) group.heard += random.chance(rho) ? 1U : 0U;
    }
    groups.push_back(group);
  }
  return groups;
}

ReachEstimate::Learnt learn(const std::vector<Group>& groups) {
  ReachEstimate estimate;
  for (const Group& group : groups) estimate.add(group.meters, group.heard);
  return estimate.learn(.8, kMetersTrust, .3, kGroupsTrust);
}

TEST(ReachEstimate, IsTheMostProbableOfAllByEnumeration) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random{seed};
    const double rho = random.uniform(.05, .95);
    const double kappa = random.uniform(.02, .6);
    const std::vector<Group> groups = draw_groups(random, random.between(0, 60), rho, kappa);
    const auto learnt = learn(groups);
    const double best = log_posterior(groups, learnt.reach.value, learnt.down.value);
    for (double r = .01; r < 1; r += .01) {
      for (double k = .01; k < 1; k += .01) {
        ASSERT_LE(log_posterior(groups, r, k), best + 1e-6)
            << "seed " << seed << " at " << r << ", " << k;
      }
    }
  }
}

TEST(ReachEstimate, FindsTheTruthInManyGroupsAndCoversItWithItsInterval) {
  int reach_covered = 0;
  int down_covered = 0;
  constexpr int kTimes = 300;
  for (std::uint64_t seed = 1; seed <= kTimes; ++seed) {
    Random random{seed};
    const double rho = random.uniform(.1, .9);
    const std::vector<Group> groups = draw_groups(random, 400, rho, .2);
    ReachEstimate estimate;
    for (const Group& group : groups) estimate.add(group.meters, group.heard);
    const auto learnt = estimate.learn(.5, 2, .3, 2);
    EXPECT_NEAR(learnt.reach.value, rho, .08) << "seed " << seed;
    reach_covered += learnt.reach.low <= rho && rho <= learnt.reach.high ? 1 : 0;
    down_covered += learnt.down.low <= .2 && .2 <= learnt.down.high ? 1 : 0;
  }
  std::cout << "90 % intervals that held the reach: " << reach_covered << ", the share of dead "
            << "concentrators: " << down_covered << ", of " << kTimes << "\n";
  for (const int covered : {reach_covered, down_covered}) {
    EXPECT_GT(covered, kTimes * 84 / 100);
    EXPECT_LT(covered, kTimes * 96 / 100);
  }
}

TEST(ReachEstimate, BlamesTheConcentratorForTheSilenceOfMany) {
  ReachEstimate estimate;
  estimate.add(12, 10, 50);
  estimate.add(12, 0, 5);
  const auto learnt = estimate.learn(.5, 10, .1, 10);
  EXPECT_NEAR(learnt.reach.value, 10. / 12, .01);
  EXPECT_GT(ReachEstimate::p_down(learnt, 12, 0), .999);
  EXPECT_LT(ReachEstimate::p_down(learnt, 1, 0), .6);
  EXPECT_EQ(ReachEstimate::p_down(learnt, 12, 1), 0);
}

struct Calls {
  std::vector<double> waits_s;
  std::vector<double> silent_s;
};

constexpr double kCustomersTrust = 20;
constexpr double kCallsTrust = 5;
constexpr double kHalfBefore_s = 1800;

double log_posterior(const Calls& calls, double rate, double half_s) {
  const double speed = std::log(2.0) / half_s;
  const double mean_before = kHalfBefore_s / std::log(2.0);
  double sum = kCustomersTrust * (.1 * std::log(rate) + .9 * std::log1p(-rate)) +
               kCallsTrust * (std::log(speed) - speed * mean_before);
  for (const double wait : calls.waits_s) sum += std::log(rate * speed) - speed * wait;
  for (const double time : calls.silent_s) {
    sum += std::log(1 - rate + rate * std::exp(-speed * time));
  }
  return sum;
}

Calls draw_calls(Random& random, int customers, double rate, double half_s) {
  Calls calls;
  for (int i = 0; i < customers; ++i) {
    // In whole steps of the estimate, so that both see the same.
    const double lasted = 15.0 * random.between(4, 900);
    const double wait = random.exponential(half_s / std::log(2.0));
    if (random.chance(rate) && wait < lasted) {
      calls.waits_s.push_back(std::round(wait * 1e6) / 1e6);
    } else {
      calls.silent_s.push_back(lasted);
    }
  }
  return calls;
}

CallEstimate::Learnt learn(const Calls& calls) {
  CallEstimate estimate;
  for (const double wait : calls.waits_s) estimate.add_call(from_seconds(wait));
  for (const double time : calls.silent_s) estimate.add_silence(from_seconds(time));
  return estimate.learn(.1, kCustomersTrust, from_seconds(kHalfBefore_s), kCallsTrust);
}

TEST(CallEstimate, IsTheMostProbableOfAllByEnumeration) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Random random{seed};
    const Calls calls = draw_calls(random, random.between(0, 200), random.uniform(.05, .8),
                                   random.uniform(300, 5000));
    const auto learnt = learn(calls);
    const double best = log_posterior(calls, learnt.rate.value, learnt.half_time_s.value);
    for (double rate = .01; rate < 1; rate += .01) {
      for (double half = 100; half < 20000; half *= 1.05) {
        ASSERT_LE(log_posterior(calls, rate, half), best + 1e-5)
            << "seed " << seed << " at " << rate << ", " << half;
      }
    }
  }
}

TEST(CallEstimate, CountsThoseWhoWouldHaveCalledLater) {
  Random random{7};
  // Outages of about as long as people wait: half of those who would call are never heard.
  Calls calls;
  for (int i = 0; i < 20000; ++i) {
    const double wait = random.exponential(1800 / std::log(2.0));
    if (random.chance(.4) && wait < 1800) {
      calls.waits_s.push_back(wait);
    } else {
      calls.silent_s.push_back(1800);
    }
  }
  for (int i = 0; i < 3000; ++i) {
    const double wait = random.exponential(1800 / std::log(2.0));
    if (random.chance(.4) && wait < 4 * 3600) {
      calls.waits_s.push_back(wait);
    } else {
      calls.silent_s.push_back(4 * 3600);
    }
  }
  const auto learnt = learn(calls);
  EXPECT_NEAR(learnt.rate.value, .4, .03);
  EXPECT_NEAR(learnt.half_time_s.value, 1800, 200);
  EXPECT_LE(learnt.half_time_s.low, 1800);
  EXPECT_GE(learnt.half_time_s.high, 1800);
}

TEST(CallEstimate, KeepsWhatWasBelievedWhereNothingWasSeen) {
  const auto learnt = learn(Calls{});
  EXPECT_DOUBLE_EQ(learnt.rate.value, .1);
  EXPECT_NEAR(learnt.half_time_s.value, kHalfBefore_s, 1e-9);
}

TEST(CallEstimate, TakesNoHarmFromTimesThatCannotBe) {
  CallEstimate estimate;
  estimate.add_call(minutes{-5});
  estimate.add_silence(minutes{-5});
  estimate.add_silence(Duration::zero());
  const auto learnt = estimate.learn(.1, 0, Duration::zero(), 0);
  EXPECT_TRUE(std::isfinite(learnt.rate.value));
  EXPECT_GT(learnt.half_time_s.value, 0);
}

}  // namespace
}  // namespace gridmend::reliability_estimates_test
