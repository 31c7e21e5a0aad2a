// Supply that is switched off on purpose: whatever comes late, twice or half, it is no repair.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/converters/time_converter.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::de_energising_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F2--n5--T2(6)
)";
// F2 has another name.
constexpr std::string_view kRenamed = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F9--n5--T2(6)
)";

std::vector<std::string> behind(const std::string& transformer) {
  std::vector<std::string> names;
  for (int i = 1; i <= 6; ++i) names.push_back(transformer + "." + std::to_string(i));
  return names;
}

Command position(const char* key, const char* device, v1::SwitchPosition::State state, Time time,
                 v1::SwitchPosition::Reason reason = v1::SwitchPosition::REASON_UNSPECIFIED) {
  const bool ordered = reason != v1::SwitchPosition::REASON_UNSPECIFIED;
  v1::Evidence made = item(key, ordered ? "operator/li" : "scada", time);
  v1::SwitchPosition& said = *made.mutable_switch_position();
  said.set_device(device);
  said.set_position(state);
  said.set_origin(ordered ? v1::SwitchPosition::OPERATOR : v1::SwitchPosition::SCADA);
  said.set_reason(reason);
  return evidence({std::move(made)});
}
constexpr auto kOpen = v1::SwitchPosition::OPEN;
constexpr auto kClosed = v1::SwitchPosition::CLOSED;
constexpr auto kForSafety = v1::SwitchPosition::DE_ENERGISED_FOR_SAFETY;

bool stands_open(const ControlRoom& room, const char* device) {
  return room.world()->switches().open_phases(*room.region->network.find_device(device)).any();
}
bool any_task_waits(const ControlRoom& room) {
  return room.tasks().find("waiting") != std::string::npos;
}
const Outage& outage(const ControlRoom& room, const char* id) {
  return room.world()->find_outage(id)->outage;
}

