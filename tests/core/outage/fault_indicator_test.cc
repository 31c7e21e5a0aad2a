// An indicator that saw fault current says that there was a fault beyond it, whether anybody has
// called by now or not.

#include <gmock/gmock.h>

#include "core/outage/evidence_view.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::fault_indicator_test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(3)
         |       |
         |       n3--T2(2)
         |
         n4--F2--n5--T3(3)
  S2==B2--m1--F3--T4(2)
)";

const Time kStart = *parse_rfc3339("2026-07-01T00:00:00Z");
Time minute(double minutes) { return kStart + from_seconds(60 * minutes); }

// Few meters report, so that it is the callers who tell.
struct Street {
  NetworkModel network = drawing::draw(kStreet);
  SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  InferenceForest forest = InferenceForest::contract(supply);
  OutageDesk desk{network};

  Street() { desk.settings.reliability.last_gasp_reach = .01; }

  void indicate(const char* device, double at, bool passed = true) {
    desk.hear({"", minute(at), {}, "", FaultIndicator{drawing::device(network, device), passed}});
  }
  void report(const char* device, Finding finding, double at) {
    desk.hear({"",
               minute(at),
               {},
               "crew",
               FieldReport{drawing::device(network, device), {}, finding, {}}});
  }
  void gasp(const char* name, double at) {
    desk.hear({"", minute(at), {}, "ami", LastGasp{drawing::usage_point(network, name)}});
  }
  void call(const char* name, double at) {
    desk.hear({"",
               minute(at),
               {},
               "95598",
               TroubleCall{drawing::usage_point(network, name), {}, Complaint::no_light, ""}});
  }
  EvidenceView view(double at) const {
    return {{forest, desk.evidence, desk.water, minute(at)}, desk.settings};
  }
  Id<InferenceZone> zone(const char* device) const {
    return forest.zone_of(drawing::device(network, device));
  }
  std::optional<Time> onset(const char* device, double at) const {
    return view(at).onset(forest.root_of(zone(device)));
  }
  double p_active(const char* device, double at) const {
    const EvidenceView seen = view(at);
    const Posterior posterior = localise(seen, forest.roots());
    const TreePosterior& tree = *posterior.tree_of(forest.root_of(zone(device)));
    return tree(tree.p_active, zone(device));
  }
  double prior(const char* device, double at) const {
    return view(at).prior(zone(device)).probability;
  }
  std::size_t standing() const {
    std::size_t standing = 0;
    for (const Outage& outage : desk.book.outages) standing += has_ended(outage.status) ? 0 : 1;
    return standing;
  }
};

TEST(FaultIndicator, SpeaksForAFaultBeforeAnybodyCalls) {
  Street street;
  const double before = street.p_active("F1", 1), elsewhere = street.p_active("F3", 1);
  street.indicate("F1", 0);
  EXPECT_EQ(street.onset("F1", 1), minute(0));
  EXPECT_GT(street.p_active("F1", 1), 10 * before);
  EXPECT_LT(street.p_active("F1", 120), street.p_active("F1", 1)) << "and nobody calls";
  EXPECT_EQ(street.p_active("F3", 1), elsewhere) << "of the other feeder it says nothing";
}

TEST(FaultIndicator, CountsTwentyMinutesBeforeTheFirstCall) {
  Street with, without;
  with.indicate("F1", 0);
  for (Street* street : {&with, &without}) street->call("T1.1", 20);
  EXPECT_EQ(with.onset("F1", 21), minute(0));
  EXPECT_EQ(without.onset("F1", 21), minute(15));
  EXPECT_GT(with.p_active("F1", 21), .9);
  EXPECT_LT(without.p_active("F1", 21), .5);
}

