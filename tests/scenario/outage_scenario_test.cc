#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scenario/storm_desk.h"

namespace gridmend::scenario::outage_scenario_test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
         |       |
         |       n6--T4(6)
         |
         n7--R1--n8--T5(6)
)";

TEST(Predict, TwoTicketsBelowOneFuseBlameTheFuse) {
  StormDesk desk{kStreet};
  desk.at(0).call("T1.1").at(6).call("T2.4");
  const auto outages = desk.at(30).look();
  ASSERT_EQ(desk.list(outages), "O-000001 predicted F1 (12)\n");
  EXPECT_GT(outages[0].probable.p_active, .5);
  EXPECT_EQ(outages[0].dead_items, 2u);
}

TEST(Predict, AWholeFeederInTheDarkBlamesTheBreaker) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T1.* T2.* T3.1 T3.3 T3.4 T4.* T5.2 T5.3 T5.5");
  const auto outages = desk.at(3).look();
  ASSERT_EQ(desk.list(outages), "O-000001 confirmed B1 (30)\n");
  EXPECT_GT(outages[0].probable.p_active, .99);
  EXPECT_EQ(outages[0].customers_low, 30u);
  EXPECT_EQ(outages[0].customers_high, 30u);
}

TEST(Predict, LastGaspsBelowOneFuseLeaveTheRestOfTheFeederLit) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T3.* T4.1 T4.2 T4.3 T4.5");
  EXPECT_EQ(desk.list(desk.at(3).look()), "O-000001 confirmed F2 (12)\n");
}

TEST(Predict, ADeadConcentratorIsNoOutage) {
  StormDesk desk{kStreet};
  // F2's customers are dark and say so; T5's meters have been silent all along.
  desk.at(0).gasp("T3.* T4.*");
  EXPECT_EQ(desk.list(desk.at(20).look()), "O-000001 confirmed F2 (12)\n");
}

TEST(Predict, MetersBehindADeadConcentratorThatAnswerNoPingAreNoOutageEither) {
  StormDesk desk{kStreet};
  desk.at(0).unanswered("T5.*");
  for (const Outage& outage : desk.at(10).look()) {
    // One transformer's common silence is as likely its concentrator: never confirmed.
    EXPECT_EQ(outage.status, OutageStatus::predicted);
    EXPECT_LT(outage.probable.p_active, .9);
  }
}

TEST(Predict, SilenceWithoutAnyWordOfDarkSaysNothing) {
  StormDesk desk{kStreet};
  EXPECT_TRUE(desk.at(600).look().empty());
  desk.answered("T1.1 T3.2");
  EXPECT_TRUE(desk.at(700).look().empty());
}

TEST(Predict, OneStrayLastGaspIsNoOutage) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T4.3");
  EXPECT_TRUE(desk.at(10).look().empty());
}

TEST(Predict, ACallAndALastGaspOfOneMeterAreItsPremises) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T4.3").at(5).call("T4.3").at(12).answered("T4.1 T4.2 T4.4");
  const auto outages = desk.at(15).look();
  ASSERT_EQ(desk.list(outages), "O-000001 predicted premises T4.3 (1)\n");
  EXPECT_EQ(outages[0].cause, OutageCause::premises);
}

TEST(Predict, AFeederWithoutABreakerLosesItsSource) {
  StormDesk desk{R"(
    S--n1--T1(5)
       |
       n2--T2(5)
       |
       n3--T3(5)
  )"};
  const auto outages = desk.at(0).gasp("T1.* T2.* T3.*").at(5).look();
  EXPECT_EQ(desk.list(outages), "O-000001 confirmed feeder S (15)\n");
}

