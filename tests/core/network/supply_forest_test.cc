#include "core/network/supply_forest.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>

#include "core/base/random.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::supply_forest_test {
namespace {

using drawing::device;
using drawing::draw;
using drawing::feeder;
using drawing::node;
using drawing::usage_point;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Node = Id<ConnectivityNode>;

std::vector<std::string> mrids(const NetworkModel& network, std::span<const Id<Device>> devices) {
  std::vector<std::string> names;
  for (const Id<Device> id : devices) names.emplace_back(network.mrid(id));
  return names;
}
std::vector<std::string> mrids(const NetworkModel& network,
                               std::span<const Id<UsagePoint>> usage_points) {
  std::vector<std::string> names;
  for (const Id<UsagePoint> id : usage_points) names.emplace_back(network.mrid(id));
  return names;
}

constexpr const char* kTwoFeeders = R"(
S==B1--n1--F1--T1(2)
       |
       n2--F2--T2(1)
       |
       L1/
       |
       n3--F3--T3(3)
       |
       n4==B2==S2
)";

TEST(SupplyForest, EveryUsagePointIsSuppliedByItsFeederInNormalOperation) {
  const NetworkModel network = draw(kTwoFeeders);
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  EXPECT_EQ(forest.feeder(node(network, "T1.2")), feeder(network, "S"));
  EXPECT_EQ(forest.feeder(node(network, "T3.2")), feeder(network, "S2"));
  EXPECT_THAT(mrids(network, forest.usage_points_behind(node(network, "n1"))),
              UnorderedElementsAre("T1.1", "T1.2", "T2.1"));
  EXPECT_THAT(forest.loop_devices(), IsEmpty());
  EXPECT_THAT(forest.unsupplied_usage_points(), IsEmpty());
  EXPECT_FALSE(forest.downstream_node(device(network, "L1")).valid());
}

TEST(SupplyForest, WhatLiesBehindAnOpenFuseIsDark) {
  const NetworkModel network = draw(kTwoFeeders);
  SwitchState switches{network};
  switches.open(device(network, "F1"));
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_THAT(mrids(network, forest.unsupplied_usage_points()), ElementsAre("T1.1", "T1.2"));
  EXPECT_FALSE(forest.supplied(node(network, "T1.2")));
  EXPECT_THAT(forest.subtree(node(network, "T1.2")), IsEmpty());
  EXPECT_THAT(forest.usage_points_behind(node(network, "T1.2")), IsEmpty());
  EXPECT_THAT(trace_upstream(forest, node(network, "T1.2")), IsEmpty());
  EXPECT_THAT(trace_downstream(forest, node(network, "T1.2")), IsEmpty());
}

TEST(SupplyForest, AClosedTieSuppliesWhatTheOpenBreakerDropped) {
  const NetworkModel network = draw(kTwoFeeders);
  SwitchState switches{network};
  switches.open(device(network, "B1"));
  switches.close(device(network, "L1"));
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_THAT(forest.unsupplied_usage_points(), IsEmpty());
  EXPECT_EQ(forest.feeder(node(network, "T1.2")), feeder(network, "S2"));
  // The line n1-n2 now runs the other way.
  EXPECT_EQ(forest.downstream_node(device(network, "n1-n2")), node(network, "n1"));
}

TEST(SupplyForest, TwoFeedersThroughAClosedTieMeetInALoopDevice) {
  const NetworkModel network = draw(kTwoFeeders);
  SwitchState switches{network};
  switches.close(device(network, "L1"));
  const SupplyForest forest = SupplyForest::derive(network, switches);
  ASSERT_EQ(forest.loop_devices().size(), 1U);
  EXPECT_FALSE(forest.downstream_node(forest.loop_devices()[0]).valid());
  EXPECT_EQ(forest.feeder(node(network, "n1")), feeder(network, "S"));
  EXPECT_EQ(forest.feeder(node(network, "n4")), feeder(network, "S2"));
}

TEST(SupplyForest, ATraceUpListsTheDevicesTowardsTheSource) {
  const NetworkModel network = draw(kTwoFeeders);
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  EXPECT_THAT(mrids(network, trace_upstream(forest, node(network, "T2.2"))),
              ElementsAre("T2", "F2-T2", "F2", "n2-F2", "n1-n2", "B1-n1", "B1"));
  EXPECT_THAT(trace_upstream(forest, node(network, "S")), IsEmpty());
  EXPECT_THAT(mrids(network, trace_downstream(forest, node(network, "n3"))),
              ElementsAre("L1-n3", "n3-F3", "F3", "F3-T3", "T3"));
}

