#include "core/network/block_cut_tree.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::block_cut_tree_test {
namespace {

using drawing::device;
using drawing::draw;
using drawing::node;
using testing::ElementsAre;
using testing::IsEmpty;

using Node = Id<ConnectivityNode>;

std::vector<std::string> mrids(const NetworkModel& network, std::span<const Id<Device>> devices) {
  std::vector<std::string> names;
  for (const Id<Device> id : devices) names.emplace_back(network.mrid(id));
  return names;
}

BlockCutTree blocks_of(const NetworkModel& network) {
  return BlockCutTree::derive(SupplyForest::derive(network, SwitchState{network}));
}

// A ring behind a breaker, a lateral off the ring, three fuses side by side in it.
constexpr const char* kRing = R"(
S==B1==a==L1==b==L2==c==L3==a
b==F1[A]==d==T1(2)
b==F2[B]==d
b==F3[C]==d
)";

TEST(BlockCutTree, ARingIsOneBlockAndWhatHangsOnItAreOthers) {
  const NetworkModel network = draw(kRing);
  const BlockCutTree tree = blocks_of(network);
  const Id<NetworkBlock> ring = tree.block_of(device(network, "L1"));
  EXPECT_TRUE(tree.meshed(ring));
  EXPECT_THAT(mrids(network, tree.devices(ring)), ElementsAre("L1", "L2", "L3"));
  EXPECT_EQ(tree.entry(ring), node(network, "a"));
  EXPECT_EQ(tree.nodes(ring).size(), 2U);
  const Id<NetworkBlock> fuses = tree.block_of(device(network, "F2"));
  EXPECT_FALSE(tree.meshed(fuses));
  EXPECT_THAT(mrids(network, tree.devices(fuses)), ElementsAre("F1", "F2", "F3"));
  EXPECT_EQ(tree.parent(fuses), ring);
  EXPECT_TRUE(tree.is_articulation(node(network, "b")));
  EXPECT_FALSE(tree.is_articulation(node(network, "c")));
}

TEST(BlockCutTree, NamesTheStepsWithoutWhichANodeIsDark) {
  const NetworkModel network = draw(kRing);
  const BlockCutTree tree = blocks_of(network);
  const Node home = node(network, "T1.2");
  std::vector<std::vector<std::string>> steps;
  for (const auto step : tree.cuts(home)) steps.push_back(mrids(network, step));
  EXPECT_THAT(steps,
              ElementsAre(ElementsAre("T1"), ElementsAre("F1", "F2", "F3"), ElementsAre("B1")));
  EXPECT_FALSE(tree.supplied_without(home, device(network, "B1")));
  EXPECT_TRUE(tree.supplied_without(home, device(network, "L1")));
  EXPECT_TRUE(tree.supplied_without(home, device(network, "F1")));
  EXPECT_TRUE(tree.supplied_without(node(network, "c"), device(network, "T1")));
}

TEST(BlockCutTree, SeveralOpeningsCutAMeshedBlock) {
  const NetworkModel network = draw(kRing);
  const BlockCutTree tree = blocks_of(network);
  const auto without = [&](std::string_view at, std::vector<std::string_view> names) {
    std::vector<Id<Device>> devices;
    for (const auto name : names) devices.push_back(device(network, name));
    return tree.supplied_without(node(network, at), devices);
  };
  EXPECT_TRUE(without("c", {"L1", "L2"}));
  EXPECT_FALSE(without("b", {"L1", "L2"}));
  EXPECT_FALSE(without("T1.2", {"L1", "L2"}));
  EXPECT_TRUE(without("T1.2", {"F1", "F2"}));
  EXPECT_FALSE(without("T1.2", {"F1", "F2", "F3"}));
  EXPECT_TRUE(without("T1.2", {}));
}

