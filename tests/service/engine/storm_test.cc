#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/engine/change_feed.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::storm_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary

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

std::vector<std::string> behind(std::initializer_list<const char*> transformers) {
  std::vector<std::string> names;
  for (const char* transformer : transformers) {
    for (int i = 1; i <= 6; ++i)
      names.push_back(std::string(transformer) + "." + std::to_string(i));
  }
  return names;
}

constexpr Position kDepot{120, 30};

// A fuse blows; a crew is sent, replaces it, and the meters come back.
TEST(Storm, AFuseBlowsACrewIsSentAndTheOutageClosesWhenItsMetersReportPower) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  room.at(0).ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  EXPECT_EQ(room.outages(), "O-000001 confirmed F2\n");
  EXPECT_EQ(room.tasks(), "T-000001 repair waiting F2 -\n");
  EXPECT_TRUE(room.world()->needs_plan());

  room.plan();
  EXPECT_FALSE(room.world()->needs_plan());
  EXPECT_EQ(room.tasks(), "T-000001 repair assigned F2 C1\n");
  const auto eta = room.world()->estimated_restoration("O-000001");
  ASSERT_TRUE(eta.has_value());
  EXPECT_GE(eta->p50, at_minute(36));  // a fuse takes 40 minutes
  EXPECT_LE(eta->p50, at_minute(50));
  EXPECT_GT(eta->p90, eta->p50 + std::chrono::minutes{15});
  EXPECT_LT(eta->p90, at_minute(180));
  ASSERT_EQ(room.world()->assignments("C1").size(), 1U);

  room.at(2).ok(tablet("C1", acknowledge("T-000001")));
  room.at(3).ok(tablet("C1", set_out("T-000001")));
  EXPECT_EQ(room.world()->find_crew("C1")->crew.status, CrewStatus::en_route);
  room.at(10).ok(tablet("C1", arrive("T-000001")));
  EXPECT_EQ(room.tasks(), "T-000001 repair arrived F2 C1\n");
  room.at(50).ok(tablet("C1", complete("T-000001", v1::FieldReport::RESTORED)));
  EXPECT_EQ(room.tasks(), "T-000001 repair completed F2 C1\n");
  EXPECT_EQ(room.world()->find_crew("C1")->crew.status, CrewStatus::awaiting_assignment);
  EXPECT_TRUE(room.world()->assignments("C1").empty());

  room.at(51).ok(power_ups(behind({"T3", "T4"}), at_minute(50)));
  room.reassess();
  room.at(60).reassess();
  EXPECT_EQ(room.outages(), "");
  EXPECT_EQ(room.world()->find_outage("O-000001")->outage.status, OutageStatus::closed);
  EXPECT_EQ(room.tasks(), "T-000001 repair completed F2 C1\n");
}

TEST(Storm, WhatWasSwitchedOffForSafetyIsNeverARepair) {
  ControlRoom room{kStreet};
  Command command;
  command.set_actor("operator/li");
  command.mutable_de_energise_for_safety()->set_device("F2");
  command.mutable_de_energise_for_safety()->set_operator_("li");
  room.ok(std::move(command));
  room.at(1).ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(2).reassess();
  EXPECT_THAT(room.outages(), testing::HasSubstr("F2"));
  EXPECT_EQ(room.tasks(), "");
  const auto world = room.world();
  ASSERT_EQ(world->switching->size(), 1U);
  EXPECT_EQ(world->switching->front().reason, SwitchingReason::de_energised_for_safety);
  EXPECT_EQ(world->outages->begin()->second->outage.cause, OutageCause::de_energised_for_safety);
  EXPECT_FALSE(world->forest().supplied(*room.region->network.find_usage_point("T3.1")));
}

