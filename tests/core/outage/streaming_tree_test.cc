#include "core/outage/streaming_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/base/random.h"

namespace gridmend::streaming_tree_test {
namespace {

struct Columns {
  std::vector<std::uint32_t> parent;
  std::vector<double> prior, log_likelihood;
  ZoneTree view() const { return {parent, prior, log_likelihood}; }
};

double random_prior(Random& random) {
  if (random.chance(.05)) return 0;
  if (random.chance(.05)) return 1;
  if (random.chance(.1)) return random.chance(.5) ? 1e-6 : 1 - 1e-6;
  return random.uniform(.0005, .5);
}

double random_log_likelihood(Random& random) {
  if (random.chance(.05)) return random.chance(.5) ? 700 : -700;
  return 5 * random.normal();
}

// `reach` 1 is a chain, large ones bushes; roots now and then.
Columns random_columns(Random& random, std::size_t zones, std::size_t reach, double roots) {
  Columns columns;
  for (std::size_t v = 0; v < zones; ++v) {
    const bool root = v == 0 || random.chance(roots);
    const std::size_t back = 1 + random.below(std::min(std::max<std::size_t>(v, 1), reach));
    columns.parent.push_back(root ? kNoParent : static_cast<std::uint32_t>(v - back));
    columns.prior.push_back(random_prior(random));
    columns.log_likelihood.push_back(random_log_likelihood(random));
  }
  return columns;
}

void change_something(Random& random, Columns& columns, StreamingTree& tree) {
  const auto v = static_cast<std::uint32_t>(random.below(columns.parent.size()));
  if (random.chance(.2)) {
    columns.prior[v] = random_prior(random);
    tree.set_prior(v, columns.prior[v]);
  } else {
    columns.log_likelihood[v] = random_log_likelihood(random);
    tree.set_log_likelihood(v, columns.log_likelihood[v]);
  }
}

// Large sums carry their own rounding.
double slack(double value) { return 1e-9 * std::max(1.0, std::abs(value)); }

void expect_equal_to_full_pass(const StreamingTree& tree, std::uint32_t v,
                               const Marginals& marginals, const Explanation& best) {
  EXPECT_NEAR(tree.message(v), marginals.message[v], slack(marginals.message[v])) << "zone " << v;
  EXPECT_NEAR(tree.p_live(v), marginals.p_live[v], 1e-9) << "zone " << v;
  EXPECT_NEAR(tree.p_active(v), marginals.p_active[v], 1e-9) << "zone " << v;
  EXPECT_NEAR(tree.p_open(v), marginals.p_open[v], 1e-9) << "zone " << v;
  EXPECT_NEAR(tree.best_message(v), best.message[v], slack(best.message[v])) << "zone " << v;
  EXPECT_TRUE(best.active[v] == 0 || tree.cut_if_fed(v)) << "zone " << v;
}

TEST(StreamingTree, AgreesWithFullPassesAfterEveryChange) {
  constexpr std::uint64_t kSeed = 9;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    const std::size_t reach = random.chance(.3) ? 1 + random.below(3) : 1000;
    Columns columns = random_columns(random, 1 + random.below(120), reach, .05);
    StreamingTree tree{columns.view()};
    Marginals marginals;
    Explanation best;
    for (int change = 0; change < 30; ++change) {
      infer_marginals(columns.view(), marginals);
      infer_explanation(columns.view(), best);
      EXPECT_NEAR(tree.log_evidence(), marginals.log_evidence, slack(marginals.log_evidence));
      for (std::uint32_t v = 0; v < tree.size(); ++v) {
        expect_equal_to_full_pass(tree, v, marginals, best);
      }
      if (HasFailure()) return;
      change_something(random, columns, tree);
    }
  }
}

TEST(StreamingTree, DoesNotDriftOverManyChangesOfABigForest) {
  Random random{11};
  for (const std::size_t reach : {std::size_t{1}, std::size_t{20}, std::size_t{100'000}}) {
    Columns columns = random_columns(random, 20'000, reach, .0005);
    StreamingTree tree{columns.view()};
    for (int change = 0; change < 20'000; ++change) change_something(random, columns, tree);
    Marginals marginals;
    Explanation best;
    infer_marginals(columns.view(), marginals);
    infer_explanation(columns.view(), best);
    for (int i = 0; i < 500; ++i) {
      const auto v = static_cast<std::uint32_t>(random.below(columns.parent.size()));
      expect_equal_to_full_pass(tree, v, marginals, best);
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace gridmend::streaming_tree_test
