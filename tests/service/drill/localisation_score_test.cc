#include "service/drill/localisation_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/drawing/feeder_drawing.h"

namespace gridmend::localisation_score_test {
namespace {

using ::testing::DoubleNear;

TEST(Confusion, RatiosAreOneWhereThereWasNothingToFind) {
  const Confusion none;
  EXPECT_EQ(none.precision(), 1);
  EXPECT_EQ(none.recall(), 1);
  EXPECT_EQ(none.f1(), 1);
}

TEST(Confusion, RatiosAreThoseOfTheTextbook) {
  const Confusion some{6, 2, 4};
  EXPECT_EQ(some.precision(), .75);
  EXPECT_EQ(some.recall(), .6);
  EXPECT_THAT(some.f1(), DoubleNear(2 * 6. / (2 * 6 + 2 + 4), 1e-12));
  const Confusion wrong{0, 3, 5};
  EXPECT_EQ(wrong.precision(), 0);
  EXPECT_EQ(wrong.recall(), 0);
  EXPECT_EQ(wrong.f1(), 0);
}

// F1 opens half an hour into the storm; it darkens three of five.
class Score : public ::testing::Test {
 protected:
  void SetUp() override {
    storm_.start = *parse_rfc3339("2026-07-20T02:00:00Z");
    storm_.faults = {0, 0, 0, 0, 0, 0, 0, 5, 3, 0};
    storm_.named_faults = {{"F1", 30, 45}};
    auto events = draw_storm(forest_, storm_, {}, 1);
    ASSERT_TRUE(events);
    truth_ = std::make_unique<TrueStorm>(forest_, storm_, std::move(*events), 1);
  }
  void look(int minute, const std::vector<v1::Outage>& outages) {
    const Time now = storm_.start + std::chrono::minutes{minute};
    truth_->advance(now);
    score_.look(forest_, *truth_, outages, now);
  }
  static v1::Outage outage_at(const char* device, double probability,
                              v1::Outage::Cause cause = v1::Outage::FAULT) {
    v1::Outage outage;
    outage.set_status(v1::Outage::PREDICTED);
    outage.set_cause(cause);
    outage.mutable_probable()->set_device(device);
    outage.mutable_probable()->set_probability(probability);
    return outage;
  }

  NetworkModel network_ = drawing::draw(R"(
S==B1--n1--F1--T1(3)
       |
       n2--F2--T2(2)
)");
  SupplyForest forest_ = SupplyForest::derive(network_, SwitchState{network_});
  Storm storm_;
  std::unique_ptr<TrueStorm> truth_;
  LocalisationScore score_;
};

TEST_F(Score, NamingTheOpenFuseIsAHitForItAndItsHouseholds) {
  look(60, {outage_at("F1", .9)});
  EXPECT_EQ(score_.devices().hits, 1);
  EXPECT_EQ(score_.devices().f1(), 1);
  EXPECT_EQ(score_.households().hits, 3);
  EXPECT_EQ(score_.households().f1(), 1);
  EXPECT_EQ(score_.exact_rate(), 1);
  EXPECT_THAT(score_.calibration_error(), DoubleNear(.1, 1e-12));
}

TEST_F(Score, NamingTheBreakerMissesTheFuseAndDarkensTheLit) {
  look(60, {outage_at("B1", .6)});
  EXPECT_EQ(score_.devices().hits, 0);
  EXPECT_EQ(score_.devices().false_alarms, 1);
  EXPECT_EQ(score_.devices().misses, 1);
  EXPECT_EQ(score_.households().hits, 3);
  EXPECT_EQ(score_.households().false_alarms, 2);
  EXPECT_EQ(score_.households().misses, 0);
  EXPECT_EQ(score_.exact_rate(), 0);
  EXPECT_THAT(score_.calibration_error(), DoubleNear(.6, 1e-12));
}

TEST_F(Score, SilenceMissesBothButNotWithinTheGrace) {
  look(35, {});
  EXPECT_EQ(score_.devices().misses, 0) << "five minutes old";
  look(41, {});
  EXPECT_EQ(score_.devices().misses, 1);
  EXPECT_EQ(score_.households().misses, 6) << "three at either look: households have no grace";
  EXPECT_EQ(score_.looks(), 2);
}

TEST_F(Score, WhatWasJustRepairedMayStillBeNamedForTheGrace) {
  look(60, {outage_at("F1", 1)});
  const auto visit = truth_->look(drawing::device(network_, "F1"), Id<UsagePoint>::none(), true);
  ASSERT_TRUE(visit.was_open);
  truth_->finish(visit, storm_.start + std::chrono::minutes{61});
  EXPECT_TRUE(truth_->over());
  look(65, {outage_at("F1", 1)});
  EXPECT_EQ(score_.devices().false_alarms, 0);
  look(75, {outage_at("F1", 1)});
  EXPECT_EQ(score_.devices().false_alarms, 1);
}

TEST_F(Score, OutagesThatEndedOrAreOnPurposeNameNoFault) {
  v1::Outage ended = outage_at("F2", 1);
  ended.set_status(v1::Outage::RESTORED);
  look(20, {ended, outage_at("F1", 1, v1::Outage::DE_ENERGISED_FOR_SAFETY)});
  EXPECT_EQ(score_.devices().false_alarms, 0);
  EXPECT_EQ(score_.households().false_alarms, 3) << "said dark on purpose, but lit";
}

}  // namespace
}  // namespace gridmend::localisation_score_test
