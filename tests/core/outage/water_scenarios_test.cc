#include "core/outage/water_scenarios.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "core/outage/dark_customers.h"
#include "core/outage/device_priors.h"
#include "core/outage/evidence_view.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::water_scenarios_test {
namespace {

constexpr std::string_view kFeeders = R"(
  S1==B1--n1--F1--n2--T1(3)        S2==B2--m1--T4(2)
          |       |                        |
          |       n3--T2(2)                m2--F3--m3--T5(3)
          |
          n4--F2--n5--T3(3)
)";

const Time kNow = *parse_rfc3339("2026-07-20T06:00:00Z");

// One polygon around everything drawn; the drawing begins at 120 E, 30 N and goes south and east.
Water water_of(double depth_m, double sigma_m, Time valid_at = kNow - std::chrono::hours{2},
               std::string id = "w") {
  const Polyline ring = {
      {119.99, 30.01}, {120.05, 30.01}, {120.05, 29.95}, {119.99, 29.95}, {119.99, 30.01}};
  WaterSlice slice;
  slice.id = std::move(id);
  slice.valid_at = valid_at;
  slice.polygons.push_back({{ring}, depth_m});
  slice.depth_sigma_m = sigma_m;
  return Water{}.with_slice(std::move(slice));
}

TEST(WaterScenarios, AreThereOnlyWhereDepthsAreUncertain) {
  const DevicePriorSettings settings;
  const Time from = kNow - settings.flood_memory;
  EXPECT_TRUE(water_scenarios(Water{}, from, kNow, settings).empty());
  EXPECT_TRUE(water_scenarios(water_of(1, 0), from, kNow, settings).empty());
  const auto scenarios = water_scenarios(water_of(1, .2), from, kNow, settings);
  ASSERT_EQ(scenarios.size(), 3u);
  double sum = 0, mean = 0, variance = 0;
  for (const WaterScenario& scenario : scenarios) {
    sum += scenario.prior;
    mean += scenario.prior * scenario.sigmas;
    variance += scenario.prior * scenario.sigmas * scenario.sigmas;
    EXPECT_NEAR(scenario.water.depth_m({120.001, 29.999}, kNow), 1 + .2 * scenario.sigmas, 1e-6);
    EXPECT_EQ(scenario.water.depth_m({121, 29.999}, kNow), 0) << "dry ground stays dry";
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_NEAR(mean, 0, 1e-12);
  EXPECT_NEAR(variance, 1, 1e-12);
}

// Everything by enumeration: every scenario, every set of open devices, in both trees at once.
struct Enumeration {
  std::vector<double> p_live, p_active, p_open, scenario;

  Enumeration(const EvidenceView& view, const InferenceForest& forest) {
    const auto zones = static_cast<std::uint32_t>(forest.zones().size());
    const DevicePriorSettings& priors = view.settings().priors;
    const auto scenarios =
        water_scenarios(view.input().water, kNow - priors.flood_memory, kNow, priors);
    p_live.assign(zones, 0);
    p_active = p_open = p_live;
    scenario.assign(scenarios.size(), 0);
    double total = 0;
    for (std::size_t k = 0; k < scenarios.size(); ++k) {
      std::vector<double> prior, likelihood;
      for (std::uint32_t z = 0; z < zones; ++z) {
        const Id<InferenceZone> zone{z};
        prior.push_back(
            reported_zone_prior(forest, zone, scenarios[k].water, kNow, view.reports(zone),
                                view.silence_from(forest.root_of(zone)), view.settings())
                .probability);
        likelihood.push_back(view.log_likelihood(zone));
      }
      for (std::uint32_t open = 0; open < 1U << zones; ++open) {
        double weight = scenarios[k].prior;
        std::vector<bool> live(zones);
        for (std::uint32_t z = 0; z < zones; ++z) {
          const bool is_open = (open >> z & 1U) != 0;
          const Id<InferenceZone> parent = forest[Id<InferenceZone>{z}].parent;
          live[z] = !is_open && (!parent.valid() || live[parent.index]);
          weight *= is_open ? prior[z] : 1 - prior[z];
          if (live[z]) weight *= std::exp(likelihood[z]);
        }
        total += weight;
        scenario[k] += weight;
        for (std::uint32_t z = 0; z < zones; ++z) {
          const bool is_open = (open >> z & 1U) != 0;
          const Id<InferenceZone> parent = forest[Id<InferenceZone>{z}].parent;
          if (live[z]) p_live[z] += weight;
          if (is_open) p_open[z] += weight;
          if (is_open && (!parent.valid() || live[parent.index])) p_active[z] += weight;
        }
      }
    }
    for (auto* column : {&p_live, &p_active, &p_open, &scenario}) {
      for (double& value : *column) value /= total;
    }
  }
};

TEST(WaterScenarios, AgreeWithEnumerationOverTreesThatShareTheError) {
  constexpr std::uint64_t kSeed = 314159;
  const NetworkModel network = drawing::draw(kFeeders);
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  double worst = 0;
  for (std::uint64_t round = 0; round < 1000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(round);
    LocaliserSettings settings;
    for (double& weight : settings.priors.water_error_weight) weight = random.uniform(.1, 1);
    const Water water = water_of(random.uniform(.3, 2), random.uniform(.05, .8));
    EvidenceBook evidence{network};
    const int items = random.between(0, 8);
    for (int i = 0; i < items; ++i) {
      const Id<UsagePoint> point{
          static_cast<std::uint32_t>(random.below(network.usage_points().size()))};
      const Time at = kNow - from_seconds(random.uniform(60, 3600));
      EvidenceKind kind = LastGasp{point};
      if (random.chance(.4)) kind = PingResult{point, random.chance(.5)};
      evidence.record({"", at, kNow, "", kind});
    }
    if (random.chance(.3)) {
      const Id<Device> device{static_cast<std::uint32_t>(random.below(network.devices().size()))};
      evidence.record({"", kNow - std::chrono::minutes{40}, kNow, "",
                       FieldReport{device, {}, static_cast<Finding>(random.below(5)), {}}});
    }
    const LocaliserInput input{forest, evidence, water, kNow};
    const EvidenceView view{input, settings};
    const Posterior posterior = localise(view, forest.roots());
    const Enumeration expected{view, forest};
    ASSERT_EQ(posterior.water_errors.size(), expected.scenario.size());
    for (std::size_t k = 0; k < expected.scenario.size(); ++k)
      worst =
          std::max(worst, std::abs(posterior.water_errors[k].probability - expected.scenario[k]));
    for (const TreePosterior& tree : posterior.trees) {
      for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
        const Id<InferenceZone> zone{z};
        worst = std::max({worst, std::abs(tree(tree.p_live, zone) - expected.p_live[z]),
                          std::abs(tree(tree.p_active, zone) - expected.p_active[z]),
                          std::abs(tree(tree.p_open, zone) - expected.p_open[z])});
        const Id<InferenceZone> parent = forest[zone].parent;
        const double fed = parent.valid() ? tree(tree.p_live, parent) : 1;
        if (fed > 1e-6)
          worst =
              std::max(worst, std::abs(tree(tree.p_cut_if_fed, zone) * fed - expected.p_active[z]));
      }
    }
    ASSERT_LE(worst, 1e-9);
  }
  std::printf("largest error against enumeration: %.1e\n", worst);
}

