#include "core/outage/reliability_learning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <vector>

#include "core/base/random.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::reliability_learning_test {
namespace {

using drawing::device;
using drawing::draw;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Time at(Duration after) { return Time{} + hours{1000} + after; }

// Two transformers side by side and one so far away that nobody there is in doubt.
constexpr const char* kTown =
    "S==B1==a==T1(30)\nb==T2(30)\na==b\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\na==T3(60)\n";

class Town : public testing::Test {
 protected:
  Evidence heard(EvidenceKind kind, Time time, const char* source = "ami") const {
    Evidence evidence;
    evidence.event_time = time;
    evidence.source = source;
    evidence.kind = std::move(kind);
    return evidence;
  }
  std::vector<Id<UsagePoint>> behind(const char* transformer) const {
    std::vector<Id<UsagePoint>> points;
    for (const Id<UsagePoint> id : network_.usage_points().ids()) {
      if (network_.usage_points()[id].transformer == device(network_, transformer))
        points.push_back(id);
    }
    return points;
  }
  KnownOutage outage(const char* transformer, Time from, Duration lasted) const {
    return {UsagePointSet::of(behind(transformer)), from, from + minutes{1}, from + lasted,
            device(network_, transformer)};
  }
  LearntReliability learn(const std::vector<KnownOutage>& outages, std::vector<Evidence> evidence,
                          const LearningSettings& settings = {}) const {
    std::ranges::stable_sort(evidence, {}, &Evidence::event_time);
    return learn_reliability(network_, outages, evidence, {}, settings);
  }

  NetworkModel network_ = draw(kTown);
};

TEST_F(Town, TeachesNothingWithoutAStorm) {
  const LearntReliability learnt = learn({}, {heard(LastGasp{Id<UsagePoint>{0}}, at({}))});
  const ReliabilityParameters before;
  EXPECT_EQ(learnt.outages, 0u);
  EXPECT_DOUBLE_EQ(learnt.last_gasp_reach.value, before.last_gasp_reach);
  EXPECT_DOUBLE_EQ(learnt.call_rate.value, before.call_rate);
  const ReliabilityParameters after = with_learnt(before, learnt);
  EXPECT_DOUBLE_EQ(after.ping_lost, before.ping_lost);
  EXPECT_EQ(after.call_half_time, before.call_half_time);
}

// The truth is drawn item by item, and found again.
TEST_F(Town, LearnsHowItsMetersAndItsPeopleReallyAre) {
  constexpr std::uint64_t kSeed = 5;
  std::cout << "seed " << kSeed << "\n";
  Random random{kSeed};
  constexpr double kReach = .35;
  constexpr double kDown = .15;
  constexpr double kRate = .25;
  constexpr double kHalf_s = 900;
  std::vector<KnownOutage> outages;
  std::vector<Evidence> evidence;
  for (int storm = 0; storm < 150; ++storm) {
    const Time from = at(hours{48 * storm});
    outages.push_back(outage(storm % 2 == 0 ? "T1" : "T2", from, hours{1 + storm % 4}));
    const bool down = random.chance(kDown);
    for (const Id<UsagePoint> id : outages.back().usage_points.to_vector()) {
      if (!down && random.chance(kReach))
        evidence.push_back(heard(LastGasp{id}, from + seconds{30}));
      const Duration wait = from_seconds(random.exponential(kHalf_s / std::log(2.0)));
      if (random.chance(kRate) && from + wait < outages.back().to)
        evidence.push_back(
            heard(TroubleCall{id, {}, Complaint::no_light, ""}, from + seconds{30} + wait));
      if (random.chance(.2))
        evidence.push_back(heard(PingResult{id, random.chance(.03)}, from + minutes{20}));
    }
    for (const Id<UsagePoint> id : behind("T3")) {
      if (random.chance(.01)) evidence.push_back(heard(LastGasp{id}, from + minutes{10}));
      if (random.chance(.02))
        evidence.push_back(heard(TroubleCall{id, {}, Complaint::no_light, ""}, from + minutes{10}));
      evidence.push_back(heard(PingResult{id, !random.chance(.3)}, from + minutes{15}));
    }
  }
  const LearntReliability learnt = learn(outages, evidence, {.live_meters = 1000});
  EXPECT_EQ(learnt.outages, 150u);
  EXPECT_EQ(learnt.storms, 150u);
  EXPECT_NEAR(learnt.last_gasp_reach.value, kReach, .04);
  EXPECT_NEAR(learnt.group_down_if_dead.value, kDown, .08);
  EXPECT_NEAR(learnt.call_rate.value, kRate, .03);
  EXPECT_NEAR(learnt.call_half_time_s.value, kHalf_s, 150);
  EXPECT_NEAR(learnt.last_gasp_false.value, .01, .003);
  EXPECT_NEAR(learnt.call_false.value, .02, .004);
  EXPECT_NEAR(learnt.ping_lost.value, .3, .02);
  EXPECT_NEAR(learnt.ping_false.value, .03, .015);
  LocaliserSettings settings;
  settings.reliability = with_learnt(settings.reliability, learnt);
  EXPECT_TRUE(validate(settings));
}

TEST_F(Town, TakesNoLessonFromSmallOutagesAndImpossibleTimes) {
  KnownOutage small = outage("T1", at({}), hours{1});
  small.usage_points = UsagePointSet::of(std::vector{behind("T1").front()});
  KnownOutage backwards = outage("T2", at({}), hours{1});
  backwards.to = backwards.from_earliest - hours{1};
  EXPECT_EQ(learn({small, backwards}, {}).outages, 0u);
}

TEST_F(Town, LeavesOutWhoLivedThroughTheOutage) {
  std::vector<Evidence> evidence;
  const std::vector<Id<UsagePoint>> points = behind("T1");
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i % 2 == 0) {
      evidence.push_back(heard(LastGasp{points[i]}, at(seconds{20})));
    } else {
      evidence.push_back(heard(PingResult{points[i], true}, at(minutes{30})));
      evidence.push_back(heard(MeterReading{points[i], 1.5, minutes{15}}, at(minutes{30})));
    }
  }
  const LearntReliability learnt =
      learn({outage("T1", at({}), hours{1})}, evidence, {.meters = 0, .groups = 0});
  EXPECT_GT(learnt.last_gasp_reach.value, .999);
}

