#include "core/outage/epoch_branch_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/sum_product.h"

namespace gridmend::epoch_branch_product_test {
namespace {

constexpr double kNegativeInfinity = -std::numeric_limits<double>::infinity();

double add_logs(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == kNegativeInfinity ? a : a + std::log1p(std::exp(b - a));
}

struct Case {
  std::uint32_t epochs = 0;
  std::vector<std::uint32_t> parent;
  std::vector<double> opening, log_likelihood, links_down, unreachable;
  std::vector<std::uint8_t> is_branch;
  BranchSilence::Settings settings;

  EpochTree tree() const { return {epochs, parent, opening, log_likelihood}; }
  EpochBranches branches() const { return {is_branch, links_down, unreachable, settings}; }
  double silent(std::size_t v, std::uint32_t k, int cause) const {
    return (cause == 1 ? links_down : unreachable)[v * epochs + k];
  }
};

Case random_case(Random& random) {
  Case made;
  made.epochs = static_cast<std::uint32_t>(random.between(1, 3));
  const std::size_t zones = static_cast<std::size_t>(random.between(1, 5));
  made.settings.links_down = random.chance(.2) ? 0 : random.uniform(0, .5);
  made.settings.unreachable = random.chance(.2) ? 0 : random.uniform(0, .4);
  const double spread = random.chance(.2) ? 200 : 3;
  for (std::size_t v = 0; v < zones; ++v) {
    const bool root = v == 0 || random.chance(.1);
    made.parent.push_back(root ? kNoParent : static_cast<std::uint32_t>(random.below(v)));
    made.is_branch.push_back(random.chance(.5) ? 1 : 0);
    std::vector<double> weights;
    double sum = 0;
    for (std::uint32_t k = 0; k <= made.epochs; ++k) {
      weights.push_back(random.chance(.1) ? 0 : random.uniform(0, k == made.epochs ? 3 : 1));
      sum += weights.back();
    }
    if (sum == 0) weights.back() = sum = 1;
    for (const double weight : weights) made.opening.push_back(weight / sum);
    for (std::uint32_t k = 0; k <= made.epochs; ++k)
      made.log_likelihood.push_back(spread * random.normal());
    for (std::uint32_t k = 0; k < made.epochs; ++k) {
      made.links_down.push_back(random.chance(.2) ? kNegativeInfinity : spread * random.normal());
      made.unreachable.push_back(random.chance(.3) ? kNegativeInfinity : spread * random.normal());
    }
  }
  return made;
}

// Every opening in every epoch, and every cause of each branch that died.
class Enumeration {
 public:
  explicit Enumeration(const Case& made)
      : made_(made),
        zones_(made.parent.size()),
        row_(made.epochs + 1),
        died(zones_ * row_, kNegativeInfinity),
        active(died),
        open(died),
        opened_(zones_),
        tau_(zones_),
        cause_(zones_) {
    next(0, 0);
  }

 private:
  const Case& made_;
  std::size_t zones_, row_;

 public:
  double total = kNegativeInfinity;
  std::vector<double> died, active, open;

 private:
  void next(std::size_t v, double weight) {
    if (weight == kNegativeInfinity) return;
    if (v == zones_) return note(weight);
    const std::uint32_t lives = made_.epochs;
    const std::uint32_t p = made_.parent[v];
    const std::uint32_t feed = p == kNoParent ? lives : tau_[p];
    for (std::uint32_t k = 0; k <= lives; ++k) {
      opened_[v] = k;
      tau_[v] = std::min(feed, k);
      const double with = weight + std::log(made_.opening[v * row_ + k]);
      if (tau_[v] == lives) {
        cause_[v] = 0;
        next(v + 1, with + made_.log_likelihood[v * row_ + lives]);
        continue;
      }
      // Dead with what is ahead, and that has a cause: the same.
      const int ahead = p != kNoParent && tau_[v] == feed ? cause_[p] : 0;
      const double chance[] = {1 - made_.settings.links_down - made_.settings.unreachable,
                               made_.settings.links_down, made_.settings.unreachable};
      for (int cause = 0; cause < 3; ++cause) {
        double drawn = 0;
        if (ahead != 0 || made_.is_branch[v] == 0) {
          if (cause != ahead) continue;
        } else {
          drawn = std::log(chance[cause]);
        }
        cause_[v] = cause;
        next(v + 1, with + drawn +
                        (cause == 0 ? made_.log_likelihood[v * row_ + tau_[v]]
                                    : made_.silent(v, tau_[v], cause)));
      }
    }
  }

  void note(double weight) {
    total = add_logs(total, weight);
    for (std::size_t v = 0; v < zones_; ++v) {
      const std::uint32_t p = made_.parent[v];
      const std::uint32_t feed = p == kNoParent ? made_.epochs : tau_[p];
      const auto add = [&](std::vector<double>& sums, std::uint32_t k) {
        sums[v * row_ + k] = add_logs(sums[v * row_ + k], weight);
      };
      add(died, tau_[v]);
      add(open, opened_[v]);
      add(active, opened_[v] < feed ? opened_[v] : made_.epochs);
    }
  }

  std::vector<std::uint32_t> opened_, tau_;
  std::vector<int> cause_;
};

TEST(EpochBranchProduct, AgreesWithEnumerationOfOpeningsAndCauses) {
  constexpr std::uint64_t kSeed = 418;
  Random random{kSeed};
  for (int round = 0; round < 4000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const Case made = random_case(random);
    const Enumeration all{made};
    if (all.total == kNegativeInfinity) continue;
    double first = 0;
    for (std::size_t v = 0; v < made.parent.size(); ++v)
      first += made.log_likelihood[v * (made.epochs + 1)];
    EpochMarginals marginals;
    std::vector<double> added;
    infer_epoch_marginals(made.tree(), made.branches(), marginals, added);
    EXPECT_NEAR(marginals.log_evidence, all.total - first,
                1e-9 * std::max(1.0, std::abs(all.total)));
    for (std::size_t i = 0; i < all.died.size(); ++i) {
      EXPECT_NEAR(marginals.p_died[i], std::exp(all.died[i] - all.total), 1e-9) << "number " << i;
      EXPECT_NEAR(marginals.p_active[i], std::exp(all.active[i] - all.total), 1e-9)
          << "number " << i;
      EXPECT_NEAR(marginals.p_open[i], std::exp(all.open[i] - all.total), 1e-9) << "number " << i;
    }
    if (HasFailure()) return;
  }
}

TEST(EpochBranchProduct, WithoutBranchesItIsTheInferenceWithoutThem) {
  constexpr std::uint64_t kSeed = 419;
  Random random{kSeed};
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Case made = random_case(random);
    made.is_branch.assign(made.parent.size(), 0);
    EpochMarginals plain, with;
    std::vector<double> added;
    infer_epoch_marginals(made.tree(), plain);
    infer_epoch_marginals(made.tree(), made.branches(), with, added);
    for (std::size_t i = 0; i < plain.p_died.size(); ++i) {
      EXPECT_NEAR(with.p_died[i], plain.p_died[i], 1e-9) << "number " << i;
      EXPECT_NEAR(with.p_active[i], plain.p_active[i], 1e-9) << "number " << i;
      EXPECT_NEAR(with.p_open[i], plain.p_open[i], 1e-9) << "number " << i;
      EXPECT_EQ(added[i], 0);
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace gridmend::epoch_branch_product_test
