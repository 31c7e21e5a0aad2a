#include "core/outage/topology_mixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "core/base/random.h"

namespace gridmend::topology_mixture_test {
namespace {

// One topology with columns of its own; entries in an order of their own.
struct Switched {
  double prior = 0;
  std::vector<std::uint32_t> parent, zone_of;
  std::vector<double> q, log_likelihood;
  Topology view() const { return {prior, {parent, q, log_likelihood}, zone_of}; }
};

Switched random_topology(Random& random, const std::vector<double>& q,
                         const std::vector<double>& lambda) {
  Switched made;
  made.prior = random.chance(.1) ? 0 : random.uniform(.01, 1);
  std::vector<std::uint32_t> order(q.size());
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[random.below(i + 1)]);
  for (const std::uint32_t zone : order) {
    if (random.chance(.15)) continue;  // without supply
    const std::size_t place = made.parent.size();
    const bool root = place == 0 || random.chance(.2);
    made.parent.push_back(root ? kNoParent : static_cast<std::uint32_t>(random.below(place)));
    made.zone_of.push_back(zone);
    made.q.push_back(q[zone]);
    made.log_likelihood.push_back(lambda[zone]);
  }
  return made;
}

TEST(TopologyMixture, AgreesWithEnumerationOfTopologiesAndDevices) {
  constexpr std::uint64_t kSeed = 55;
  Random random{kSeed};
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    const std::size_t n = 1 + random.below(7);
    std::vector<double> q, lambda;
    for (std::size_t v = 0; v < n; ++v) {
      q.push_back(random.chance(.1) ? 0 : random.uniform(.001, .6));
      lambda.push_back(3 * random.normal());
    }
    std::vector<Switched> switched(1 + random.below(4));
    for (Switched& one : switched) one = random_topology(random, q, lambda);
    if (switched[0].prior == 0) switched[0].prior = .5;
    // Sums over everything, in probabilities.
    double total = 0, priors = 0;
    std::vector<double> live(n), active(n), open(n), by_topology(switched.size());
    for (std::size_t t = 0; t < switched.size(); ++t) {
      const Switched& one = switched[t];
      priors += one.prior;
      for (unsigned x = 0; x < (1u << n); ++x) {
        double weight = one.prior;
        for (std::size_t v = 0; v < n; ++v) weight *= (x >> v & 1) != 0 ? q[v] : 1 - q[v];
        std::vector<bool> fed(n), lit(n);
        for (std::size_t i = 0; i < one.parent.size(); ++i) {
          const std::uint32_t v = one.zone_of[i];
          fed[v] = one.parent[i] == kNoParent || lit[one.zone_of[one.parent[i]]];
          lit[v] = fed[v] && (x >> v & 1) == 0;
          if (lit[v]) weight *= std::exp(lambda[v]);
        }
        total += weight;
        by_topology[t] += weight;
        for (std::size_t v = 0; v < n; ++v) {
          const bool is_open = (x >> v & 1) != 0;
          live[v] += lit[v] ? weight : 0;
          open[v] += is_open ? weight : 0;
          active[v] += is_open && fed[v] ? weight : 0;
        }
      }
    }
    std::vector<Topology> topologies;
    for (const Switched& one : switched) topologies.push_back(one.view());
    const TopologyPosterior posterior = infer_topologies(topologies, q);
    EXPECT_NEAR(posterior.log_evidence, std::log(total / priors), 1e-9);
    for (std::size_t t = 0; t < switched.size(); ++t) {
      EXPECT_NEAR(posterior.probability[t], by_topology[t] / total, 1e-9);
    }
    for (std::size_t v = 0; v < n; ++v) {
      EXPECT_NEAR(posterior.p_live[v], live[v] / total, 1e-9) << "zone " << v;
      EXPECT_NEAR(posterior.p_active[v], active[v] / total, 1e-9) << "zone " << v;
      EXPECT_NEAR(posterior.p_open[v], open[v] / total, 1e-9) << "zone " << v;
    }
    if (HasFailure()) return;
  }
}

// A block between two feeders: one goes dark, and whether the block does tells how the tie stands.
TEST(TopologyMixture, EvidenceTellsWhereARingStandsOpen) {
  const std::vector<double> q{.05, .05, .001};
  for (const bool block_dark : {false, true}) {
    const std::vector<double> lambda{-10, 10, block_dark ? -8. : 8.};
    const std::vector<std::uint32_t> from_a{kNoParent, kNoParent, 0},
        from_b{kNoParent, kNoParent, 1};
    const std::vector<std::uint32_t> all{0, 1, 2};
    const std::vector<Topology> topologies{{.5, {from_a, q, lambda}, all},
                                           {.5, {from_b, q, lambda}, all}};
    const TopologyPosterior posterior = infer_topologies(topologies, q);
    EXPECT_GT(posterior.probability[block_dark ? 0 : 1], .99);
    EXPECT_LT(posterior.p_active[2], .01);
  }
}

}  // namespace
}  // namespace gridmend::topology_mixture_test
