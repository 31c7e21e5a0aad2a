#include "core/outage/link_mixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/sum_product.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::link_mixture_test {
namespace {

using drawing::device;
using drawing::usage_point;

constexpr const char* kNetwork = R"(
S==B1==a==F1==b==T1(1)
b==T2(1)
a==F2==c==T3(1)
c==R1==d==T4(1)
S2==B2==e==T5(1)
e==L1/==f==T6(1)
)";

InferenceForest contract(const NetworkModel& network) {
  return InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
}

SuspectedLink link(const NetworkModel& network, std::string_view transformer, double probability) {
  const Id<UsagePoint> id = usage_point(network, "T1.1");
  return {id, network.usage_points()[id].transformer, device(network, transformer),
          static_cast<float>(probability)};
}

TEST(LinkMixture, WithoutSuspicionAllGoesToTheUsagePointsOwnZone) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const Id<UsagePoint> id = usage_point(network, "T1.1");
  const auto shares = spread_over_links(forest, id, {}, -1, -3);
  ASSERT_EQ(shares.size(), 1u);
  EXPECT_EQ(shares[0].zone, forest.zone_of(id));
  EXPECT_NEAR(shares[0].log_ratio, 2, 1e-12);
  EXPECT_TRUE(spread_over_links(forest, usage_point(network, "T6.1"), {}, -1, -3).empty());
}

TEST(LinkMixture, ASuspectedLinkMovesEvidenceToWhatBothHangOn) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const std::vector<SuspectedLink> links{link(network, "T2", .5)};
  const auto shares = spread_over_links(forest, usage_point(network, "T1.1"), links, 0, -6);
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_EQ(shares[0].zone, forest.zone_of(device(network, "T1")));
  EXPECT_EQ(shares[1].zone, forest.zone_of(device(network, "F1")));
  // Half a suspicion leaves the own zone a coin's odds, whatever the evidence.
  EXPECT_NEAR(shares[0].log_ratio, std::log(2), .01);
  EXPECT_NEAR(shares[0].log_ratio + shares[1].log_ratio, 6, 1e-12);
}

// Every state of the devices, the mixture taken as it is defined.
TEST(LinkMixture, InferenceWithSharesIsWhatEnumerationOfTheMixtureFinds) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const std::size_t n = forest.zones().size();
  ASSERT_LE(n, 12u);
  const Id<UsagePoint> id = usage_point(network, "T1.1");
  const auto zone = [&](std::string_view name) {
    return forest.zone_of(device(network, name)).index;
  };
  // What each link lives with: the nearest zone above both; -1 always, -2 never.
  const std::vector<std::pair<const char*, int>> kLives = {{"T2", static_cast<int>(zone("F1"))},
                                                           {"T3", static_cast<int>(zone("B1"))},
                                                           {"T4", static_cast<int>(zone("B1"))},
                                                           {"T5", -1},
                                                           {"T6", -2}};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<std::uint32_t> parent(n);
    std::vector<double> prior(n), lambda(n);
    for (std::size_t z = 0; z < n; ++z) {
      const Id<InferenceZone> up = forest.zones()[z].parent;
      parent[z] = up.valid() ? up.index : kNoParent;
      prior[z] = random.uniform(.01, .5);
      lambda[z] = random.uniform(-2, 2);
    }
    std::vector<SuspectedLink> links;
    std::vector<double> weights;
    double left = 1;
    for (const auto& [name, lives] : kLives) {
      const double weight = random.chance(.3) ? 0 : random.uniform(0, .2);
      links.push_back(link(network, name, weight));
      weights.push_back(static_cast<double>(links.back().probability));
      left -= weights.back();
    }
    const double p_live = random.uniform(.001, 1), p_dead = random.uniform(.001, 1);
    std::vector<double> live_sum(n, 0);
    double sum = 0;
    for (std::size_t open = 0; open < (std::size_t{1} << n); ++open) {
      std::vector<bool> live(n);
      double product = 1;
      for (std::size_t z = 0; z < n; ++z) {
        const bool is_open = (open >> z & 1) != 0;
        live[z] = !is_open && (parent[z] == kNoParent || live[parent[z]]);
        product *= is_open ? prior[z] : 1 - prior[z];
        if (live[z]) product *= std::exp(lambda[z]);
      }
      double mixture = left * (live[forest.zone_of(id).index] ? p_live : p_dead);
      for (std::size_t i = 0; i < kLives.size(); ++i) {
        const int lives = kLives[i].second;
        const bool has_light = lives == -1 || (lives >= 0 && live[static_cast<std::size_t>(lives)]);
        mixture += weights[i] * (has_light ? p_live : p_dead);
      }
      sum += product * mixture;
      for (std::size_t z = 0; z < n; ++z) live_sum[z] += live[z] ? product * mixture : 0;
    }
    for (const ZoneShare& share :
         spread_over_links(forest, id, links, std::log(p_live), std::log(p_dead))) {
      lambda[share.zone.index] += share.log_ratio;
    }
    Marginals marginals;
    infer_marginals({parent, prior, lambda}, marginals);
    for (std::size_t z = 0; z < n; ++z) {
      ASSERT_NEAR(marginals.p_live[z], live_sum[z] / sum, 1e-9) << "zone " << z;
    }
  }
}

}  // namespace
}  // namespace gridmend::link_mixture_test
