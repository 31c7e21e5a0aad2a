#include "core/network/switch_state.h"

#include <gtest/gtest.h>

#include "tests/drawing/feeder_drawing.h"

namespace gridmend::switch_state_test {
namespace {

using drawing::device;
using drawing::draw;

TEST(SwitchState, BeginsAsTheNetworkIsOperatedNormally) {
  const NetworkModel network = draw("S==B1--n1--L1/--n2==B2==S2");
  const SwitchState switches{network};
  EXPECT_TRUE(switches.conducts(device(network, "B1")));
  EXPECT_TRUE(switches.conducts(device(network, "B1-n1")));
  EXPECT_FALSE(switches.conducts(device(network, "L1")));
  EXPECT_EQ(switches.open_phases(device(network, "L1")), PhaseSet::abc());
  EXPECT_TRUE(switches.departures().empty());
}

TEST(SwitchState, RemembersOnlyWhatDepartsFromNormal) {
  const NetworkModel network = draw("S==B1--n1--L1/--n2==B2==S2");
  SwitchState switches{network};
  switches.open(device(network, "B1"));
  switches.close(device(network, "L1"));
  EXPECT_FALSE(switches.conducts(device(network, "B1")));
  EXPECT_TRUE(switches.conducts(device(network, "L1")));
  EXPECT_EQ(switches.departures().size(), 2U);
  switches.close(device(network, "B1"));
  switches.open(device(network, "L1"));
  EXPECT_TRUE(switches.departures().empty());
}

TEST(SwitchState, ADeviceConductsWhileOneOfItsPhasesDoes) {
  const NetworkModel network = draw("S==F1--n1\n|\nF2[A]--n2");
  SwitchState switches{network};
  const PhaseSet a{PhaseSet::kA};
  switches.set_open_phases(device(network, "F1"), a);
  switches.set_open_phases(device(network, "F2"), a);
  EXPECT_TRUE(switches.conducts(device(network, "F1")));
  EXPECT_FALSE(switches.conducts(device(network, "F2")));
  switches.set_open_phases(device(network, "F2"), PhaseSet{PhaseSet::kB | PhaseSet::kC});
  EXPECT_TRUE(switches.conducts(device(network, "F2")));
}

TEST(SwitchState, TheNeutralIsNotSwitched) {
  const NetworkModel network = draw("S==F1--n1");
  SwitchState switches{network};
  switches.set_open_phases(device(network, "F1"), PhaseSet{PhaseSet::kNeutral});
  EXPECT_TRUE(switches.departures().empty());
}

TEST(SwitchState, ACopyGoesItsOwnWay) {
  const NetworkModel network = draw("S==B1--n1");
  const SwitchState before{network};
  SwitchState after = before;
  after.open(device(network, "B1"));
  EXPECT_TRUE(before.conducts(device(network, "B1")));
}

TEST(SwitchState, ALineCanBeCutClear) {
  const NetworkModel network = draw("S==B1--n1");
  SwitchState switches{network};
  switches.open(device(network, "B1-n1"));
  EXPECT_FALSE(switches.conducts(device(network, "B1-n1")));
}

}  // namespace
}  // namespace gridmend::switch_state_test