TEST(BlockCutTree, FeedersThatMeetAreOneBlockWithoutAnEntry) {
  const NetworkModel network = draw("S==B1==a(1)\na==L1==b==B2==S2\nb==L2/==c==B3==S3");
  const BlockCutTree tree = blocks_of(network);
  const Id<NetworkBlock> both = tree.block_of(device(network, "L1"));
  EXPECT_TRUE(tree.meshed(both));
  EXPECT_FALSE(tree.entry(both).valid());
  EXPECT_THAT(mrids(network, tree.devices(both)), ElementsAre("B1", "L1", "B2"));
  EXPECT_TRUE(tree.supplied_without(node(network, "a"), device(network, "B1")));
  // The tie that stands open helps nobody.
  EXPECT_FALSE(tree.supplied_without(node(network, "c"), device(network, "B3")));
  EXPECT_FALSE(tree.block_of(device(network, "L2")).valid());
}

TEST(BlockCutTree, ADoubleCircuitIsMeshedAndSinglePhasesAreNot) {
  const NetworkModel network = draw("S==a==A1==b\na==A2==b==F1[A]==c\nb==F2[B]==c\nc==D1==c");
  const BlockCutTree tree = blocks_of(network);
  EXPECT_TRUE(tree.meshed(tree.block_of(device(network, "A2"))));
  EXPECT_FALSE(tree.meshed(tree.block_of(device(network, "F1"))));
  EXPECT_FALSE(tree.block_of(device(network, "D1")).valid());
}

TEST(BlockCutTree, WhatIsDarkHasNoBlock) {
  const NetworkModel network = draw("S==B1==a==L1/==b==F1==c");
  const BlockCutTree tree = blocks_of(network);
  EXPECT_FALSE(tree.block_above(node(network, "c")).valid());
  EXPECT_FALSE(tree.block_of(device(network, "F1")).valid());
  EXPECT_THAT(tree.cuts(node(network, "c")), IsEmpty());
  EXPECT_FALSE(tree.supplied_without(node(network, "c"), device(network, "B1")));
}

// Random networks against opening devices and following supply anew.

NetworkModel random_network(Random& random) {
  const std::size_t nodes = 2 + random.below(18);
  std::vector<Device> devices(nodes - 1 + random.below(nodes));
  for (std::size_t i = 0; i < devices.size(); ++i) {
    Device& d = devices[i];
    d.to = Node{i < nodes - 1 ? i + 1 : random.below(nodes)};
    d.from = Node{i < nodes - 1 ? random.below(i + 1) : random.below(nodes)};
    d.normally_open = random.chance(0.05) ? 1 : 0;
    if (random.chance(0.3)) d.phases = PhaseSet{static_cast<std::uint8_t>(1 + random.below(7))};
  }
  std::vector<Feeder> feeders(1 + random.below(3));
  for (Feeder& f : feeders) f.source_node = Node{random.below(nodes)};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  auto network = NetworkModel::from_records(std::move(records));
  EXPECT_TRUE(network) << describe(network.error());
  return std::move(*network);
}

SupplyForest without(const NetworkModel& network, std::span<const Id<Device>> devices) {
  SwitchState switches{network};
  for (const Id<Device> id : devices) switches.open(id);
  return SupplyForest::derive(network, switches);
}

class RandomMesh : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomMesh, AgreesWithOpeningEachDevice) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const BlockCutTree tree = blocks_of(network);
  for (const Id<Device> opened : network.devices().ids()) {
    const SupplyForest forest = without(network, std::vector{opened});
    for (const Node at : network.nodes().ids()) {
      ASSERT_EQ(tree.supplied_without(at, opened), forest.supplied(at))
          << "device " << opened.index << ", node " << at.index;
    }
  }
}

TEST_P(RandomMesh, AgreesWithOpeningSeveralDevices) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const BlockCutTree tree = blocks_of(network);
  for (int round = 0; round < 40; ++round) {
    std::vector<Id<Device>> opened(1 + random.below(4));
    for (Id<Device>& id : opened) id = Id<Device>{random.below(network.devices().size())};
    const SupplyForest forest = without(network, opened);
    for (const Node at : network.nodes().ids()) {
      ASSERT_EQ(tree.supplied_without(at, opened), forest.supplied(at)) << "node " << at.index;
    }
  }
}

