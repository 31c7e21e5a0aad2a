#include "core/outage/sum_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/base/random.h"

namespace gridmend::sum_product_test {
namespace {

constexpr double kNegativeInfinity = -std::numeric_limits<double>::infinity();

struct RandomTree {
  std::vector<std::uint32_t> parent;
  std::vector<double> prior;
  std::vector<double> log_likelihood;
  ZoneTree view() const { return {parent, prior, log_likelihood}; }
};

double random_prior(Random& random) {
  switch (random.below(8)) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return 1e-6;
    case 3:
      return 1 - 1e-6;
    case 4:
      return random.uniform();
    default:
      return random.uniform(.001, .4);
  }
}

double random_log_likelihood(Random& random, bool extreme) {
  if (!extreme) return 4 * random.normal();
  return random.chance(.5) ? (random.chance(.5) ? 700 : -700) : 40 * random.normal();
}

// A forest of up to 12 zones: chains, stars and everything between; several roots.
RandomTree random_tree(Random& random, bool extreme) {
  RandomTree tree;
  const int n = random.between(1, 12);
  const bool deep = random.chance(.4);
  const bool forest = random.chance(.3);
  for (int v = 0; v < n; ++v) {
    if (v == 0 || (forest && random.chance(.2))) {
      tree.parent.push_back(kNoParent);
    } else {
      const int low = deep ? std::max(0, v - 3) : 0;
      tree.parent.push_back(static_cast<std::uint32_t>(random.between(low, v - 1)));
    }
    tree.prior.push_back(random_prior(random));
    tree.log_likelihood.push_back(random_log_likelihood(random, extreme));
  }
  return tree;
}

// Everything by enumeration of all 2^n positions, in logarithms, none of it shared with the
// library.
struct Enumeration {
  double log_total = kNegativeInfinity;
  double log_best = kNegativeInfinity;
  std::vector<double> live, active, open;
};

double add_logs(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == kNegativeInfinity ? a : a + std::log1p(std::exp(b - a));
}

Enumeration enumerate(const RandomTree& tree) {
  const std::size_t n = tree.parent.size();
  Enumeration all;
  all.live = all.active = all.open = std::vector<double>(n, kNegativeInfinity);
  for (unsigned bits = 0; bits < (1u << n); ++bits) {
    std::vector<bool> fed(n), live(n);
    double weight = 0;
    for (std::size_t v = 0; v < n; ++v) {
      const bool open = (bits >> v & 1) != 0;
      fed[v] = tree.parent[v] == kNoParent || live[tree.parent[v]];
      live[v] = fed[v] && !open;
      weight += std::log(open ? tree.prior[v] : 1 - tree.prior[v]);
      if (live[v]) weight += tree.log_likelihood[v];
    }
    if (weight == kNegativeInfinity) continue;
    all.log_total = add_logs(all.log_total, weight);
    all.log_best = std::max(all.log_best, weight);
    for (std::size_t v = 0; v < n; ++v) {
      const bool open = (bits >> v & 1) != 0;
      if (live[v]) all.live[v] = add_logs(all.live[v], weight);
      if (open) all.open[v] = add_logs(all.open[v], weight);
      if (open && fed[v]) all.active[v] = add_logs(all.active[v], weight);
    }
  }
  return all;
}

double probability(double log_part, const Enumeration& all) {
  return std::exp(log_part - all.log_total);
}

void expect_equal_to_enumeration(const RandomTree& tree) {
  const Enumeration all = enumerate(tree);
  Marginals marginals;
  infer_marginals(tree.view(), marginals);
  // Sums of extreme terms carry their own rounding.
  EXPECT_NEAR(marginals.log_evidence, all.log_total, 1e-9 * std::max(1.0, std::abs(all.log_total)));
  for (std::size_t v = 0; v < tree.parent.size(); ++v) {
    EXPECT_NEAR(marginals.p_live[v], probability(all.live[v], all), 1e-9) << "zone " << v;
    EXPECT_NEAR(marginals.p_active[v], probability(all.active[v], all), 1e-9) << "zone " << v;
    EXPECT_NEAR(marginals.p_open[v], probability(all.open[v], all), 1e-9) << "zone " << v;
  }
  Explanation explanation;
  infer_explanation(tree.view(), explanation);
  EXPECT_NEAR(log_joint(tree.view(), explanation.open), all.log_best,
              1e-9 * std::max(1.0, std::abs(all.log_best)));
}

TEST(SumProduct, AgreesWithEnumerationOnThousandsOfForests) {
  constexpr std::uint64_t kSeed = 20260720;
  Random random{kSeed};
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    expect_equal_to_enumeration(random_tree(random, round % 3 == 2));
    if (HasFailure()) return;
  }
}

TEST(SumProduct, ActiveCutsAreTheFirstOpenOnesOnEveryPath) {
  Random random{7};
  for (int round = 0; round < 500; ++round) {
    const RandomTree tree = random_tree(random, false);
    Explanation explanation;
    infer_explanation(tree.view(), explanation);
    std::vector<bool> live(tree.parent.size());
    for (std::size_t v = 0; v < live.size(); ++v) {
      const bool fed = tree.parent[v] == kNoParent || live[tree.parent[v]];
      live[v] = fed && explanation.open[v] == 0;
      EXPECT_EQ(explanation.active[v] != 0, fed && explanation.open[v] != 0) << "round " << round;
    }
  }
}

TEST(SumProduct, CertainPriorsStayCertain) {
  const RandomTree tree{{kNoParent, 0, 1}, {0, 1, .5}, {-700, 700, 3}};
  Marginals marginals;
  infer_marginals(tree.view(), marginals);
  EXPECT_EQ(marginals.p_open[0], 0);
  EXPECT_EQ(marginals.p_live[0], 1);
  EXPECT_EQ(marginals.p_open[1], 1);
  EXPECT_EQ(marginals.p_live[1], 0);
  EXPECT_EQ(marginals.p_open[2], .5);
}

TEST(SumProduct, AMessageKeepsItsDigitsAtEverySize) {
  const auto exact = [](double q, double s) {
    return static_cast<double>(std::log((1.0L - q) * std::exp(static_cast<long double>(s)) + q));
  };
  for (const double q : {1e-12, 1e-6, .01, .3, .5, .9, 1 - 1e-9}) {
    for (const double s :
         {-700., -40., -3., -1., -.999, -1e-3, -1e-9, 0., 1e-9, .5, 1., 3., 700.}) {
      const double expected = exact(q, s);
      EXPECT_NEAR(upward_message(q, s), expected, 1e-12 * std::max(1e-3, std::abs(expected)))
          << "q " << q << ", s " << s;
    }
  }
  EXPECT_EQ(upward_message(0, -5000), -5000);
  EXPECT_EQ(upward_message(1, -5000), 0);
}

TEST(SumProduct, WithoutEvidenceThePosteriorIsThePrior) {
  const RandomTree tree{{kNoParent, 0, 0, 2}, {.1, .2, .3, .4}, {0, 0, 0, 0}};
  Marginals marginals;
  infer_marginals(tree.view(), marginals);
  for (std::size_t v = 0; v < 4; ++v) {
    EXPECT_NEAR(marginals.p_open[v], tree.prior[v], 1e-15);
    EXPECT_NEAR(marginals.message[v], 0, 1e-15);
  }
  EXPECT_NEAR(marginals.p_live[3], .9 * .7 * .6, 1e-15);
}

}  // namespace
}  // namespace gridmend::sum_product_test
