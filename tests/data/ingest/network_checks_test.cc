#include "data/ingest/network_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/data/ingest/checked_drawing.h"

namespace gridmend::network_checks_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr PhaseSet kA{PhaseSet::kA}, kB{PhaseSet::kB};

TEST(NetworkChecks, ASoundNetworkIsQuiet) {
  CheckedDrawing town(R"(
S==B1--n1--F1--T1(3)
       |
       n2--F2[A]--T2[A](2)
       |
       n3--L1/--n4--B2==S2
)");
  town.device("F2-T2").phases = kA;
  EXPECT_EQ(town.found_in_all(), 0u);
}

TEST(IslandCheck, TheGapToTheSuppliedNetworkIsMeasured) {
  CheckedDrawing town("S==B1--n1--n2   n3--T1(4)");
  town.node("n3").position = town.node("n2").position;
  town.node("n3").position.latitude_deg += 0.8 / 111'195;
  const auto defects = town.find(DefectClass::unsupplied_island);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "T1");
  EXPECT_EQ(defects[0].severity, DefectSeverity::warning);
  EXPECT_EQ(defects[0].subject.customers, 4u);
  EXPECT_THAT(defects[0].message,
              AllOf(HasSubstr("meets feeder 'S' at 0.8 m"), HasSubstr("'n3' and 'n2'")));
}

TEST(IslandCheck, TheOpenSwitchThatPartsItIsNamed) {
  CheckedDrawing town("S==B1--n1--L1/--n2--T1(4)");
  const auto defects = town.find(DefectClass::unsupplied_island);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_THAT(defects[0].message,
              HasSubstr("load break switch 'L1', which is open, parts it from feeder 'S'"));
}

TEST(IslandCheck, AFarIslandIsNotSaidToMeet) {
  CheckedDrawing town("S==B1--n1--n2          n3--T1(4)");
  const auto defects = town.find(DefectClass::unsupplied_island);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_THAT(defects[0].message, AllOf(Not(HasSubstr("meets")), HasSubstr("m away")));
}

TEST(IslandCheck, TheFarEndOfAnOpenSwitchIsNoIsland) {
  CheckedDrawing town("S==B1--n1--T1(1)\n       |\n       L1/");
  EXPECT_TRUE(town.find(DefectClass::unsupplied_island).empty());
}

TEST(LineEndCheck, ALongLineOfMediumVoltageThatEndsInAFieldIsSaid) {
  CheckedDrawing town("S==B1--n1--T1(1)\n       |\n       n2--------------------n3");
  town.device("n2-n3").length_m = 700;
  const auto defects = town.find(DefectClass::dangling_line_end);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "n2-n3");
  EXPECT_EQ(defects[0].severity, DefectSeverity::warning);
}

TEST(LineEndCheck, AShortStubAndTheLastPoleOfLowVoltageAreNot) {
  CheckedDrawing town(R"(
S==B1--n1--T1--v1(2)
       |        |
       n2      v2------------------------------v3
)");
  town.device("n1-n2").length_m = 80;
  town.device("v2-v3").length_m = 700;
  EXPECT_TRUE(town.find(DefectClass::dangling_line_end).empty());
}

TEST(LineEndCheck, ATransformerATieOrAUsagePointIsAnEnd) {
  CheckedDrawing town(R"(
S==B1--n1--------------------T1(1)
       |
       n2--------------------L1/
       |
       n3--------------------n4(1)
)");
  for (const char* line : {"n1-T1", "n2-L1", "n3-n4"}) town.device(line).length_m = 900;
  EXPECT_TRUE(town.find(DefectClass::dangling_line_end).empty());
}

TEST(PhaseCheck, TheFirstConductorOnAPhaseThatDoesNotComeIsSaidAndNotItsFollowers) {
  CheckedDrawing town("S==B1--F1[A]--n1--F2[B]--n2--F3[B]--T1[B](3)");
  for (const char* line : {"F1-n1", "n1-F2"}) town.device(line).phases = kA;
  for (const char* line : {"F2-n2", "n2-F3", "F3-T1"}) town.device(line).phases = kB;
  const auto defects = town.find(DefectClass::phase_mismatch);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "F2");
  EXPECT_EQ(defects[0].subject.customers, 3u);
  EXPECT_THAT(defects[0].message, HasSubstr("carries phase B, but only A comes to it"));
}