TEST_P(RandomMesh, ItsCutsAreAllThereAre) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const BlockCutTree tree = blocks_of(network);
  for (const Node at : network.nodes().ids()) {
    std::vector<Id<Device>> cutting;
    for (const auto step : tree.cuts(at)) {
      ASSERT_FALSE(without(network, step).supplied(at));
      cutting.insert(cutting.end(), step.begin(), step.end());
    }
    if (!tree.forest().supplied(at)) continue;
    for (const Id<Device> id : network.devices().ids()) {
      if (std::ranges::find(cutting, id) != cutting.end()) continue;
      ASSERT_TRUE(without(network, std::vector{id}).supplied(at));
    }
  }
}

TEST_P(RandomMesh, ArticulationNodesAreThoseThatOthersLoseSupplyWith) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const BlockCutTree tree = blocks_of(network);
  for (const Node gone : network.nodes().ids()) {
    std::vector<Id<Device>> around;
    for (const auto [device, opposite] : network.incident(gone)) around.push_back(device);
    const SupplyForest forest = without(network, around);
    bool loses = false;
    for (const Node at : network.nodes().ids()) {
      loses = loses || (at != gone && tree.forest().supplied(at) && !forest.supplied(at));
    }
    ASSERT_EQ(tree.is_articulation(gone), loses) << "node " << gone.index;
  }
}

TEST_P(RandomMesh, EveryNodeAndEveryCarryingDeviceIsInOneBlock) {
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  const BlockCutTree tree = blocks_of(network);
  std::size_t nodes = 0, devices = 0, carrying = 0;
  for (const Id<NetworkBlock> block : tree.ids()) {
    nodes += tree.nodes(block).size();
    devices += tree.devices(block).size();
    for (const Node at : tree.nodes(block)) ASSERT_EQ(tree.block_above(at), block);
    for (const Id<Device> id : tree.devices(block)) ASSERT_EQ(tree.block_of(id), block);
    if (tree.parent(block).valid()) {
      ASSERT_LT(tree.parent(block), block);
    }
  }
  const SwitchState switches{network};
  for (const Id<Device> id : network.devices().ids()) {
    const Device& d = network.devices()[id];
    carrying += switches.conducts(id) && d.from != d.to && tree.forest().supplied(d.from) ? 1 : 0;
  }
  ASSERT_EQ(nodes, tree.forest().tour().size());
  ASSERT_EQ(devices, carrying);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomMesh, testing::Range(std::uint64_t{0}, std::uint64_t{300}));

NetworkModel chain(std::uint32_t nodes, bool closed) {
  std::vector<Device> devices(closed ? nodes : nodes - 1);
  for (std::uint32_t i = 0; i < devices.size(); ++i) {
    devices[i].from = Node{i};
    devices[i].to = Node{(i + 1) % nodes};
  }
  std::vector<Feeder> feeders(1);
  feeders[0].source_node = Node{0};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  return *NetworkModel::from_records(std::move(records));
}

TEST(BlockCutTree, AChainAndARingOfAMillionNodesAreNoDepthTooGreat) {
  constexpr std::uint32_t kNodes = 1000000;
  const NetworkModel line = chain(kNodes, false);
  const BlockCutTree steps = blocks_of(line);
  EXPECT_EQ(steps.ids().size(), kNodes);
  EXPECT_EQ(steps.cuts(Node{kNodes - 1}).size(), kNodes - 1);
  EXPECT_FALSE(steps.supplied_without(Node{kNodes - 1}, Id<Device>{7}));

  const NetworkModel ring = chain(kNodes, true);
  const BlockCutTree loop = blocks_of(ring);
  EXPECT_EQ(loop.ids().size(), 2U);
  EXPECT_THAT(loop.cuts(Node{kNodes / 2}), IsEmpty());
  EXPECT_TRUE(loop.supplied_without(Node{kNodes / 2}, Id<Device>{7}));
  EXPECT_FALSE(
      loop.supplied_without(Node{kNodes / 2}, std::vector{Id<Device>{7}, Id<Device>{kNodes - 7}}));
}

}  // namespace
}  // namespace gridmend::block_cut_tree_test
