#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/evidence_view.h"
#include "core/outage/switch_topologies.h"
#include "tests/core/outage/outage_desk.h"

namespace gridmend::random_ties_test {
namespace {

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

Time after(double minutes) { return kOnset + from_seconds(60 * minutes); }

NetworkModel random_network(Random& random, bool ringed) {
  using Node = Id<ConnectivityNode>;
  const std::size_t nodes = 3 + random.below(25);
  std::vector<Device> devices(nodes - 1 + random.below(nodes / 2 + 1));
  for (std::size_t i = 0; i < devices.size(); ++i) {
    Device& d = devices[i];
    const bool tie = i >= nodes - 1;
    d.to = Node{tie ? random.below(nodes) : i + 1};
    d.from = Node{random.below(tie ? nodes : i + 1)};
    static constexpr DeviceKind kKinds[] = {DeviceKind::ac_line_segment, DeviceKind::fuse,
                                            DeviceKind::breaker, DeviceKind::load_break_switch,
                                            DeviceKind::power_transformer};
    d.kind = tie ? DeviceKind::load_break_switch : kKinds[random.below(5)];
    d.normally_open = (tie && (!ringed || random.chance(.6))) || random.chance(.05) ? 1 : 0;
    if (d.kind == DeviceKind::ac_line_segment) d.length_m = 500;
    d.underground = random.chance(.5) ? 1 : 0;
  }
  std::vector<Feeder> feeders(1 + (ringed ? random.below(2) : 0));
  for (Feeder& f : feeders) f.source_node = Node{ringed ? random.below(nodes) : 0};
  std::vector<UsagePoint> points(2 * nodes);
  for (std::size_t i = 0; i < points.size(); ++i) points[i].node = Node{i / 2};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  records.usage_points = Table<UsagePoint>{std::move(points)};
  return *NetworkModel::from_records(std::move(records));
}

void hear_at_random(OutageDesk& desk, Random& random) {
  const Table<Device>& devices = desk.network.devices();
  for (const Id<Device> id : devices.ids()) {
    const Time time = after(random.uniform(-10, 20));
    if (!is_switch(devices[id].kind) || !random.chance(.3)) continue;
    SwitchPosition position{
        id, random.chance(.5) ? PhaseSet::abc() : PhaseSet::none(), PositionOrigin::scada,
        random.chance(.3) ? SwitchingReason::planned : SwitchingReason::unknown, random.chance(.5)};
    desk.hear({"", time, {}, "", position});
  }
  // Fault current of now and of hours ago, and what may have settled it since.
  for (const Id<Device> id : devices.ids()) {
    if (random.chance(.1))
      desk.hear({"", after(random.uniform(-400, 20)), {}, "", FaultIndicator{id, true}});
    if (random.chance(.05))
      desk.hear({"",
                 after(random.uniform(-60, 25)),
                 {},
                 "",
                 FieldReport{id, {}, random.chance(.5) ? Finding::restored : Finding::intact, {}}});
  }
  for (const Id<UsagePoint> id : desk.network.usage_points().ids()) {
    const Time time = after(random.uniform(-10, 25));
    if (random.chance(.3)) desk.hear({"", time, {}, "", LastGasp{id}});
    if (random.chance(.2)) desk.hear({"", time, {}, "", PingResult{id, random.chance(.6)}});
    if (random.chance(.1)) desk.hear({"", time, {}, "", PowerUp{id}});
  }
}

TEST(SwitchTopologies, TheRecordAsOneTopologyIsWhatLocaliseSaysOfIt) {
  constexpr std::uint64_t kSeed = 73;
  std::size_t joints = 0;
  for (int round = 0; round < 1500; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    const NetworkModel network = random_network(random, false);
    OutageDesk desk{network};
    hear_at_random(desk, random);
    desk.settings.switching.topologies = 1;
    desk.settings.switching.as_recorded = .9;
    desk.settings.reliability.branch_links_down = random.uniform(0, .4);
    desk.settings.reliability.branch_unreachable = random.uniform(0, .4);
    const SupplyForest supply = SupplyForest::derive(desk.network, desk.switches);
    if (!supply.loop_devices().empty()) continue;
    const InferenceForest forest = InferenceForest::contract(supply);
    LocaliserInput input{forest, desk.evidence, desk.water, after(30)};
    const Posterior plain = localise(EvidenceView{input, desk.settings}, forest.roots());
    const SwitchTopologies switching =
        SwitchTopologies::derive(input, desk.switches, desk.settings);
    input.switching = &switching;
    const Posterior mixed = localise(EvidenceView{input, desk.settings}, forest.roots());
    joints += switching.joints().size();
    for (std::size_t t = 0; t < plain.trees.size(); ++t) {
      const Joint* joint = switching.joint_of(plain.trees[t].root);
      for (std::size_t i = 0; i < plain.trees[t].prior.size(); ++i) {
        const Id<Device> head = forest.zones()[plain.trees[t].root.index + i].device;
        // What was reported of a doubted switch's position says nothing more.
        const bool told = joint != nullptr && std::ranges::any_of(joint->doubted, [&](auto& d) {
                            return desk.evidence.find(d.device)->position_at != kNeverHeard;
                          });
        if (told) continue;
        ASSERT_NEAR(plain.trees[t].p_live[i], mixed.trees[t].p_live[i], 1e-9) << head.index;
        ASSERT_NEAR(plain.trees[t].p_active[i], mixed.trees[t].p_active[i], 1e-9) << head.index;
        ASSERT_NEAR(plain.trees[t].p_open[i], mixed.trees[t].p_open[i], 1e-9) << head.index;
        ASSERT_EQ(plain.trees[t].cut[i], mixed.trees[t].cut[i]) << head.index;
      }
    }
  }
  EXPECT_GT(joints, 300u);
}

TEST(SwitchTopologies, AnyNetworkAndAnyDoubtsGiveSoundOutages) {
  constexpr std::uint64_t kSeed = 74;
  for (int round = 0; round < 1500; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    const NetworkModel network = random_network(random, true);
    OutageDesk desk{network};
    for (int step = 0; step < 3; ++step) {
      hear_at_random(desk, random);
      const OutageBook before = desk.book;
      const OutageUpdate update = desk.advance(after(30 + step));
      expect_sound(update, before);
      for (const DoubtedSwitch& doubt : update.book.doubted) {
        EXPECT_GE(doubt.closed, 0);
        EXPECT_LE(doubt.closed, 1 + 1e-9);
      }
      if (HasFailure()) return;
    }
  }
}

void expect_same(const InferenceForest& a, const InferenceForest& b) {
  ASSERT_EQ(a.zones().size(), b.zones().size());
  for (std::size_t z = 0; z < a.zones().size(); ++z) {
    ASSERT_EQ(a.zones()[z].device, b.zones()[z].device);
    ASSERT_EQ(a.zones()[z].parent, b.zones()[z].parent);
    ASSERT_EQ(a.zones()[z].overhead_m, b.zones()[z].overhead_m);
  }
}

void expect_same(const SwitchTopologies& kept, const SwitchTopologies& anew) {
  ASSERT_TRUE(std::ranges::equal(kept.doubted(), anew.doubted()));
  ASSERT_EQ(kept.joints().size(), anew.joints().size());
  for (std::size_t j = 0; j < anew.joints().size(); ++j) {
    const Joint &a = *kept.joints()[j], &b = *anew.joints()[j];
    ASSERT_EQ(a.roots, b.roots);
    ASSERT_EQ(a.doubted, b.doubted);
    ASSERT_EQ(a.usage_points, b.usage_points);
    ASSERT_EQ(a.devices, b.devices);
    ASSERT_EQ(a.dark_since, b.dark_since);
    ASSERT_EQ(a.part_of_zone, b.part_of_zone);
    ASSERT_EQ(a.parts.size(), b.parts.size());
    ASSERT_EQ(a.topologies.size(), b.topologies.size());
    for (std::size_t t = 0; t < b.topologies.size(); ++t) {
      ASSERT_EQ(a.topologies[t].prior, b.topologies[t].prior);
      ASSERT_EQ(a.topologies[t].opened, b.topologies[t].opened);
      expect_same(*a.topologies[t].forest, *b.topologies[t].forest);
    }
  }
}

void expect_same(const OutageBook& kept, const OutageBook& anew) {
  ASSERT_EQ(kept.doubted, anew.doubted);
  ASSERT_EQ(kept.outages.size(), anew.outages.size());
  for (std::size_t i = 0; i < anew.outages.size(); ++i) {
    const Outage &a = kept.outages[i], &b = anew.outages[i];
    ASSERT_EQ(a.id, b.id);
    ASSERT_EQ(a.status, b.status);
    ASSERT_EQ(a.probable.device, b.probable.device);
    ASSERT_EQ(a.probable.p_active, b.probable.p_active);
    ASSERT_EQ(a.fed_through, b.fed_through);
    ASSERT_EQ(a.explanation_en, b.explanation_en);
  }
}

// Item by item, so that it is the doubts now and now only what reports say of a ring's switches
// that change; settings that leave joints out, too.
TEST(TopologyMemory, WhatWasKeptIsToTheLastBitWhatIsDerivedAnew) {
  constexpr std::uint64_t kSeed = 75;
  std::size_t taken_over = 0, borrowed = 0;
  for (int round = 0; round < 600; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    const NetworkModel network = random_network(random, true);
    OutageDesk desk{network};
    if (random.chance(.2)) desk.settings.switching.by_topologies_zones = 20;
    hear_at_random(desk, random);
    const SwitchState switches = desk.switches;
    const SupplyForest supply = SupplyForest::derive(network, switches);
    const InferenceForest forest = InferenceForest::contract(supply);
    TopologyMemory memory;
    SwitchTopologies last;
    for (int step = 0; step < 12; ++step) {
      const Time now = after(30 + 20 * step);
      if (random.chance(.2))
        desk.settings.switching.switches = static_cast<std::uint32_t>(1 + random.below(4));
      if (random.chance(.6)) {
        const Id<Device> id{static_cast<std::size_t>(random.below(network.devices().size()))};
        const bool open = random.chance(.5);
        if (is_switch(network.devices()[id].kind)) {
          desk.evidence.record(
              {"",
               now,
               {},
               "",
               SwitchPosition{id, open ? PhaseSet::abc() : PhaseSet::none(), PositionOrigin::scada,
                              SwitchingReason::unknown, random.chance(.3)}});
        }
      }
      const Id<UsagePoint> heard{
          static_cast<std::size_t>(random.below(network.usage_points().size()))};
      if (random.chance(.3)) desk.evidence.record({"", now, {}, "", PowerUp{heard}});
      LocaliserInput input{forest, desk.evidence, desk.water, now};
      const OutageUpdate anew = update_outages(input, switches, desk.book, desk.settings);
      input.topologies = &memory;
      const OutageUpdate kept = update_outages(input, switches, desk.book, desk.settings);
      expect_same(kept.book, anew.book);
      const SwitchTopologies again = memory.derive(input, switches, desk.settings);
      expect_same(again, SwitchTopologies::derive(input, switches, desk.settings));
      if (HasFatalFailure()) return;
      for (const auto& joint : again.joints()) {
        for (const auto& before : last.joints()) {
          if (before == joint) ++taken_over;
          if (before == joint || before->topologies.empty() || joint->topologies.empty()) continue;
          if (before->topologies[0].forest == joint->topologies[0].forest) ++borrowed;
        }
      }
      last = again;
      desk.book = anew.book;
    }
  }
  EXPECT_GT(taken_over, 500u);
  EXPECT_GT(borrowed, 20u);
}

}  // namespace
}  // namespace gridmend::random_ties_test
