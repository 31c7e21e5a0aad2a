#include "core/outage/group_likelihood.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace gridmend::group_likelihood_test {
namespace {

// Sums over the zone's state given, the concentrator's, the drop's and every leaf's, one term at a
// time. The first `on_drop` leaves share a drop that is open with `drop_open`.
struct Enumerated {
  double likelihood[2] = {0, 0};
  std::vector<double> dead_if_zone_live;  // joint with the evidence
  double drop_open_if_zone_live = 0;      // the same
};

Enumerated enumerate(const std::vector<LeafEvidence>& leaves, const GroupSettings& settings,
                     std::size_t on_drop = 0, double drop_open = 0) {
  const std::size_t n = leaves.size();
  Enumerated sums;
  sums.dead_if_zone_live.assign(n, 0);
  for (const bool zone_live : {false, true}) {
    const double kappa = zone_live ? settings.down_if_live : settings.down_if_dead;
    for (const bool down : {false, true}) {
      for (unsigned state = 0; state < (2u << n); ++state) {
        const unsigned dead = state >> 1;
        const bool open = (state & 1) != 0;
        double term = (down ? kappa : 1 - kappa) * (open ? drop_open : 1 - drop_open);
        for (std::size_t u = 0; u < n; ++u) {
          const bool broken = (dead >> u & 1) != 0;
          const bool live = zone_live && !broken && !(open && u < on_drop);
          const LeafEvidence& leaf = leaves[u];
          term *= broken ? settings.premises : 1 - settings.premises;
          term *= std::exp(live ? leaf.other_live : leaf.other_dead);
          const double link_dead = leaf.link_dead + (zone_live && broken ? leaf.aged : 0);
          term *=
              down ? (leaf.link_silent ? 1.0 : 0.0) : std::exp(live ? leaf.link_live : link_dead);
        }
        sums.likelihood[zone_live] += term;
        if (zone_live && open) sums.drop_open_if_zone_live += term;
        for (std::size_t u = 0; u < n && zone_live; ++u) {
          const bool is_dead = (dead >> u & 1) != 0 || (open && u < on_drop);
          if (is_dead) sums.dead_if_zone_live[u] += term;
        }
      }
    }
  }
  return sums;
}

LeafEvidence random_leaf(Random& random) {
  const auto log_rate = [&random] { return std::log(random.uniform(1e-3, 1)); };
  return {log_rate(), log_rate(), log_rate(), log_rate(), random.chance(.7)};
}

TEST(GroupLikelihood, AgreesWithEnumerationOfConcentratorAndPremises) {
  constexpr std::uint64_t kSeed = 95598;
  Random random{kSeed};
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const GroupSettings settings{random.chance(.2) ? 0 : random.uniform(0, .3),
                                 random.chance(.2) ? 0 : random.uniform(0, .5),
                                 random.chance(.2) ? 0 : random.uniform(0, .9)};
    std::vector<LeafEvidence> leaves(random.below(6));
    for (LeafEvidence& leaf : leaves) leaf = random_leaf(random);
    GroupAccumulator accumulator{settings};
    for (const LeafEvidence& leaf : leaves) accumulator.add(leaf);
    const GroupLikelihood group = accumulator.finish();
    const Enumerated sums = enumerate(leaves, settings);
    EXPECT_NEAR(group.log_if_live, std::log(sums.likelihood[1]), 1e-9);
    EXPECT_NEAR(group.log_if_dead, std::log(sums.likelihood[0]), 1e-9);
    for (std::size_t u = 0; u < leaves.size(); ++u) {
      EXPECT_NEAR(p_premises(leaves[u], group, settings),
                  sums.dead_if_zone_live[u] / sums.likelihood[1], 1e-9);
    }
    if (HasFailure()) return;
  }
}

TEST(GroupLikelihood, ASharedDropIsWhatItsEnumerationFinds) {
  constexpr std::uint64_t kSeed = 7103;
  Random random{kSeed};
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const GroupSettings settings{random.chance(.2) ? 0 : random.uniform(0, .3),
                                 random.chance(.2) ? 0 : random.uniform(0, .5),
                                 random.chance(.2) ? 0 : random.uniform(0, .9)};
    std::vector<LeafEvidence> leaves(2 + random.below(4));
    for (LeafEvidence& leaf : leaves) leaf = random_leaf(random);
    const std::size_t on_drop = 2 + random.below(leaves.size() - 1);
    const double open = random.uniform(0, .4);
    GroupAccumulator on{settings}, all{settings};
    for (std::size_t u = 0; u < on_drop; ++u) on.add(leaves[u]);
    const DropLeaves drop{on.product(), open};
    all.add(drop);
    for (std::size_t u = on_drop; u < leaves.size(); ++u) all.add(leaves[u]);
    const GroupLikelihood group = all.finish();
    const Enumerated sums = enumerate(leaves, settings, on_drop, open);
    EXPECT_NEAR(group.log_if_live, std::log(sums.likelihood[1]), 1e-9);
    EXPECT_NEAR(group.log_if_dead, std::log(sums.likelihood[0]), 1e-9);
    EXPECT_NEAR(p_drop_open(drop, group), sums.drop_open_if_zone_live / sums.likelihood[1], 1e-9);
    for (std::size_t u = 0; u < leaves.size(); ++u) {
      const double p = p_premises(leaves[u], group, settings, u < on_drop ? drop : DropLeaves{});
      EXPECT_NEAR(p, sums.dead_if_zone_live[u] / sums.likelihood[1], 1e-9);
    }
    if (HasFailure()) return;
  }
}