TEST(Storm, AWithdrawnOutageTakesItsTaskAlong) {
  ControlRoom room{kStreet};
  room.ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  ASSERT_EQ(room.tasks(), "T-000001 repair waiting F2 -\n");
  Command command;
  command.set_actor("operator/li");
  command.mutable_withdraw_outage()->set_id("O-000001");
  command.mutable_withdraw_outage()->set_reason("meters under test");
  room.ok(command);
  EXPECT_EQ(room.outages(), "");
  EXPECT_EQ(room.tasks(), "T-000001 repair cancelled F2 -\n");
  const OutageRecord& record = *room.world()->find_outage("O-000001");
  EXPECT_EQ(record.history.back().actor, "operator/li");
  EXPECT_EQ(room.refused(command).reason, "OUTAGE_ENDED");
  room.at(5).reassess();
  EXPECT_EQ(room.outages(), "") << "the evidence it had does not raise it again";
}

TEST(Storm, AnUncertainDeviceIsLookedAtFirst) {
  ControlRoom room{kStreet};
  room.ok(gasps({"T1.1", "T1.2"}, at_minute(0)));
  room.at(1).reassess();
  const auto world = room.world();
  ASSERT_FALSE(world->outages->empty());
  const Outage& outage = world->outages->begin()->second->outage;
  ASSERT_EQ(world->tasks->size(), 1U);
  const WorkTask& task = world->tasks->begin()->second->task;
  EXPECT_EQ(task.kind, outage.probable.p_active < .5 ? WorkKind::assess : WorkKind::repair);
  EXPECT_EQ(task.device, outage.probable.device);
}

TEST(Tablet, AStaleAssignmentIsAbortedAndAFactFromTheSiteIsNot) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  room.ok(crew("C2", kDepot));
  room.ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  Command give;
  give.mutable_reassign_task()->set_work_task("T-000001");
  give.mutable_reassign_task()->set_crew("C1");
  room.ok(give);
  EXPECT_EQ(room.refused(tablet("C2", acknowledge("T-000001"))).reason, "NOT_YOURS");
  EXPECT_EQ(room.refused(tablet("C2", set_out("T-000001"))).code, ErrorCode::aborted);
  const Answer answer = room.ok(tablet("C2", arrive("T-000001")));
  EXPECT_EQ(answer.rule, "seen_on_site_wins");
  EXPECT_EQ(room.tasks(), "T-000001 repair arrived F2 C2\n");
  EXPECT_EQ(room.world()->find_crew("C1")->crew.status, CrewStatus::awaiting_assignment);
  EXPECT_EQ(room.refused(tablet("C1", arrive("T-000001"))).reason, "NOT_YOURS");
  room.ok(tablet("C2", complete("T-000001", v1::FieldReport::RESTORED)));
  room.ok(tablet("C2", complete("T-000001", v1::FieldReport::RESTORED)));  // a tablet sends twice
  EXPECT_EQ(room.refused(tablet("C1", complete("T-000001", v1::FieldReport::RESTORED))).reason,
            "FINAL");
}

TEST(Tablet, ASignedOffCrewLeavesItsTasksToOthers) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  room.ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  room.plan();
  room.ok(tablet("C1", set_out("T-000001")));
  v1::TabletOperation off;
  off.mutable_sign_off();
  room.ok(tablet("C1", off));
  EXPECT_EQ(room.tasks(), "T-000001 repair waiting F2 -\n");
  EXPECT_EQ(room.world()->find_crew("C1")->crew.status, CrewStatus::off_shift);
  EXPECT_EQ(room.world()->find_crew("C1")->crew.current_task, "");
}

TEST(Tablet, ATaskHandedBackWaitsForAnOperator) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  room.ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  room.plan();
  v1::TabletOperation back;
  back.mutable_hand_back()->set_work_task("T-000001");
  EXPECT_EQ(room.refused(tablet("C1", back)).reason, "REASON_MISSING");
  back.mutable_hand_back()->set_reason("a tree lies on the pole");
  room.ok(tablet("C1", back));
  room.plan();
  EXPECT_EQ(room.tasks(), "T-000001 repair waiting F2 -\n");
  ASSERT_EQ(room.world()->plan->unserved.size(), 1U);
  EXPECT_EQ(room.world()->plan->unserved.front().reason, "handed_back");
  Command give;
  give.mutable_reassign_task()->set_work_task("T-000001");
  give.mutable_reassign_task()->set_crew("C1");
  room.ok(give);
  room.plan();
  EXPECT_EQ(room.tasks(), "T-000001 repair assigned F2 C1\n");
}

