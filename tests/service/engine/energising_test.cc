// What the water forbids: closings are refused, repairs wait, and an operator's word is kept.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/converters/time_converter.h"
#include "service/engine/dispatch_builder.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::energising_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::HasSubstr;

// F1's customers are behind a switch that can be opened; T1 has its live parts at 1.5 m.
constexpr std::string_view kStreet = R"(
  S==B1--n1--L1--n2--T1(6)
         |
         n4--F2--n5--T2(6)
         |
         n6--F3--n7--T3(6)
)";
constexpr Position kDepot{120.001, 30.001};

Command water(const char* id, double minute, float depth_m) {
  Command command;
  v1::WaterLayer& layer = *command.mutable_put_water()->mutable_layer();
  layer.set_id(id);
  *layer.mutable_valid_time() = to_proto(at_minute(minute));
  v1::DepthGrid& grid = *layer.mutable_grid();
  grid.set_west_deg(119.99);
  grid.set_north_deg(30.01);
  grid.set_step_east_deg(.05);
  grid.set_step_south_deg(.05);
  grid.set_columns(1);
  grid.set_rows(1);
  grid.add_depth_m(depth_m);
  return command;
}

Command step(const char* device, v1::SwitchPosition::State position) {
  Command command;
  command.set_actor("operator/li");
  command.mutable_record_step()->mutable_step()->set_device(device);
  command.mutable_record_step()->mutable_step()->set_position(position);
  command.mutable_record_step()->set_operator_("li");
  return command;
}

Command found(const char* device, v1::FieldReport::Finding finding, const char* key, Time time) {
  v1::Evidence made = item(key, "crew/7", time);
  made.mutable_field_report()->set_device(device);
  made.mutable_field_report()->set_finding(finding);
  return evidence({made});
}

std::vector<std::string> behind(const std::string& transformer) {
  std::vector<std::string> names;
  for (int i = 1; i <= 6; ++i) names.push_back(transformer + "." + std::to_string(i));
  return names;
}

void expect_replayed(ControlRoom& room) {
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(Energising, AClosingThatPutsVoltageOnWhatStandsInWaterIsRefused) {
  ControlRoom room{kStreet};
  room.ok(step("L1", v1::SwitchPosition::OPEN));
  room.at(1).ok(water("w", 0, 1.8F));
  const Error refused = room.at(2).refused(step("L1", v1::SwitchPosition::CLOSED));
  EXPECT_EQ(refused.reason, "UNSAFE_TO_ENERGISE");
  EXPECT_EQ(refused.code, ErrorCode::failed_precondition);
  EXPECT_THAT(refused.message, HasSubstr("1.8 m of water"));
  EXPECT_THAT(refused.message, HasSubstr("禁止送电"));
  EXPECT_FALSE(room.world()->switches().conducts(*room.region->network.find_device("L1")));
  room.ok(step("L1", v1::SwitchPosition::OPEN));  // opening is always allowed
  expect_replayed(room);
}

TEST(Energising, AnOperatorOverridesItWithAReasonThatIsJournaled) {
  ControlRoom room{kStreet};
  room.ok(step("L1", v1::SwitchPosition::OPEN));
  room.at(1).ok(water("w", 0, 1.8F));
  Command command = step("L1", v1::SwitchPosition::CLOSED);
  command.mutable_record_step()->set_override_unsafe(true);
  EXPECT_EQ(room.at(2).refused(command).reason, "REASON_MISSING");
  command.mutable_record_step()->set_note("on a plinth of two metres, seen by crew 7");
  room.ok(command);
  EXPECT_TRUE(room.world()->switches().conducts(*room.region->network.find_device("L1")));
  expect_replayed(room);
}

TEST(Energising, AfterTheWaterSomebodyHasToLookFirst) {
  ControlRoom room{kStreet};
  room.ok(step("L1", v1::SwitchPosition::OPEN));
  room.ok(water("before", 0, 0));
  room.ok(water("high", 60, 1.8F));
  room.ok(water("gone", 120, 0));
  room.at(121).reassess();
  EXPECT_THAT(room.at(130).refused(step("L1", v1::SwitchPosition::CLOSED)).message,
              HasSubstr("nobody has found it sound since"));
  room.at(140).ok(found("T1", v1::FieldReport::INTACT, "k1", at_minute(139)));
  room.ok(found("L1", v1::FieldReport::INTACT, "k2", at_minute(139)));
  room.at(141).reassess();
  room.at(142).ok(step("L1", v1::SwitchPosition::CLOSED));
  expect_replayed(room);
}

TEST(Energising, WhereItIsDryNothingIsAsked) {
  ControlRoom room{kStreet};
  room.ok(step("L1", v1::SwitchPosition::OPEN));
  room.at(1).ok(water("w", 0, .4F));
  room.at(2).ok(step("L1", v1::SwitchPosition::CLOSED));
}

TEST(Energising, ARepairInWaterWaitsUntilItHasFallen) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  room.ok(tablet("C1", sign_on()));
  room.ok(water("high", 0, 1.8F));
  room.at(1).ok(gasps(behind("T1"), at_minute(.5)));
  room.at(3).reassess();
  const auto world = room.world();
  const OutageRecord* record = world->find_outage("O-000001");
  ASSERT_NE(record, nullptr);
  ASSERT_EQ(record->outage.unsafe.reason, UnsafeReason::under_water) << room.outages();
  const DispatchCase waits = build_dispatch(*world, at_minute(3), room.settings);
  const Id<Device> device = record->outage.unsafe.device;
  std::size_t tasks = 1;
  for (const WorkKind kind : {WorkKind::drain, WorkKind::dry, WorkKind::inspect}) {
    const DeviceKind of = room.region->network.devices()[device].kind;
    tasks += room.settings.state.task_rules.need(kind, of).minutes > 0 ? 1U : 0U;
  }
  EXPECT_GT(tasks, 1U);
  ASSERT_EQ(waits.left_out.size(), tasks) << room.tasks();
  for (const UnplannedTask& task : waits.left_out) EXPECT_EQ(task.reason, "under_water");
  room.at(4).ok(water("still", 120, 1.8F));
  room.ok(water("low", 240, .2F));
  room.at(5).reassess();
  const Time dry_at = room.world()->find_outage("O-000001")->outage.unsafe.dry_at;
  EXPECT_GT(dry_at, at_minute(121));
  EXPECT_LT(dry_at, at_minute(240));
  const DispatchCase planned = build_dispatch(*room.world(), at_minute(5), room.settings);
  EXPECT_TRUE(planned.left_out.empty());
  ASSERT_EQ(planned.problem.tasks.size(), tasks);
  for (const DispatchTask& task : planned.problem.tasks)
    EXPECT_NEAR(task.earliest, seconds(dry_at - at_minute(5)), 1e-3) << task.id;
  expect_replayed(room);
}

