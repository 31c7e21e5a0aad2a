// Deliberate de-energisation is a cause of its own: none of it may become a repair.

#include <gmock/gmock.h>

#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::switched_off_test {
namespace {

using testing::SizeIs;
using Reason = SwitchingReason;

constexpr std::string_view kFeeder = R"(
  S1==B1--n1--F1--n2--T1(6)
          |
          n3--F2--n4--T2(5)
          |
          n5--F3--n6--T3(2:A,2:B,1:C,1:?ABC)
)";

const Time kStart = *parse_rfc3339("2026-07-20T00:00:00Z");
Time minute(double minutes) { return kStart + from_seconds(60 * minutes); }

class SwitchedOff : public testing::Test {
 protected:
  void gasp(const char* usage_point, double at) {
    desk.hear(
        {"", minute(at), minute(at), "", LastGasp{drawing::usage_point(network, usage_point)}});
  }
  void gasps(const std::string& transformer, int count, double at) {
    for (int i = 1; i <= count; ++i) gasp((transformer + "." + std::to_string(i)).c_str(), at);
  }
  void say(const char* device, PhaseSet open, Reason reason, double at) {
    const auto origin =
        reason == Reason::unknown ? PositionOrigin::scada : PositionOrigin::operator_entry;
    desk.hear({"", minute(at), minute(at), "",
               SwitchPosition{drawing::device(network, device), open, origin, reason}});
  }
  void say(const char* device, bool open, Reason reason, double at) {
    say(device, open ? PhaseSet::abc() : PhaseSet::none(), reason, at);
  }
  void report(const char* device, Finding finding, double at) {
    desk.hear({"", minute(at), minute(at), "crew/1",
               FieldReport{drawing::device(network, device), {}, finding, {}}});
  }
  void advance(double at) {
    const OutageBook before = desk.book;
    expect_sound(desk.advance(minute(at)), before);
  }
  // "O-000001 confirmed de_energised_for_safety F1", a line each, those that have not ended.
  std::string outages() const {
    std::string text;
    for (const Outage& outage : desk.book.outages) {
      if (has_ended(outage.status)) continue;
      const Id<Device> device = outage.probable.device;
      text += outage.id + " " + std::string{to_string(outage.status)} + " " +
              std::string{to_string(outage.cause)} + " " +
              (device.valid() ? std::string{network.mrid(device)} : "-") + "\n";
    }
    return text;
  }
  const Outage& outage(const char* id) const { return *desk.book.find(id); }
  bool any_repair() const {
    return std::ranges::any_of(desk.book.outages, [](const Outage& outage) {
      return takes_supply(outage.status) && may_need_repair(outage);
    });
  }

  NetworkModel network = drawing::draw(kFeeder);
  OutageDesk desk{network};
};

TEST_F(SwitchedOff, AnOrderThatIsToldAfterItsTripWasTakenForAFailureMakesThatDeliberate) {
  say("B1", true, Reason::unknown, 10);
  gasps("T1", 6, 10);
  gasps("T2", 5, 10);
  advance(11);
  ASSERT_THAT(desk.book.outages, SizeIs(1));
  ASSERT_EQ(outage("O-000001").status, OutageStatus::confirmed);
  ASSERT_TRUE(any_repair());
  say("B1", true, Reason::de_energised_for_safety, 12);
  advance(13);
  EXPECT_EQ(outages(), "O-000001 confirmed de_energised_for_safety B1\n");
  EXPECT_FALSE(any_repair());
  EXPECT_GT(outage("O-000001").customers_affected, 0u);
  say("B1", false, Reason::restoration, 30);
  advance(31);
  advance(33);
  EXPECT_EQ(outages(), "");
}

TEST_F(SwitchedOff, OfSeveralThatTheOrderExplainsOneGoesOnAndTheOthersEndInIt) {
  // Entered late: what gasped was taken for two fuses.
  gasps("T1", 6, 10);
  advance(11);
  gasps("T2", 5, 11.5);
  advance(12);
  ASSERT_GE(desk.book.outages.size(), 1u);
  say("B1", true, Reason::de_energised_for_safety, 9.9);
  advance(13);
  EXPECT_EQ(outages(), "O-000001 confirmed de_energised_for_safety B1\n");
  EXPECT_FALSE(any_repair());
}

TEST_F(SwitchedOff, WhatFailedBeforeTheOrderStaysToBeRepaired) {
  say("F1", true, Reason::unknown, 10);
  gasps("T1", 6, 10);
  advance(12);
  ASSERT_EQ(outages(), "O-000001 confirmed unknown F1\n");
  say("B1", true, Reason::de_energised_for_safety, 60);
  advance(61);
  EXPECT_EQ(outages(),
            "O-000001 confirmed unknown F1\nO-000002 confirmed de_energised_for_safety B1\n");
  // And is found again once the breaker is closed: its gasps were not the breaker's.
  say("B1", false, Reason::restoration, 90);
  advance(91);
  advance(93);
  EXPECT_EQ(outages(), "O-000001 confirmed unknown F1\n");
  EXPECT_GT(outage("O-000001").expected_customers, 5);
}