TEST(SupplyForest, OnePhaseOpenLeavesTheOthers) {
  const NetworkModel network = draw("S==F1--n1--F2[A]--T2[A](1)\n       |\n       F3[B]--T3[B](1)");
  SwitchState switches{network};
  switches.set_open_phases(device(network, "F1"), PhaseSet{PhaseSet::kA});
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_EQ(forest.phases(node(network, "n1")), (PhaseSet{PhaseSet::kB | PhaseSet::kC}));
  EXPECT_EQ(forest.phases(node(network, "T3.2")), PhaseSet{PhaseSet::kB});
  // Closed devices lead there, yet no conductor does.
  EXPECT_TRUE(forest.supplied(node(network, "T2.2")));
  EXPECT_FALSE(forest.phases(node(network, "T2.2")).any());
}

TEST(SupplyForest, ParallelAndSelfClosingDevicesAreLoops) {
  const NetworkModel network = draw("S==a--b\na--F1==b\na==D1==a");
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  EXPECT_TRUE(forest.supplied(node(network, "b")));
  EXPECT_THAT(mrids(network, forest.loop_devices()), UnorderedElementsAre("D1", "F1"));
}

TEST(SupplyForest, ThreeSinglePhaseFusesSideBySideAreOneStepAndNoLoop) {
  const NetworkModel network =
      draw("S==a==F1[A]==b==T1(1:A,1:B,1:?ABC,1:AB)\na==F2[B]==b\na==F3[C]==b\na==L1/==b");
  SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_THAT(forest.loop_devices(), IsEmpty());
  EXPECT_EQ(forest.phases(node(network, "b")), PhaseSet::abc());
  EXPECT_THAT(mrids(network, forest.parent_devices(node(network, "b"))),
              ElementsAre("F1", "F2", "F3"));
  EXPECT_THAT(mrids(network, trace_upstream(forest, node(network, "T1.2"))),
              ElementsAre("T1", "F1", "F2", "F3"));
  EXPECT_THAT(mrids(network, trace_downstream(forest, node(network, "S"))),
              ElementsAre("F1", "F2", "F3", "T1"));
  EXPECT_EQ(forest.downstream_node(device(network, "F2")), node(network, "b"));
  EXPECT_EQ(forest.usage_points_behind(node(network, "b")).size(), 4U);
  EXPECT_EQ(forest.liveness(usage_point(network, "T1.3")), Liveness::live);

  switches.open(device(network, "F1"));
  const SupplyForest without_a = SupplyForest::derive(network, switches);
  EXPECT_EQ(without_a.parent_device(node(network, "b")), device(network, "F2"));
  EXPECT_FALSE(without_a.downstream_node(device(network, "F1")).valid());
  EXPECT_EQ(without_a.liveness(usage_point(network, "T1.1")), Liveness::dead);
  EXPECT_EQ(without_a.liveness(usage_point(network, "T1.2")), Liveness::live);
  EXPECT_EQ(without_a.liveness(usage_point(network, "T1.3")), Liveness::unknown);
  EXPECT_EQ(without_a.liveness(usage_point(network, "T1.4")), Liveness::partly);

  switches.close(device(network, "L1"));
  const SupplyForest bridged = SupplyForest::derive(network, switches);
  EXPECT_EQ(bridged.liveness(usage_point(network, "T1.1")), Liveness::live);
}

TEST(SupplyForest, SplitSecondariesGoDarkWithTheirPrimaryPhase) {
  const NetworkModel network =
      draw("S==F1==a==T1[B>s1s2N]==A1[s1s2]==b(1:s1s2,1)\na==T2[?ABC>s1s2](1)\na==T3[AC>s1s2](1)");
  SwitchState switches{network};
  switches.set_open_phases(device(network, "F1"), PhaseSet{PhaseSet::kB});
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_EQ(forest.liveness(usage_point(network, "b.1")), Liveness::dead);
  EXPECT_EQ(forest.liveness(usage_point(network, "b.2")), Liveness::dead);
  EXPECT_EQ(forest.liveness(usage_point(network, "T2.1")), Liveness::unknown);
  EXPECT_EQ(forest.liveness(usage_point(network, "T3.1")), Liveness::live);
  EXPECT_EQ(forest.phases(node(network, "T3.2")), PhaseSet::split_phase());
}

