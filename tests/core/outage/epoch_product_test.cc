#include "core/outage/epoch_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/base/random.h"

namespace gridmend::epoch_product_test {
namespace {

constexpr double kNegativeInfinity = -std::numeric_limits<double>::infinity();

double add_logs(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == kNegativeInfinity ? a : a + std::log1p(std::exp(b - a));
}

double slack(double value) { return 1e-9 * std::max(1.0, std::abs(value)); }

std::vector<std::uint32_t> random_parents(Random& random, int zones) {
  std::vector<std::uint32_t> parent;
  for (int v = 0; v < zones; ++v) {
    const bool root = v == 0 || random.chance(.1);
    parent.push_back(root ? kNoParent : static_cast<std::uint32_t>(random.between(0, v - 1)));
  }
  return parent;
}

// K + 1 chances a zone; some of them 0, sometimes all but one.
std::vector<double> random_openings(Random& random, std::size_t zones, std::uint32_t epochs) {
  std::vector<double> opening;
  for (std::size_t v = 0; v < zones; ++v) {
    std::vector<double> weights;
    double sum = 0;
    for (std::uint32_t k = 0; k <= epochs; ++k) {
      double weight = random.uniform(0, k == epochs ? 5 : 1);
      if (random.chance(.1)) weight = random.chance(.5) ? 0 : 1e-6;
      weights.push_back(weight);
      sum += weight;
    }
    if (sum == 0) weights.back() = sum = 1;
    for (const double weight : weights) opening.push_back(weight / sum);
  }
  return opening;
}

std::vector<double> random_logs(Random& random, std::size_t count, bool extreme) {
  std::vector<double> logs;
  for (std::size_t i = 0; i < count; ++i) {
    logs.push_back(extreme && random.chance(.5) ? (random.chance(.5) ? 700 : -700)
                                                : 3 * random.normal());
  }
  return logs;
}

// Every device in every epoch, one combination after another.
template <class Visitor>
void visit_openings(std::size_t zones, std::uint32_t epochs, Visitor&& visitor) {
  std::vector<std::uint32_t> opened(zones, 0);
  for (;;) {
    visitor(opened);
    std::size_t v = 0;
    while (v < zones && opened[v] == epochs) opened[v++] = 0;
    if (v == zones) return;
    ++opened[v];
  }
}

struct Sums {
  explicit Sums(std::size_t numbers) : logs(numbers, kNegativeInfinity) {}
  void add(std::size_t i, double weight) { logs[i] = add_logs(logs[i], weight); }
  double p(std::size_t i, double log_total) const { return std::exp(logs[i] - log_total); }
  std::vector<double> logs;
};

struct EpochCase {
  std::uint32_t epochs = 0;
  std::vector<std::uint32_t> parent;
  std::vector<double> opening, log_likelihood;
  EpochTree view() const { return {epochs, parent, opening, log_likelihood}; }
};

EpochCase random_case(Random& random, bool extreme) {
  EpochCase made;
  made.epochs = static_cast<std::uint32_t>(random.between(1, 4));
  made.parent = random_parents(random, random.between(1, made.epochs > 2 ? 4 : 6));
  const std::size_t zones = made.parent.size();
  made.opening = random_openings(random, zones, made.epochs);
  made.log_likelihood = random_logs(random, zones * (made.epochs + 1), extreme);
  return made;
}

double log_joint(const EpochCase& made, const std::vector<std::uint32_t>& opened) {
  const std::size_t row = made.epochs + 1;
  std::vector<std::uint32_t> died(opened.size());
  double sum = 0;
  for (std::size_t v = 0; v < opened.size(); ++v) {
    const std::uint32_t feed = made.parent[v] == kNoParent ? made.epochs : died[made.parent[v]];
    died[v] = std::min(feed, opened[v]);
    sum += std::log(made.opening[v * row + opened[v]]) + made.log_likelihood[v * row + died[v]];
  }
  return sum;
}

TEST(EpochProduct, AgreesWithEnumerationOfEveryOrderOfOpenings) {
  constexpr std::uint64_t kSeed = 417;
  Random random{kSeed};
  for (int round = 0; round < 4000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const EpochCase made = random_case(random, round % 3 == 2);
    const std::size_t n = made.parent.size(), row = made.epochs + 1;
    Sums died{n * row}, active{n * row}, open{n * row};
    double total = kNegativeInfinity, highest = kNegativeInfinity, first = 0;
    for (std::size_t v = 0; v < n; ++v) first += made.log_likelihood[v * row];
    visit_openings(n, made.epochs, [&](const std::vector<std::uint32_t>& opened) {
      const double weight = log_joint(made, opened);
      if (weight == kNegativeInfinity) return;
      total = add_logs(total, weight);
      highest = std::max(highest, weight);
      std::vector<std::uint32_t> tau(n);
      for (std::size_t v = 0; v < n; ++v) {
        const std::uint32_t feed = made.parent[v] == kNoParent ? made.epochs : tau[made.parent[v]];
        tau[v] = std::min(feed, opened[v]);
        died.add(v * row + tau[v], weight);
        open.add(v * row + opened[v], weight);
        active.add(v * row + (opened[v] < feed ? opened[v] : made.epochs), weight);
      }
    });
    EpochMarginals marginals;
    infer_epoch_marginals(made.view(), marginals);
    EXPECT_NEAR(marginals.log_evidence, total - first, slack(total));
    for (std::size_t i = 0; i < n * row; ++i) {
      EXPECT_NEAR(marginals.p_died[i], died.p(i, total), 1e-9) << "number " << i;
      EXPECT_NEAR(marginals.p_active[i], active.p(i, total), 1e-9) << "number " << i;
      EXPECT_NEAR(marginals.p_open[i], open.p(i, total), 1e-9) << "number " << i;
    }
    EpochExplanation best;
    infer_epoch_explanation(made.view(), best);
    EXPECT_NEAR(log_joint(made, best.opened), highest, slack(highest));
    if (HasFailure()) return;
  }
}

TEST(EpochProduct, OneEpochIsTheInferenceWithoutTime) {
  constexpr std::uint64_t kSeed = 31;
  Random random{kSeed};
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    EpochCase made;
    made.epochs = 1;
    made.parent = random_parents(random, 150);
    std::vector<double> prior, log_likelihood;
    for (std::size_t v = 0; v < 150; ++v) {
      prior.push_back(random.uniform(.001, .4));
      log_likelihood.push_back(5 * random.normal());
      made.opening.insert(made.opening.end(), {prior[v], 1 - prior[v]});
      made.log_likelihood.insert(made.log_likelihood.end(), {0, log_likelihood[v]});
    }
    EpochMarginals epochs;
    infer_epoch_marginals(made.view(), epochs);
    Marginals marginals;
    infer_marginals({made.parent, prior, log_likelihood}, marginals);
    EXPECT_NEAR(epochs.log_evidence, marginals.log_evidence, slack(marginals.log_evidence));
    for (std::size_t v = 0; v < 150; ++v) {
      EXPECT_NEAR(epochs.p_died[2 * v + 1], marginals.p_live[v], 1e-9);
      EXPECT_NEAR(epochs.p_active[2 * v], marginals.p_active[v], 1e-9);
      EXPECT_NEAR(epochs.p_open[2 * v], marginals.p_open[v], 1e-9);
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace gridmend::epoch_product_test