// Nothing but transformers ever fails.
LocaliserSettings only_transformers() {
  LocaliserSettings settings;
  for (const DeviceKind kind : {DeviceKind::breaker, DeviceKind::fuse}) {
    settings.priors.by_kind[static_cast<std::size_t>(kind)] = 1e-5;
    settings.priors.live_part_height_m[static_cast<std::size_t>(kind)] = 9;
  }
  return settings;
}

// Transformers in one water: what one says of the depth, its neighbours believe.
TEST(WaterScenarios, OneFloodedTransformerSpeaksForTheDepthAtTheOthers) {
  const NetworkModel network = drawing::draw(kFeeders);
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  // Live parts at 1.5 m: they stand dry by the depth told, and do not by one deviation more.
  const auto p_open = [&](double sigma_m, bool dark) {
    const Water water = water_of(1, sigma_m);
    EvidenceBook evidence{network};
    for (const char* name : {"T1.1", "T1.2", "T2.1", "T2.2", "T3.1", "T3.2"}) {
      const Id<UsagePoint> id = drawing::usage_point(network, name);
      if (dark) evidence.record({"", kNow - std::chrono::minutes{20}, kNow, "", LastGasp{id}});
    }
    const Posterior posterior =
        localise({forest, evidence, water, kNow}, forest.roots(), only_transformers());
    // Of another feeder: nothing but the water connects them.
    const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, "T5"));
    const TreePosterior& tree = *posterior.tree_of(forest.root_of(zone));
    return tree(tree.p_open, zone);
  };
  const double certain_before = p_open(0, false);
  const double certain_after = p_open(0, true);
  const double shared_before = p_open(.5, false);
  const double shared_after = p_open(.5, true);
  EXPECT_LT(certain_after, certain_before * 1.05) << "silence makes it less likely, if anything";
  EXPECT_GT(shared_after, shared_before * 1.5);
}

TEST(WaterScenarios, CustomersInOneWaterAreDarkTogetherOrNotAtAll) {
  const NetworkModel network = drawing::draw(kFeeders);
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  LocaliserSettings settings;
  settings.priors.flood_sigma_m = .05;
  // The breaker ahead has drowned, so silence would count: here it says nothing.
  settings.reliability.last_gasp_reach = settings.reliability.last_gasp_false;
  settings.reliability.call_rate = settings.reliability.call_false;
  const Water water = water_of(1.5, .5);  // at the transformers' live parts
  const EvidenceBook evidence{network};
  const Posterior posterior = localise({forest, evidence, water, kNow}, forest.roots(), settings);
  const TreePosterior& tree = *posterior.tree_of(forest.roots().front());
  ASSERT_EQ(tree.in_water.size(), 3u);
  const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, "F1"));
  TreePosterior apart = tree;
  apart.in_water.clear();  // the same marginals, taken as independent
  const DarkCustomers joint = dark_customers(forest, posterior, tree, zone);
  const DarkCustomers independent = dark_customers(forest, posterior, apart, zone);
  EXPECT_NEAR(joint.mean, independent.mean, 1e-9);
  EXPECT_EQ(joint.low, 0u);
  EXPECT_EQ(joint.high, 5u);
}

