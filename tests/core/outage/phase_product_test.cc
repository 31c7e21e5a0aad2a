#include "core/outage/phase_product.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "core/base/random.h"

namespace gridmend::phase_product_test {
namespace {

constexpr double kNegativeInfinity = -std::numeric_limits<double>::infinity();

struct RandomTree {
  std::vector<std::uint32_t> parent;
  std::vector<PhaseZone> zones;
  std::vector<ByPhases> log_likelihood;
  PhaseTree view() const { return {parent, zones, log_likelihood}; }
};

double random_prior(Random& random) {
  switch (random.below(7)) {
    case 0:
      return random.chance(.5) ? 0 : 1;
    case 1:
      return random.chance(.5) ? 1e-6 : 1 - 1e-6;
    case 2:
      return random.uniform();
    default:
      return random.uniform(.001, .4);
  }
}

PhaseZone random_zone(Random& random) {
  const auto carries =
      static_cast<std::uint8_t>(random.chance(.5) ? 7 : 1 + static_cast<int>(random.below(7)));
  switch (random.below(4)) {
    case 0:
      return gang_operated_zone(random_prior(random), carries);
    case 1:
      return unknown_phase_zone(random_prior(random), carries);
    case 2:
      return single_phase_zone(random_prior(random), carries, random.uniform());
    default:
      break;
  }
  // Single-phase fuses that are not alike.
  PhaseZone zone;
  zone.carries = carries;
  const double q[3] = {random_prior(random), random_prior(random), random_prior(random)};
  for (unsigned open = 0; open < 8; ++open) {
    if ((open & ~unsigned{carries}) != 0) continue;
    zone.opening[open] = 1;
    for (unsigned phase = 0; phase < 3; ++phase) {
      if ((carries >> phase & 1) == 0) continue;
      zone.opening[open] *= (open >> phase & 1) != 0 ? q[phase] : 1 - q[phase];
    }
  }
  return zone;
}

RandomTree random_tree(Random& random, bool extreme) {
  RandomTree tree;
  const int n = random.chance(.05) ? 5 : random.between(1, 4);
  for (int v = 0; v < n; ++v) {
    const bool root = v == 0 || random.chance(.1);
    tree.parent.push_back(root ? kNoParent : static_cast<std::uint32_t>(random.between(0, v - 1)));
    tree.zones.push_back(random_zone(random));
    tree.log_likelihood.emplace_back();
    for (double& value : tree.log_likelihood.back()) {
      value = 3 * random.normal();
      if (extreme) value = random.chance(.5) ? 700 : random.chance(.5) ? -700 : 40 * value;
    }
  }
  return tree;
}

double add_logs(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == kNegativeInfinity ? a : a + std::log1p(std::exp(b - a));
}

// Every phase of every device open or closed, every unknown phase each of its phases, one at a
// time.
class Enumeration {
 public:
  explicit Enumeration(const RandomTree& tree) : tree_(tree), live_(tree.parent.size()) {
    ByPhases none;
    none.fill(kNegativeInfinity);
    live = active = open = std::vector<ByPhases>(tree.parent.size(), none);
    opened_.resize(tree.parent.size());
    cut_.resize(tree.parent.size());
    go(0, 0);
  }

  double log_total = kNegativeInfinity;
  double log_all_dead = 0;
  double log_best = kNegativeInfinity;
  std::vector<ByPhases> live, active, open;

 private:
  void go(std::size_t v, double weight) {
    if (weight == kNegativeInfinity) return;
    if (v == tree_.parent.size()) {
      finish(weight);
      return;
    }
    const PhaseZone& zone = tree_.zones[v];
    for (unsigned phases = 1; phases < 8; ++phases) {
      const bool single = std::popcount(phases) == 1 && (phases & zone.carries) == phases;
      if (zone.one_of ? !single : phases != zone.carries) continue;
      for (unsigned o = 0; o < 8; ++o) {
        if ((o & phases) != o) continue;
        double p = zone.opening[o];
        if (zone.one_of) {
          p = o == 0 ? zone.opening[0] : 1 - zone.opening[0];
          p /= std::popcount(unsigned{zone.carries});
        }
        place(v, phases, o);
        go(v + 1, weight + std::log(p) + tree_.log_likelihood[v][live_[v]]);
      }
    }
  }

