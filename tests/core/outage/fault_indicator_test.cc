// An indicator that saw fault current says that there was a fault beyond it, whether anybody has
// called by now or not.

#include <gtest/gtest.h>

#include "core/outage/evidence_view.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend {
namespace {

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
};

TEST(FaultIndicator, SpeaksForAFaultBeforeAnybodyCalls) {
  Street street;
  const double before = street.p_active("F1", 1);
  street.indicate("F1", 0);
  EXPECT_EQ(street.onset("F1", 1), minute(0));
  EXPECT_GT(street.p_active("F1", 1), 10 * before);
  EXPECT_LT(street.p_active("F1", 120), street.p_active("F1", 1)) << "and nobody calls";
  EXPECT_LT(street.p_active("F3", 1), .1) << "of the other feeder it says nothing";
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

TEST(FaultIndicator, SaysNothingOnceALongPausePartsItFromWhatIsNow) {
  Street street;
  street.indicate("F1", 0);
  EXPECT_TRUE(street.onset("F1", 60 * 11.9));
  EXPECT_FALSE(street.onset("F1", 60 * 12.1));
  Street never;
  EXPECT_EQ(street.p_active("F1", 60 * 12.1), never.p_active("F1", 60 * 12.1));
  for (Street* one : {&street, &never}) one->call("T1.1", 60 * 13);
  EXPECT_EQ(street.onset("F1", 60 * 13.1), never.onset("F1", 60 * 13.1));
  EXPECT_EQ(street.p_active("F1", 60 * 13.1), never.p_active("F1", 60 * 13.1));
}

TEST(FaultIndicator, OthersBetweenJoinItToWhatIsNow) {
  Street street;
  street.indicate("F1", 0);
  street.indicate("T2", 60 * 8);
  EXPECT_EQ(street.onset("F1", 60 * 16), minute(0));
  EXPECT_FALSE(street.onset("F1", 60 * 21));
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

// The current was that of a fault which is repaired, though others behind it are dark still.
TEST(FaultIndicator, SaysNothingOfADeviceThatIsBackInServiceSince) {
  Street with, without;
  with.indicate("F1", 0);
  for (Street* street : {&with, &without}) {
    street->desk.hear(
        {"", minute(0), {}, "ami", LastGasp{drawing::usage_point(street->network, "T2.1")}});
    street->report("F1", Finding::restored, 30);
  }
  EXPECT_EQ(with.p_active("F1", 40), without.p_active("F1", 40));
}

TEST(FaultIndicator, OfALineSaysNothingOnceTheDeviceThatClearsItIsBack) {
  Street with, without;
  const Id<Device> line = drawing::device(with.network, "n2-n3");
  ASSERT_EQ(with.forest.zone_of(line), with.zone("F1"));
  with.desk.hear({"", minute(0), {}, "", FaultIndicator{line, true}});
  for (Street* street : {&with, &without}) {
    street->desk.hear(
        {"", minute(0), {}, "ami", LastGasp{drawing::usage_point(street->network, "T2.1")}});
  }
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

}  // namespace
}  // namespace gridmend