TEST(WaterScenarios, CertainDepthsGiveWhatTheyAlwaysGave) {
  const NetworkModel network = drawing::draw(kFeeders);
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  const EvidenceBook evidence{network};
  const Posterior certain =
      localise({forest, evidence, water_of(1.2, 0), kNow}, forest.roots(), {});
  EXPECT_TRUE(certain.water_errors.empty());
  LocaliserSettings one;
  one.priors.water_error_weight = {0, 1, 0};
  const Posterior middle =
      localise({forest, evidence, water_of(1.2, .3), kNow}, forest.roots(), one);
  for (std::size_t t = 0; t < certain.trees.size(); ++t) {
    for (std::size_t i = 0; i < certain.trees[t].p_live.size(); ++i)
      EXPECT_NEAR(certain.trees[t].p_live[i], middle.trees[t].p_live[i], 1e-12);
    EXPECT_EQ(certain.trees[t].cut, middle.trees[t].cut);
  }
}

TEST(WaterScenarios, TheOutageSaysWhichDepthTheEvidenceFavours) {
  const NetworkModel network = drawing::draw(kFeeders);
  OutageDesk desk{network, only_transformers()};
  desk.water = water_of(1, .5);
  for (const char* name : {"T1.1", "T1.2", "T1.3", "T3.1", "T3.2", "T3.3", "T5.1", "T5.2"})
    desk.hear({"", kNow - std::chrono::minutes{20}, kNow, "",
               LastGasp{drawing::usage_point(network, name)}});
  desk.advance(kNow);
  ASSERT_FALSE(desk.book.outages.empty());
  const Outage& outage = desk.book.outages.front();
  EXPECT_NEAR(outage.water_error.deeper_m, .5 * std::sqrt(3.0), 1e-6);
  EXPECT_GT(outage.water_error.probability, 2 * outage.water_error.prior);
  EXPECT_NE(outage.explanation_en.find("0.9 m deeper than told"), std::string::npos)
      << outage.explanation_en;
  EXPECT_NE(outage.explanation_zh.find("0.9"), std::string::npos) << outage.explanation_zh;
}

// Looked at in the water, found sound: it does not fail for that water any more.
TEST(FloodPrior, AVisitThatFindsADeviceSoundEndsWhatTheWaterSaidBefore) {
  const NetworkModel network = drawing::draw(kFeeders);
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  const Id<Device> device = drawing::device(network, "T5");
  const Id<InferenceZone> zone = forest.zone_of(device);
  const LocaliserSettings settings;
  const auto flood = [&](const Water& water, Finding finding, Duration ago) {
    EvidenceBook evidence{network};
    evidence.record({"", kNow - ago, kNow, "", FieldReport{device, {}, finding, {}}});
    return EvidenceView{{forest, evidence, water, kNow}, settings}.prior(zone).flood;
  };
  const Water standing = water_of(2, 0);
  EXPECT_GT(flood(standing, Finding::nothing_found, std::chrono::minutes{30}), .9);
  EXPECT_EQ(flood(standing, Finding::intact, std::chrono::minutes{30}), 0);
  EXPECT_EQ(flood(standing, Finding::restored, std::chrono::minutes{30}), 0);
  // Six hours later as well: the report fades, what the device has stood does not.
  EXPECT_EQ(
      flood(water_of(2, 0, kNow - std::chrono::hours{9}), Finding::intact, std::chrono::hours{6}),
      0);
  // Seen before the water came: all of it counts.
  EXPECT_GT(flood(standing, Finding::intact, std::chrono::hours{4}), .9);
  // It has risen since: only that it stood 1.5 m is known.
  const Water rising = [&] {
    Water water = water_of(1.5, 0, kNow - std::chrono::hours{2}, "early");
    WaterSlice late = *water_of(1.8, 0, kNow - std::chrono::minutes{10}, "late").slices().front();
    WaterSlice same = *water_of(1.5, 0, kNow - std::chrono::minutes{30}, "same").slices().front();
    return water.with_slice(same).with_slice(late);
  }();
  const double phi = .841344746;  // Phi(1): 1.8 m, live parts at 1.5, sigma .3
  EXPECT_NEAR(flood(rising, Finding::intact, std::chrono::minutes{60}), (phi - .5) / .5, 1e-6);
}

}  // namespace
}  // namespace gridmend::water_scenarios_test