std::string task_of_kind(const World& world, WorkKind kind) {
  std::string found;
  for (const auto& [id, record] : *world.tasks) {
    if (record->task.kind == kind && !is_final(record->task.status)) found = id;
  }
  return found;
}

// T1 stood in water and lost its customers; the water has gone.
std::array<WorkNeed, kDeviceKinds + 1>& needs_of(EngineSettings& settings, WorkKind kind) {
  return settings.state.task_rules.needs[static_cast<std::size_t>(kind)];
}

ControlRoom after_the_flood(EngineSettings settings = {}) {
  ControlRoom room{kStreet, std::move(settings)};
  room.ok(crew("C1", kDepot));
  room.ok(tablet("C1", sign_on()));
  room.ok(water("high", 0, 1.8F));
  room.ok(water("gone", 60, 0));
  room.at(1).ok(gasps(behind("T1"), at_minute(.5)));
  room.at(90).reassess();
  return room;
}

TEST(WaterWork, WhatStoodInWaterIsDrainedDriedAndInspectedBeforeItsRepair) {
  EngineSettings settings;
  for (WorkNeed& need : needs_of(settings, WorkKind::drain)) need.minutes = 30;
  ControlRoom room = after_the_flood(settings);
  const Outage& outage = room.world()->find_outage("O-000001")->outage;
  ASSERT_EQ(outage.unsafe.reason, UnsafeReason::not_inspected) << room.outages();
  const std::string drain = task_of_kind(*room.world(), WorkKind::drain);
  const std::string dry = task_of_kind(*room.world(), WorkKind::dry);
  const std::string inspect = task_of_kind(*room.world(), WorkKind::inspect);
  const std::string repair = task_of_kind(*room.world(), WorkKind::repair);
  ASSERT_FALSE(drain.empty() || dry.empty() || inspect.empty() || repair.empty()) << room.tasks();
  EXPECT_THAT(room.world()->find_task(repair)->task.hard_after,
              testing::ElementsAre(drain, dry, inspect));
  EXPECT_EQ(room.world()->find_task(dry)->task.hard_after, std::vector<std::string>{drain});
  room.plan();
  const auto world = room.world();
  const auto* begins = world->plan->find_stop(repair);
  ASSERT_NE(begins, nullptr) << room.tasks();
  EXPECT_GE(begins->start, world->plan->find_stop(inspect)->completion);
  EXPECT_GE(world->plan->find_stop(inspect)->start, world->plan->find_stop(dry)->completion);
  EXPECT_GE(world->plan->find_stop(dry)->start, world->plan->find_stop(drain)->completion);
  EXPECT_GE(world->estimated_restoration("O-000001")->p50, begins->start);

  double minute = 100;
  for (const std::string& id : {drain, dry}) {
    room.at(minute).ok(tablet("C1", arrive(id)));
    room.at(minute += 20).ok(tablet("C1", complete(id, v1::FieldReport::FINDING_UNSPECIFIED)));
  }
  room.at(minute + 1).reassess();
  EXPECT_EQ(task_of_kind(*room.world(), WorkKind::drain), "") << "it was done: not again";
  EXPECT_THAT(room.world()->find_task(repair)->task.hard_after, testing::ElementsAre(inspect));
  room.at(minute + 2).ok(tablet("C1", arrive(inspect)));
  room.at(minute + 20).ok(tablet("C1", complete(inspect, v1::FieldReport::DAMAGED)));
  room.at(minute + 21).reassess();
  EXPECT_EQ(task_of_kind(*room.world(), WorkKind::inspect), "");
  EXPECT_TRUE(room.world()->find_task(repair)->task.hard_after.empty());
  expect_replayed(room);
}