  void place(std::size_t v, unsigned phases, unsigned o) {
    const unsigned feed = tree_.parent[v] == kNoParent ? 7 : live_[tree_.parent[v]];
    live_[v] = 0;
    cut_[v] = 0;
    opened_[v] = o;
    for (unsigned phase = 1; phase < 8; phase *= 2) {
      if ((feed & phase) == 0 || (phases & phase) == 0) continue;
      ((o & phase) != 0 ? cut_ : live_)[v] |= phase;
    }
  }

  void finish(double weight) {
    log_total = add_logs(log_total, weight);
    log_best = std::max(log_best, weight);
    for (std::size_t v = 0; v < live_.size(); ++v) {
      live[v][live_[v]] = add_logs(live[v][live_[v]], weight);
      active[v][cut_[v]] = add_logs(active[v][cut_[v]], weight);
      open[v][opened_[v]] = add_logs(open[v][opened_[v]], weight);
    }
  }

  const RandomTree& tree_;
  std::vector<unsigned> live_, opened_, cut_;
};

double slack(double value) { return 1e-9 * std::max(1.0, std::abs(value)); }

// Log of the joint probability of an explanation and the evidence, in plain words.
double log_joint(const RandomTree& tree, const PhaseExplanation& best) {
  double sum = 0;
  for (std::size_t v = 0; v < tree.parent.size(); ++v) {
    const PhaseZone& zone = tree.zones[v];
    const unsigned feed = tree.parent[v] == kNoParent ? 7u : best.live[tree.parent[v]];
    EXPECT_EQ(best.live[v], feed & best.carried[v] & ~unsigned{best.open[v]});
    EXPECT_EQ(best.active[v], feed & best.open[v]);
    double p = zone.opening[best.open[v]];
    if (zone.one_of) {
      p = best.open[v] == 0 ? zone.opening[0] : 1 - zone.opening[0];
      p /= std::popcount(unsigned{zone.carries});
    }
    sum += std::log(p) + tree.log_likelihood[v][best.live[v]];
  }
  return sum;
}

TEST(PhaseProduct, AgreesWithEnumerationOfEveryPhaseOnThousandsOfForests) {
  constexpr std::uint64_t kSeed = 20260721;
  Random random{kSeed};
  for (int round = 0; round < 5000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const RandomTree tree = random_tree(random, round % 3 == 2);
    const Enumeration all{tree};
    PhaseMarginals marginals;
    infer_phase_marginals(tree.view(), marginals);
    double all_dead = 0;
    for (const ByPhases& zone : tree.log_likelihood) all_dead += zone[0];
    EXPECT_NEAR(marginals.log_evidence, all.log_total - all_dead, slack(all.log_total));
    for (std::size_t v = 0; v < tree.parent.size(); ++v) {
      for (std::size_t t = 0; t < 8; ++t) {
        const auto p = [&](const std::vector<ByPhases>& column) {
          return std::exp(column[v][t] - all.log_total);
        };
        EXPECT_NEAR(marginals.p_live[v][t], p(all.live), 1e-9) << "zone " << v << ", set " << t;
        EXPECT_NEAR(marginals.p_active[v][t], p(all.active), 1e-9) << "zone " << v << ", set " << t;
        EXPECT_NEAR(marginals.p_open[v][t], p(all.open), 1e-9) << "zone " << v << ", set " << t;
      }
    }
    PhaseExplanation best;
    infer_phase_explanation(tree.view(), best);
    EXPECT_NEAR(log_joint(tree, best), all.log_best, slack(all.log_best));
    if (HasFailure()) return;
  }
}

TEST(PhaseProduct, WhereAllOpensTogetherItIsTheSinglePhaseInference) {
  constexpr std::uint64_t kSeed = 77;
  Random random{kSeed};
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    RandomTree tree;
    std::vector<double> prior, log_likelihood;
    for (int v = 0; v < 200; ++v) {
      const int back = random.between(1, 30);
      tree.parent.push_back(v < back ? kNoParent : static_cast<std::uint32_t>(v - back));
      prior.push_back(random_prior(random));
      log_likelihood.push_back(random.chance(.05) ? 300 * random.normal() : 4 * random.normal());
      tree.zones.push_back(gang_operated_zone(prior.back(), kAllPhases));
      // What a zone would say of a part of its phases never counts here.
      tree.log_likelihood.push_back({0, 500, -500, 9, 9, 9, 9, log_likelihood.back()});
    }
    PhaseMarginals phases;
    infer_phase_marginals(tree.view(), phases);
    PhaseExplanation best;
    infer_phase_explanation(tree.view(), best);
    const ZoneTree scalar{tree.parent, prior, log_likelihood};
    Marginals marginals;
    infer_marginals(scalar, marginals);
    EXPECT_NEAR(phases.log_evidence, marginals.log_evidence, slack(marginals.log_evidence));
    std::vector<std::uint8_t> open;
    for (std::size_t v = 0; v < 200; ++v) {
      EXPECT_NEAR(phases.p_live[v][7], marginals.p_live[v], 1e-9);
      EXPECT_NEAR(phases.p_active[v][7], marginals.p_active[v], 1e-9);
      EXPECT_NEAR(phases.p_open[v][7], marginals.p_open[v], 1e-9);
      open.push_back(best.open[v] != 0);
    }
    Explanation explanation;
    infer_explanation(scalar, explanation);
    const double found = gridmend::log_joint(scalar, explanation.open);
    EXPECT_NEAR(gridmend::log_joint(scalar, open), found, slack(found));
    if (HasFailure()) return;
  }
}

TEST(PhaseProduct, AFuseThatOpensByPhasesOpensAsOftenAsItsPriorSays) {
  for (const double q : {0., 1e-9, .01, .5, 1.}) {
    for (const double together : {0., .3, 1.}) {
      for (std::uint8_t carries = 1; carries < 8; ++carries) {
        const PhaseZone zone = single_phase_zone(q, carries, together);
        double sum = 0;
        for (const double p : zone.opening) sum += p;
        EXPECT_NEAR(sum, 1, 1e-14);
        EXPECT_NEAR(zone.opening[0], 1 - q, 1e-14);
        if (together == 1 || std::popcount(unsigned{carries}) == 1) {
          EXPECT_NEAR(zone.opening[carries], q, 1e-14);
        }
      }
    }
  }
}

// One dark house in three on a lateral behind three fuses: a phase, and which.
TEST(PhaseProduct, EvidenceOnOnePhaseOpensThatPhase) {
  const std::vector<std::uint32_t> parent{kNoParent, 0};
  const std::vector<PhaseZone> zones{gang_operated_zone(.01, 7), single_phase_zone(.05, 7, .3)};
  std::vector<ByPhases> evidence(2, ByPhases{});
  for (unsigned t = 0; t < 8; ++t) {
    const bool b_is_live = (t & 2) != 0;
    evidence[1][t] = (b_is_live ? -8 : 0) + ((t & 1) != 0 ? 3 : 0) + ((t & 4) != 0 ? 3 : 0);
  }
  PhaseMarginals marginals;
  infer_phase_marginals({parent, zones, evidence}, marginals);
  EXPECT_GT(marginals.p_active[1][2], .95);
  EXPECT_GT(marginals.p_live[1][5], .95);
  PhaseExplanation best;
  infer_phase_explanation({parent, zones, evidence}, best);
  EXPECT_EQ(best.open, (std::vector<std::uint8_t>{0, 2}));
}

// Two laterals whose phase nobody recorded go dark with phase C.
TEST(PhaseProduct, AnUnknownPhaseIsLearntFromWhatItGoesDarkWith) {
  const std::vector<std::uint32_t> parent{kNoParent, 0, 0};
  const std::vector<PhaseZone> zones{single_phase_zone(.2, 7, 0), unknown_phase_zone(.001, 7),
                                     unknown_phase_zone(.001, 7)};
  std::vector<ByPhases> evidence(3, ByPhases{});
  for (unsigned t = 0; t < 8; ++t) {
    evidence[0][t] = ((t & 4) != 0 ? -20 : 0) + ((t & 3) == 3 ? 20 : 0);  // C is dead, A and B live
    if (t != 0) evidence[1][t] = -20;                                     // dark
    if (t != 0) evidence[2][t] = 20;                                      // not dark
  }
  PhaseMarginals marginals;
  infer_phase_marginals({parent, zones, evidence}, marginals);
  EXPECT_GT(marginals.p_open[1][0], .99);  // closed
  EXPECT_NEAR(marginals.p_live[2][1], .5, 1e-6);
  EXPECT_NEAR(marginals.p_live[2][2], .5, 1e-6);
  PhaseExplanation best;
  infer_phase_explanation({parent, zones, evidence}, best);
  EXPECT_EQ(best.carried[1], 4);
  EXPECT_EQ(best.open[1], 0);
  EXPECT_NE(best.carried[2], 4);
}

}  // namespace
}  // namespace gridmend::phase_product_test
