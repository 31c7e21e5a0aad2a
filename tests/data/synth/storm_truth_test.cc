#include "data/synth/storm_truth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/base/random.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::storm_truth_test {
namespace {

using drawing::device;
using ::testing::IsSubsetOf;

constexpr const char* kTown = R"(
S==B1--n1--F1--T1(3)
       |
       n2--R1--m1--F2--T2(4)
       |       |
       |       m2--T4(2)
       n3--F3[A]--T3[A](2)
       |
       n4--L1/--n5--B2==S2
                |
                n6--F4--T5(5,hospital)
)";

struct Drawn {
  NetworkModel network = drawing::draw(kTown);
  SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
};

std::string text_of(const NetworkModel& network, const StormEvent& e) {
  return to_rfc3339(e.at) + " " + std::string{network.mrid(e.damaged)} + " opens " +
         std::string{network.mrid(e.opens)} + " for " + std::to_string(e.repair.count()) +
         " until " + (e.until ? to_rfc3339(*e.until) : "repaired") + " cause " +
         std::to_string(static_cast<int>(e.cause));
}

std::vector<std::string> drawn_storm(const Drawn& town, const Storm& storm, std::uint64_t seed,
                                     const Water& water = {}) {
  const auto events = draw_storm(town.forest, storm, water, seed);
  EXPECT_TRUE(events) << describe(events.error());
  std::vector<std::string> lines;
  for (const StormEvent& event : *events) lines.push_back(text_of(town.network, event));
  return lines;
}

Storm rough_storm() {
  Storm storm;
  storm.start = *parse_rfc3339("2026-07-20T02:00:00Z");
  storm.faults.overhead_per_km = 20;
  storm.faults.transformer = storm.faults.fuse = storm.faults.recloser = storm.faults.breaker = .5;
  return storm;
}

Storm calm_storm() {
  Storm storm = rough_storm();
  storm.faults = {0, 0, 0, 0, 0, 0, 0, 5, 3, 0};
  return storm;
}

// All of the drawing two metres deep from one hour to five hours after the start.
Water deep_water(const Storm& storm) {
  Water water;
  const auto slice = [&](const char* id, int hours, double depth_m) {
    WaterSlice s{id, storm.start + std::chrono::hours{hours}, std::nullopt, {}};
    s.polygons.push_back({{{{119, 29}, {121, 29}, {121, 31}, {119, 31}, {119, 29}}}, depth_m});
    water = water.with_slice(std::move(s));
  };
  slice("a", 0, 0);
  slice("b", 1, 2);
  slice("c", 5, 2);
  slice("d", 6, 0);
  return water;
}

TEST(DrawStorm, TheSameSeedBreaksTheSameAndAnotherSomethingElse) {
  const Drawn town;
  std::set<std::vector<std::string>> storms;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto first = drawn_storm(town, rough_storm(), seed);
    EXPECT_EQ(drawn_storm(town, rough_storm(), seed), first);
    storms.insert(first);
  }
  EXPECT_EQ(storms.size(), 20U);
}

TEST(DrawStorm, EventsAscendWithinTheStormAndOpenWhatStandsAboveTheDamage) {
  const Drawn town;
  const Storm storm = rough_storm();
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto events = draw_storm(town.forest, storm, {}, seed);
    ASSERT_TRUE(events);
    Time last = storm.start;
    for (const StormEvent& event : *events) {
      EXPECT_GE(event.at, last);
      EXPECT_LE(event.at, storm.start + from_seconds(3600 * storm.duration_h));
      EXPECT_GT(event.repair, Duration::zero());
      last = event.at;
      const Device& opens = town.network.devices()[event.opens];
      EXPECT_TRUE(is_switch(opens.kind) || opens.kind == DeviceKind::power_transformer);
      const auto behind = town.forest.downstream_node(event.damaged);
      EXPECT_TRUE(town.forest.is_behind(behind, town.forest.downstream_node(event.opens)));
    }
  }
}