TEST(Predict, ATripSeenByScadaSpeaksBeforeTheMetersDo) {
  StormDesk desk{kStreet};
  // F2's meters are heard and nobody else's: the rest of the feeder is lit, or its concentrators
  // died.
  desk.at(0).gasp("T3.* T4.*");
  ASSERT_EQ(desk.list(desk.at(3).look()), "O-000001 confirmed F2 (12)\n");
  desk.position("B1", true, SwitchingReason::unknown, PositionOrigin::scada);
  const auto outages = desk.look();
  ASSERT_EQ(outages.size(), 1u) << desk.list(outages);
  EXPECT_EQ(desk.blamed(outages[0]), "B1");
  EXPECT_THAT(outages[0].explanation_en, HasSubstr("1 switch position"));
}

TEST(Clear, AnAnsweredPingClears) {
  StormDesk desk{kStreet};
  desk.at(0).call("T1.1").at(6).call("T2.4");
  ASSERT_EQ(desk.at(20).look().size(), 1u);
  desk.at(21).answered("T1.1 T1.2 T2.4 T2.5");
  EXPECT_EQ(desk.list(desk.at(22).look()), "O-000001 restored F1 (12)\n");
  EXPECT_TRUE(desk.at(24).look().empty());
  EXPECT_TRUE(has_ended(desk.find("O-000001")->status));
}

TEST(Clear, APredictionThatWasNeverTrueIsWithdrawn) {
  StormDesk desk{kStreet};
  desk.at(0).call("T1.1").at(6).call("T2.4");
  ASSERT_EQ(desk.at(20).look().size(), 1u);
  // The callers' neighbours have light; the callers do not say.
  desk.at(21).answered("T1.2 T1.3 T2.5 T2.6");
  for (const Outage& outage : desk.at(22).look()) {
    EXPECT_EQ(outage.cause, OutageCause::premises) << desk.list({outage});
  }
  EXPECT_EQ(desk.find("O-000001")->status, OutageStatus::withdrawn);
}

TEST(Clear, NothingClosesOnSilenceAlone) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T3.* T4.*");
  ASSERT_EQ(desk.at(3).look().size(), 1u);
  for (const double hours : {1., 6., 24., 72.}) {
    EXPECT_EQ(desk.list(desk.at(60 * hours).look()), "O-000001 confirmed F2 (12)\n") << hours;
  }
}

TEST(Clear, AnOutageClosesWhenItsMetersReportPower) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T3.* T4.*");
  ASSERT_EQ(desk.at(3).look().size(), 1u);
  desk.at(90).power_up("T3.1 T3.2 T3.4 T4.*");
  EXPECT_EQ(desk.list(desk.at(91).look()), "O-000001 restored F2 (12)\n");
  EXPECT_EQ(to_rfc3339(desk.find("O-000001")->restored_at), "2026-07-20T01:30:00Z");
  EXPECT_TRUE(desk.at(93).look().empty());
  EXPECT_EQ(desk.find("O-000001")->status, OutageStatus::closed);
  // The last gasps that no power-up answered never speak again.
  EXPECT_TRUE(desk.at(300).look().empty());
  EXPECT_EQ(desk.book().outages.size(), 1u);
}

TEST(Clear, ACrewsWordIsEnoughWhereMetersDoNotReport) {
  StormDesk desk{kStreet};
  desk.at(0).call("T3.1 T3.4").at(4).call("T4.2 T4.6");
  ASSERT_EQ(desk.list(desk.at(30).look()), "O-000001 confirmed F2 (12)\n");
  desk.at(80).report("F2", Finding::restored);
  EXPECT_EQ(desk.list(desk.at(81).look()), "O-000001 restored F2 (12)\n");
  EXPECT_TRUE(desk.at(83).look().empty());
  EXPECT_EQ(to_rfc3339(desk.find("O-000001")->restored_at), "2026-07-20T01:20:00Z");
  // Those still dark call again: a new outage, of what lies behind.
  desk.at(100).call("T4.2 T4.6 T4.1");
  const auto outages = desk.at(110).look();
  ASSERT_EQ(outages.size(), 1u);
  EXPECT_EQ(outages[0].id, "O-000002");
}