TEST(WaterWork, OfWhatWasFoundSoundNothingMoreIsAsked) {
  ControlRoom room = after_the_flood();
  ASSERT_NE(task_of_kind(*room.world(), WorkKind::inspect), "");
  const Id<Device> device = room.world()->find_outage("O-000001")->outage.unsafe.device;
  const std::string mrid{room.region->network.mrid(device)};
  room.at(95).ok(found(mrid.c_str(), v1::FieldReport::INTACT, "k", at_minute(94)));
  room.at(97).reassess();
  for (const auto& [id, record] : *room.world()->tasks) {
    const bool open = !is_final(record->task.status);
    EXPECT_FALSE(open && record->task.device == device) << id << "\n" << room.tasks();
  }
  // The next suspect stood in the water too.
  const std::string repair = task_of_kind(*room.world(), WorkKind::repair);
  ASSERT_FALSE(repair.empty());
  for (const std::string& id : room.world()->find_task(repair)->task.hard_after)
    EXPECT_EQ(room.world()->find_task(id)->task.status, WorkStatus::waiting) << id;
  expect_replayed(room);
}

TEST(WaterWork, TheSettingsSayWhichAndHowLong) {
  EngineSettings settings;
  for (WorkNeed& need : needs_of(settings, WorkKind::drain)) need.minutes = 0;
  for (WorkNeed& need : needs_of(settings, WorkKind::inspect)) need.minutes = 0;
  for (WorkNeed& need : needs_of(settings, WorkKind::dry)) need.minutes = 25;
  ControlRoom room = after_the_flood(settings);
  EXPECT_EQ(task_of_kind(*room.world(), WorkKind::drain), "");
  EXPECT_EQ(task_of_kind(*room.world(), WorkKind::inspect), "");
  const std::string dry = task_of_kind(*room.world(), WorkKind::dry);
  ASSERT_FALSE(dry.empty()) << room.tasks();
  EXPECT_EQ(room.world()->find_task(dry)->task.expected_duration, std::chrono::minutes{25});
}

TEST(WaterWork, WhereItIsDryThereIsNone) {
  ControlRoom room{kStreet};
  room.at(1).ok(gasps(behind("T1"), at_minute(.5)));
  room.at(3).reassess();
  EXPECT_EQ(room.world()->tasks->size(), 1U) << room.tasks();
}

TEST(LifeCycle, AMomentaryOutageLeavesNoTaskAndCountsApart) {
  ControlRoom room{kStreet};
  room.ok(gasps(behind("T2"), at_minute(0)));
  room.at(.5).reassess();
  ASSERT_THAT(room.tasks(), HasSubstr("waiting"));
  room.at(2).ok(power_ups(behind("T2"), at_minute(2)));
  room.at(2.2).reassess();
  EXPECT_EQ(room.world()->find_outage("O-000001")->outage.status, OutageStatus::restored);
  EXPECT_TRUE(room.world()->find_outage("O-000001")->outage.momentary);
  EXPECT_THAT(room.tasks(), HasSubstr("cancelled"));
  EXPECT_THAT(room.tasks(), testing::Not(HasSubstr("waiting")));
  room.at(5).reassess();
  EXPECT_THAT(room.tasks(), testing::Not(HasSubstr("T-000002")));
  expect_replayed(room);
}

TEST(LifeCycle, WhatAnOperatorMergedStaysOne) {
  ControlRoom room{kStreet};
  room.ok(gasps(behind("T1"), at_minute(0)));
  room.at(1).ok(power_ups(behind("T2"), at_minute(1)));
  room.ok(power_ups(behind("T3"), at_minute(1)));
  room.at(3).reassess();
  room.at(10).ok(gasps(behind("T2"), at_minute(10)));
  room.at(11).ok(power_ups(behind("T3"), at_minute(11)));
  room.at(13).reassess();
  ASSERT_EQ(room.world()->outages->size(), 2U) << room.outages();
  Command merge;
  merge.set_actor("operator/li");
  merge.mutable_merge_outages()->set_id("O-000001");
  merge.mutable_merge_outages()->add_merged("O-000002");
  room.at(14).ok(merge);
  room.at(15).reassess();
  room.at(60).reassess();
  EXPECT_EQ(room.world()->outages->size(), 2U) << "no third one: " << room.outages();
  const OutageRecord& kept = *room.world()->find_outage("O-000001");
  EXPECT_EQ(kept.outage.affected.size(), 12U);
  EXPECT_EQ(kept.outage.dark.size(), 12U);
  EXPECT_EQ(room.world()->find_outage("O-000002")->outage.merged_into, "O-000001");
  EXPECT_THAT(kept.history.back().reason, HasSubstr("took in O-000002"));
  expect_replayed(room);
}

}  // namespace
}  // namespace gridmend::energising_test
