#include "core/outage/phase_group.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace gridmend::phase_group_test {
namespace {

struct Leaf {
  LeafEvidence evidence;
  PhaseWish wish;
};

Leaf random_leaf(Random& random) {
  const auto log_rate = [&random] { return std::log(random.uniform(1e-3, 1)); };
  Leaf leaf{{log_rate(), log_rate(), log_rate(), log_rate(), random.chance(.6)}, {}};
  leaf.evidence.other_partly = log_rate();
  leaf.wish.kind = static_cast<PhaseWish::Kind>(random.below(3));
  leaf.wish.phases = static_cast<std::uint8_t>(1 + random.below(7));
  return leaf;
}

// P(evidence of a leaf and that it ends so | live on t), the drop before it open or not.
std::array<double, 3> ends(const Leaf& leaf, std::uint8_t t, bool down, bool drop_open, double q) {
  if (down && !leaf.evidence.link_silent) return {0, 0, 0};
  const PhaseLiveness gets = drop_open ? PhaseLiveness{0, 0, 1} : liveness(leaf.wish, t);
  const LeafEvidence& e = leaf.evidence;
  const double link_live = down ? 1 : std::exp(e.link_live);
  const double link_dead = down ? 1 : std::exp(e.link_dead);
  return {gets.live * (1 - q) * link_live * std::exp(e.other_live),
          gets.partly * (1 - q) * link_live * std::exp(e.other_partly),
          (gets.dead + (gets.live + gets.partly) * q) * link_dead * std::exp(e.other_dead)};
}

// The first leaves share a drop: its states are enumerated with the concentrator's.
TEST(PhaseGroup, ASharedDropIsWhatItsEnumerationFinds) {
  constexpr std::uint64_t kSeed = 2341;
  Random random{kSeed};
  for (int round = 0; round < 1000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const GroupSettings settings{random.uniform(0, .3), random.uniform(0, .5),
                                 random.uniform(0, .9)};
    std::vector<Leaf> leaves;
    for (std::uint64_t n = 2 + random.below(3); n > 0; --n) leaves.push_back(random_leaf(random));
    const std::size_t on_drop = 2 + random.below(leaves.size() - 1);
    PhaseGroup group{settings};
    PhaseDrop drop;
    drop.open = random.uniform(0, .5);
    for (std::size_t u = 0; u < on_drop; ++u) {
      group.add_to(drop, leaves[u].evidence, leaves[u].wish);
    }
    group.add(drop);
    for (std::size_t u = on_drop; u < leaves.size(); ++u) {
      group.add(leaves[u].evidence, leaves[u].wish);
    }
    const ByPhases says = group.log_likelihood();
    for (std::uint8_t t = 0; t < 8; ++t) {
      double total = 0;
      std::vector<double> dead(leaves.size(), 0), partly(leaves.size(), 0);
      for (int state = 0; state < 4; ++state) {
        const bool down = (state & 1) != 0, open = (state & 2) != 0;
        const double kappa = t == 0 ? settings.down_if_dead : settings.down_if_live;
        double product = (down ? kappa : 1 - kappa) * (open ? drop.open : 1 - drop.open);
        std::vector<std::array<double, 3>> of_leaf;
        for (std::size_t u = 0; u < leaves.size(); ++u) {
          of_leaf.push_back(ends(leaves[u], t, down, open && u < on_drop, settings.premises));
          product *= of_leaf[u][0] + of_leaf[u][1] + of_leaf[u][2];
        }
        total += product;
        for (std::size_t u = 0; u < leaves.size() && product > 0; ++u) {
          const double whole = of_leaf[u][0] + of_leaf[u][1] + of_leaf[u][2];
          partly[u] += product * of_leaf[u][1] / whole;
          dead[u] += product * of_leaf[u][2] / whole;
        }
      }
      EXPECT_NEAR(says[t], std::log(total), 1e-9);
      ByPhases certain{};
      certain[t] = 1;
      for (std::size_t u = 0; u < leaves.size(); ++u) {
        const auto out = group.p_out(leaves[u].evidence, leaves[u].wish, certain,
                                     u < on_drop ? drop : PhaseDrop{});
        EXPECT_NEAR(out.dead, dead[u] / total, 1e-9) << "phases " << int{t} << ", leaf " << u;
        EXPECT_NEAR(out.partly, partly[u] / total, 1e-9) << "phases " << int{t} << ", leaf " << u;
      }
    }
    if (HasFailure()) return;
  }
}

TEST(PhaseLeaves, GiveAGroupWhatItWorksOutByItselfToTheLastBit) {
  constexpr std::uint64_t kSeed = 815;
  Random random{kSeed};
  const GroupSettings settings{.01, .02, .3};
  std::vector<Leaf> leaves;
  for (int i = 0; i < 3000; ++i) leaves.push_back(random_leaf(random));
  PhaseLeaves known{settings};
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    PhaseGroup by_itself{settings, .1}, by_known{settings, .1, &known};
    for (std::uint64_t n = random.below(4); n > 0; --n) {
      const Leaf& leaf = leaves[random.below(random.chance(.7) ? 5 : leaves.size())];
      by_itself.add(leaf.evidence, leaf.wish);
      by_known.add(leaf.evidence, leaf.wish);
    }
    PhaseDrop drop, same_drop;
    drop.open = same_drop.open = random.chance(.5) ? .01 : random.uniform(0, 1);
    Leaf last;
    for (std::uint64_t n = 1 + random.below(2); n > 0; --n) {
      last = leaves[random.below(random.chance(.7) ? 3 : leaves.size())];
      by_itself.add_to(drop, last.evidence, last.wish);
      by_known.add_to(same_drop, last.evidence, last.wish);
    }
    by_itself.add(drop);
    by_known.add(same_drop);
    ASSERT_EQ(by_itself.log_likelihood(), by_known.log_likelihood());
    const ByPhases p_live{.1, .1, .1, .1, .1, .1, .1, .3};
    const PhaseGroup::Out a = by_itself.p_out(last.evidence, last.wish, p_live, drop);
    const PhaseGroup::Out b = by_known.p_out(last.evidence, last.wish, p_live, same_drop);
    ASSERT_EQ(a.dead, b.dead);
    ASSERT_EQ(a.partly, b.partly);
  }
}

}  // namespace
}  // namespace gridmend::phase_group_test
