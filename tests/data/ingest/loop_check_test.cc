// Which switch of a loop of closed ones is the likely wrong one, and where the loop is cut.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/ingest/network_checks.h"
#include "tests/data/ingest/checked_drawing.h"

namespace gridmend::loop_check_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr PhaseSet kA{PhaseSet::kA}, kB{PhaseSet::kB};

TEST(LoopCheck, TheSwitchAcrossWhichTheDeclaredFeederChangesIsSuspected) {
  CheckedDrawing town("S==B1--n1--D1--n2--D2--n3--D3--n4--B2==S2");
  town.declare({"B1", "B1-n1", "n1-D1", "D1", "D1-n2", "n2-D2"}, "S");
  town.declare({"D2-n3", "n3-D3", "D3", "D3-n4", "n4-B2", "B2"}, "S2");
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "D2");
  EXPECT_EQ(defects[0].severity, DefectSeverity::severe);
  EXPECT_THAT(defects[0].message,
              AllOf(HasSubstr("two sources are joined"), HasSubstr("'D1', 'D2', 'D3'"),
                    HasSubstr("changes from 'S' to 'S2' across it")));
}

TEST(LoopCheck, WithoutDeclaredFeedersTheSwitchInTheMiddleIsSuspected) {
  CheckedDrawing town("S==B1--n1--D1--n2--D2--n3--D3--n4--B2==S2");
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "D2");
  EXPECT_THAT(defects[0].message, HasSubstr("from the one end of the loop"));
}

TEST(LoopCheck, AKindOpenedByHandIsSuspectedBeforeAFuse) {
  CheckedDrawing town("S==B1--n1--L1--n2--F1--n3--F2--n4--B2==S2");
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "L1");
  EXPECT_THAT(defects[0].message, HasSubstr("opened by hand"));
}

TEST(LoopCheck, ALoopOnOneSourceIsNamedOnceWithItsCustomers) {
  CheckedDrawing town(R"(
S==B1--n1--D1--n2--T1(2)
       |       |
       n3--D2--n4--T2(3)
)");
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_THAT(defects[0].message, HasSubstr("a loop runs through 8 closed devices"));
  EXPECT_EQ(defects[0].subject.customers, 5u);
  EXPECT_EQ(defects[0].subject.device, town.id(defects[0].place.feature_id));
}

TEST(LoopCheck, ALoopIsCutAtTheSwitchThatIsNamedAndNotAtALine) {
  // Supply from both ends meets at n5, far from the switch.
  CheckedDrawing town("S==B1--n1--D1--n2--n3--n4--n5--n6--n7--n8--n9--B2==S2");
  town.declare({"B1", "B1-n1", "n1-D1"}, "S");
  town.declare({"D1-n2", "n2-n3", "n3-n4", "n8-n9", "n9-B2", "B2"}, "S2");
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "D1");
  EXPECT_EQ(defects[0].action, "'D1' is taken as open in normal operation");
  const auto forest = SupplyForest::derive(town.network(), SwitchState{town.network()});
  EXPECT_TRUE(forest.loop_devices().empty());
  EXPECT_FALSE(forest.downstream_node(town.id("D1")).valid());
  EXPECT_TRUE(forest.downstream_node(town.id("n2-n3")).valid());
  EXPECT_EQ(forest.tour().size(), town.network().nodes().size()) << "all stays supplied";
  for (const char* behind : {"n2-n3", "n4-n5", "n8-n9"}) {
    EXPECT_EQ(forest.feeder(town.network().devices()[town.id(behind)].from), town.feeder("S2"));
  }
}

TEST(LoopCheck, LoopsThatShareSwitchesAreCutOneAtATime) {
  CheckedDrawing town(R"(
S==B1--n1--D1--n2--T1(2)
       |       |
       n3--D2--n4--T2(3)
       |       |
       n5--D3--n6--T3(4)
)");
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  const auto forest = SupplyForest::derive(town.network(), SwitchState{town.network()});
  EXPECT_EQ(defects.size(), 2u);
  EXPECT_TRUE(forest.loop_devices().empty());
  EXPECT_EQ(forest.tour().size(), town.network().nodes().size()) << "all stays supplied";
  for (const Defect& defect : defects) {
    EXPECT_NE(town.network()
                  .devices()[*town.network().find_device(defect.place.feature_id)]
                  .normally_open,
              0);
  }
}

