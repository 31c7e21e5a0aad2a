#include "core/outage/inference_forest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/device_priors.h"
#include "core/outage/inference_csv.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::inference_forest_test {
namespace {

InferenceForest contract(const NetworkModel& network) {
  return InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
}

std::string name(const InferenceForest& forest, Id<InferenceZone> id) {
  if (!id.valid()) return "";
  const InferenceZone& zone = forest[id];
  return std::string{zone.device.valid() ? forest.network().mrid(zone.device)
                                         : forest.network().mrid(zone.feeder)};
}

// "B1() F1(B1) ..." in order of the zones, parents in brackets.
std::string shape(const InferenceForest& forest) {
  std::string text;
  for (std::size_t z = 0; z < forest.zones().size(); ++z) {
    const Id<InferenceZone> id{z};
    text += (z == 0 ? "" : " ") + name(forest, id) + "(" + name(forest, forest[id].parent) + ")";
  }
  return text;
}

TEST(InferenceForest, ABareSourceIsLeftOutAndItsSwitchIsTheRoot) {
  const InferenceForest forest = contract(drawing::draw(R"(
    S--n0--B1--n1--F1--n2--T1(2)
               |
               n3--T2(1)
  )"));
  EXPECT_EQ(shape(forest), "B1() F1(B1) T1(F1) T2(B1)");
  EXPECT_EQ(forest.usage_points_behind(forest.roots()[0]).size(), 3u);
}

TEST(InferenceForest, ASourceWithCustomersOrSeveralWaysOutIsAThingOfItsOwn) {
  EXPECT_EQ(shape(contract(drawing::draw("S--n1(2)--B1--n2--T1(2)"))), "S() B1(S) T1(B1)");
  EXPECT_EQ(shape(contract(drawing::draw(R"(
    S--n1--B1--n2--T1(2)
       |
       n3--B2--n4--T2(1)
  )"))),
            "S() B1(S) T1(B1) B2(S) T2(B2)");
}

TEST(InferenceForest, WhatIsNotSuppliedHasNoZone) {
  const NetworkModel network = drawing::draw("S==B1--n1--L1/--n2--T1(2)");
  const InferenceForest forest = contract(network);
  EXPECT_EQ(shape(forest), "B1()");
  EXPECT_FALSE(forest.zone_of(drawing::usage_point(network, "T1.1")).valid());
  EXPECT_FALSE(forest.zone_of(drawing::device(network, "L1")).valid());
}

TEST(InferenceForest, LineLengthCountsForTheDeviceThatClearsItsFaults) {
  const NetworkModel network = drawing::draw(R"(
    S==B1--n1--L1--n2--n3--F1--n4--n5--T1(1)
  )");
  const InferenceForest forest = contract(network);
  double lines = 0, behind_fuse = 0;
  for (const Device& device : network.devices()) {
    if (device.kind != DeviceKind::ac_line_segment) continue;
    lines += device.length_m;
  }
  const InferenceZone& fuse = forest[forest.zone_of(drawing::device(network, "F1"))];
  behind_fuse = fuse.overhead_m;
  EXPECT_GT(behind_fuse, 0);
  EXPECT_EQ(forest[forest.zone_of(drawing::device(network, "L1"))].overhead_m, 0);
  EXPECT_NEAR(forest[forest.roots()[0]].overhead_m + behind_fuse, lines, 1e-3);
}

// Every run of zones and usage points against a search through parents.
TEST(InferenceForest, WhatIsBehindAZoneIsOneRun) {
  const NetworkModel network = drawing::draw(R"(
    S1==B1--n1--F1--n2(2)--T1(4)     S2==B2--m1--F3--m2--T5(5)
            |       |                        |
            |       n3--T2(3)                m3(1)
            |       |
            |       n9--n10--T7(2)
            n4--L1--n5--F2--n6--T3(5)
                    |
                    n7--R1--n8--T4(6)
  )");
  const InferenceForest forest = contract(network);
  const auto is_behind = [&](Id<InferenceZone> zone, Id<InferenceZone> above) {
    while (zone.valid() && zone != above) zone = forest[zone].parent;
    return zone.valid();
  };
  for (std::size_t a = 0; a < forest.zones().size(); ++a) {
    const Id<InferenceZone> above{a};
    const auto behind = forest.usage_points_behind(above);
    for (std::size_t z = 0; z < forest.zones().size(); ++z) {
      EXPECT_EQ(is_behind(Id<InferenceZone>{z}, above), z >= a && z < forest[above].zones_end);
    }
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      EXPECT_EQ(std::ranges::find(behind, id) != behind.end(),
                is_behind(forest.zone_of(id), above));
    }
  }
}

std::string members(const InferenceForest& forest, Id<InferenceZone> id) {
  std::string text;
  for (const Id<Device> member : forest.members(id)) {
    text += (text.empty() ? "" : " ") + std::string{forest.network().mrid(member)};
  }
  return text;
}

Id<InferenceZone> headed_by(const InferenceForest& forest, std::string_view device) {
  return forest.zone_of(drawing::device(forest.network(), device));
}

TEST(InferenceForest, FusesSideBySideHeadOneZone) {
  const NetworkModel network = drawing::draw("S==B1==a==F1[A]==b==T1(2)\na==F2[B]==b\na==F3[C]==b");
  const InferenceForest forest = contract(network);
  EXPECT_EQ(shape(forest), "B1() F1(B1) T1(F1)");
  const Id<InferenceZone> fuses = headed_by(forest, "F3");
  EXPECT_EQ(members(forest, fuses), "F1 F2 F3");
  EXPECT_EQ(fuses, headed_by(forest, "F1"));
  EXPECT_TRUE(forest.heads(fuses, drawing::device(network, "F2")));
  EXPECT_EQ(forest.members_on(fuses, PhaseSet{PhaseSet::kB}),
            std::vector{drawing::device(network, "F2")});
  EXPECT_EQ(forest[fuses].phases, PhaseSet::abc());
  EXPECT_FALSE(forest[fuses].meshed);
  EXPECT_TRUE(forest[headed_by(forest, "B1")].gang_operated);
  EXPECT_FALSE(forest[fuses].gang_operated);
  EXPECT_FALSE(forest[headed_by(forest, "T1")].gang_operated);
  // They count as the one fuse of three phases they stand for.
  const LocaliserSettings settings;
  const InferenceForest one = contract(drawing::draw("S==B1==a==F1==b==T1(2)"));
  const auto prior = [&](const InferenceForest& of) {
    return zone_prior(of, Id<InferenceZone>{1}, Water{}, Time{}, kNeverHeard, 0, settings);
  };
  EXPECT_EQ(prior(forest).probability, prior(one).probability);
}

TEST(InferenceForest, AZoneOfLegsHangsOnThePhasesOfItsPrimary) {
  const NetworkModel network = drawing::draw(
      "S==B1==a==F1[B]==T1[B>s1s2](2)\na==T2[AC>s1s2](1)\na==T3[?ABC>s1s2]==F2[s1s2]==b(1)");
  const InferenceForest forest = contract(network);
  const auto feeding = [&](std::string_view device) {
    return to_string(forest[headed_by(forest, device)].feeding_phases);
  };
  EXPECT_EQ(to_string(forest[headed_by(forest, "T1")].phases), "s1s2");
  EXPECT_EQ(feeding("F1"), "B");
  EXPECT_EQ(feeding("T1"), "B");
  EXPECT_EQ(feeding("T2"), "AC");
  EXPECT_EQ(feeding("T3"), "?ABC");
  EXPECT_EQ(feeding("F2"), "?ABC");
  EXPECT_TRUE(forest[headed_by(forest, "F1")].gang_operated);
}

TEST(InferenceForest, ALoopThatTwoDevicesMustCutIsOneZone) {
  const InferenceForest forest = contract(drawing::draw(R"(
    S==B1==a==L1==b--c==L2==d==L3==a
    c==T1(2)
    d==F1==T2(3)
  )"));
  EXPECT_EQ(shape(forest), "B1() L1(B1) T1(L1) F1(L1) T2(F1)");
  const Id<InferenceZone> loop = headed_by(forest, "L3");
  EXPECT_TRUE(forest[loop].meshed);
  EXPECT_EQ(members(forest, loop), "L1 L2 L3");
  EXPECT_EQ(forest.zone_of(drawing::node(forest.network(), "b")), loop);
  EXPECT_EQ(headed_by(forest, "b-c"), loop);
  EXPECT_EQ(forest.usage_points_behind(loop).size(), 5u);
  LocaliserSettings settings;
  settings.priors.overhead_per_km = 0;
  const ZonePrior prior = zone_prior(forest, loop, Water{}, Time{}, kNeverHeard, 0, settings);
  EXPECT_NEAR(prior.probability, 3 * .01 * .01 * .99 + .01 * .01 * .01, 1e-15);
}

TEST(InferenceForest, ALoopThatOneDeviceCannotCutHasNoZone) {
  EXPECT_EQ(shape(contract(drawing::draw("S==B1==a--b--c==L1==a\nc==T1(1)"))), "B1() T1(B1)");
  EXPECT_EQ(shape(contract(drawing::draw("S==B1==a==A1==b==T1(1)\na==A2==b"))), "B1() T1(B1)");
}

TEST(InferenceForest, StringsOfOnePhaseEachAreFusesSideBySideOnceContracted) {
  const InferenceForest forest = contract(drawing::draw(
      "S==B1==a==A1[A]==b==F1[A]==c==T1(1)\na==A2[B]==d==F2[B]==c\na==A3[C]==e==F3[C]==c"));
  EXPECT_EQ(shape(forest), "B1() F1(B1) T1(F1)");
  EXPECT_EQ(members(forest, headed_by(forest, "F2")), "F1 F2 F3");
  EXPECT_FALSE(forest[headed_by(forest, "F1")].meshed);
}

TEST(InferenceForest, FeedersThatMeetAreOneTree) {
  const InferenceForest forest =
      contract(drawing::draw("S==B1==a==T1(1)\na==L1==b==B2==S2\nb==T2(1)"));
  ASSERT_EQ(forest.roots().size(), 1u);
  const Id<InferenceZone> root = forest.roots()[0];
  EXPECT_EQ(members(forest, root), "B1 L1 B2");
  EXPECT_EQ(forest[root].joined_sources, 2);
  EXPECT_TRUE(forest[root].meshed);
  EXPECT_EQ(forest.usage_points_behind(root).size(), 2u);
}

TEST(InferenceForest, AReportSpeaksOfItsMemberOfTheLoop) {
  const NetworkModel network = drawing::draw("S==B1==a==L1==b==L2==a\nb==T1(2)");
  const InferenceForest forest = contract(network);
  const Id<InferenceZone> loop = headed_by(forest, "L1");
  EvidenceBook book{network};
  LocaliserSettings settings;
  settings.priors.overhead_per_km = 0;
  const Time at = Time{} + std::chrono::hours{1};
  const auto prior = [&] {
    const std::vector<ZoneReport> reports = reports_by_zone(forest, book);
    return meshed_zone_prior(forest, loop, Water{}, at, reports, at, settings).probability;
  };
  EXPECT_NEAR(prior(), .01 * .01, 1e-15);
  Evidence open;
  open.event_time = at;
  open.kind = SwitchPosition{drawing::device(network, "L1"), PhaseSet::abc()};
  book.record(open);
  // One way is cut for almost certain; the other keeps its prior.
  EXPECT_NEAR(prior(), .01, .002);
  open.kind = SwitchPosition{drawing::device(network, "L2"), PhaseSet::abc()};
  book.record(open);
  EXPECT_GT(prior(), .8);
}

TEST(DevicePriors, AtLeastTwoIsWhatEnumerationFinds) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<double> p(random.below(9));
    for (double& each : p) each = random.chance(.1) ? 1 : random.uniform();
    double sum = 0;
    for (std::size_t set = 0; set < (std::size_t{1} << p.size()); ++set) {
      double product = 1;
      int count = 0;
      for (std::size_t i = 0; i < p.size(); ++i) {
        const bool happens = (set >> i & 1) != 0;
        product *= happens ? p[i] : 1 - p[i];
        count += happens ? 1 : 0;
      }
      if (count >= 2) sum += product;
    }
    ASSERT_NEAR(at_least_two(p), sum, 1e-12);
  }
}

// Random meshed networks against opening devices and following supply anew.
NetworkModel random_network(Random& random) {
  using Node = Id<ConnectivityNode>;
  const std::size_t nodes = 2 + random.below(20);
  std::vector<Device> devices(nodes - 1 + random.below(nodes / 2 + 1));
  for (std::size_t i = 0; i < devices.size(); ++i) {
    Device& d = devices[i];
    d.to = Node{i < nodes - 1 ? i + 1 : random.below(nodes)};
    d.from = Node{i < nodes - 1 ? random.below(i + 1) : random.below(nodes)};
    d.normally_open = random.chance(.05) ? 1 : 0;
    static constexpr DeviceKind kKinds[] = {DeviceKind::ac_line_segment, DeviceKind::fuse,
                                            DeviceKind::breaker, DeviceKind::load_break_switch};
    d.kind = kKinds[random.below(4)];
    if (random.chance(.3)) d.phases = PhaseSet{static_cast<std::uint8_t>(1 + random.below(7))};
  }
  std::vector<Feeder> feeders(1 + random.below(2));
  for (Feeder& f : feeders) f.source_node = Node{random.below(nodes)};
  std::vector<UsagePoint> points(nodes);
  for (std::size_t i = 0; i < nodes; ++i) points[i].node = Node{i};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  records.usage_points = Table<UsagePoint>{std::move(points)};
  return *NetworkModel::from_records(std::move(records));
}

class RandomContraction : public testing::TestWithParam<std::uint64_t> {
 protected:
  RandomContraction()
      : random_(GetParam()), network_(random_network(random_)), forest_(contract(network_)) {}

  SupplyForest without(std::span<const Id<Device>> devices) const {
    SwitchState switches{network_};
    for (const Id<Device> id : devices) switches.open(id);
    return SupplyForest::derive(network_, switches);
  }
  bool is_behind(Id<UsagePoint> id, Id<InferenceZone> zone) const {
    const Id<InferenceZone> at = forest_.zone_of(id);
    return at.valid() && at.index >= zone.index && at.index < forest_[zone].zones_end;
  }

  Random random_;
  NetworkModel network_;
  InferenceForest forest_;
};

TEST_P(RandomContraction, OpeningAllThatHeadsAZoneDarkensWhatIsBehindIt) {
  const SupplyForest before = without({});
  for (std::size_t z = 0; z < forest_.zones().size(); ++z) {
    const Id<InferenceZone> zone{z};
    if (forest_.members(zone).empty() || forest_[zone].joined_sources > 0) continue;
    const SupplyForest after = without(forest_.members(zone));
    for (const Id<UsagePoint> id : network_.usage_points().ids()) {
      ASSERT_EQ(before.supplied(id) && !after.supplied(id), is_behind(id, zone))
          << "zone " << z << ", usage point " << id.index;
    }
  }
}

TEST_P(RandomContraction, NoSingleOpeningDarkensAnybodyInAMeshedZone) {
  const SupplyForest before = without({});
  for (std::size_t z = 0; z < forest_.zones().size(); ++z) {
    if (!forest_.zones()[z].meshed) continue;
    for (const Id<Device> member : forest_.members(Id<InferenceZone>{z})) {
      const SupplyForest after = without(std::vector{member});
      for (const Id<UsagePoint> id : network_.usage_points().ids()) {
        ASSERT_EQ(before.supplied(id), after.supplied(id));
      }
    }
  }
}

TEST_P(RandomContraction, WhatHeadsNoZoneCannotDarkenAnybody) {
  std::vector<Id<Device>> others;
  for (const Id<Device> id : network_.devices().ids()) {
    const Id<InferenceZone> zone = forest_.zone_of(id);
    if (!zone.valid() || !interrupts_supply(network_.devices()[id].kind)) continue;
    if (!forest_.heads(zone, id)) others.push_back(id);
  }
  const SupplyForest before = without({});
  const SupplyForest after = without(others);
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    ASSERT_EQ(before.supplied(id), after.supplied(id));
  }
}

TEST_P(RandomContraction, ZonesAreAnEulerTour) {
  std::size_t points = 0;
  for (std::size_t z = 0; z < forest_.zones().size(); ++z) {
    const Id<InferenceZone> id{z};
    points += forest_.own_usage_points(id).size();
    for (std::size_t other = 0; other < forest_.zones().size(); ++other) {
      Id<InferenceZone> up{other};
      while (up.valid() && up != id) up = forest_[up].parent;
      ASSERT_EQ(up.valid(), other >= z && other < forest_[id].zones_end);
    }
    for (const Id<UsagePoint> point : forest_.own_usage_points(id)) {
      ASSERT_EQ(forest_.zone_of(point), id);
    }
  }
  const SupplyForest supply = without({});
  ASSERT_EQ(points, network_.usage_points().size() - supply.unsupplied_usage_points().size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomContraction,
                         testing::Range(std::uint64_t{0}, std::uint64_t{300}));

TEST(InferenceForest, IsWrittenAsItIsUsed) {
  const NetworkModel network = drawing::draw("S==B1--n1--F1==T1(2)");
  std::ostringstream out;
  LocaliserSettings settings;
  settings.priors.overhead_per_km = 0;
  write_supply_tree_csv(out, contract(network), settings);
  EXPECT_EQ(out.str(),
            "id,parent,kind,phases,prior,usage_points\n"
            "B1,,breaker,ABC,0.020000000000000018,2\n"
            "F1,B1,fuse,ABC,0.050000000000000044,2\n"
            "T1,F1,power_transformer,ABC,0.010000000000000009,2\n"
            "T1.1,T1,usage_point,?ABC,0.001,1\n"
            "T1.2,T1,usage_point,?ABC,0.001,1\n");
}

// "H1(n3.1 n3.2)" for each shared drop.
std::string drops(const InferenceForest& forest) {
  const NetworkModel& network = forest.network();
  std::string text;
  for (const SharedDrop& drop : forest.shared_drops()) {
    text += (text.empty() ? "" : " ") + std::string{network.mrid(drop.device)} + "(";
    const auto members = forest.usage_points_on(drop.device);
    for (std::size_t i = 0; i < members.size(); ++i) {
      text += (i == 0 ? "" : " ") + std::string{network.mrid(members[i])};
      EXPECT_EQ(forest.shared_drop(members[i]), drop.device);
    }
    text += ")";
  }
  return text;
}

TEST(InferenceForest, ADropThatSeveralShareIsARunOfTheirZone) {
  const InferenceForest forest = contract(drawing::draw(R"(
    S==B1--n1--T1--n2(1)
                   |
                   n3--H1--n4(2)
                   |
                   n5--H2--n6(1)
  )"));
  EXPECT_EQ(shape(forest), "B1() T1(B1)");
  EXPECT_EQ(drops(forest), "H1(n4.1 n4.2)");
  EXPECT_FALSE(forest.shared_drop(drawing::usage_point(forest.network(), "n6.1")).valid());
  EXPECT_FALSE(forest.is_shared_drop(drawing::device(forest.network(), "H2")));
  std::string order;
  const auto own = forest.own_usage_points(forest.zone_of(drawing::device(forest.network(), "T1")));
  forest.visit_drops(own, [&](Id<Device> drop, std::span<const Id<UsagePoint>> run) {
    order += (drop.valid() ? forest.network().mrid(drop) : "-");
    order += std::to_string(run.size());
  });
  EXPECT_EQ(order, "H12-2");
}

TEST(InferenceForest, OfDropsInARowTheFirstIsSharedAndOfNestedOnesTheNearest) {
  EXPECT_EQ(drops(contract(drawing::draw("S==B1--n1--T1--n2--H1--n3--H2--n4(3)"))),
            "H1(n4.1 n4.2 n4.3)");
  EXPECT_EQ(drops(contract(drawing::draw(R"(
    S==B1--n1--T1--n2--H1--n3(2)
                           |
                           n4--H2--n5(3)
  )"))),
            "H1(n3.1 n3.2) H2(n5.1 n5.2 n5.3)");
}

TEST(InferenceForest, ADropOnALoopOrWithSeveralConcentratorsIsNotShared) {
  EXPECT_EQ(drops(contract(drawing::draw(R"(
    S==B1--n1--T1--n2--H1--n3(2)--n4
    n2--H2--n4
  )"))),
            "");
  NetworkRecords records = std::move(drawing::read_feeders("S==B1--n1--T1--n2--H1--n3(2)").value());
  records.communication_groups = Table<CommunicationGroup, TextId>{std::vector<TextId>(1)};
  std::vector<UsagePoint> points{records.usage_points.begin(), records.usage_points.end()};
  points[0].communication_group = Id<CommunicationGroup>{0};
  records.usage_points = Table<UsagePoint>{points};
  EXPECT_EQ(drops(contract(NetworkModel::from_records(std::move(records)).value())), "");
}

TEST(InferenceForest, TheWrittenTreeHangsCustomersOnTheDropTheyShare) {
  std::ostringstream written;
  write_supply_tree_csv(written, contract(drawing::draw("S==B1--n1--T1--n2--H1--n3(2)")),
                        LocaliserSettings{});
  EXPECT_NE(written.str().find("\nH1,T1,service_drop,"), std::string::npos) << written.str();
  EXPECT_NE(written.str().find("\nn3.1,H1,usage_point,"), std::string::npos) << written.str();
}

}  // namespace
}  // namespace gridmend::inference_forest_test