TEST(PhaseCheck, UsagePointsOnAPhaseTheirTransformerDoesNotGiveAreOneFinding) {
  CheckedDrawing town("S==B1--n1--F1[A]--T1[A](3)");
  for (const char* point : {"T1.1", "T1.3"}) town.usage_point(point).phases = kB;
  town.device("F1-T1").phases = kA;
  const auto defects = town.find(DefectClass::phase_mismatch);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "T1.1");
  EXPECT_THAT(defects[0].message, HasSubstr("1 other usage point"));
  EXPECT_EQ(defects[0].subject.customers, 2u);
}

TEST(PhaseCheck, WhatIsNotKnownIsNoMismatch) {
  CheckedDrawing town("S==B1--F1[A]--n1--F2[B]--T1[B](3)");
  for (const char* line : {"F1", "F1-n1", "n1-F2"}) {
    town.device(line).phases = PhaseSet::unknown_single();
  }
  town.device("F2-T1").phases = kB;
  EXPECT_TRUE(town.find(DefectClass::phase_mismatch).empty());
}

TEST(PhaseCheck, ATransformerMayGiveOtherPhasesThanItTakes) {
  CheckedDrawing town("S==B1--F1[AB]--T1[AB]--n1--F2[C]--n2(1)");
  town.device("F1-T1").phases = PhaseSet{PhaseSet::kA | PhaseSet::kB};
  town.device("T1").to_phases = PhaseSet{PhaseSet::kC};
  for (const char* line : {"T1-n1", "n1-F2", "F2-n2"}) {
    town.device(line).phases = PhaseSet{PhaseSet::kC};
  }
  EXPECT_TRUE(town.find(DefectClass::phase_mismatch).empty());
}

TEST(PhaseCheck, ASinglePhaseLineOfUnknownPhaseBehindAKnownOneHasThatPhase) {
  CheckedDrawing town("S==B1--F1[A]--n1--F2[B]--T1[B](3)");
  town.device("F1-n1").phases = kA;
  town.device("n1-F2").phases = PhaseSet::unknown_single();
  town.device("F2-T1").phases = kB;
  const auto defects = town.find(DefectClass::phase_mismatch);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "F2");
}

TEST(PhaseCheck, ALoopBringsItsPhasesToAllOfIt) {
  // n4 hangs on n1 by phase A alone; the others come to it from n2.
  CheckedDrawing town(R"(
                      n6--F2[B]--T1[B](2)
                      |
S==B1--n1----F1[A]----n4------n2
       |                      |
       n3--n5-------L1--------+
)");
  for (const char* line : {"n1-F1", "F1-n4"}) town.device(line).phases = kA;
  for (const char* line : {"n6-F2", "F2-T1"}) town.device(line).phases = kB;
  EXPECT_TRUE(town.find(DefectClass::phase_mismatch).empty());
}

TEST(PhaseCheck, BehindOneMismatchTheNextIsStillFound) {
  CheckedDrawing town("S==B1--F1[A]--n1--F2[B]--n2--F3[C]--T1[C](3)");
  for (const char* line : {"F1-n1", "n1-F2"}) town.device(line).phases = kA;
  for (const char* line : {"F2-n2", "n2-F3"}) town.device(line).phases = kB;
  town.device("F3-T1").phases = PhaseSet{PhaseSet::kC};
  const auto defects = town.find(DefectClass::phase_mismatch);
  ASSERT_EQ(defects.size(), 2u);
  EXPECT_EQ(defects[0].place.feature_id, "F2");
  EXPECT_EQ(defects[1].place.feature_id, "F3");
}

TEST(FeederCheck, ASubtreeDeclaredOnTheNeighbourIsOneFindingAtItsBorder) {
  CheckedDrawing town(R"(
S==B1--n1--D1--n2--T1(4)
               |
               n3--L1/--n4--B2==S2
)");
  town.declare({"B1", "B1-n1", "n1-D1"}, "S");
  town.declare({"D1", "D1-n2", "n2-T1", "T1", "n2-n3", "n3-L1", "L1", "L1-n4", "n4-B2", "B2"},
               "S2");
  const auto defects = town.find(DefectClass::feeder_disagrees);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "D1");
  EXPECT_EQ(defects[0].subject.customers, 4u);
  EXPECT_THAT(defects[0].message,
              AllOf(HasSubstr("5 devices behind it"), HasSubstr("declared on feeder 'S2'"),
                    HasSubstr("supplied by 'S'"), HasSubstr("'L1', which is open, leads to 'S2'")));
}