TEST(Clear, ANewLastGaspAfterRestorationIsANewOutage) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T3.* T4.*").at(3).look();
  desk.at(90).power_up("T3.* T4.*").at(91).look();
  desk.at(95).look();
  desk.at(200).gasp("T3.* T4.*");
  EXPECT_EQ(desk.list(desk.at(203).look()), "O-000002 confirmed F2 (12)\n");
}

TEST(Clear, ANestedOutageOpensAfterRestoration) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T3.* T4.*");
  ASSERT_EQ(desk.list(desk.at(3).look()), "O-000001 confirmed F2 (12)\n");
  // The crew closes F2; T3 comes back, T4 stays dark.
  desk.at(90).report("F2", Finding::restored).at(91).power_up("T3.*");
  EXPECT_EQ(desk.list(desk.at(95).look()),
            "O-000001 restored F2 (12)\nO-000002 confirmed T4 (6)\n");
  EXPECT_EQ(desk.list(desk.at(99).look()), "O-000002 confirmed T4 (6)\n");
  EXPECT_EQ(desk.find("O-000001")->status, OutageStatus::closed);
  desk.at(150).report("T4", Finding::restored).power_up("T4.1 T4.2 T4.5");
  desk.at(152).look();
  EXPECT_TRUE(desk.at(155).look().empty());
}

TEST(Order, DeEnergisedForSafetyNeverBecomesARepair) {
  StormDesk desk{kStreet};
  desk.at(0).position("F2", true, SwitchingReason::de_energised_for_safety);
  desk.gasp("T3.* T4.*").at(4).call("T3.2 T4.1");
  const auto outages = desk.at(30).look();
  ASSERT_EQ(desk.list(outages), "O-000001 confirmed F2 (12)\n");
  EXPECT_EQ(outages[0].cause, OutageCause::de_energised_for_safety);
  EXPECT_FALSE(may_need_repair(outages[0]));
  EXPECT_THAT(outages[0].explanation_en, HasSubstr("for safety"));
  EXPECT_EQ(desk.list(desk.at(600).look()), "O-000001 confirmed F2 (12)\n");
}

TEST(Order, SwitchingOnAgainEndsItAndItsLastGaspsAreSettled) {
  StormDesk desk{kStreet};
  desk.at(0).position("F2", true, SwitchingReason::de_energised_for_safety).gasp("T3.* T4.*");
  ASSERT_EQ(desk.at(5).look().size(), 1u);
  desk.at(100).position("F2", false);
  EXPECT_TRUE(desk.at(102).look().empty());
  EXPECT_EQ(desk.find("O-000001")->status, OutageStatus::closed);
  EXPECT_EQ(to_rfc3339(desk.find("O-000001")->restored_at), "2026-07-20T01:40:00Z");
  EXPECT_TRUE(desk.at(200).look().empty());
}

TEST(Order, AnOpeningWithoutAReasonIsATripToBeExplained) {
  StormDesk desk{kStreet};
  desk.at(0).position("R1", true, SwitchingReason::unknown, PositionOrigin::scada);
  const auto outages = desk.at(2).look();
  ASSERT_EQ(outages.size(), 1u);
  EXPECT_EQ(desk.blamed(outages[0]), "R1");
  EXPECT_TRUE(may_need_repair(outages[0]));
}

TEST(Override, AWithdrawnOutageDoesNotComeBackOnOldEvidence) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T3.* T4.*").at(3).look();
  desk.at(5).take(
      withdraw_outage(desk.book(), "O-000001", "drill", *parse_rfc3339("2026-07-20T00:05:00Z")));
  EXPECT_TRUE(desk.at(10).look().empty());
  desk.at(20).call("T3.1 T4.2 T4.3");
  EXPECT_EQ(desk.at(50).look().size(), 1u);
}