TEST(SupplyForest, AnOpenDeltaBankLivesInPartWithOneTankOpen) {
  const NetworkModel network = draw("S==a==T1[AB>AB]==b(1:AB,1:BC,1:C)\na==T2[BC>BC]==b");
  SwitchState switches{network};
  EXPECT_EQ(SupplyForest::derive(network, switches).phases(node(network, "b")), PhaseSet::abc());
  switches.open(device(network, "T1"));
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_EQ(forest.liveness(usage_point(network, "b.1")), Liveness::partly);
  EXPECT_EQ(forest.liveness(usage_point(network, "b.2")), Liveness::live);
  EXPECT_EQ(forest.liveness(usage_point(network, "b.3")), Liveness::live);
}

TEST(SupplyForest, ABackFedTieBringsItsPhasesAgainstTheOrderOfTerminals) {
  const NetworkModel network =
      draw("S==B1==a==A1[AB]==b(1:A,1:B)\nb==L1[B]/==c==A2[ABC]==d==B2==S2");
  SwitchState switches{network};
  switches.open(device(network, "B1"));
  switches.close(device(network, "L1"));
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_EQ(forest.feeder(node(network, "a")), feeder(network, "S2"));
  EXPECT_EQ(forest.phases(node(network, "a")), PhaseSet{PhaseSet::kB});
  // No conductor of phase A leads there, so its customer hangs on what does.
  EXPECT_EQ(forest.liveness(usage_point(network, "b.2")), Liveness::live);
}

TEST(SupplyForest, APhaseLostOnOneWayComesBackOnTheOtherSideOfTheRing) {
  const NetworkModel network = draw("S==B1==a==F1==b==F2==c==F3==a\nb==T1(1:A)\nc==T2[A](1)");
  SwitchState switches{network};
  switches.set_open_phases(device(network, "F1"), PhaseSet{PhaseSet::kA});
  EXPECT_EQ(SupplyForest::derive(network, switches).phases(node(network, "T1.2")), PhaseSet::abc());
  switches.set_open_phases(device(network, "F3"), PhaseSet{PhaseSet::kA});
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_EQ(forest.phases(node(network, "T1.2")), (PhaseSet{PhaseSet::kB | PhaseSet::kC}));
  EXPECT_EQ(forest.liveness(usage_point(network, "T2.1")), Liveness::dead);
}

TEST(SupplyForest, TwoFeedersThatEnterAtOneNodeAreNamedByTheFirst) {
  const NetworkModel network = draw("S==a==S2\na--b(1)");
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  EXPECT_EQ(forest.feeder(node(network, "b")), feeder(network, "S"));
  EXPECT_THAT(forest.loop_devices(), IsEmpty());
}

TEST(Islands, HangTogetherThroughClosedDevicesOnly) {
  const NetworkModel network = draw("S==B1--n1\nx1--F1--x2(2)\n|\nL1/--x3(1)\n\ny1(1)");
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  const std::vector<Island> islands = unsupplied_islands(forest, switches);
  std::vector<std::vector<std::string>> members;
  for (const Island& island : islands) members.push_back(mrids(network, island.usage_points));
  EXPECT_THAT(members, UnorderedElementsAre(ElementsAre("x2.1", "x2.2"), ElementsAre("x3.1"),
                                            ElementsAre("y1.1")));
}

NetworkModel random_network(Random& random) {
  const std::size_t nodes = 1 + random.below(40);
  std::vector<Device> devices(random.below(2 * nodes + 1));
  for (Device& d : devices) {
    d.from = Node{random.below(nodes)};
    d.to = Node{random.below(nodes)};
    d.normally_open = random.chance(0.15) ? 1 : 0;
    if (random.chance(0.3)) d.phases = PhaseSet{static_cast<std::uint8_t>(1 + random.below(15))};
  }
  std::vector<Feeder> feeders(random.below(4));
  for (Feeder& f : feeders) {
    if (random.chance(0.9)) f.source_node = Node{random.below(nodes)};
  }
  std::vector<UsagePoint> usage_points(random.below(60));
  for (UsagePoint& u : usage_points) u.node = Node{random.below(nodes)};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  records.usage_points = Table<UsagePoint>{std::move(usage_points)};
  auto network = NetworkModel::from_records(std::move(records));
  EXPECT_TRUE(network) << describe(network.error());
  return std::move(*network);
}

SwitchState random_switches(const NetworkModel& network, Random& random) {
  SwitchState switches{network};
  for (const Id<Device> id : network.devices().ids()) {
    if (random.chance(0.2)) switches.open(id);
    if (random.chance(0.1)) switches.close(id);
    if (random.chance(0.2)) {
      switches.set_open_phases(id, PhaseSet{static_cast<std::uint8_t>(random.below(8))});
    }
  }
  return switches;
}

