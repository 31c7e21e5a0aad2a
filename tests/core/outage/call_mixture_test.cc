#include "core/outage/call_mixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/sum_product.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::call_mixture_test {
namespace {

using drawing::device;
using drawing::draw;

// Two trees, of up to `most` fuses each, every one behind a random other.
std::string random_trees(Random& random, int most) {
  std::string drawing;
  for (const char* tree : {"a", "b"}) {
    const std::string source = tree == std::string{"a"} ? "S==B1==" : "S2==B2==";
    drawing += source + tree + "\n";
    const int fuses = random.between(1, most);
    for (int i = 0; i < fuses; ++i) {
      // Names of nodes are letters: a, aa, aaa, ...
      const auto name = [&](int n) { return std::string(static_cast<std::size_t>(n + 1), *tree); };
      const std::string fuse = "F" + std::to_string(i + (*tree == 'a' ? 1 : 51));
      drawing += name(random.between(0, i)) + "==" + fuse + "==" + name(i + 1) + "\n";
    }
  }
  return drawing;
}

struct Model {
  explicit Model(const std::string& drawing)
      : network(draw(drawing)),
        forest(InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}))) {
    for (const InferenceZone& zone : forest.zones())
      parent.push_back(zone.parent.valid() ? zone.parent.index : kNoParent);
  }
  std::size_t size() const { return parent.size(); }

  NetworkModel network;
  InferenceForest forest;
  std::vector<std::uint32_t> parent;
  std::vector<double> prior, lambda;
};

struct Call {
  std::vector<CallZone> zones;
  double elsewhere = 0;
};

Model random_model(Random& random, int most) {
  Model model{random_trees(random, most)};
  for (std::size_t z = 0; z < model.size(); ++z) {
    model.prior.push_back(random.uniform(.005, .3));
    model.lambda.push_back(random.uniform(-3, 3));
  }
  return model;
}

Call random_call(Random& random, std::size_t zones) {
  Call call;
  for (int i = random.between(1, 5); i > 0; --i) {
    const double chance = random.uniform(.02, .2);
    call.zones.push_back({Id<InferenceZone>{random.below(zones)},
                          chance * random.uniform(1e-4, .02), chance * random.uniform(.02, .2)});
  }
  call.elsewhere = random.uniform(1e-5, 1e-3);
  return call;
}

// P(each zone lives | the calls), over every state of every device.
std::vector<double> enumerate(const Model& model, const std::vector<Call>& calls) {
  const std::size_t n = model.size();
  std::vector<double> live(n, 0);
  double total = 0;
  for (std::size_t open = 0; open < (std::size_t{1} << n); ++open) {
    std::vector<bool> lit(n);
    double weight = 1;
    for (std::size_t z = 0; z < n; ++z) {
      const bool is_open = (open >> z & 1) != 0;
      lit[z] = !is_open && (model.parent[z] == kNoParent || lit[model.parent[z]]);
      weight *= is_open ? model.prior[z] : 1 - model.prior[z];
      if (lit[z]) weight *= std::exp(model.lambda[z]);
    }
    for (const Call& call : calls) {
      double f = call.elsewhere;
      for (const CallZone& one : call.zones) f += lit[one.zone.index] ? one.if_live : one.if_dead;
      weight *= f;
    }
    total += weight;
    for (std::size_t z = 0; z < n; ++z) live[z] += lit[z] ? weight : 0;
  }
  for (double& p : live) p /= total;
  return live;
}

std::vector<double> p_live(const Model& model) {
  Marginals marginals;
  infer_marginals({model.parent, model.prior, model.lambda}, marginals);
  return marginals.p_live;
}

// Each call as factors on the tree, on what the others say, so many times.
std::vector<double> infer(Model model, const std::vector<Call>& calls, int rounds = 1) {
  std::vector<std::vector<ZoneShare>> shares(calls.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      for (const ZoneShare& share : shares[i]) model.lambda[share.zone.index] -= share.log_ratio;
      const CallMixture mixture{model.forest, calls[i].zones, calls[i].elsewhere};
      const std::vector<double> before = p_live(model);
      shares[i] = mixture.in_line()
                      ? mixture.shares()
                      : mixture.shares([&](Id<InferenceZone> z) { return before[z.index]; });
      for (const ZoneShare& share : shares[i]) model.lambda[share.zone.index] += share.log_ratio;
    }
  }
  return p_live(model);
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