TEST(FaultIndicator, FadesUntilItSaysNothing) {
  Street street, never;
  street.indicate("F1", 0);
  const double of_itself = never.prior("F1", 1);
  double last = street.prior("F1", 1);
  EXPECT_EQ(street.prior("F1", 25), last) << "fresh";
  for (int half_hours = 2; half_hours < 24; ++half_hours) {
    const double now = street.prior("F1", 30 * half_hours);
    EXPECT_LT(now, last) << half_hours;
    EXPECT_GT(now, of_itself) << half_hours;
    last = now;
  }
  EXPECT_NEAR(last, of_itself, .01);
  EXPECT_TRUE(street.onset("F1", 60 * 11.9));
  EXPECT_FALSE(street.onset("F1", 60 * 12.1));
  EXPECT_EQ(street.prior("F1", 60 * 12.1), of_itself);
}

// What was seen in the morning does not date the outage of the afternoon, and hardly blames it.
TEST(FaultIndicator, LongBeforeTheFirstCallSaysLittle) {
  Street with, without;
  with.indicate("F1", 0);
  for (Street* street : {&with, &without}) street->call("T1.1", 60 * 10);
  EXPECT_EQ(with.onset("F1", 60 * 10.1), without.onset("F1", 60 * 10.1));
  EXPECT_NEAR(with.p_active("F1", 60 * 10.1), without.p_active("F1", 60 * 10.1), .05);
}

TEST(FaultIndicator, DoesNotFadeOnceItIsJoined) {
  Street street;
  street.indicate("F1", 0);
  street.call("T1.1", 20);
  EXPECT_EQ(street.prior("F1", 25), street.prior("F1", 60 * 8));
}

TEST(FaultIndicator, IsSettledByWhatIsBackInServiceAheadOfIt) {
  Street street;
  street.indicate("F1", 0);
  street.report("B1", Finding::restored, 10);
  EXPECT_FALSE(street.onset("F1", 20));
  street.indicate("F1", 30);
  EXPECT_EQ(street.onset("F1", 31), minute(30));
  street.indicate("F1", 40, false);
  EXPECT_FALSE(street.onset("F1", 41)) << "it was set back";
}

// The current that the trunk saw was that of the lateral's fault.
TEST(FaultIndicator, IsSettledByTheRepairBehindIt) {
  Street with, without;
  with.indicate("B1", 0);
  EXPECT_GT(with.prior("B1", 10), 10 * without.prior("B1", 10));
  for (Street* street : {&with, &without}) {
    street->gasp("T1.1", 0);
    street->report("F1", Finding::restored, 30);
  }
  for (const char* device : {"B1", "F1", "F2", "T1"})
    EXPECT_EQ(with.p_active(device, 40), without.p_active(device, 40)) << device;
  with.indicate("B1", 50);
  EXPECT_GT(with.prior("B1", 51), without.prior("B1", 51)) << "of another fault";
}

TEST(FaultIndicator, IsNotSettledByARepairBesideIt) {
  Street street;
  street.indicate("F1", 0);
  street.report("F2", Finding::restored, 10);
  EXPECT_EQ(street.onset("F1", 11), minute(0));
}

// The current was that of a fault which is repaired, though others behind it are dark still.
TEST(FaultIndicator, SaysNothingOfADeviceThatIsBackInServiceSince) {
  Street with, without;
  with.indicate("F1", 0);
  for (Street* street : {&with, &without}) {
    street->gasp("T2.1", 0);
    street->report("F1", Finding::restored, 30);
  }
  EXPECT_EQ(with.p_active("F1", 40), without.p_active("F1", 40));
}

TEST(FaultIndicator, OfALineSaysNothingOnceTheDeviceThatClearsItIsBack) {
  Street with, without;
  const Id<Device> line = drawing::device(with.network, "n2-n3");
  ASSERT_EQ(with.forest.zone_of(line), with.zone("F1"));
  with.desk.hear({"", minute(0), {}, "", FaultIndicator{line, true}});
  for (Street* street : {&with, &without}) street->gasp("T2.1", 0);
  EXPECT_GT(with.p_active("F1", 1), without.p_active("F1", 1));
  for (Street* street : {&with, &without}) street->report("F1", Finding::restored, 30);
  EXPECT_EQ(with.p_active("F1", 40), without.p_active("F1", 40));
}