// Devices between each node and its nearest source, by Boost; -1 where there is none. Sources hang
// on one vertex more than there are nodes.
std::vector<int> boost_distances(const NetworkModel& network, const SwitchState& switches) {
  boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> graph(network.nodes().size() +
                                                                            1);
  for (const Id<Device> id : network.devices().ids()) {
    const Device& d = network.devices()[id];
    if (switches.conducts(id)) boost::add_edge(d.from.index, d.to.index, graph);
  }
  const std::size_t root = network.nodes().size();
  for (const Feeder& f : network.feeders()) {
    if (f.source_node.valid()) boost::add_edge(root, f.source_node.index, graph);
  }
  std::vector<int> distances(network.nodes().size() + 1, 0);
  std::vector<boost::default_color_type> colours(distances.size());
  boost::breadth_first_search(graph, root,
                              boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                                                 distances.data(), boost::on_tree_edge())))
                                  .color_map(colours.data()));
  for (std::size_t v = 0; v < distances.size(); ++v) {
    distances[v] = colours[v] == boost::black_color ? distances[v] - 1 : -1;
  }
  distances.pop_back();
  return distances;
}

void collect_behind(const SupplyForest& forest, Node at, std::set<Node>& behind) {
  behind.insert(at);
  for (const Node other : forest.network().nodes().ids()) {
    if (forest.parent(other) == at) collect_behind(forest, other, behind);
  }
}

class RandomForest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomForest, AgreesWithBoostOnWhoIsSuppliedAndHowFarAway) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const SwitchState switches = random_switches(network, random);
  const SupplyForest forest = SupplyForest::derive(network, switches);
  const std::vector<int> distances = boost_distances(network, switches);
  for (const Node at : network.nodes().ids()) {
    ASSERT_EQ(forest.supplied(at), distances[at.index] >= 0);
    if (!forest.supplied(at)) {
      ASSERT_FALSE(forest.feeder(at).valid() || forest.parent(at).valid());
      continue;
    }
    int steps = 0;
    Node walker = at;
    std::vector<Id<Device>> path;
    for (; forest.parent(walker).valid(); walker = forest.parent(walker), ++steps) {
      ASSERT_EQ(forest.parent_devices(walker)[0], forest.parent_device(walker));
      for (const Id<Device> id : forest.parent_devices(walker)) {
        ASSERT_TRUE(switches.conducts(id));
        ASSERT_EQ(forest.downstream_node(id), walker);
        path.push_back(id);
      }
    }
    ASSERT_EQ(steps, distances[at.index]);
    ASSERT_EQ(trace_upstream(forest, at), path);
    ASSERT_EQ(network.feeders()[forest.feeder(at)].source_node, walker);
  }
}

// Conductor by conductor, by plain repetition over all devices.
TEST_P(RandomForest, EveryPhaseIsLiveWhereAWayOfItsConductorsLeads) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const SwitchState switches = random_switches(network, random);
  std::vector<unsigned> live(network.nodes().size(), 0);
  for (const Feeder& f : network.feeders()) {
    if (f.source_node.valid()) live[f.source_node.index] = PhaseSet::abc().bits;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const Id<Device> id : network.devices().ids()) {
      const Device& d = network.devices()[id];
      const unsigned closed = d.phases.without(switches.open_phases(id)).live_bits();
      const unsigned both = (live[d.from.index] | live[d.to.index]) & closed;
      for (const Node end : {d.from, d.to}) {
        changed = changed || (both & ~live[end.index]) != 0;
        live[end.index] |= both;
      }
    }
  }
  const SupplyForest forest = SupplyForest::derive(network, switches);
  for (const Node at : network.nodes().ids()) {
    ASSERT_EQ(unsigned{forest.phases(at).bits}, live[at.index]) << "node " << at.index;
  }
}

TEST_P(RandomForest, SubtreesAreWhatRecursionFinds) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const SupplyForest forest = SupplyForest::derive(network, random_switches(network, random));
  for (const Node at : network.nodes().ids()) {
    std::set<Node> behind;
    if (forest.supplied(at)) collect_behind(forest, at, behind);
    const auto subtree = forest.subtree(at);
    ASSERT_EQ((std::set<Node>{subtree.begin(), subtree.end()}), behind);
    ASSERT_EQ(subtree.size(), behind.size());
    std::vector<Id<Device>> devices;
    for (const Node other : subtree) {
      if (other == at) continue;
      const auto through = forest.parent_devices(other);
      devices.insert(devices.end(), through.begin(), through.end());
    }
    ASSERT_EQ(trace_downstream(forest, at), devices);
    for (const Node other : network.nodes().ids()) {
      ASSERT_EQ(forest.is_behind(other, at), behind.contains(other));
    }
    std::set<Id<UsagePoint>> points;
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      if (behind.contains(network.usage_points()[id].node)) points.insert(id);
    }
    const auto range = forest.usage_points_behind(at);
    ASSERT_EQ((std::set<Id<UsagePoint>>{range.begin(), range.end()}), points);
    ASSERT_EQ(range.size(), points.size());
  }
}