TEST(DrawStorm, CalmWeatherBreaksNothing) {
  const Drawn town;
  EXPECT_TRUE(drawn_storm(town, calm_storm(), 1).empty());
}

TEST(DrawStorm, ANamedLineFaultOpensTheNearestProtectionAndLeavesTheRestAsItWas) {
  const Drawn town;
  const auto without = drawn_storm(town, rough_storm(), 9);
  Storm storm = rough_storm();
  storm.named_faults.push_back({"m1-m2", 30, 45});
  EXPECT_THAT(without, IsSubsetOf(drawn_storm(town, storm, 9)));

  Storm only = calm_storm();
  only.named_faults = {{"m1-m2", 30, 45}, {"n1-n2", 31, 5}, {"T5", 32, 6}};
  const auto events = draw_storm(town.forest, only, {}, 9);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3U);
  EXPECT_EQ((*events)[0].opens, device(town.network, "R1"));
  EXPECT_EQ((*events)[0].at, only.start + std::chrono::minutes{30});
  EXPECT_EQ((*events)[0].repair, std::chrono::minutes{45});
  EXPECT_EQ((*events)[1].opens, device(town.network, "B1"));
  EXPECT_EQ((*events)[2].opens, device(town.network, "T5"));
}

TEST(DrawStorm, RefusesAnUnknownDeviceAndLeavesOutWhatNothingFlowsThrough) {
  const Drawn town;
  Storm storm = calm_storm();
  storm.named_faults = {{"L1", 1, 1}};
  EXPECT_TRUE(drawn_storm(town, storm, 1).empty());
  storm.named_faults = {{"L9", 1, 1}};
  const auto refused = draw_storm(town.forest, storm, {}, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "DEVICE_UNKNOWN");
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("'L9'"));
}

TEST(DrawStorm, WhatTheWaterWouldReachIsSwitchedOffBeforeOrTrips) {
  const Drawn town;
  Storm storm = calm_storm();
  const Water water = deep_water(storm);
  storm.deliberate.share = 0;
  const auto tripped = draw_storm(town.forest, storm, water, 3);
  ASSERT_TRUE(tripped);
  storm.deliberate.share = 1;
  const auto ordered = draw_storm(town.forest, storm, water, 3);
  ASSERT_TRUE(ordered);
  ASSERT_FALSE(tripped->empty());
  ASSERT_EQ(tripped->size(), ordered->size());
  std::map<std::uint32_t, Time> trip_at;
  for (const StormEvent& event : *tripped) {
    EXPECT_EQ(event.cause, OutageCause::flood_trip);
    EXPECT_GT(event.repair, Duration::zero());
    EXPECT_FALSE(event.until);
    trip_at[event.opens.index] = event.at;
  }
  for (const StormEvent& event : *ordered) {
    EXPECT_EQ(event.cause, OutageCause::de_energised_for_safety);
    EXPECT_EQ(event.repair, Duration::zero());
    ASSERT_TRUE(trip_at.contains(event.opens.index));
    EXPECT_LE(event.at, trip_at[event.opens.index]);
    ASSERT_TRUE(event.until);
    // The water stands until the fifth hour, and an hour passes until it is dry enough.
    EXPECT_GE(*event.until, storm.start + std::chrono::hours{6});
  }
}

// By definition: walking up from a node, which open devices are met?
bool any_open_above(const SupplyForest& forest, Id<ConnectivityNode> at,
                    const std::map<std::uint32_t, int>& openings) {
  for (; at.valid(); at = forest.parent(at)) {
    const Id<Device> above = forest.parent_device(at);
    if (!above.valid()) return false;
    const auto found = openings.find(above.index);
    if (found != openings.end() && found->second > 0) return true;
  }
  return false;
}