TEST(GroupLikelihood, AGroupThatDiedSinceItLastLivedIsAMixture) {
  constexpr std::uint64_t kSeed = 754;
  Random random{kSeed};
  for (int round = 0; round < 1000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const GroupSettings settings{random.uniform(0, .3), random.uniform(0, .5),
                                 random.uniform(0, .9)};
    const double died_since = random.uniform(0, 1);
    std::vector<LeafEvidence> leaves(1 + random.below(4));
    GroupAccumulator accumulator{settings};
    const double q = settings.premises, was_up = 1 - settings.down_if_live;
    double up = was_up * (1 - settings.down_if_dead), down = was_up * settings.down_if_dead;
    for (LeafEvidence& leaf : leaves) {
      leaf = random_leaf(random);
      leaf.aged = random.uniform(0, 2);
      const double before = random.uniform(1e-3, 1), link = random.uniform(1e-3, 1);
      const double other = random.uniform(1e-3, 1);
      leaf.since_before = std::log(before);
      leaf.since_link = std::log(link);
      leaf.since_other = std::log(other);
      leaf.since_silent = random.chance(.7);
      accumulator.add(leaf);
      const double by_itself = std::exp(leaf.link_dead + leaf.aged + leaf.other_dead);
      up *= (1 - q) * before * link * other + q * by_itself;
      down *= leaf.since_silent ? (1 - q) * before * other + q * by_itself : 0;
    }
    const Enumerated sums = enumerate(leaves, settings);
    const GroupLikelihood group = accumulator.finish(died_since);
    EXPECT_NEAR(group.log_if_live, std::log(sums.likelihood[1]), 1e-9);
    EXPECT_NEAR(group.log_if_dead,
                std::log((1 - died_since) * sums.likelihood[0] + died_since * (up + down)), 1e-9);
    if (HasFailure()) return;
  }
}

TEST(GroupLikelihood, ManyAlikeCountAsOften) {
  const GroupSettings settings{.01, .02, .3};
  const LeafEvidence leaf{std::log(.998), std::log(.2), std::log(.9), std::log(.8), true};
  GroupAccumulator one_by_one{settings}, at_once{settings};
  for (int i = 0; i < 40; ++i) one_by_one.add(leaf);
  at_once.add(leaf, 40);
  EXPECT_NEAR(one_by_one.finish().log_ratio(), at_once.finish().log_ratio(), 1e-9);
}

TEST(GroupLikelihood, AWholeGroupsSilenceIsNoMoreThanItsConcentratorsDeath) {
  const GroupSettings settings{0, .01, .3};
  GroupAccumulator silent{settings};
  silent.add(LeafEvidence{std::log(.998), std::log(.2), 0, 0, true}, 500);
  // 500 independent meters would say e^800; the concentrator says no more than 1 in 0.3.
  EXPECT_LT(silent.finish().log_ratio(), std::log(1 / .3) + .01);
}

// More leaves than it keeps, asked in any order, some again and again.
TEST(LeafProducts, AreWhatALeafGivesByItselfToTheLastBit) {
  constexpr std::uint64_t kSeed = 4711;
  Random random{kSeed};
  const GroupSettings settings{.01, .02, .3};
  std::vector<LeafEvidence> leaves;
  for (int i = 0; i < 1500; ++i) {
    LeafEvidence leaf = random_leaf(random);
    leaf.since_before = random.normal();
    leaf.since_link = random.normal();
    leaf.since_other = random.chance(.5) ? 0 : random.normal();
    leaf.since_silent = random.chance(.5);
    leaves.push_back(leaf);
    // One that differs in a single place only.
    if (random.chance(.3)) leaves.back().other_live = -1;
    if (random.chance(.2)) leaves.push_back({leaf});
    if (random.chance(.2)) leaves.back().since_other += 1;
  }
  LeafProducts known{settings};
  for (int i = 0; i < 20'000; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", question " + std::to_string(i));
    const LeafEvidence& leaf = leaves[random.below(random.chance(.7) ? 5 : leaves.size())];
    const GroupProduct asked = known.of(leaf), alone = leaf_product(leaf, settings);
    ASSERT_EQ(asked.up_if_live, alone.up_if_live);
    ASSERT_EQ(asked.up_if_dead, alone.up_if_dead);
    ASSERT_EQ(asked.down_if_live, alone.down_if_live);
    ASSERT_EQ(asked.down_if_dead, alone.down_if_dead);
    ASSERT_EQ(asked.up_if_died_since, alone.up_if_died_since);
    ASSERT_EQ(asked.down_if_died_since, alone.down_if_died_since);
  }
}

}  // namespace
}  // namespace gridmend::group_likelihood_test
