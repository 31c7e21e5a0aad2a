// Outages of some phases only, from evidence to the book.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/random.h"
#include "core/outage/outage_book.h"
#include "core/outage/refined_posterior.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::phase_outages_test {
namespace {

using drawing::device;
using drawing::usage_point;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Time at(double minute) { return Time{} + std::chrono::hours{1000} + from_seconds(60 * minute); }

// Usage points are numbered as they are named: 1 to 3 on A, 4 to 6 on B, 7 to 9 on C, 10 on all.
constexpr const char* kStreet =
    "S==B1==a==F1==b==T1(3:A,3:B,3:C,1:ABC)\n"
    "b==T2(3:A,3:B,3:C,1:ABC)\n"
    "b==F3==d==T4(3:A,3:B,3:C,1:ABC)\n"
    "a==F2==c==T3(3:A,3:B,3:C,1:ABC)\n";

class PhaseStreet : public testing::Test {
 protected:
  NetworkModel network_ = drawing::draw(kStreet);
  InferenceForest forest_ =
      InferenceForest::contract(SupplyForest::derive(network_, SwitchState{network_}));
  SwitchState switches_{network_};
  Water dry_;
  EvidenceBook book_{network_};
  LocaliserSettings settings_;
  OutageBook outages_;

  void hear(EvidenceKind kind, double minute) {
    book_.record({"", at(minute), at(minute), "", std::move(kind)});
  }
  Id<UsagePoint> point(const char* transformer, int number) {
    return usage_point(network_, std::string{transformer} + "." + std::to_string(number));
  }
  // Those of these numbers gasp, the rest of them answer a ping.
  void gasp(const char* transformer, int first, int last, double minute) {
    for (int i = 1; i <= 10; ++i) {
      if (i >= first && i <= last) {
        hear(LastGasp{point(transformer, i)}, minute);
      } else if (book_.find(point(transformer, i)) == nullptr ||
                 !book_.find(point(transformer, i))->dead_gasp()) {
        hear(PingResult{point(transformer, i), true}, minute + 1);
      }
    }
  }
  void update(double minute) {
    OutageUpdate update =
        update_outages({forest_, book_, dry_, at(minute)}, switches_, outages_, settings_);
    apply_settlements(update.settlements, book_);
    outages_ = std::move(update.book);
  }
  std::string standing() {
    std::string text;
    for (const Outage& outage : outages_.outages) {
      if (has_ended(outage.status)) continue;
      const bool known = outage.probable.device.valid();
      text += std::string{known ? network_.mrid(outage.probable.device) : "?"} + " " +
              to_string(PhaseSet{outage.phases.live_bits()}) + " " +
              std::to_string(outage.affected.size()) + "\n";
    }
    return text;
  }
};

TEST_F(PhaseStreet, AFuseThatBlewOnOnePhaseTakesItsCustomersAndThoseOnAllPhases) {
  for (const char* transformer : {"T1", "T2", "T4"}) gasp(transformer, 1, 3, 0);
  update(3);
  ASSERT_EQ(standing(), "F1 A 12\n");
  const Outage& outage = outages_.outages[0];
  EXPECT_TRUE(outage.affected.contains(point("T1", 1)));
  EXPECT_FALSE(outage.affected.contains(point("T1", 4)));
  EXPECT_TRUE(outage.dark.contains(point("T2", 10)))
      << "who has two of three phases is not supplied, though the meter answers";
  EXPECT_EQ(outage.dead_items, 9U);
  EXPECT_NEAR(outage.expected_customers, 12, 1);
  EXPECT_LE(outage.customers_low, 12U);
  EXPECT_GE(outage.customers_high, 12U);
  EXPECT_THAT(outage.explanation_en, HasSubstr("open on phase A"));
  EXPECT_THAT(outage.explanation_zh, HasSubstr("A相断开"));
}

TEST_F(PhaseStreet, AllPhasesTogetherTakeEverybody) {
  for (const char* transformer : {"T1", "T2", "T4"}) gasp(transformer, 1, 10, 0);
  update(3);
  ASSERT_EQ(standing(), "F1 ABC 30\n");
  EXPECT_EQ(outages_.outages[0].explanation_en.find("on phase"), std::string::npos);
}

TEST_F(PhaseStreet, APhaseThatBlowsBehindAnotherIsAnOutageOfItsOwn) {
  for (const char* transformer : {"T1", "T2"}) gasp(transformer, 1, 3, 0);
  gasp("T4", 1, 6, 0);
  update(3);
  ASSERT_EQ(standing(), "F1 A 12\nF3 B 3\n");
  EXPECT_EQ(outages_.outages[0].affected.overlap(outages_.outages[1].affected), 0U);
}

TEST_F(PhaseStreet, CallsAboutHalfTheHouseTellPhasesApart) {
  hear(TroubleCall{point("T3", 10), {}, Complaint::partial, "", {}}, 4);
  for (int i = 1; i <= 3; ++i)
    hear(TroubleCall{point("T3", i), {}, Complaint::no_light, "", {}}, 5);
  for (int i = 4; i <= 9; ++i) hear(PingResult{point("T3", i), true}, 6);
  update(8);
  ASSERT_THAT(outages_.outages, SizeIs(1)) << standing();
  const Outage& outage = outages_.outages[0];
  EXPECT_EQ(to_string(PhaseSet{outage.phases.live_bits()}), "A") << standing();
  EXPECT_TRUE(outage.affected.contains(point("T3", 10)));
  EXPECT_FALSE(outage.affected.contains(point("T3", 4)));
}

double sum_of(const std::vector<EvidenceShare>& why) {
  double sum = 0;
  for (const EvidenceShare& share : why) sum += share.log_odds;
  return sum;
}
double share_of(const Outage& outage, std::string_view kind) {
  const auto share = std::ranges::find(outage.why, kind, &EvidenceShare::kind);
  return share == outage.why.end() ? 0 : share->log_odds;
}

// Nothing but F1 opens, so that its odds are all there is: open on these phases against closed.
class OneFuseByPhases : public PhaseStreet {
 protected:
  OneFuseByPhases() {
    network_ = drawing::draw(
        "S==B1==a==F1==b==T1(3:A,3:B,3:C,1:ABC)\n"
        "b==T2(3:A,3:B,3:C,1:ABC,2)\n");
    forest_ = InferenceForest::contract(SupplyForest::derive(network_, SwitchState{network_}));
    switches_ = SwitchState{network_};
    book_ = EvidenceBook{network_};
    settings_.sources.zones = 0;
    DevicePriorSettings& priors = settings_.priors;
    priors.by_kind[static_cast<std::size_t>(DeviceKind::power_transformer)] = 0;
    priors.by_kind[static_cast<std::size_t>(DeviceKind::breaker)] = 0;
    priors.overhead_per_km = priors.underground_per_km = 0;
  }
  double log_odds(double minute, std::uint8_t phases) const {
    const EvidenceView view{{forest_, book_, dry_, at(minute)}, settings_};
    const RefinedPosterior posterior = localise_refined(view, forest_.roots());
    const PhasePosterior& tree = posterior.phases.begin()->second;
    const ByPhases& open =
        tree.marginals.p_open[tree.entry(forest_.zone_of(device(network_, "F1")))];
    return std::log(open[phases] / open[0]);
  }
  // Most of who is on it is heard of, and some others.
  void hear_of_a_lost_phase(Random& random) {
    lost_ = PhaseSet{static_cast<std::uint8_t>(1U << random.below(3))};
    for (const Id<UsagePoint> id : network_.usage_points().ids()) {
      const bool hit = network_.usage_points()[id].phases == lost_;
      if (random.chance(hit ? .7 : .03)) hear(LastGasp{id}, random.uniform(0, 1));
      if (random.chance(.2)) hear(PingResult{id, !hit}, random.uniform(1, 4));
      if (random.chance(hit ? .2 : .02))
        hear(TroubleCall{id, {}, hit ? Complaint::no_light : Complaint::partial, "", {}},
             random.uniform(1, 9));
    }
  }
  void hear_of_the_fuse(int how) {
    const Id<Device> fuse = device(network_, "F1");
    if (how == 1) hear(FieldReport{fuse, {}, Finding::damaged, {}}, 5);
    if (how == 2) {
      hear(SwitchPosition{fuse, lost_, PositionOrigin::scada, {}}, 5);
      hear(FieldReport{fuse, {}, Finding::open, {}}, 6);
    }
    if (how == 3)
      hear(
          TroubleCall{
              {}, {}, Complaint::no_light, {}, {{point("T1", 1), .5}, {point("T2", 2), .45}}},
          6);
  }