TEST_P(RandomForest, EveryDeviceIsInTheForestOrALoopOrCarriesNothing) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const SwitchState switches = random_switches(network, random);
  const SupplyForest forest = SupplyForest::derive(network, switches);
  std::set<Node> sources;
  for (const Feeder& f : network.feeders()) {
    if (f.source_node.valid()) sources.insert(f.source_node);
  }
  const std::set<Id<Device>> loops(forest.loop_devices().begin(), forest.loop_devices().end());
  ASSERT_EQ(loops.size(), forest.loop_devices().size());
  std::size_t in_forest = 0;
  std::size_t parents = 0;
  for (const Node at : network.nodes().ids()) parents += forest.parent_devices(at).size();
  for (const Id<Device> id : network.devices().ids()) {
    const bool carries = switches.conducts(id) && forest.supplied(network.devices()[id].from);
    const bool flows = forest.downstream_node(id).valid();
    ASSERT_EQ(carries, flows || loops.contains(id));
    ASSERT_FALSE(flows && loops.contains(id));
    in_forest += flows ? 1 : 0;
  }
  ASSERT_EQ(in_forest, parents);
  ASSERT_GE(in_forest, forest.tour().size() - sources.size());
}

TEST_P(RandomForest, TourHoldsParentsBeforeChildrenAndEachUsagePointOnce) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const SupplyForest forest = SupplyForest::derive(network, random_switches(network, random));
  std::set<Node> seen;
  for (const Node at : forest.tour()) {
    ASSERT_TRUE(!forest.parent(at).valid() || seen.contains(forest.parent(at)));
    ASSERT_TRUE(seen.insert(at).second);
  }
  const auto all = forest.usage_points_in_tour_order();
  ASSERT_EQ((std::set<Id<UsagePoint>>{all.begin(), all.end()}).size(),
            network.usage_points().size());
  ASSERT_EQ(all.size(), network.usage_points().size());
  for (const Id<UsagePoint> id : forest.unsupplied_usage_points())
    ASSERT_FALSE(forest.supplied(id));
  ASSERT_TRUE(std::ranges::is_sorted(forest.unsupplied_usage_points()));
}

TEST_P(RandomForest, IslandsPartitionWhatIsDark) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const SwitchState switches = random_switches(network, random);
  const SupplyForest forest = SupplyForest::derive(network, switches);
  std::vector<int> island_of(network.nodes().size(), -1);
  const std::vector<Island> islands = unsupplied_islands(forest, switches);
  for (std::size_t i = 0; i < islands.size(); ++i) {
    for (const Node at : islands[i].nodes) {
      ASSERT_EQ(island_of[at.index], -1);
      island_of[at.index] = static_cast<int>(i);
    }
  }
  for (const Node at : network.nodes().ids()) {
    ASSERT_EQ(island_of[at.index] < 0, forest.supplied(at));
  }
  for (const Id<Device> id : network.devices().ids()) {
    const Device& d = network.devices()[id];
    if (!switches.conducts(id)) continue;
    ASSERT_EQ(island_of[d.from.index], island_of[d.to.index]);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomForest, testing::Range(std::uint64_t{0}, std::uint64_t{300}));

TEST(SupplyForest, ALineOfAMillionNodesIsNoDepthTooGreat) {
  constexpr std::uint32_t kNodes = 1000000;
  std::vector<Device> devices(kNodes - 1);
  for (std::uint32_t i = 0; i + 1 < kNodes; ++i) {
    devices[i].from = Node{i};
    devices[i].to = Node{i + 1};
  }
  std::vector<Feeder> feeders(1);
  feeders[0].source_node = Node{0};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(kNodes)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  const auto network = NetworkModel::from_records(std::move(records));
  ASSERT_TRUE(network);
  const SupplyForest forest = SupplyForest::derive(*network, SwitchState{*network});
  EXPECT_EQ(forest.subtree(Node{0}).size(), kNodes);
  EXPECT_EQ(trace_upstream(forest, Node{kNodes - 1}).size(), kNodes - 1);
}

}  // namespace
}  // namespace gridmend::supply_forest_test