TEST_F(Town, DoesNotCallNeighboursOfTheDarkLiars) {
  std::vector<Evidence> evidence;
  for (const Id<UsagePoint> id : behind("T2"))
    evidence.push_back(heard(LastGasp{id}, at(seconds{20})));
  const KnownOutage dark = outage("T1", at({}), hours{1});
  EXPECT_LT(learn({dark}, evidence).last_gasp_false.value, ReliabilityParameters{}.last_gasp_false);
  EXPECT_GT(learn({dark}, evidence, {.live_meters = 100, .doubt_m = 0}).last_gasp_false.value, .1);
}

TEST_F(Town, NamesTheConcentratorThatSeldomReports) {
  std::vector<KnownOutage> outages;
  std::vector<Evidence> evidence;
  for (int storm = 0; storm < 20; ++storm) {
    const Time from = at(hours{48 * storm});
    const char* transformer = storm % 2 == 0 ? "T1" : "T2";
    outages.push_back(outage(transformer, from, hours{1}));
    const std::vector<Id<UsagePoint>> points = behind(transformer);
    const std::size_t count = storm % 2 == 0 ? points.size() * 9 / 10 : 2;
    for (std::size_t i = 0; i < count; ++i)
      evidence.push_back(heard(LastGasp{points[i]}, from + seconds{20}));
  }
  const LearntReliability learnt = learn(outages, evidence);
  ASSERT_EQ(learnt.poor_groups.size(), 1u);
  EXPECT_EQ(learnt.poor_groups[0].name, "T2");
  EXPECT_EQ(learnt.poor_groups[0].meters, 300u);
  EXPECT_EQ(learnt.poor_groups[0].heard, 20u);
}

TEST_F(Town, CountsEverySourceForItself) {
  const Id<Device> t1 = device(network_, "T1");
  std::vector<Evidence> evidence;
  std::vector<KnownOutage> outages;
  for (int storm = 0; storm < 30; ++storm) {
    const Time from = at(hours{48 * storm});
    outages.push_back(outage("T1", from, hours{2}));
    evidence.push_back(heard(FaultIndicator{t1, true}, from + minutes{30}, "good"));
    evidence.push_back(heard(FaultIndicator{t1, storm % 2 == 0}, from + minutes{30}, "flapping"));
    evidence.push_back(
        heard(FieldReport{t1, {}, Finding::damaged, ""}, from + minutes{40}, "crew"));
    // At the very edge: of neither state.
    evidence.push_back(heard(FaultIndicator{t1, false}, from + hours{2}, "flapping"));
  }
  const LearntReliability learnt = learn(outages, evidence);
  const SourceRecord& good = learnt.sources.at("good, fault_indicator");
  const SourceRecord& flapping = learnt.sources.at("flapping, fault_indicator");
  EXPECT_EQ(good.open_right, 30u);
  EXPECT_EQ(flapping.open_right, 15u);
  EXPECT_EQ(flapping.closed_wrong, 15u);
  EXPECT_GT(good.right.value, .95);
  EXPECT_LT(flapping.right.value, .85);
  EXPECT_EQ(learnt.sources.at("crew, field_report").open_right, 30u);
}

TEST_F(Town, TakesNobodyForLiveWhoseOutageDoesNotTeach) {
  const KnownOutage dark = outage("T1", at({}), hours{1});
  KnownOutage on_evidence_alone = outage("T3", at(minutes{10}), hours{1});
  on_evidence_alone.teaches = false;
  std::vector<Evidence> evidence;
  for (const Id<UsagePoint> id : behind("T3"))
    evidence.push_back(heard(LastGasp{id}, at(minutes{10})));
  const LearningSettings trusting{.live_meters = 100};
  EXPECT_GT(learn({dark}, evidence, trusting).last_gasp_false.value, .3);
  EXPECT_LE(learn({dark, on_evidence_alone}, evidence, trusting).last_gasp_false.value,
            ReliabilityParameters{}.last_gasp_false);
}

TEST(KnownOutage, TeachesWhenItIsOverAndSomebodySawItsCause) {
  Outage outage;
  outage.status = OutageStatus::closed;
  outage.affected = UsagePointSet::of(std::vector{Id<UsagePoint>{3}});
  EXPECT_FALSE(known_outage(outage).teaches);
  EXPECT_EQ(known_outage(outage).usage_points.size(), 1u) << "they may have been dark";
  outage.operator_confirmed = true;
  EXPECT_TRUE(known_outage(outage).teaches);
  outage.cause = OutageCause::premises;
  EXPECT_FALSE(known_outage(outage).teaches);
  outage.cause = OutageCause::fault;
  outage.status = OutageStatus::confirmed;
  EXPECT_FALSE(known_outage(outage).teaches);
  EXPECT_EQ(known_outage(outage).to, Time::max());
  outage.status = OutageStatus::withdrawn;
  EXPECT_TRUE(known_outage(outage).usage_points.empty());
}

}  // namespace
}  // namespace gridmend::reliability_learning_test
