#include "core/outage/inference_forest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "core/base/random.h"
#include "core/outage/inference_csv.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend {
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

}  // namespace
}  // namespace gridmend
