// Evidence that is odd, misplaced or of no use: taken or refused, counted, never lost in silence.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/outage/outage_book.h"
#include "service/converters/geography_converter.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::evidence_use_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         |
         |
         |
         |
         |
         n4--F2--n5--T2(6)
)";
// F2 and all behind it are gone.
constexpr std::string_view kShrunk = R"(
  S==B1--n1--F1--n2--T1(6)
)";

// Without a usage point, from a few metres beside one.
Command call_beside(const ControlRoom& room, const std::string& name, double east_m, Time time) {
  const NetworkModel& network = room.region->network;
  const Position there = network.usage_points()[*network.find_usage_point(name)].position;
  v1::Evidence made = item("beside " + name + to_rfc3339(time), "95598", time);
  *made.mutable_trouble_call()->mutable_position() =
      to_proto(LocalPlane{there}.to_position({east_m, 0}));
  return evidence({std::move(made)});
}

Command position_of(const char* device, v1::SwitchPosition::State state, const char* key,
                    Time time) {
  v1::Evidence made = item(key, "scada", time);
  made.mutable_switch_position()->set_device(device);
  made.mutable_switch_position()->set_position(state);
  return evidence({std::move(made)});
}

void expect_replayed(ControlRoom& room) {
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(EvidenceUse, AHouseholdThatOnlyCallsWithAPositionIsFound) {
  ControlRoom room{kStreet};
  room.at(1).ok(call_beside(room, "T2.1", 2, at_minute(0)));
  room.at(6).ok(call_beside(room, "T2.3", -2, at_minute(5)));
  room.at(9).ok(call_beside(room, "T2.5", 3, at_minute(8)));
  EXPECT_EQ(room.world()->evidence_uses.spread, 3U);
  EXPECT_EQ(room.world()->spread_calls, 3U);
  room.at(12).reassess();
  ASSERT_THAT(*room.world()->outages, SizeIs(1)) << room.outages();
  const Outage& outage = room.world()->outages->begin()->second->outage;
  EXPECT_TRUE(outage.affected.contains(*room.region->network.find_usage_point("T2.1")));
  EXPECT_FALSE(outage.affected.contains(*room.region->network.find_usage_point("T1.1")));
  expect_replayed(room);
  // And its end settles the calls.
  std::vector<std::string> back;
  for (int i = 1; i <= 6; ++i) back.push_back("T2." + std::to_string(i));
  room.at(60.1).ok(power_ups(back, at_minute(60)));
  room.at(61).reassess();
  room.at(70).reassess();
  EXPECT_EQ(room.outages(), "");
  expect_replayed(room);
}

TEST(EvidenceUse, ACallFromNowhereIsKeptAndCounted) {
  ControlRoom room{kStreet};
  v1::Evidence far = item("k1", "95598", at_minute(0));
  *far.mutable_trouble_call()->mutable_position() = to_proto(Position{121, 31});
  v1::Evidence unknown = item("k2", "95598", at_minute(0));
  unknown.mutable_trouble_call()->set_address("no such street 5");
  const Answer answer = room.at(1).ok(evidence({far, unknown}));
  EXPECT_EQ(answer.evidence_accepted, 2U);
  EXPECT_EQ(room.world()->evidence_uses.unplaced, 2U);
  EXPECT_EQ(room.world()->evidence.size(), 2U) << "ListEvidence has them";
  expect_replayed(room);
}

TEST(EvidenceUse, CallsThatNothingSettlesAreKeptInBoundsAndWhatGoesIsCounted) {
  ControlRoom room{kStreet};
  Command settings;
  settings.mutable_take_settings()->set_localiser("[call_places]\nkept = 4\nkept_for_s = 7200\n");
  room.ok(std::move(settings));
  for (int i = 0; i < 7; ++i) room.at(1 + i).ok(call_beside(room, "T2.1", 3 * i, at_minute(1 + i)));
  EXPECT_EQ(room.world()->spread_calls, 7U);
  room.at(9).reassess();
  EXPECT_EQ(room.world()->spread_calls, 4U);
  EXPECT_EQ(room.world()->counters.calls_forgotten, 3U);
  expect_replayed(room);
  room.at(125).reassess();  // two hours after the fourth
  EXPECT_EQ(room.world()->spread_calls, 3U);
  EXPECT_EQ(room.world()->counters.calls_forgotten, 4U);
  expect_replayed(room);
}

TEST(EvidenceUse, AnUnknownMeterIsRefusedByNameAndCounted) {
  ControlRoom room{kStreet};
  const Answer answer = room.at(1).ok(gasps({"T1.1", "no such meter"}, at_minute(0)));
  ASSERT_THAT(answer.refused, SizeIs(1));
  EXPECT_EQ(answer.refused[0].index, 1U);
  EXPECT_EQ(answer.refused[0].error.reason, "USAGE_POINT_UNKNOWN");
  EXPECT_EQ(room.world()->counters.evidence_unknown_reference, 1U);
  EXPECT_EQ(room.world()->counters.evidence_accepted, 1U);
  expect_replayed(room);
}

// A meter whose battery is empty wakes up in 1970 or 2000.
TEST(EvidenceUse, AClockThatBeganAnewSetsNoOnset) {
  ControlRoom room{kStreet};
  std::vector<std::string> dark;
  for (int i = 1; i <= 6; ++i) dark.push_back("T1." + std::to_string(i));
  room.at(2.1).ok(gasps(dark, at_minute(2)));
  v1::Evidence reset = item("k1970", "ami", at_minute(2));
  reset.mutable_last_gasp()->set_usage_point("T1.1");
  reset.mutable_event_time()->set_seconds(86'400);
  room.at(2.2).ok(evidence({reset}));
  EXPECT_EQ(room.world()->evidence_uses.dated_behind, 1U);
  EXPECT_EQ(room.world()->evidence_uses.superseded, 0U);
  room.at(3).reassess();
  ASSERT_THAT(*room.world()->outages, SizeIs(1)) << room.outages();
  const Outage& outage = room.world()->outages->begin()->second->outage;
  EXPECT_GT(outage.onset_earliest, Time{} + std::chrono::hours{24 * 366});
  expect_replayed(room);
}

TEST(EvidenceUse, ATimeStampOfTheFutureHidesNothing) {
  ControlRoom room{kStreet};
  v1::Evidence future = item("k1", "ami", at_minute(60 * 24 * 365));
  future.mutable_power_up()->set_usage_point("T1.1");
  room.at(1).ok(evidence({future}));
  EXPECT_EQ(room.world()->evidence_uses.dated_ahead, 1U);
  std::vector<std::string> dark;
  for (int i = 1; i <= 6; ++i) dark.push_back("T1." + std::to_string(i));
  room.at(2.1).ok(gasps(dark, at_minute(2)));
  room.at(3).reassess();
  EXPECT_NE(room.outages(), "") << "a sign of life a year ahead is no sign of life now";
  expect_replayed(room);
}

TEST(EvidenceUse, PositionsThatContradictEachOtherAreCounted) {
  ControlRoom room{kStreet};
  room.at(1).ok(position_of("F1", v1::SwitchPosition::OPEN, "k1", at_minute(0)));
  room.ok(position_of("F1", v1::SwitchPosition::CLOSED, "k2", at_minute(0)));
  EXPECT_EQ(room.world()->evidence_uses.contradicted, 1U);
  room.at(2).reassess();
  expect_replayed(room);
}

TEST(EvidenceUse, EvidenceForADeviceThatWasRetiredIsRefusedByNameAndCounted) {
  ControlRoom room{kStreet};
  room.at(1).ok(position_of("F2", v1::SwitchPosition::OPEN, "k1", at_minute(0)));
  room.ok(call_beside(room, "T2.1", 0, at_minute(0)));
  room.at(2).load(kShrunk);
  EXPECT_GE(room.world()->counters.evidence_lost_with_region, 1U);
  const Answer answer = room.at(3).ok(
      evidence({item("k2", "scada", at_minute(3)),
                [] {
                  v1::Evidence report = item("k3", "crew/1", at_minute(3));
                  report.mutable_field_report()->set_device("F2");
                  report.mutable_field_report()->set_finding(v1::FieldReport::DAMAGED);
                  return report;
                }(),
                [] {
                  v1::Evidence gasp = item("k4", "ami", at_minute(3));
                  gasp.mutable_last_gasp()->set_usage_point("T1.1");
                  return gasp;
                }()}));
  ASSERT_THAT(answer.refused, SizeIs(2));
  EXPECT_EQ(answer.refused[0].error.reason, "KIND_MISSING");
  EXPECT_EQ(answer.refused[1].error.reason, "DEVICE_UNKNOWN");
  EXPECT_EQ(room.world()->counters.evidence_unknown_reference, 1U);
  EXPECT_EQ(room.world()->counters.evidence_invalid, 1U);
  room.at(4).reassess();
  expect_replayed(room);
}

// Prepared for one region, applied in another: its ids would be somebody else's.
TEST(EvidenceUse, ACallPlacedInARegionThatWentIsPlacedAnew) {
  ControlRoom room{kStreet};
  room.at(1).ok(call_beside(room, "T1.1", 0, at_minute(0)));
  const v1::RegionCarryOver carry = room.at(2).load(kShrunk);
  EXPECT_EQ(carry.calls_carried(), 1U);
  EXPECT_EQ(carry.calls_lost(), 0U);
  EXPECT_EQ(room.world()->spread_calls, 1U);
  room.at(3).reassess();
  expect_replayed(room);
}

TEST(EvidenceUse, NumbersThatAreNoneAreRefused) {
  ControlRoom room{kStreet};
  v1::Evidence reading = item("k1", "ami", at_minute(0));
  reading.mutable_meter_reading()->set_usage_point("T1.1");
  reading.mutable_meter_reading()->set_kwh(std::numeric_limits<double>::quiet_NaN());
  reading.mutable_meter_reading()->mutable_interval()->set_seconds(900);
  v1::Evidence call = item("k2", "95598", at_minute(0));
  call.mutable_trouble_call()->mutable_position()->set_longitude_deg(std::nan(""));
  v1::Evidence sound = item("k3", "ami", at_minute(0));
  sound.mutable_last_gasp()->set_usage_point("T1.1");
  const Answer answer = room.at(1).ok(evidence({reading, call, sound}));
  EXPECT_THAT(answer.refused, SizeIs(2));
  EXPECT_EQ(room.world()->counters.evidence_invalid, 2U);
}

TEST(EvidenceUse, ParametersThatAreNoNumbersAreRefusedBeforeAnythingStarts) {
  ControlRoom room{kStreet};
  EngineSettings settings;
  settings.state.localiser.reliability.last_gasp_reach = std::nan("");
  const auto opened =
      Engine::open(room.region, std::make_unique<MemoryStore>(room.journal), room.clock, settings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "LOCALISER_SETTING_INVALID");
  EXPECT_THAT(opened.error().message, HasSubstr("last_gasp_reach"));
}

TEST(EvidenceUse, AnOlderJournalPlacesNoCalls) {
  ControlRoom room{kStreet};
  room.at(1).ok(call_beside(room, "T2.1", 2, at_minute(0)));
  for (JournalRecord& record : room.journal->records) record.schema_version = 2;
  room.restart();
  EXPECT_EQ(room.world()->evidence_uses.spread, 0U);
  EXPECT_EQ(room.world()->evidence_uses.unplaced, 1U);
}

}  // namespace
}  // namespace gridmend::evidence_use_test
