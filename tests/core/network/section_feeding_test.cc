#include "core/network/section_feeding.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::section_feeding_test {
namespace {

using drawing::device;
using drawing::draw;
using drawing::feeder;
using drawing::node;
using testing::ElementsAre;
using testing::IsEmpty;

using Node = Id<ConnectivityNode>;

constexpr const char* kRing = R"(
S==B1--n1--F1--T1(2)
       |
       L2--n2--F2--T2(1)
           |
           L1/
           |
           n3--F3--T3(3)
           |
           n4==B2==S2
)";

struct Desk {
  explicit Desk(const char* drawing) : network(draw(drawing)), switches(network) {}

  std::vector<SectionFeeding> otherwise() const {
    return present_feeding(Sections::derive(network, switches),
                           SupplyForest::derive(network, SwitchState{network}),
                           SupplyForest::derive(network, switches), switches);
  }
  // "node: S by B1 -> S2 by L1 because B1 open, L1 closed"
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const SectionFeeding& section : otherwise()) {
      std::string line = std::string{network.mrid(section.node)} + ": " + text(section.normal) +
                         " -> " + text(section.present) + " because";
      for (const SwitchOperation& operation : section.operations) {
        line += " " + std::string{network.mrid(operation.device)} + ":" +
                to_string(operation.normally_open) + ">" + to_string(operation.open);
      }
      lines.push_back(line);
    }
    return lines;
  }
  std::string text(const Feeding& feeding) const {
    if (!feeding.feeder.valid()) return "dark";
    std::string line{network.mrid(feeding.feeder)};
    if (feeding.entry.valid()) line += "/" + std::string{network.mrid(feeding.entry)};
    return line + "/" + to_string(feeding.phases);
  }

  NetworkModel network;
  SwitchState switches;
};

TEST(SectionFeeding, NothingDiffersInNormalOperation) {
  const Desk desk{kRing};
  EXPECT_THAT(desk.otherwise(), IsEmpty());
}

TEST(SectionFeeding, ATieThatTookOverIsNamedWithWhatWasOpened) {
  Desk desk{kRing};
  desk.switches.open(device(desk.network, "B1"));
  desk.switches.close(device(desk.network, "L1"));
  EXPECT_THAT(desk.lines(), ElementsAre("B1.2: S/B1/ABC -> S2/L2/ABC because B1:->ABC L1:ABC>-",
                                        "F1.2: S/F1/ABC -> S2/F1/ABC because B1:->ABC L1:ABC>-",
                                        "L2.2: S/L2/ABC -> S2/L1/ABC because B1:->ABC L1:ABC>-",
                                        "F2.2: S/F2/ABC -> S2/F2/ABC because B1:->ABC L1:ABC>-"));
}

TEST(SectionFeeding, WhatIsCutOffIsDarkAndCountsItsPeople) {
  Desk desk{kRing};
  desk.switches.open(device(desk.network, "L2"));
  EXPECT_THAT(desk.lines(), ElementsAre("L2.2: S/L2/ABC -> dark because L2:->ABC",
                                        "F2.2: S/F2/ABC -> dark because L2:->ABC"));
  EXPECT_EQ(desk.otherwise()[0].usage_points, 0U);
  EXPECT_EQ(desk.otherwise()[1].usage_points, 1U);
  EXPECT_EQ(desk.otherwise()[1].customers, 1U);
}

TEST(SectionFeeding, AMissingPhaseIsADifference) {
  Desk desk{kRing};
  desk.switches.set_open_phases(device(desk.network, "F3"), PhaseSet{PhaseSet::kB});
  EXPECT_THAT(desk.lines(), ElementsAre("F3.2: S2/F3/ABC -> S2/F3/AC because F3:->B"));
}

TEST(SectionFeeding, ALineCutClearBordersTwoSections) {
  Desk desk{"S==B1--n1--n2--n3(2)"};
  desk.switches.open(device(desk.network, "n1-n2"));
  EXPECT_THAT(desk.lines(), ElementsAre("n2: S/n1-n2/ABC -> dark because n1-n2:->ABC"));
  EXPECT_EQ(desk.otherwise()[0].usage_points, 2U);
}