void expect_as_recounted(const Drawn& town, const TrueSupply& supply,
                         const std::map<std::uint32_t, int>& openings) {
  double dark = 0;
  for (const Id<UsagePoint> id : town.network.usage_points().ids()) {
    const UsagePoint& usage_point = town.network.usage_points()[id];
    const bool out = any_open_above(town.forest, usage_point.node, openings);
    ASSERT_EQ(supply.dark(id), out) << town.network.mrid(id);
    if (out) dark += usage_point.customers;
  }
  EXPECT_EQ(supply.customers_dark(), dark);
  std::vector<Id<Device>> open;
  for (const auto& [index, count] : openings) {
    if (count > 0) open.push_back(Id<Device>{std::size_t{index}});
  }
  EXPECT_EQ(supply.open_devices(), open);
  for (const Id<Device> id : town.network.devices().ids()) {
    const auto behind = town.forest.downstream_node(id);
    const auto found = openings.find(id.index);
    const bool is_open = found != openings.end() && found->second > 0;
    ASSERT_EQ(supply.open_now(id), is_open) << town.network.mrid(id);
    const bool active = is_open && behind.valid() &&
                        !any_open_above(town.forest, town.forest.parent(behind), openings);
    ASSERT_EQ(supply.active(id), active) << town.network.mrid(id);
  }
}

TEST(TrueSupply, CountsAsAWalkUpFromEveryUsagePointDoes) {
  const Drawn town;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    TrueSupply supply{town.forest};
    std::map<std::uint32_t, int> openings;
    for (int i = 0; i < 60; ++i) {
      const Id<Device> id{static_cast<std::size_t>(random.below(town.network.devices().size()))};
      std::set<std::uint32_t> before;
      for (const Id<UsagePoint> u : town.network.usage_points().ids()) {
        if (supply.dark(u)) before.insert(u.index);
      }
      const bool close = openings[id.index] > 0 && random.chance(.6);
      openings[id.index] += close ? -1 : 1;
      const auto changed = close ? supply.close(id) : supply.open(id);
      std::set<std::uint32_t> toggled = before;
      for (const Id<UsagePoint> u : changed) {
        if (!toggled.erase(u.index)) toggled.insert(u.index);
      }
      std::set<std::uint32_t> after;
      for (const Id<UsagePoint> u : town.network.usage_points().ids()) {
        if (supply.dark(u)) after.insert(u.index);
      }
      EXPECT_EQ(toggled, after);
      expect_as_recounted(town, supply, openings);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(TrueSupply, AnOpenDeviceBehindAnotherIsNotActiveUntilThatCloses) {
  const Drawn town;
  const auto fuse = device(town.network, "F2");
  const auto recloser = device(town.network, "R1");
  TrueSupply supply{town.forest};
  EXPECT_EQ(supply.open(fuse).size(), 4U);
  EXPECT_TRUE(supply.active(fuse));
  EXPECT_EQ(supply.open(recloser).size(), 2U);
  EXPECT_FALSE(supply.active(fuse));
  EXPECT_TRUE(supply.active(recloser));
  EXPECT_EQ(supply.customers_dark(), 6);
  EXPECT_EQ(supply.close(recloser).size(), 2U);
  EXPECT_TRUE(supply.active(fuse));
  EXPECT_TRUE(supply.open(fuse).empty());
  EXPECT_TRUE(supply.close(fuse).empty()) << "opened twice, closed once";
  EXPECT_EQ(supply.close(fuse).size(), 4U);
  EXPECT_EQ(supply.customers_dark(), 0);
}

TEST(TrueSupply, AnOpenTieIsNeverActive) {
  const Drawn town;
  const auto tie = device(town.network, "L1");
  TrueSupply supply{town.forest};
  EXPECT_TRUE(supply.open(tie).empty());
  EXPECT_TRUE(supply.open_now(tie));
  EXPECT_FALSE(supply.active(tie));
}

}  // namespace
}  // namespace gridmend::storm_truth_test