TEST(FeederCheck, DevicesThatDeclareNothingDisagreeWithNothing) {
  CheckedDrawing town("S==B1--n1--T1(1)\n\nS2==B2--n2--T2(1)");
  town.declare({"B1", "T1"}, "S");
  EXPECT_TRUE(town.find(DefectClass::feeder_disagrees).empty());
}

TEST(TransformerCheck, OneWithoutUsagePointsIsNoted) {
  CheckedDrawing town("S==B1--n1--T1(1)\n       |\n       n2--T2");
  const auto defects = town.find(DefectClass::transformer_without_usage_points);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "T2");
}

TEST(TransformerCheck, InAPartWithoutSupplyNothingIsSaidOfWhatHangsBehindIt) {
  CheckedDrawing town("S==B1--n1--D1/--n2--T1(1)\n                |\n                n3--T2");
  EXPECT_TRUE(town.find(DefectClass::transformer_without_usage_points).empty());
}

TEST(TransformerCheck, UsagePointsAtOneNodeWithoutATransformerAreOneFinding) {
  CheckedDrawing town("S==B1--n1--T1(9)\n       |\n       n2(2)");
  for (const char* line : {"n1-n2"}) town.device(line).nominal_kv = 0.4F;
  const auto defects = town.find(DefectClass::transformer_missing);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].subject.customers, 2u);
  EXPECT_EQ(defects[0].severity, DefectSeverity::warning);
}

TEST(TransformerCheck, ARegionThatDrawsNoTransformersLacksNone) {
  CheckedDrawing town("S==B1--n1--T1(1)\n       |\n       n2(9)");
  EXPECT_TRUE(town.find(DefectClass::transformer_missing).empty());
}

TEST(TransformerCheck, WhereMostBypassTheTransformerTheyDeclareItIsOneSevereFinding) {
  CheckedDrawing town("S==B1--n1--T1(2)\n       |\n       n2(6)");
  for (const char* mrid : {"n2.1", "n2.2", "n2.3"}) {
    town.usage_point(mrid).transformer = town.id("T1");
  }
  for (const char* mrid : {"T1.1", "T1.2"}) town.usage_point(mrid).transformer = town.id("T1");
  const auto defects = town.find(DefectClass::transformer_missing);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].severity, DefectSeverity::severe);
  EXPECT_EQ(defects[0].place.feature_id, "n2.1");
  EXPECT_EQ(defects[0].subject.customers, 3u);
  EXPECT_THAT(defects[0].message, AllOf(HasSubstr("3 of 5 supplied usage points"),
                                        HasSubstr("'n2.1', 'n2.2', 'n2.3'")));
  ASSERT_EQ(town.groups().size(), 1u);
  EXPECT_EQ(town.groups()[0].usage_points.size(), 3u);
}

TEST(TransformerCheck, WhereMostHaveNoneThoseThatDeclareOneAreStillSaid) {
  CheckedDrawing town("S==B1--n1--T1(2)\n       |\n       n2(9)");
  for (const char* mrid : {"n2.1", "T1.1", "T1.2"}) {
    town.usage_point(mrid).transformer = town.id("T1");
  }
  const auto defects = town.find(DefectClass::transformer_missing);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].severity, DefectSeverity::warning);
  EXPECT_THAT(defects[0].message, HasSubstr("though it is declared at 'T1'"));
}

TEST(TransformerCheck, AUsagePointSuppliedThroughAnotherTransformerThanDeclaredIsSaid) {
  CheckedDrawing town("S==B1--n1--T1(3)\n       |\n       n2--T2(3)");
  town.usage_point("T1.1").transformer = town.id("T2");
  town.usage_point("T1.2").transformer = town.id("T2");
  const auto defects = town.find(DefectClass::connectivity_disagrees);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "T1.1");
  EXPECT_THAT(defects[0].message, AllOf(HasSubstr("1 other usage point"), HasSubstr("'T2'")));
}

TEST(TransformerCheck, FarIsWhatLiesOutOfAllProportionAndTheLimitIsSaid) {
  CheckedDrawing town("S==B1--n1--T1(40)");
  town.usage_point("T1.7").position.latitude_deg += 0.01;  // 1.1 km
  const auto defects = town.find(DefectClass::usage_point_far_from_transformer);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "T1.7");
  EXPECT_THAT(defects[0].message, HasSubstr("the limit is 600 m"));
}