// F2 is open, and a head-end that plays an old file makes an outage of F1. The desk knows better.
void withdraw_what_never_was(StormDesk& desk) {
  desk.at(0).gasp("T3.* T4.* T1.1 T1.4 T1.5 T1.6 T2.1 T2.2 T2.4 T2.5");
  desk.at(1).answered("T5.1 T5.2").at(3).look();
  std::string made;
  for (const Outage& outage : desk.book().outages) {
    if (desk.blamed(outage) == "F1") made = outage.id;
  }
  ASSERT_FALSE(made.empty()) << desk.list(desk.book().outages);
  desk.at(21).take(withdraw_outage(desk.book(), made, "a crew stands in the light there",
                                   *parse_rfc3339("2026-07-20T00:21:00Z")));
}

TEST(Override, WhoIsSilentBehindAWithdrawnDeviceHasLight) {
  StormDesk desk{kStreet};
  withdraw_what_never_was(desk);
  const auto only_f2 = [&desk](const std::vector<Outage>& outages) {
    return outages.size() == 1 && desk.blamed(outages[0]) == "F2";
  };
  // One meter reports; who was never dark has nothing to report.
  desk.at(25).answered("T1.2");
  auto listed = desk.at(30).look();
  EXPECT_TRUE(only_f2(listed)) << desk.list(listed);
  // One call among neighbours that gave no last gasp is not more than that.
  desk.at(31).call("T1.3");
  listed = desk.at(50).look();
  EXPECT_TRUE(only_f2(listed)) << desk.list(listed);
}

TEST(Override, AConfirmedPredictionIsNotWithdrawnByEvidence) {
  StormDesk desk{kStreet};
  desk.at(0).call("T1.1").at(6).call("T2.4").at(20).look();
  desk.take(confirm_outage(desk.book(), "O-000001", *parse_rfc3339("2026-07-20T00:21:00Z")));
  EXPECT_EQ(desk.find("O-000001")->status, OutageStatus::confirmed);
  desk.at(23).answered("T1.5 T2.6");
  EXPECT_EQ(desk.at(24).look().size(), 1u);
  EXPECT_FALSE(withdraw_outage(desk.book(), "O-000009", "", {}).has_value());
}

TEST(List, WithoutAWordFromTheNeighbourTheFuseIsTheBetterGuess) {
  StormDesk desk{kStreet};
  const auto outages = desk.at(0).gasp("T3.*").at(1).look();
  // T4's silence may be its concentrator, dead with it: F2 against T3 is open, and both are named.
  ASSERT_EQ(outages.size(), 1u);
  EXPECT_EQ(outages[0].status, OutageStatus::predicted);
  EXPECT_EQ(desk.blamed(outages[0]), "F2");
  ASSERT_FALSE(outages[0].runners_up.empty());
  EXPECT_EQ(desk.network().mrid(outages[0].runners_up[0].device), "T3");
}

TEST(List, AnOutageKeepsItsIdWhileItGrows) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T3.*").at(.5).answered("T4.1");
  ASSERT_EQ(desk.list(desk.at(1).look()), "O-000001 confirmed T3 (6)\n");
  desk.at(2).gasp("T4.*");
  EXPECT_EQ(desk.list(desk.at(4).look()), "O-000001 confirmed F2 (12)\n");
  desk.at(5).gasp("T1.* T2.* T5.*");
  EXPECT_EQ(desk.list(desk.at(8).look()), "O-000001 confirmed B1 (30)\n");
}

// A house of eight flats behind one service drop; its neighbours hang on the same transformer.
constexpr std::string_view kHouse = R"(
  S==B1--n1--F1--n2--T1--n3(6)
         |               |
         |               n4--H1--n5(8)
         n6--F2--n7--T2(6)
)";

TEST(SharedDrop, AHouseInTheDarkBlamesItsServiceDropAndNotTheTransformer) {
  StormDesk desk{kHouse};
  desk.at(0).gasp("n5.1 n5.2 n5.3 n5.5 n5.6 n5.8").at(4).call("n5.2").answered("n3.1 n3.4 n3.5");
  const auto outages = desk.at(40).look();
  ASSERT_EQ(desk.list(outages), "O-000001 confirmed H1 (8)\n");
  EXPECT_GT(outages[0].probable.p_active, .9);
  EXPECT_THAT(outages[0].explanation_en, HasSubstr("Service drop H1 is"));
  EXPECT_THAT(outages[0].explanation_en, HasSubstr("interrupted"));
  EXPECT_THAT(outages[0].explanation_zh, HasSubstr("接户线 H1"));
}