  PhaseSet lost_;
};

TEST_F(OneFuseByPhases, WhyReadsWhatGroupsSayOfThePhasesConcerned) {
  gasp("T1", 1, 3, 0);
  hear(LastGasp{point("T2", 1)}, 0);
  for (const int other : {4, 7, 10}) hear(PingResult{point("T2", other), true}, 1);
  hear(TroubleCall{point("T2", 10), {}, Complaint::partial, "", {}}, 2);
  update(3);
  ASSERT_EQ(standing().substr(0, 5), "F1 A ");
  const Outage& outage = outages_.outages[0];
  EXPECT_NEAR(sum_of(outage.why), log_odds(3, 1), 1e-9);
  EXPECT_EQ(share_of(outage, "ping_answered"), 0) << "they have light on the other phases";
  EXPECT_GT(share_of(outage, "trouble_call"), 0);
  EXPECT_GT(share_of(outage, "last_gasp"), 10);
}

TEST_F(OneFuseByPhases, WhyAddsUpWhateverIsHeard) {
  constexpr std::uint64_t kSeed = 20260730;
  int told = 0;
  for (std::uint64_t round = 0; round < 200; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(round);
    book_ = EvidenceBook{network_};
    outages_ = {};
    settings_.priors.phases_together = random.uniform(.05, .6);
    hear_of_a_lost_phase(random);
    hear_of_the_fuse(static_cast<int>(round % 4));
    update(12);
    for (const Outage& outage : outages_.outages) {
      if (outage.probable.device != device(network_, "F1") || outage.phases.live_bits() == 7)
        continue;
      ++told;
      const double expected = log_odds(12, outage.phases.live_bits());
      EXPECT_NEAR(sum_of(outage.why), expected, 1e-9 * (1 + std::abs(expected)));
    }
  }
  EXPECT_GT(told, 80);
}

TEST_F(PhaseStreet, AnOutageOfOnePhaseEndsWhenItsCustomersComeBack) {
  for (const char* transformer : {"T1", "T2", "T4"}) gasp(transformer, 1, 3, 0);
  update(3);
  ASSERT_EQ(standing(), "F1 A 12\n");
  for (const char* transformer : {"T1", "T2", "T4"}) {
    for (int i = 1; i <= 3; ++i) hear(PowerUp{point(transformer, i)}, 60);
  }
  update(61);
  update(70);
  EXPECT_EQ(standing(), "");
  EXPECT_EQ(outages_.outages[0].status, OutageStatus::closed);
}

TEST_F(PhaseStreet, WithoutTheSettingPhasesAreNotToldApart) {
  settings_.outages.by_phases_zones = 0;
  for (const char* transformer : {"T1", "T2", "T4"}) gasp(transformer, 1, 3, 0);
  update(3);
  EXPECT_EQ(standing().find(" A "), std::string::npos) << standing();
}

TEST_F(PhaseStreet, OnlyTreesInWhichPhasesAreHeardOfAreLocalisedByPhase) {
  const auto heard = [&] {
    const EvidenceView view{{forest_, book_, dry_, at(10)}, settings_};
    return trees_that_hear_phases(view, forest_.roots());
  };
  EXPECT_THAT(heard(), IsEmpty());
  gasp("T1", 1, 10, 0);
  EXPECT_THAT(heard(), IsEmpty()) << "all phases alike";
  hear(SwitchPosition{device(network_, "F2"), PhaseSet{1}, PositionOrigin::scada, {}}, 0);
  EXPECT_THAT(heard(), SizeIs(1));
  book_ = EvidenceBook{network_};
  gasp("T1", 4, 6, 0);
  EXPECT_THAT(heard(), SizeIs(1));
  const EvidenceView view{{forest_, book_, dry_, at(10)}, settings_};
  EXPECT_THAT(localise_refined(view, forest_.roots()).phases, SizeIs(1));
  settings_.outages.by_phases_zones = 3;
  EXPECT_THAT(localise_refined(view, forest_.roots()).phases, IsEmpty()) << "too many zones";
}

TEST_F(PhaseStreet, ACallByPositionTellsWhenThePhaseWent) {
  for (const char* transformer : {"T1", "T2", "T4"}) gasp(transformer, 1, 3, 10);
  hear(TroubleCall{{}, {}, Complaint::no_light, {}, {{point("T1", 1), .5}, {point("T1", 2), .45}}},
       4);
  update(12);
  ASSERT_EQ(standing(), "F1 A 12\n");
  EXPECT_EQ(outages_.outages[0].onset_earliest, at(4) - settings_.reliability.call_lead);
}

}  // namespace
}  // namespace gridmend::phase_outages_test
