#include "core/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <set>
#include <vector>

namespace gridmend::random_test {
namespace {

// Chi-square of counts that should be equal.
double chi_square(const std::vector<int>& counts, int draws) {
  const double expected = static_cast<double>(draws) / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST(Random, IsTheSequenceItsAuthorsPublish) {
  // splitmix64 from 0 gives the state e220a8397b1dcdaf 6e789e6aa1b965f4 06c45d188009454f
  // f88bb8a8724c81ec; the values are those of xoshiro256starstar.c with it.
  Random random{0};
  EXPECT_EQ(random(), 0x99ec5f36cb75f2b4ULL);
  EXPECT_EQ(random(), 0xbf6e1f784956452aULL);
  EXPECT_EQ(random(), 0x1a5f849d4933e6e0ULL);
}

TEST(Random, RepeatsForASeedAndDiffersBetweenSeedsAndForks) {
  Random a{7};
  Random b{7};
  for (int i = 0; i < 100; ++i) ASSERT_EQ(a(), b());
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    firsts.insert(Random{seed}());
    firsts.insert(Random{7}.fork(seed)());
  }
  EXPECT_EQ(firsts.size(), 2000U);
}

TEST(Random, DrawsEvenly) {
  constexpr int kDraws = 100000;
  Random random{11};
  std::vector<int> below(10);
  std::vector<int> tenths(10);
  std::vector<int> between(10);
  for (int i = 0; i < kDraws; ++i) {
    ++below[random.below(10)];
    ++tenths[static_cast<std::size_t>(random.uniform() * 10)];
    ++between[static_cast<std::size_t>(random.between(-4, 5) + 4)];
  }
  // 27.88 is passed once in a thousand with nine degrees of freedom.
  EXPECT_LT(chi_square(below, kDraws), 27.88);
  EXPECT_LT(chi_square(tenths, kDraws), 27.88);
  EXPECT_LT(chi_square(between, kDraws), 27.88);
}

TEST(Random, StaysInsideItsBounds) {
  Random random{3};
  for (int i = 0; i < 10000; ++i) {
    const double u = random.uniform();
    ASSERT_TRUE(u >= 0 && u < 1);
    ASSERT_EQ(random.below(1), 0U);
    ASSERT_EQ(random.between(5, 5), 5);
  }
  bool negative = false;
  bool positive = false;
  for (int i = 0; i < 64; ++i) {
    const int any =
        random.between(std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
    negative |= any < 0;
    positive |= any > 0;
  }
  EXPECT_TRUE(negative && positive);
  EXPECT_EQ(random.below(0), 0U);
  EXPECT_FALSE(random.chance(0));
  EXPECT_TRUE(random.chance(1));
}

TEST(Random, HasTheMomentsOfItsDistributions) {
  constexpr int kDraws = 200000;
  Random random{5};
  double sum = 0;
  double squares = 0;
  double waits = 0;
  int below_median = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    waits += random.exponential(3);
    below_median += random.lognormal(40, 0.8) < 40 ? 1 : 0;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1, 0.02);
  EXPECT_NEAR(waits / kDraws, 3, 0.04);
  EXPECT_NEAR(static_cast<double>(below_median) / kDraws, 0.5, 0.006);
}

}  // namespace
}  // namespace gridmend::random_test