TEST(CallMixture, OfOneZoneIsItsLikelihoodRatio) {
  const Model model{"S==B1==a==F1==b\n"};
  const CallMixture mixture{model.forest, {{Id<InferenceZone>{1}, .001, .1}}, .01};
  ASSERT_TRUE(mixture.in_line());
  ASSERT_EQ(mixture.shares().size(), 1u);
  EXPECT_NEAR(mixture.shares()[0].log_ratio, std::log(.011 / .11), 1e-12);
}

TEST(CallMixture, OfSeveralPlacesInOneZoneIsTheirSum) {
  const Model model{"S==B1==a==F1==b\n"};
  const Id<InferenceZone> zone{1};
  const CallMixture mixture{model.forest, {{zone, .001, .1}, {zone, .002, .05}}, 0};
  EXPECT_NEAR(mixture.shares()[0].log_ratio, std::log(.003 / .15), 1e-12);
}

TEST(CallMixture, ACallFromWhateverZoneIsExact) {
  constexpr std::uint64_t kSeed = 20261129;
  Random random{kSeed};
  double worst = 0;
  int in_line = 0;
  for (int round = 0; round < 2000; ++round) {
    const Model model = random_model(random, 5);
    const std::vector<Call> calls{random_call(random, model.size())};
    in_line += CallMixture{model.forest, calls[0].zones, 0}.in_line() ? 1 : 0;
    const double off = largest_difference(enumerate(model, calls), infer(model, calls));
    ASSERT_LE(off, 1e-9) << "seed " << kSeed << ", round " << round;
    worst = std::max(worst, off);
  }
  EXPECT_GT(in_line, 100);
  EXPECT_LT(in_line, 1900);
  std::cout << "worst " << worst << " in 2000 cases, " << in_line << " of them in line\n";
}

TEST(CallMixture, AnyNumberOfCallsFromZonesInLineIsExact) {
  constexpr std::uint64_t kSeed = 20261130;
  Random random{kSeed};
  int checked = 0;
  for (int round = 0; round < 3000; ++round) {
    const Model model = random_model(random, 4);
    std::vector<Call> calls;
    for (int i = 0; i < 6; ++i) {
      Call call = random_call(random, model.size());
      if (CallMixture{model.forest, call.zones, 0}.in_line()) calls.push_back(std::move(call));
    }
    if (calls.size() < 2) continue;
    ++checked;
    ASSERT_LE(largest_difference(enumerate(model, calls), infer(model, calls)), 1e-9)
        << "seed " << kSeed << ", round " << round;
  }
  EXPECT_GT(checked, 500);
}

// Each is exact given the others as they were projected; how far that is from the truth.
TEST(CallMixture, SeveralCallsFromBranchesAreNear) {
  constexpr std::uint64_t kSeed = 20261131;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random{kSeed};
  double once = 0, sum = 0, worst = 0, without = 0;
  constexpr int kRounds = 1000;
  for (int round = 0; round < kRounds; ++round) {
    const Model model = random_model(random, 4);
    std::vector<Call> calls;
    for (int i = 0; i < 4; ++i) calls.push_back(random_call(random, model.size()));
    const std::vector<double> truth = enumerate(model, calls);
    const double off = largest_difference(truth, infer(model, calls, 2));
    once += largest_difference(truth, infer(model, calls));
    sum += off;
    worst = std::max(worst, off);
    without += largest_difference(truth, p_live(model));
  }
  std::cout << "four calls: the worst zone is off by " << sum / kRounds << " in the mean, at most "
            << worst << "; after one round by " << once / kRounds << ", without the calls by "
            << without / kRounds << "\n";
  EXPECT_LT(sum / kRounds, .006);
  EXPECT_LT(worst, .2);
  EXPECT_LT(sum, once / 4);
  EXPECT_GT(without / kRounds, .2) << "the calls say something";
}

}  // namespace
}  // namespace gridmend::call_mixture_test