TEST_F(SwitchedOff, WhatACrewSawBrokenStaysAFailureThoughItIsSwitchedOff) {
  gasps("T1", 6, 10);
  report("F1", Finding::damaged, 11);
  advance(12);
  ASSERT_EQ(outages(), "O-000001 confirmed fault F1\n");
  say("F1", true, Reason::de_energised_for_safety, 15);
  advance(16);
  EXPECT_EQ(outages(), "O-000001 confirmed fault F1\n");
  EXPECT_TRUE(any_repair());
}

TEST_F(SwitchedOff, AnOpeningSaidAgainWithoutAReasonStaysDeliberate) {
  say("F1", true, Reason::de_energised_for_safety, 10);
  advance(11);
  say("F1", true, Reason::unknown, 20);  // the next round of telemetry
  advance(21);
  EXPECT_EQ(outages(), "O-000001 confirmed de_energised_for_safety F1\n");
  EXPECT_FALSE(any_repair());
}

TEST_F(SwitchedOff, ASwitchThatSpringsBackIsDarkByItsOrderStill) {
  say("F1", true, Reason::de_energised_for_safety, 10);
  advance(10.5);
  say("F1", false, Reason::unknown, 10.7);
  advance(10.75);
  EXPECT_EQ(outages(), "O-000001 restored de_energised_for_safety F1\n");
  say("F1", true, Reason::unknown, 10.9);
  advance(11);
  EXPECT_EQ(outages(), "O-000001 confirmed de_energised_for_safety F1\n");
  advance(15);
  EXPECT_EQ(outages(), "O-000001 confirmed de_energised_for_safety F1\n");
  EXPECT_FALSE(any_repair());
}

TEST_F(SwitchedOff, AnOperatorsWordOnTheCauseStays) {
  gasps("T1", 6, 10);
  advance(11);
  ASSERT_TRUE(any_repair());
  desk.book.outages[0].cause = OutageCause::de_energised_for_safety;
  desk.book.outages[0].operator_cause = true;
  for (double at = 12; at < 20; ++at) {
    gasps("T1", 6, at);
    advance(at + .5);
    ASSERT_EQ(outage("O-000001").cause, OutageCause::de_energised_for_safety) << at;
    ASSERT_FALSE(any_repair()) << at;
  }
}

TEST_F(SwitchedOff, OnePhaseSwitchedOffIsAnOutageOfThatPhaseAndNoOther) {
  say("F3", PhaseSet{PhaseSet::kA}, Reason::de_energised_for_safety, 10);
  advance(11);
  ASSERT_EQ(outages(), "O-000001 confirmed de_energised_for_safety F3\n");
  EXPECT_EQ(outage("O-000001").phases, PhaseSet{PhaseSet::kA});
  EXPECT_EQ(outage("O-000001").dark.size(), 2u);
  EXPECT_TRUE(outage("O-000001").dark.contains(drawing::usage_point(network, "T3.1")));
  // Their gasps say nothing of another phase; one whose phase nobody knows is found to be on it.
  for (const char* name : {"T3.1", "T3.2", "T3.6"}) gasp(name, 10.1);
  advance(12);
  advance(20);
  ASSERT_EQ(outages(), "O-000001 confirmed de_energised_for_safety F3\n");
  EXPECT_EQ(outage("O-000001").affected.size(), 3u);
  EXPECT_FALSE(any_repair());
  // The other phases may fail all the same.
  for (const char* name : {"T3.3", "T3.4", "T3.5"}) gasp(name, 30);
  advance(32);
  EXPECT_TRUE(any_repair());
  EXPECT_EQ(outage("O-000001").cause, OutageCause::de_energised_for_safety);
  say("F3", false, Reason::restoration, 60);
  advance(61);
  advance(63);
  EXPECT_EQ(outage("O-000001").status, OutageStatus::closed);
}

TEST_F(SwitchedOff, WhatFailsWhileOnePhaseIsOffLeavesThatPhaseToItsOrder) {
  say("F3", PhaseSet{PhaseSet::kA}, Reason::planned, 10);
  advance(11);
  gasps("T1", 6, 20);
  gasps("T2", 5, 20);
  for (const char* name : {"T3.3", "T3.4", "T3.5"}) gasp(name, 20);
  advance(22);
  EXPECT_EQ(outage("O-000001").cause, OutageCause::planned);
  EXPECT_EQ(outage("O-000001").dark.size(), 2u);
  EXPECT_TRUE(any_repair());
}

}  // namespace
}  // namespace gridmend::switched_off_test