TEST(Operator, APinWinsOverEveryPlan) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  room.ok(crew("C2", {120.5, 30}));  // far away
  room.ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  room.plan();
  EXPECT_EQ(room.tasks(), "T-000001 repair assigned F2 C1\n");
  Command pin;
  pin.mutable_pin_task()->set_work_task("T-000001");
  pin.mutable_pin_task()->set_crew("C2");
  room.ok(pin);
  room.plan();
  EXPECT_EQ(room.tasks(), "T-000001 repair assigned F2 C2\n");
  EXPECT_EQ(room.refused([] {
                  Command give;
                  give.mutable_reassign_task()->set_work_task("T-000001");
                  give.mutable_reassign_task()->set_crew("C1");
                  return give;
                }())
                .reason,
            "WORK_TASK_PINNED");
}

TEST(Operator, AMergedOutageEndsInTheOther) {
  ControlRoom room{kStreet};
  room.ok(gasps(behind({"T1"}), at_minute(0)));
  room.ok(gasps(behind({"T4"}), at_minute(0)));
  room.ok(power_ups(behind({"T2", "T3", "T5"}), at_minute(0.5)));
  room.at(1).reassess();
  ASSERT_EQ(room.world()->outages->size(), 2U);
  Command merge;
  merge.set_actor("operator/li");
  merge.mutable_merge_outages()->set_id("O-000001");
  merge.mutable_merge_outages()->add_merged("O-000002");
  room.ok(merge);
  const auto world = room.world();
  EXPECT_EQ(world->find_outage("O-000002")->outage.merged_into, "O-000001");
  EXPECT_EQ(world->find_outage("O-000002")->outage.status, OutageStatus::withdrawn);
  EXPECT_EQ(world->find_outage("O-000001")->outage.affected.size(), 12U);
}

TEST(Operator, AnEtagThatIsStaleIsAborted) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  Command update;
  update.mutable_update_crew()->mutable_crew()->set_id("C1");
  update.mutable_update_crew()->mutable_crew()->set_name("Night crew");
  update.mutable_update_crew()->mutable_update_mask()->add_paths("name");
  update.mutable_update_crew()->mutable_crew()->set_etag("999");
  EXPECT_EQ(room.refused(update).reason, "ETAG_STALE");
  update.mutable_update_crew()->mutable_crew()->set_etag(
      etag_of(room.world()->find_crew("C1")->revision));
  room.ok(update);
  EXPECT_EQ(room.world()->find_crew("C1")->crew.name, "Night crew");
  EXPECT_TRUE(room.world()->find_crew("C1")->crew.skills.has(Skill::line))
      << "what the mask leaves out stays";
  update.mutable_update_crew()->mutable_crew()->clear_etag();
  update.mutable_update_crew()->mutable_update_mask()->set_paths(0, "id");
  EXPECT_EQ(room.refused(update).reason, "FIELD_NOT_MUTABLE");
}

TEST(Watch, ChangesAreToldOnceInTheirNewestState) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  const std::uint64_t seen = room.world()->revision;
  room.ok(gasps(behind({"T3", "T4"}), at_minute(0)));
  room.at(1).reassess();
  room.plan();
  room.ok(tablet("C1", acknowledge("T-000001")));
  const auto set = room.engine->changes_since(seen);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->to, room.world()->revision);
  EXPECT_THAT(set->changes, testing::ElementsAre(Change{ChangeKind::outage, "O-000001"},
                                                 Change{ChangeKind::crew, "C1"},
                                                 Change{ChangeKind::work_task, "T-000001"},
                                                 Change{ChangeKind::plan, ""}));
  EXPECT_EQ(set->world->find_task("T-000001")->task.status, WorkStatus::acknowledged);
  EXPECT_EQ(room.engine->changes_since(999).error().reason, "REVISION_AHEAD");
  room.restart();
  EXPECT_EQ(room.engine->changes_since(seen).error().reason, "REVISION_TOO_OLD");
  EXPECT_TRUE(room.engine->changes_since(room.world()->revision)->changes.empty());
}

}  // namespace
}  // namespace gridmend::storm_test