TEST(SectionFeeding, SomethingClosedThatIsNormallyOpenMayShortenTheWay) {
  Desk desk{"S==B1--n1--L2--n2--L3--n3--L4--n4(1)--L1/==S2"};
  desk.switches.close(device(desk.network, "L1"));
  EXPECT_THAT(desk.lines(), ElementsAre("L3.2: S/L3/ABC -> S2/L4/ABC because L1:ABC>-",
                                        "L4.2: S/L4/ABC -> S2/L1/ABC because L1:ABC>-"));
}

NetworkModel random_network(Random& random) {
  const std::size_t nodes = 2 + random.below(30);
  std::vector<Device> devices(random.below(2 * nodes));
  for (Device& d : devices) {
    d.from = Node{random.below(nodes)};
    d.to = Node{random.below(nodes)};
    if (random.chance(0.6)) d.kind = DeviceKind::load_break_switch;
    d.normally_open = random.chance(0.2) ? 1 : 0;
  }
  std::vector<Feeder> feeders(1 + random.below(3));
  for (Feeder& f : feeders) f.source_node = Node{random.below(nodes)};
  std::vector<UsagePoint> usage_points(random.below(30));
  for (UsagePoint& u : usage_points) u.node = Node{random.below(nodes)};
  NetworkRecords records;
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
  records.devices = Table<Device>{std::move(devices)};
  records.feeders = Table<Feeder>{std::move(feeders)};
  records.usage_points = Table<UsagePoint>{std::move(usage_points)};
  auto network = NetworkModel::from_records(std::move(records));
  EXPECT_TRUE(network);
  return std::move(*network);
}

class RandomFeeding : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomFeeding, EveryDifferenceIsExplainedByDeparturesOnTheWay) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  Random random{GetParam()};
  const NetworkModel network = random_network(random);
  SwitchState switches{network};
  for (const Id<Device> id : network.devices().ids()) {
    if (random.chance(0.1)) switches.open(id);
    if (random.chance(0.1)) switches.close(id);
  }
  const SupplyForest normal = SupplyForest::derive(network, SwitchState{network});
  const SupplyForest present = SupplyForest::derive(network, switches);
  const Sections sections = Sections::derive(network, switches);
  std::size_t seen = 0;
  std::uint32_t usage_points = 0;
  for (const SectionFeeding& feeding : feeding_of_sections(sections, normal, present, switches)) {
    for (const Node at : sections.nodes(feeding.section)) {
      ASSERT_EQ(sections.section(at), feeding.section);
      ASSERT_EQ(present.supplied(at), feeding.present.feeder.valid());
      ASSERT_GE(at, feeding.node);
      ++seen;
    }
    usage_points += feeding.usage_points;
    // By walking: all departures on either way, and no other.
    std::set<Id<Device>> expected, named;
    const auto walk = [&](const SupplyForest& forest) {
      for (const Node start : forest.tour()) {
        if (sections.section(start) != feeding.section) continue;
        for (const Id<Device> id : trace_upstream(forest, start)) {
          if (switches.departures().contains(id)) expected.insert(id);
        }
        break;
      }
    };
    walk(normal);
    walk(present);
    for (const SwitchOperation& operation : feeding.operations) named.insert(operation.device);
    ASSERT_EQ(named.size(), feeding.operations.size());
    if (feeding.otherwise()) {
      ASSERT_EQ(named, expected);
    } else {
      ASSERT_TRUE(named.empty());
    }
  }
  EXPECT_EQ(seen, network.nodes().size());
  EXPECT_EQ(usage_points, network.usage_points().size());
  for (const Id<Device> id : network.devices().ids()) {
    const Device& d = network.devices()[id];
    if (is_switch(d.kind) || d.normally_open != 0 || switches.departures().contains(id)) continue;
    ASSERT_EQ(sections.section(d.from), sections.section(d.to));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomFeeding,
                         testing::Range(std::uint64_t{0}, std::uint64_t{500}));

}  // namespace
}  // namespace gridmend::section_feeding_test