TEST(LoopCheck, ASwitchThatWouldTakePhasesFromOthersOrAFeederItsHeadIsNotOpened) {
  CheckedDrawing phases(R"(
S==B1--n1--D1--n2--T1(2)
       |       |
       n3------n4
)");
  for (const char* line : {"n1-n3", "n3-n4", "n2-n4"}) phases.device(line).phases = kA;
  CheckedDrawing heads(R"(
S==B1--n1--n2--B2==S2
       |
       T1(3)
)");
  for (CheckedDrawing* town : {&phases, &heads}) {
    const auto defects = town->find(DefectClass::loop_of_closed_switches);
    ASSERT_EQ(defects.size(), 1u);
    EXPECT_THAT(defects[0].action, HasSubstr("is taken as open for tracing supply"));
    for (const Device& device : town->network().devices()) EXPECT_EQ(device.normally_open, 0);
  }
}

TEST(LoopCheck, AMeshIsSaidOnce) {
  CheckedDrawing town(R"(
S==B1--a1--a2--a3--a4
       |   |   |   |
       b1--b2--b3--b4
       |   |   |   |
       c1--c2--c3--c4--T1(4)
)");
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_THAT(defects[0].message, HasSubstr("a meshed part of 17 closed devices has 6 loops"));
  EXPECT_EQ(defects[0].severity, DefectSeverity::warning);
}

TEST(LoopCheck, SinglePhaseUnitsSideBySideAreNoLoop) {
  CheckedDrawing town(R"(
S==B1--n1--F1[A]--n2--T1(2)
       |          |
       +--F2[B]---+
)");
  EXPECT_TRUE(town.find(DefectClass::loop_of_closed_switches).empty());
}

TEST(LoopCheck, ABankOfTransformersIsNoLoop) {
  CheckedDrawing town("S==B1--n1--T1(2)\n           T2\n");
  town.device("T2").from = town.device("T1").from;
  town.device("T2").to = town.device("T1").to;
  EXPECT_TRUE(town.find(DefectClass::loop_of_closed_switches).empty());
}

TEST(LoopCheck, TheJumperOfAnOpenDeltaBankIsNoLoopButABypassIs) {
  const auto found_with = [](PhaseSet beside) {
    CheckedDrawing town("S==B1--n1--V1[AB]--n2--T1(2)\n           V2[BC]\n           n3--n4\n");
    for (const char* other : {"V2", "n3-n4"}) {
      town.device(other).from = town.device("V1").from;
      town.device(other).to = town.device("V1").to;
    }
    town.device("n3-n4").phases = beside;
    return town.find(DefectClass::loop_of_closed_switches).size();
  };
  EXPECT_EQ(found_with(kB), 0u);
  EXPECT_EQ(found_with(PhaseSet::abc()), 1u);
}

void set_kv(CheckedDrawing& town, std::initializer_list<const char*> devices, float kv) {
  for (const char* device : devices) town.device(device).nominal_kv = kv;
}

TEST(LoopCheck, LoopsOfATransmissionGridAreOneNoteAndNoSwitchOfItIsOpened) {
  CheckedDrawing town(R"(
S==B1--n1--D1--n2--D2--n3--B2==S2
       |               |
       +-------D3------+
)");
  town.set_all_kv(110);
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].severity, DefectSeverity::note);
  EXPECT_THAT(defects[0].message, HasSubstr("2 loops of closed devices above 60 kV"));
  for (const Device& device : town.network().devices()) EXPECT_EQ(device.normally_open, 0);
}

TEST(LoopCheck, PowerStationsFeedATransmissionGridThroughTransformersOfTheirOwn) {
  CheckedDrawing town("S==B1--n1--T1--n2--D1--n3--T2--n4--B2==S2");
  town.set_all_kv(110);
  set_kv(town, {"B1", "B1-n1", "n1-T1", "T2-n4", "n4-B2", "B2"}, 10);
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].severity, DefectSeverity::note);
}

TEST(LoopCheck, VoltsTakenForKilovoltsAreNoTransmissionGrid) {
  CheckedDrawing town("S==B1--n1--D1--n2--D2--n3--B2==S2");
  town.set_all_kv(13'800);
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].severity, DefectSeverity::severe);
}

TEST(LoopCheck, MediumVoltageBetweenTwoSubstationsIsNoTransmissionGrid) {
  CheckedDrawing town("S==B1--n1--T1--n2--D1--n3--T2--n4--B2==S2");
  town.set_all_kv(110);
  set_kv(town, {"T1-n2", "n2-D1", "D1", "D1-n3", "n3-T2"}, 10);
  const auto defects = town.find(DefectClass::loop_of_closed_switches);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].severity, DefectSeverity::severe);
  EXPECT_EQ(defects[0].place.feature_id, "D1");
}

}  // namespace
}  // namespace gridmend::loop_check_test