TEST(TransformerCheck, WhoTakesMediumVoltageFromTheSubstationsTransformerMayLiveFarAway) {
  CheckedDrawing town("S==B1--T1--n1--T2(20)\n           |\n           n2(1)");
  town.usage_point("n2.1").position.latitude_deg += 2000 / 111'195.0;
  EXPECT_TRUE(town.find(DefectClass::usage_point_far_from_transformer).empty());
}

TEST(TransformerCheck, WhereAllLiveFarNobodyIsFar) {
  CheckedDrawing town("S==B1--n1--T1(40)");
  for (int i = 1; i <= 40; ++i) {
    town.usage_point("T1." + std::to_string(i)).position.latitude_deg += 0.01;
  }
  EXPECT_TRUE(town.find(DefectClass::usage_point_far_from_transformer).empty());
}

TEST(VoltageCheck, ALineOfLowVoltageWithoutATransformerIsSaidOnce) {
  CheckedDrawing town("S==B1--n1--n2--n3--T1(2)");
  for (const char* line : {"n1-n2", "n2-n3"}) town.device(line).nominal_kv = 0.38F;
  const auto defects = town.find(DefectClass::voltage_mismatch);
  ASSERT_EQ(defects.size(), 2u);  // down to 0.38 kV, and up to 10 kV again
  EXPECT_EQ(defects[0].place.feature_id, "n1-n2");
  EXPECT_THAT(defects[0].message, HasSubstr("is of 0.38 kV on a path of 10 kV"));
}

TEST(VoltageCheck, LineToNeutralAgreesWithLineToLine) {
  CheckedDrawing town("S==B1--n1--n2--T1(2)");
  town.device("n1-n2").nominal_kv = 5.77F;
  EXPECT_TRUE(town.find(DefectClass::voltage_mismatch).empty());
}

TEST(VoltageCheck, ATransformerFedFromItsLowerSideIsSaid) {
  CheckedDrawing town("S==B1--n1--T1--n2(2)");
  town.device("T1-n2").nominal_kv = 0.4F;
  std::swap(town.device("T1").from, town.device("T1").to);
  const auto defects = town.find(DefectClass::voltage_mismatch);
  ASSERT_FALSE(defects.empty());
  EXPECT_THAT(defects[0].message, HasSubstr("fed from its lower-voltage side"));
}

TEST(VoltageCheck, ATransformerThatStepsUpFromItsSourceIsNotSwapped) {
  CheckedDrawing town("S==B1--n1--T1--n2--n3--T2(2)");
  std::swap(town.device("T1").from, town.device("T1").to);
  for (const char* line : {"T1", "T1-n2", "n2-n3", "n3-T2", "T2"}) {
    town.device(line).nominal_kv = 110;
  }
  EXPECT_TRUE(town.find(DefectClass::voltage_mismatch).empty());
}

TEST(VoltageCheck, APowerStationOfUnknownVoltageStepsUp) {
  CheckedDrawing town("S==n1--T1--n2--n3--T2(2)");
  std::swap(town.device("T1").from, town.device("T1").to);
  town.set_all_kv(110);
  town.device("n1-T1").nominal_kv = 0;
  town.set_feeder_kv("S", 0);
  EXPECT_TRUE(town.find(DefectClass::voltage_mismatch).empty());
}

TEST(VoltageCheck, SupplyThatComesBackThroughATransformerIsSaid) {
  CheckedDrawing town("S==B1--n1--T1--n2--T2--n3(2)");
  for (const char* line : {"T1-n2", "n2-T2"}) town.device(line).nominal_kv = 0.4F;
  std::swap(town.device("T2").from, town.device("T2").to);
  const auto defects = town.find(DefectClass::voltage_mismatch);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "T2");
}

TEST(CustomerCheck, OneMeterNumberWrittenInTwoWaysAtOnePlaceIsOneCustomer) {
  CheckedDrawing town("S==B1--n1--T1(3)");
  town.rename_usage_point("T1.1", "AB-0012");
  town.rename_usage_point("T1.2", "ab12");
  const auto defects = town.find(DefectClass::customers_counted_twice);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].place.feature_id, "ab12");
  EXPECT_THAT(defects[0].message, HasSubstr("'AB-0012'"));
}