TEST(FaultIndicator, AheadOfNowIsNotYetKnown) {
  Street street;
  street.indicate("F1", 30);
  EXPECT_FALSE(street.onset("F1", 20));
  EXPECT_EQ(street.onset("F1", 30), minute(30));
}

TEST(FaultIndicator, AlonePredictsAnOutageThatItsSettingBackWithdraws) {
  Street street;
  street.indicate("F1", 0);
  street.desk.advance(minute(1));
  ASSERT_EQ(street.standing(), 1U);
  const Outage& outage = street.desk.book.outages[0];
  EXPECT_EQ(outage.probable.device, drawing::device(street.network, "F1"));
  EXPECT_EQ(outage.status, OutageStatus::predicted);
  EXPECT_EQ(outage.cause, OutageCause::fault);
  EXPECT_EQ(outage.onset_earliest, minute(0));
  EXPECT_THAT(outage.explanation_en, HasSubstr("on the word of 1 fault indicator"));
  street.indicate("F1", 5, false);
  street.desk.advance(minute(6));
  EXPECT_EQ(street.desk.book.outages[0].status, OutageStatus::withdrawn);
  EXPECT_EQ(street.standing(), 0U);
}

// An operator withdraws it: whatever indicator of its zone saw the current, it stays away.
TEST(FaultIndicator, OfAWithdrawnOutageSaysNothingAnyMore) {
  for (const char* seen_at : {"F1", "n2-n3"}) {
    Street street;
    street.indicate(seen_at, 0);
    street.desk.advance(minute(1));
    ASSERT_EQ(street.standing(), 1U) << seen_at;
    const auto withdrawn =
        withdraw_outage(street.desk.book, street.desk.book.outages[0].id, "nothing", minute(5));
    ASSERT_TRUE(withdrawn);
    street.desk.book = withdrawn->book;
    apply_settlements(withdrawn->settlements, street.desk.evidence);
    for (int m = 6; m < 900; m += 7) street.desk.advance(minute(m));
    EXPECT_EQ(street.desk.book.outages.size(), 1U) << seen_at;
    street.indicate(seen_at, 901);
    street.desk.advance(minute(902));
    EXPECT_EQ(street.standing(), 1U) << "another current, another outage: " << seen_at;
  }
}

TEST(FaultIndicator, ThatNobodyJoinsIsWithdrawnOnceAndForAll) {
  Street street;
  street.indicate("F1", 0);
  for (int m = 1; m < 60 * 15; ++m) street.desk.advance(minute(m));
  ASSERT_EQ(street.desk.book.outages.size(), 1U);
  EXPECT_EQ(street.desk.book.outages[0].status, OutageStatus::withdrawn);
}

// From the current to the repair: the lateral's outage closes, and none of the trunk's comes.
TEST(FaultIndicator, OfTheTrunkIsOverWithTheLateralsOutage) {
  Street street;
  street.indicate("B1", 0);
  street.indicate("F1", 0);
  for (const char* name : {"T1.1", "T1.2", "T2.1"}) street.gasp(name, .1);
  street.call("T1.3", 8);
  street.desk.hear(
      {"", minute(8), {}, "ami", PingResult{drawing::usage_point(street.network, "T3.1"), true}});
  street.desk.advance(minute(9));
  ASSERT_EQ(street.standing(), 1U);
  ASSERT_EQ(street.desk.book.outages[0].probable.device, drawing::device(street.network, "F1"));
  street.report("F1", Finding::restored, 60);
  for (const char* name : {"T1.1", "T1.2", "T1.3", "T2.1", "T2.2"})
    street.desk.hear(
        {"", minute(60.5), {}, "ami", PowerUp{drawing::usage_point(street.network, name)}});
  for (int m = 61; m < 900; m += 3) street.desk.advance(minute(m));
  ASSERT_EQ(street.desk.book.outages.size(), 1U);
  EXPECT_EQ(street.desk.book.outages[0].status, OutageStatus::closed);
}

}  // namespace
}  // namespace gridmend::fault_indicator_test