void expect_replayed(ControlRoom& room) {
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(DeEnergising, AnOrderToldLateTurnsTheOutageOfItsTripIntoADeliberateOneAndItsTaskGoes) {
  ControlRoom room{kStreet};
  room.at(1).ok(position("k1", "B1", kOpen, at_minute(1)));
  room.ok(gasps(behind("T1"), at_minute(1)));
  room.ok(gasps(behind("T2"), at_minute(1)));
  room.at(2).reassess();
  ASSERT_EQ(room.outages(), "O-000001 confirmed B1\n");
  ASSERT_TRUE(any_task_waits(room));
  room.at(3).ok(position("k2", "B1", kOpen, at_minute(3), kForSafety));
  room.at(4).reassess();
  EXPECT_EQ(room.outages(), "O-000001 confirmed B1\n");
  EXPECT_EQ(outage(room, "O-000001").cause, OutageCause::de_energised_for_safety);
  EXPECT_FALSE(any_task_waits(room)) << room.tasks();
  expect_replayed(room);
}

TEST(DeEnergising, AStalePositionAndOneOfTomorrowMoveNoSwitch) {
  ControlRoom room{kStreet};
  room.at(10).ok(position("k1", "F1", kOpen, at_minute(10), kForSafety));
  room.at(11).reassess();
  room.ok(position("k2", "F1", kClosed, at_minute(0)));
  EXPECT_TRUE(stands_open(room, "F1"));
  EXPECT_EQ(room.world()->evidence_uses.superseded, 1U);
  room.ok(position("k3", "F1", kClosed, at_minute(360)));
  EXPECT_TRUE(stands_open(room, "F1"));
  EXPECT_EQ(room.world()->evidence_uses.dated_ahead, 1U);
  room.at(12).reassess();
  EXPECT_EQ(room.outages(), "O-000001 confirmed F1\n");
  expect_replayed(room);
}

TEST(DeEnergising, AnOldOrderThatComesLateOpensNothingAgain) {
  ControlRoom room{kStreet};
  room.at(20).ok(position("k1", "F1", kClosed, at_minute(20), v1::SwitchPosition::RESTORATION));
  room.ok(position("k2", "F1", kOpen, at_minute(10), kForSafety));
  EXPECT_FALSE(stands_open(room, "F1"));
  room.at(21).reassess();
  EXPECT_EQ(room.outages(), "");
  expect_replayed(room);
}

TEST(DeEnergising, TheOrderOfArrivalMakesNoOtherOutage) {
  const auto order = [] { return position("k1", "F1", kOpen, at_minute(10), kForSafety); };
  const auto seen = [] { return position("k2", "F1", kOpen, at_minute(10.1)); };
  const auto back = [] { return position("k3", "F1", kClosed, at_minute(9)); };
  std::vector<std::string> outcomes;
  for (const auto& way : std::vector<std::vector<Command>>{{order(), seen(), back()},
                                                           {seen(), back(), order()},
                                                           {back(), order(), seen()},
                                                           {seen(), order(), back()}}) {
    ControlRoom room{kStreet};
    room.at(11);
    for (const Command& command : way) room.ok(command);
    room.at(12).reassess();
    EXPECT_EQ(room.outages(), "O-000001 confirmed F1\n");
    EXPECT_EQ(outage(room, "O-000001").cause, OutageCause::de_energised_for_safety);
    EXPECT_THAT(room.tasks(), IsEmpty());
  }
}

TEST(DeEnergising, ASwitchThatSpringsBackStaysAnOutageByItsOrder) {
  ControlRoom room{kStreet};
  room.at(10).ok(position("k1", "F1", kOpen, at_minute(10), kForSafety));
  room.at(10.5).reassess();
  room.at(10.7).ok(position("k2", "F1", kClosed, at_minute(10.67)));
  room.at(10.75).reassess();
  room.at(10.85).ok(position("k3", "F1", kOpen, at_minute(10.83)));
  room.at(11).reassess();
  EXPECT_EQ(room.outages(), "O-000001 confirmed F1\n");
  room.at(15).reassess();
  EXPECT_EQ(room.outages(), "O-000001 confirmed F1\n");
  EXPECT_THAT(room.tasks(), IsEmpty());
  expect_replayed(room);
}

TEST(DeEnergising, WhatAnOperatorSaysOfTheCauseStaysUntilHeSaysOtherwise) {
  ControlRoom room{kStreet};
  room.at(1).ok(gasps(behind("T1"), at_minute(1)));
  room.at(2).reassess();
  ASSERT_TRUE(any_task_waits(room));
  const auto confirm = [](v1::Outage::Cause cause) {
    Command command;
    command.set_actor("operator/li");
    command.mutable_confirm_outage()->set_id("O-000001");
    command.mutable_confirm_outage()->set_cause(cause);
    return command;
  };
  room.ok(confirm(v1::Outage::DE_ENERGISED_FOR_SAFETY));
  EXPECT_FALSE(any_task_waits(room));
  for (const double minute : {3., 5., 30.}) {
    room.at(minute).reassess();
    EXPECT_EQ(outage(room, "O-000001").cause, OutageCause::de_energised_for_safety);
    EXPECT_FALSE(any_task_waits(room)) << minute << ": " << room.tasks();
  }
  room.at(31).ok(confirm(v1::Outage::FAULT));
  room.reassess();
  EXPECT_EQ(outage(room, "O-000001").cause, OutageCause::fault);
  EXPECT_TRUE(any_task_waits(room));
  expect_replayed(room);
}

TEST(DeEnergising, WhoWasSwitchedOffByASwitchThatARegionLosesIsNobodysRepair) {
  ControlRoom room{kStreet};
  room.at(1).ok(position("k1", "F2", kOpen, at_minute(1), kForSafety));
  room.ok(gasps(behind("T2"), at_minute(1)));
  room.at(2).reassess();
  ASSERT_EQ(room.outages(), "O-000001 confirmed F2\n");
  const v1::RegionCarryOver carry = room.at(3).load(kRenamed);
  EXPECT_EQ(carry.switches_lost(), 1U);
  EXPECT_EQ(carry.outages_withdrawn(), 0U);
  for (const double minute : {4., 30.}) {
    room.at(minute).reassess();
    EXPECT_THAT(room.outages(), HasSubstr("O-000001 confirmed"));
    EXPECT_EQ(outage(room, "O-000001").cause, OutageCause::de_energised_for_safety);
    EXPECT_FALSE(any_task_waits(room)) << room.tasks();
  }
  Command restore;
  restore.set_actor("operator/li");
  restore.mutable_restore_outage()->set_id("O-000001");
  room.at(40).ok(std::move(restore));
  room.at(45).reassess();
  EXPECT_EQ(room.outages(), "");
  EXPECT_EQ(outage(room, "O-000001").status, OutageStatus::closed);
  expect_replayed(room);
}

TEST(RestoreOutage, AnOperatorsWordEndsItAndItStaysInTheIndices) {
  ControlRoom room{kStreet};
  room.at(1).ok(gasps(behind("T1"), at_minute(1)));
  room.at(2).reassess();
  ASSERT_THAT(room.outages(), HasSubstr("O-000001"));
  const auto restore = [](double minute) {
    Command command;
    command.set_actor("operator/li");
    command.mutable_restore_outage()->set_id("O-000001");
    *command.mutable_restore_outage()->mutable_restore_time() = to_proto(at_minute(minute));
    command.mutable_restore_outage()->set_note("seen by crew 7");
    return command;
  };
  room.at(30);
  EXPECT_EQ(room.refused(restore(31)).reason, "TIME_OUT_OF_RANGE");
  EXPECT_EQ(room.refused(restore(0)).reason, "TIME_OUT_OF_RANGE");
  room.ok(restore(21));
  EXPECT_EQ(outage(room, "O-000001").restored_at, at_minute(21));
  room.at(33).reassess();
  const auto record = room.world()->find_outage("O-000001");
  EXPECT_EQ(record->outage.status, OutageStatus::closed);
  EXPECT_FALSE(any_task_waits(room));
  ASSERT_FALSE(record->customers_out.empty());
  EXPECT_EQ(record->customers_out.back().time, at_minute(21));
  EXPECT_EQ(record->customers_out.back().customers, 0);
  EXPECT_THAT(record->history[record->history.size() - 2].reason, HasSubstr("seen by crew 7"));
  EXPECT_EQ(room.refused(restore(22)).reason, "OUTAGE_ENDED");
  expect_replayed(room);
}

Command withdraw(const char* id) {
  Command command;
  command.set_actor("operator/li");
  command.mutable_withdraw_outage()->set_id(id);
  command.mutable_withdraw_outage()->set_reason("a crew stands in the light there");
  return command;
}

TEST(WithdrawOutage, ItsDeviceNeverWasOpenAndInAnOlderJournalCameBack) {
  ControlRoom room{kStreet};
  room.at(1).ok(gasps(behind("T1"), at_minute(1)));
  room.at(2).reassess();
  room.at(3).ok(withdraw("O-000001"));
  room.at(4).reassess();
  EXPECT_EQ(room.outages(), "");
  const auto fuse = [&room]() -> const DeviceEvidence& {
    const Id<Device> id = *room.region->network.find_device("F1");
    return *room.world()->localised_evidence->find(id);
  };
  EXPECT_EQ(fuse().finding, Finding::intact);
  EXPECT_EQ(fuse().restored_at, kNeverHeard);
  expect_replayed(room);
  for (JournalRecord& record : room.journal->records) record.schema_version = 7;
  room.restart();
  EXPECT_EQ(fuse().finding, Finding::restored);
  EXPECT_EQ(fuse().restored_at, at_minute(3));
}

TEST(RestoreOutage, OfWhatStandsOpenByOrderTheClosingIsAskedFor) {
  ControlRoom room{kStreet};
  room.at(1).ok(position("k1", "F1", kOpen, at_minute(1), kForSafety));
  room.at(2).reassess();
  Command command;
  command.set_actor("operator/li");
  command.mutable_restore_outage()->set_id("O-000001");
  EXPECT_EQ(room.refused(std::move(command)).reason, "SWITCH_OPEN");
}

// Records of before schema 7: whatever came last was applied, of whatever time it was.
TEST(DeEnergising, AnOlderJournalMovesItsSwitchesAsItDid) {
  ControlRoom room{kStreet};
  room.at(10).ok(position("k1", "F1", kOpen, at_minute(10), kForSafety));
  room.at(11).ok(position("k2", "F1", kClosed, at_minute(0)));
  ASSERT_TRUE(stands_open(room, "F1"));
  for (JournalRecord& record : room.journal->records) record.schema_version = 6;
  room.restart();
  EXPECT_FALSE(stands_open(room, "F1"));
  // What comes now is heard as it is meant now.
  room.at(12).ok(position("k3", "F1", kOpen, at_minute(12), kForSafety));
  EXPECT_TRUE(stands_open(room, "F1"));
  room.ok(position("k4", "F1", kClosed, at_minute(5)));
  EXPECT_TRUE(stands_open(room, "F1"));
}

TEST(EvidenceUse, ItemsThatAreRefusedWithAllOthersAreCounted) {
  ControlRoom room{kStreet};
  for (int i = 0; i < 3; ++i) room.ok(gasps({"no such meter"}, at_minute(i)));
  v1::Evidence nothing = item("k9", "ami", at_minute(0));
  room.ok(evidence({nothing}));
  EXPECT_EQ(room.world()->refused_alone->unknown_reference(), 3U);
  EXPECT_EQ(room.world()->refused_alone->invalid(), 1U);
  EXPECT_THAT(room.journal->records, IsEmpty());
  room.ok(gasps({"T1.1", "no such meter"}, at_minute(5)));
  EXPECT_EQ(room.world()->refused_alone->unknown_reference(), 3U);
  EXPECT_EQ(room.world()->counters.evidence_unknown_reference, 1U);
}

}  // namespace
}  // namespace gridmend::de_energising_test