// A crew at the transformer finds it sound; that must not bring it there again and again.
TEST(SharedDrop, WhatACrewMendsAtTheDropEndsTheOutage) {
  StormDesk desk{kHouse};
  desk.at(0).gasp("n5.1 n5.2 n5.3 n5.5 n5.6 n5.8").at(30).report("T1", Finding::intact);
  EXPECT_EQ(desk.list(desk.at(31).look()), "O-000001 confirmed H1 (8)\n");
  desk.at(40).report("H1", Finding::damaged);
  EXPECT_EQ(desk.list(desk.at(41).look()), "O-000001 confirmed H1 (8)\n");
  desk.at(90).report("H1", Finding::restored).power_up("n5.1 n5.2 n5.3 n5.5 n5.6");
  desk.at(91).look();
  EXPECT_EQ(desk.find("O-000001")->status, OutageStatus::restored);
  EXPECT_TRUE(desk.at(93).look().empty());
  EXPECT_EQ(desk.find("O-000001")->status, OutageStatus::closed);
}

TEST(SharedDrop, WhenTheWholeStreetIsDarkTheTransformerIsBlamed) {
  StormDesk desk{kHouse};
  desk.at(0).gasp("n5.1 n5.2 n5.3 n5.6 n5.8 n3.1 n3.3 n3.4 n3.6").at(30).call("n3.1 n5.4");
  desk.answered("T2.*");
  const auto outages = desk.at(40).look();
  ASSERT_EQ(outages.size(), 1u);
  EXPECT_EQ(outages[0].customers_affected, 14u) << desk.list(outages);
}

// Supply came back hours ago and goes again. T2's concentrator dies with it: its twelve meters said
// "live" then and nothing now, which is one silence and one old word, not twelve of each.
TEST(OldSignsOfLife, OfATransformerWithADeadConcentratorDoNotHideTheFuseBeforeIt) {
  StormDesk desk{R"(
    S==B1--n1--F1--n2--T1(6)
           |       |
           |       n3--T2(12)
           |       |
           |       n4--T3(6)
           |       |
           |       n5--T4(6)
           n6--F2--n7--T5(6)
                   |
                   n8--T6(6)
  )"};
  desk.at(-10).gasp("T5.*");  // stands to the end: the feeder's onset is early
  desk.at(0).gasp("T1.* T2.* T3.* T4.*").at(60).power_up("T1.* T2.* T3.* T4.*").at(61).look();
  desk.at(63).look();
  desk.at(300).gasp("T1.* T3.* T4.*").answered("T6.*");
  EXPECT_THAT(desk.list(desk.at(302).look()), HasSubstr(" F1 (30)"));
}

// Dark transformers are taken for broken one by one, until the breaker before all of them is seen
// to be open minutes later: what evidence alone had confirmed is part of that outage, and asks for
// no crew. (Half an hour later they would be faults of their own, which came first.)
TEST(Merge, WhatOnlyEvidenceConfirmedIsPartOfTheOutageThatExplainsIt) {
  StormDesk desk{kStreet};
  desk.at(0).gasp("T1.* T3.*").answered("T2.* T4.* T5.*");
  ASSERT_EQ(desk.list(desk.at(3).look()), "O-000001 confirmed T1 (6)\nO-000002 confirmed T3 (6)\n");
  desk.at(8).gasp("T2.* T4.* T5.*").position("B1", true, {}, PositionOrigin::scada);
  EXPECT_EQ(desk.list(desk.at(9).look()), "O-000001 confirmed B1 (30)\n");
  EXPECT_EQ(desk.find("O-000002")->status, OutageStatus::withdrawn);
}

}  // namespace
}  // namespace gridmend::scenario::outage_scenario_test
