#include <gtest/gtest.h>

#include <string>

#include "core/network/supply_forest.h"
#include "core/outage/source_estimates.h"
#include "tests/storm/reference_storm.h"

namespace gridmend::storm::storm_sources_test {
namespace {

constexpr int kFeeders = 40;

struct Drawn {
  Storm storm;
  InferenceForest forest;
  std::vector<bool> live;  // by usage point
};

Drawn draw(const StormParameters& truth, std::uint64_t seed) {
  Random random{seed};
  Storm storm = make_storm(random, truth, kFeeders);
  InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(storm.network, SwitchState{storm.network}));
  std::vector<bool> zone_live(forest.zones().size()), live(storm.network.usage_points().size());
  for (std::uint32_t z = 0; z < zone_live.size(); ++z) {
    const InferenceZone& zone = forest.zones()[z];
    const bool fed = !zone.parent.valid() || zone_live[zone.parent.index];
    zone_live[z] = fed && storm.open[zone.device.index] == 0;
  }
  for (const Id<UsagePoint> id : storm.network.usage_points().ids())
    live[id.index] = zone_live[forest.zone_of(id).index];
  return {std::move(storm), std::move(forest), std::move(live)};
}

// The rates that this storm has, which are not quite those it was drawn with.
struct Rates {
  double last_gasp_false = 0, call_false = 0;
};
Rates truth_of(const Drawn& drawn) {
  double live = 0, gasps = 0, calls = 0;
  for (const Id<UsagePoint> id : drawn.storm.network.usage_points().ids()) {
    if (!drawn.live[id.index]) continue;
    ++live;
    const MeterEvidence* meter = drawn.storm.evidence.find(id);
    gasps += meter != nullptr && meter->dead_gasp();
    calls += meter != nullptr && meter->dead_call();
  }
  return {gasps / live, calls / live};
}

ReliabilityParameters heard(const Drawn& drawn, LocaliserSettings told) {
  told.sources.zones = 1'000'000;
  return heard_settings({drawn.forest, drawn.storm.evidence, Water{}, drawn.storm.at}, told)
      .reliability;
}

SourceIndex source(const Drawn& drawn, const std::string& name) {
  const auto sources = drawn.storm.evidence.sources();
  return static_cast<SourceIndex>(std::ranges::find(sources, name) - sources.begin());
}

TEST(StormSources, FalseRatesOfTenTimesWhatWasToldAreFoundInTheStorm) {
  for (const double reach : {.8, .3}) {
    StormParameters truth;
    truth.last_gasp_reach = reach;
    const LocaliserSettings told = matched_settings(truth);
    truth.last_gasp_false *= 10;
    truth.call_false *= 10;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const Drawn drawn = draw(truth, seed);
      const Rates rates = truth_of(drawn);
      const ReliabilityParameters found = heard(drawn, told);
      EXPECT_NEAR(found.last_gasp_false, rates.last_gasp_false, .05 * rates.last_gasp_false)
          << "reach " << reach << ", seed " << seed;
      EXPECT_NEAR(found.call_false, rates.call_false, .12 * rates.call_false)
          << "reach " << reach << ", seed " << seed;
    }
  }
}

TEST(StormSources, RatesThatAreAsToldStayThere) {
  for (const double reach : {.8, .3, .1}) {
    StormParameters truth;
    truth.last_gasp_reach = reach;
    const LocaliserSettings told = matched_settings(truth);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const Drawn drawn = draw(truth, seed);
      const Rates rates = truth_of(drawn);
      const ReliabilityParameters found = heard(drawn, told);
      EXPECT_NEAR(found.last_gasp_false, std::max(rates.last_gasp_false, truth.last_gasp_false),
                  .05 * truth.last_gasp_false)
          << "reach " << reach << ", seed " << seed;
      EXPECT_NEAR(found.call_false, std::max(rates.call_false, truth.call_false),
                  .2 * truth.call_false)
          << "reach " << reach << ", seed " << seed;
      EXPECT_TRUE(found.sources.unrelated.empty());
    }
  }
}

TEST(StormSources, ShareOfConcentratorsThatDieIsFound) {
  for (const double share : {0., .1, .3, .6}) {
    StormParameters truth;
    const LocaliserSettings told = [&] {
      StormParameters believed = truth;
      believed.group_down_if_dead = .3;
      return matched_settings(believed);
    }();
    truth.group_down_if_dead = share;
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      const ReliabilityParameters found = heard(draw(truth, seed), told);
      EXPECT_NEAR(found.group_down_if_dead, share, .05) << "share " << share << ", seed " << seed;
    }
  }
}

TEST(StormSources, SourceOfFalseCallsIsFoundAmongOthers) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const StormParameters truth;
    Drawn drawn = draw(truth, seed);
    Random random{seed + 100};
    for (const Id<UsagePoint> id : drawn.storm.network.usage_points().ids()) {
      if (!random.chance(.004)) continue;
      const TroubleCall call{id, {}, Complaint::no_light, {}};
      drawn.storm.evidence.record(
          {"", drawn.storm.at - std::chrono::minutes{59}, {}, "robot", call});
    }
    const ReliabilityParameters found = heard(drawn, matched_settings(truth));
    ASSERT_EQ(found.sources.calls.size(), 3u);
    EXPECT_GT(found.sources.calls[source(drawn, "robot")], 1.5) << "seed " << seed;
    EXPECT_LT(found.sources.calls[source(drawn, "storm")], -.5) << "seed " << seed;
  }
}

// A gateway reports devices open that are not; another source reports some of those that are.
TEST(StormSources, SourceOfFalsePositionsIsFoundAndBlamesNobody) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const StormParameters truth;
    Drawn drawn = draw(truth, seed);
    Random random{seed + 200};
    std::vector<Id<Device>> lied_about;
    for (const Id<Device> id : drawn.storm.network.devices().ids()) {
      const bool open = drawn.storm.open[id.index] != 0;
      const bool lie = !open && random.chance(.004);
      if (!lie && !(open && random.chance(.1))) continue;
      const SwitchPosition said{id, PhaseSet::abc()};
      drawn.storm.evidence.record(
          {"", drawn.storm.at - std::chrono::minutes{59}, {}, lie ? "gateway" : "scada", said});
      if (lie) lied_about.push_back(id);
    }
    const LocaliserInput input{drawn.forest, drawn.storm.evidence, Water{}, drawn.storm.at};
    const LocaliserSettings told = matched_settings(truth);
    const LocaliserSettings believed = heard_settings(input, told);
    const std::vector<double>& unrelated = believed.reliability.sources.unrelated;
    ASSERT_EQ(unrelated.size(), 4u);
    EXPECT_GT(unrelated[source(drawn, "gateway")], .3) << "seed " << seed;
    EXPECT_LT(unrelated[source(drawn, "scada")], .02) << "seed " << seed;
    const auto blamed = [&](const LocaliserSettings& settings) {
      const Posterior posterior = localise(input, drawn.forest.roots(), settings);
      double sum = 0;
      for (const Id<Device> id : lied_about) {
        const Id<InferenceZone> zone = drawn.forest.zone_of(id);
        const TreePosterior& tree = *posterior.tree_of(drawn.forest.root_of(zone));
        sum += tree(tree.p_active, zone);
      }
      return sum / static_cast<double>(lied_about.size());
    };
    const double before = blamed(told), after = blamed(believed);
    EXPECT_LT(after, .5 * before) << "seed " << seed << ": " << before << " to " << after;
  }
}

}  // namespace
}  // namespace gridmend::storm::storm_sources_test