TEST(CustomerCheck, FlatsNumberedByPartsStayApart) {
  CheckedDrawing town("S==B1--n1--T1(2)");
  town.rename_usage_point("T1.1", "B1-11");
  town.rename_usage_point("T1.2", "B11-1");
  EXPECT_TRUE(town.find(DefectClass::customers_counted_twice).empty());
}

TEST(CustomerCheck, TheSameNumberElsewhereIsNot) {
  CheckedDrawing town("S==B1--n1--T1(1)\n       |\n       n2--T2(1)");
  town.rename_usage_point("T1.1", "0012");
  town.rename_usage_point("T2.1", "12");
  EXPECT_TRUE(town.find(DefectClass::customers_counted_twice).empty());
}

TEST(CustomerCheck, OneAddressAndPlaceInTwoLayersIsOneCustomerButNotTwoFlats) {
  for (const bool two_layers : {true, false}) {
    CheckedDrawing town("S==B1--n1--T1(2)");
    town.layers = {"lv_meters", "all_meters"};
    town.layer_of_usage_point = {0, static_cast<std::uint16_t>(two_layers ? 1 : 0)};
    town.usage_point("T1.1").address = town.usage_point("T1.2").address =
        town.usage_point("T1.1").mrid;
    const auto defects = town.find(DefectClass::customers_counted_twice);
    EXPECT_EQ(defects.size(), two_layers ? 1u : 0u);
  }
}

TEST(ValueCheck, WhatNothingInTheWorldHasIsSaidWithItsColumn) {
  CheckedDrawing town("S==B1--n1--n2--T1(1)");
  town.device("n1-n2").length_m = -5;
  town.device("T1").rated_kva = std::numeric_limits<float>::quiet_NaN();
  const auto defects = town.find(DefectClass::value_out_of_range);
  ASSERT_EQ(defects.size(), 2u);
  EXPECT_THAT(defects[0].message, HasSubstr("rated_kva is nan"));
  EXPECT_THAT(defects[1].message, HasSubstr("length_m is -5 m"));
}

TEST(ValueCheck, ALengthFarFromTheDrawnOneIsNoted) {
  CheckedDrawing town("S==B1--n1--n2--T1(1)");
  town.device("n1-n2").length_m = 5000;
  const auto defects = town.find(DefectClass::value_out_of_range);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_EQ(defects[0].severity, DefectSeverity::note);
}

TEST(ValueCheck, ADrawingThatIsNotToScaleIsSaidOnce) {
  CheckedDrawing town("S==B1--n1--n2--n3--n4--n5--n6--n7--n8--T1(1)");
  for (const char* line : {"n1-n2", "n3-n4", "n5-n6"}) town.device(line).length_m = 5000;
  const auto defects = town.find(DefectClass::value_out_of_range);
  ASSERT_EQ(defects.size(), 1u);
  EXPECT_THAT(defects[0].message, HasSubstr("3 of 9 lines: the drawing is not to scale"));
}

TEST(CheckSettings, AreSetByNameWithinTheirRange) {
  CheckSettings settings;
  EXPECT_TRUE(set_check_number(settings, "mesh_loops", 7));
  EXPECT_EQ(settings.mesh_loops, 7);
  EXPECT_EQ(set_check_number(settings, "mesh", 7).error().reason, "CHECK_SETTING_INVALID");
  EXPECT_THAT(set_check_number(settings, "roads_far_percent", 101).error().message,
              HasSubstr("from 0 to 100"));
  EXPECT_FALSE(set_check_number(settings, "mesh_loops", std::numeric_limits<double>::quiet_NaN()));
  EXPECT_TRUE(set_defect_severity(settings, "duplicate_id", "refuse"));
  EXPECT_EQ(settings.rule(DefectClass::duplicate_id).most, 0);
  EXPECT_FALSE(set_defect_severity(settings, "duplicate_id", "fatal"));
  EXPECT_FALSE(set_defect_limit(settings, "no_such_class", "most", 1));
  EXPECT_FALSE(set_defect_limit(settings, "duplicate_id", "least", 1));
  EXPECT_TRUE(set_defect_limit(settings, "duplicate_id", "most_percent", 2.5));
}

}  // namespace
}  // namespace gridmend::network_checks_test
