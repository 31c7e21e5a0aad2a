// A task that needs two crews: who holds it, when work begins, what one crew's leaving means.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/converters/time_converter.h"
#include "service/engine/find_plan.h"
#include "service/engine/restoration_estimates.h"
#include "service/engine/task_explanation.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::several_crews_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using ::testing::HasSubstr;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F2--n5--T3(6)
)";
constexpr Position kDepot{120, 30};

std::string make_task(ControlRoom& room, std::uint32_t crews, double demand = 0) {
  Command make;
  v1::WorkTask& task = *make.mutable_create_work_task()->mutable_work_task();
  task.set_kind(v1::WorkTask::REPAIR);
  task.set_device("F1");
  task.set_weight(10);
  task.set_crews_needed(crews);
  task.set_demand(demand);
  task.mutable_expected_duration()->set_seconds(3600);
  return room.ok(make).id;
}

Command pin(const std::string& task, const std::string& crew_id) {
  Command command;
  command.mutable_pin_task()->set_work_task(task);
  command.mutable_pin_task()->set_crew(crew_id);
  return command;
}

Command reassign(const std::string& task, const std::string& crew_id,
                 const std::string& replaced = {}) {
  Command command;
  command.mutable_reassign_task()->set_work_task(task);
  command.mutable_reassign_task()->set_crew(crew_id);
  command.mutable_reassign_task()->set_replaced_crew(replaced);
  return command;
}

Command veto(const std::string& task, const std::string& crew_id) {
  Command command;
  command.mutable_veto_task()->set_work_task(task);
  command.mutable_veto_task()->set_crew(crew_id);
  return command;
}

ControlRoom room_with_crews(int crews, EngineSettings settings = {}) {
  ControlRoom room{kStreet, std::move(settings)};
  for (int i = 1; i <= crews; ++i) room.ok(crew("C" + std::to_string(i), kDepot));
  return room;
}

const WorkTask& task_of(const ControlRoom& room, const std::string& id) {
  return room.world()->find_task(id)->task;
}

WorkStatus part(const ControlRoom& room, const std::string& task, const std::string& crew_id) {
  const TaskCrew* found = find_crew(task_of(room, task), crew_id);
  return found == nullptr ? WorkStatus::waiting : found->status;
}

// A task for two crews is planned, and at minute 5 this one of them is there.
std::string make_task_with_arrived(ControlRoom& room, const std::string& who) {
  const std::string id = make_task(room, 2);
  room.plan();
  room.at(5).ok(tablet(who, arrive(id)));
  return id;
}

void expect_replayed(ControlRoom& room) {
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(SeveralCrews, EachHasTheTaskInItsTourAtTheSameTime) {
  ControlRoom room = room_with_crews(3);
  const std::string id = make_task(room, 2);
  room.plan();
  ASSERT_EQ(task_of(room, id).crews.size(), 2U) << room.tasks();
  const auto world = room.world();
  int stops = 0;
  for (const TaskCrew& one : task_of(room, id).crews) {
    const auto mine = world->assignments(one.crew);
    ASSERT_EQ(mine.size(), 1U);
    EXPECT_EQ(mine[0].start, world->plan->find_stop(id)->start);
    ++stops;
  }
  EXPECT_EQ(stops, 2);
  const auto why = explain_task(*world, at_minute(0), room.settings, id);
  ASSERT_TRUE(why);
  EXPECT_THAT(why->explanation_en(), HasSubstr("several crews"));
  expect_replayed(room);
}

TEST(SeveralCrews, WorkBeginsWhenTheLastIsThereAndEndsForAll) {
  ControlRoom room = room_with_crews(2);
  const std::string id = make_task_with_arrived(room, "C1");
  EXPECT_EQ(task_of(room, id).status, WorkStatus::en_route) << "it waits for C2";
  EXPECT_EQ(part(room, id, "C1"), WorkStatus::arrived);
  EXPECT_FALSE(room.world()->find_task(id)->arrived_at.has_value());
  room.at(7).ok(tablet("C2", set_out(id)));
  room.plan();
  EXPECT_EQ(part(room, id, "C1"), WorkStatus::arrived) << "a plan leaves both alone";
  EXPECT_EQ(part(room, id, "C2"), WorkStatus::en_route);
  room.at(9).ok(tablet("C2", arrive(id)));
  EXPECT_EQ(task_of(room, id).status, WorkStatus::arrived);
  EXPECT_EQ(room.world()->find_task(id)->arrived_at, at_minute(9));
  room.at(20).plan();
  const auto world = room.world();
  for (const char* who : {"C1", "C2"}) {
    const auto mine = world->assignments(who);
    ASSERT_EQ(mine.size(), 1U) << who;
    EXPECT_EQ(mine[0].completion, at_minute(69)) << "an hour since both were there";
  }
  room.at(60).ok(tablet("C2", complete(id, v1::FieldReport::RESTORED)));
  EXPECT_EQ(task_of(room, id).status, WorkStatus::completed);
  for (const char* who : {"C1", "C2"}) {
    EXPECT_EQ(room.world()->find_crew(who)->crew.status, CrewStatus::awaiting_assignment) << who;
    EXPECT_TRUE(room.world()->assignments(who).empty()) << who;
  }
  room.ok(tablet("C1", complete(id, v1::FieldReport::RESTORED)));  // its tablet was offline
  expect_replayed(room);
}

TEST(SeveralCrews, TwoThatWaitForEachOtherAtTwoTasksAreBroughtTogether) {
  for (const PlanningPolicy policy : {PlanningPolicy::optimised, PlanningPolicy::naive}) {
    ControlRoom room = room_with_crews(2);
    const std::string tasks[] = {make_task(room, 2), make_task(room, 2)};
    room.plan();
    room.at(5).ok(tablet("C1", arrive(tasks[0])));
    room.ok(tablet("C2", arrive(tasks[1])));
    ASSERT_TRUE(room.at(6).engine->replan_now(room.settings.planner, policy, "they wait"));
    const bool c1_stays = part(room, tasks[0], "C1") == WorkStatus::arrived;
    const std::string caller = c1_stays ? "C2" : "C1";
    EXPECT_EQ(part(room, tasks[c1_stays ? 1 : 0], caller), WorkStatus::assigned) << "called off";
    EXPECT_EQ(part(room, tasks[c1_stays ? 0 : 1], c1_stays ? "C1" : "C2"), WorkStatus::arrived);
    EXPECT_EQ(room.world()->assignments(caller).at(0).task, tasks[c1_stays ? 0 : 1]);
    room.at(8).ok(tablet(caller, arrive(tasks[c1_stays ? 0 : 1])));
    EXPECT_EQ(task_of(room, tasks[c1_stays ? 0 : 1]).status, WorkStatus::arrived) << "they begin";
    expect_replayed(room);
  }
}

// Both are on their way when it turns out that something has to be done before.
TEST(SeveralCrews, OnTheirWayToWhatHasToWaitTheyDoWhatComesFirst) {
  ControlRoom room = room_with_crews(2);
  const std::string id = make_task(room, 2);
  room.plan();
  for (const char* who : {"C1", "C2"}) room.at(2).ok(tablet(who, set_out(id)));
  Command make;
  v1::WorkTask& first = *make.mutable_create_work_task()->mutable_work_task();
  first.set_kind(v1::WorkTask::INSPECT);
  first.set_device("F2");
  first.mutable_expected_duration()->set_seconds(1800);
  const std::string before = room.ok(make).id;
  Command update;
  update.mutable_update_work_task()->mutable_work_task()->set_id(id);
  update.mutable_update_work_task()->mutable_work_task()->add_hard_after(before);
  update.mutable_update_work_task()->mutable_update_mask()->add_paths("hard_after");
  room.ok(update);
  room.at(3).plan();
  const auto world = room.world();
  const PlannedStop* early = world->plan->find_stop(before);
  const PlannedStop* late = world->plan->find_stop(id);
  ASSERT_TRUE(early != nullptr && late != nullptr) << room.tasks();
  EXPECT_GE(late->start, early->completion);
  EXPECT_EQ(task_of(room, before).crews.size(), 1U);
  EXPECT_EQ(task_of(room, id).crews.size(), 2U);
  expect_replayed(room);
}

TEST(SeveralCrews, OneThatIsVetoedLeavesTheOthersAndAnotherIsFound) {
  ControlRoom room = room_with_crews(2);
  const std::string id = make_task_with_arrived(room, "C1");
  room.ok(veto(id, "C2"));
  EXPECT_EQ(part(room, id, "C1"), WorkStatus::arrived);
  EXPECT_FALSE(is_held_by(task_of(room, id), "C2"));
  room.plan();
  EXPECT_EQ(room.world()->plan->unserved.at(0).reason, "too_few_crews");
  room.ok(crew("C3", kDepot));
  room.at(6).plan();
  EXPECT_EQ(part(room, id, "C3"), WorkStatus::assigned) << room.tasks();
  EXPECT_EQ(part(room, id, "C1"), WorkStatus::arrived);
  room.at(8).ok(tablet("C3", arrive(id)));
  EXPECT_EQ(room.refused(veto(id, "C3")).reason, "WORK_TASK_UNDER_WAY");
  expect_replayed(room);
}

TEST(SeveralCrews, WhatWasWorkedIsKeptWhenOneSignsOffAndTheRestIsPlanned) {
  ControlRoom room = room_with_crews(3);
  const std::string id = make_task(room, 2);
  room.ok(reassign(id, "C1"));
  room.ok(reassign(id, "C2"));
  room.at(5).ok(tablet("C1", arrive(id)));
  room.ok(tablet("C2", arrive(id)));
  v1::TabletOperation off;
  off.mutable_sign_off();
  room.at(35).ok(tablet("C2", off));
  EXPECT_EQ(task_of(room, id).status, WorkStatus::en_route);
  EXPECT_EQ(room.world()->find_task(id)->worked, std::chrono::minutes{30});
  room.plan();
  ASSERT_TRUE(is_held_by(task_of(room, id), "C3")) << room.tasks();
  const PlannedStop* stop = room.world()->plan->find_stop(id);
  EXPECT_EQ(stop->completion - stop->start, std::chrono::minutes{30});
  expect_replayed(room);
}

TEST(SeveralCrews, HandedBackByOneItGoesBackWhole) {
  ControlRoom room = room_with_crews(2);
  const std::string id = make_task(room, 2);
  room.plan();
  v1::TabletOperation back;
  back.mutable_hand_back()->set_work_task(id);
  back.mutable_hand_back()->set_reason("the pole is rotten");
  room.ok(tablet("C1", back));
  EXPECT_TRUE(task_of(room, id).crews.empty());
  EXPECT_TRUE(room.world()->assignments("C2").empty());
}

TEST(SeveralCrews, PinsAddUpToTheCrewsItNeeds) {
  ControlRoom room = room_with_crews(4);
  const std::string id = make_task(room, 2);
  room.ok(pin(id, "C3"));
  room.plan();
  EXPECT_TRUE(is_held_by(task_of(room, id), "C3")) << room.tasks();
  room.ok(pin(id, "C4"));
  room.plan();
  EXPECT_TRUE(is_held_by(task_of(room, id), "C3")) << room.tasks();
  EXPECT_TRUE(is_held_by(task_of(room, id), "C4")) << room.tasks();
  EXPECT_EQ(room.refused(reassign(id, "C1")).reason, "WORK_TASK_PINNED");
  room.ok(pin(id, "C1"));
  EXPECT_THAT(task_of(room, id).pinned_to, testing::ElementsAre("C4", "C1"));
  EXPECT_FALSE(is_held_by(task_of(room, id), "C3")) << "there is no room for it";
  room.ok(pin(id, ""));
  EXPECT_TRUE(task_of(room, id).pinned_to.empty());
  expect_replayed(room);
}

TEST(SeveralCrews, TwoPinsOfThreeAreKeptAndTheThirdIsFound) {
  ControlRoom room = room_with_crews(5);
  const std::string id = make_task(room, 3);
  room.ok(pin(id, "C4"));
  room.ok(pin(id, "C5"));
  room.plan();
  EXPECT_EQ(task_of(room, id).crews.size(), 3U) << room.tasks();
  EXPECT_TRUE(is_held_by(task_of(room, id), "C4")) << room.tasks();
  EXPECT_TRUE(is_held_by(task_of(room, id), "C5")) << room.tasks();
}

TEST(SeveralCrews, AReassignedOneTakesTheNamedOnesPlace) {
  ControlRoom room = room_with_crews(4);
  const std::string id = make_task(room, 2);
  room.ok(reassign(id, "C1"));
  room.ok(reassign(id, "C2"));
  room.at(1).ok(tablet("C2", set_out(id)));
  room.ok(reassign(id, "C3"));
  EXPECT_FALSE(is_held_by(task_of(room, id), "C1")) << "C2 is on its way";
  EXPECT_TRUE(is_held_by(task_of(room, id), "C2"));
  room.ok(reassign(id, "C4", "C2"));
  EXPECT_FALSE(is_held_by(task_of(room, id), "C2"));
  EXPECT_EQ(room.refused(reassign(id, "C1", "C2")).reason, "CREW_WITHOUT_TASK");
}

TEST(SeveralCrews, APlanWithOneOfThemIsNotAdopted) {
  ControlRoom room = room_with_crews(2);
  const std::string id = make_task(room, 2);
  Command adopt;
  v1::Plan& plan = *adopt.mutable_adopt_plan()->mutable_plan();
  plan.set_based_on_revision(room.world()->revision);
  v1::PlannedTour& tour = *plan.add_tours();
  tour.set_crew("C1");
  tour.add_stops()->set_work_task(id);
  EXPECT_EQ(room.refused(adopt).reason, "PLAN_STALE");
}

TEST(SeveralCrews, FewerNeededThanHoldItOneLetsGo) {
  ControlRoom room = room_with_crews(2);
  const std::string id = make_task_with_arrived(room, "C2");
  Command fewer;
  fewer.mutable_update_work_task()->mutable_work_task()->set_id(id);
  fewer.mutable_update_work_task()->mutable_work_task()->set_crews_needed(1);
  fewer.mutable_update_work_task()->mutable_update_mask()->add_paths("crews_needed");
  room.ok(fewer);
  EXPECT_EQ(task_of(room, id).status, WorkStatus::arrived);
  EXPECT_FALSE(is_held_by(task_of(room, id), "C1"));
  EXPECT_EQ(part(room, id, "C2"), WorkStatus::arrived);
  expect_replayed(room);
}

// The shift of the crew at work ends in half an hour, its work would take an hour more.
TEST(CutShort, TheRestIsAnotherCrewsAndTheLightReturnsWithIt) {
  ControlRoom room{kStreet};
  Command first = crew("C1", kDepot);
  *first.mutable_create_crew()->mutable_crew()->mutable_shift_end() = to_proto(at_minute(90));
  room.ok(first);
  room.ok(crew("C2", kDepot));
  std::vector<std::string> dark;
  for (int i = 1; i <= 6; ++i) dark.push_back("T3." + std::to_string(i));
  room.ok(gasps(dark, at_minute(0)));
  room.at(1).reassess();
  const std::string id = "T-000001";
  Command longer;
  longer.mutable_update_work_task()->mutable_work_task()->set_id(id);
  longer.mutable_update_work_task()->mutable_work_task()->mutable_expected_duration()->set_seconds(
      2 * 3600);
  longer.mutable_update_work_task()->mutable_update_mask()->add_paths("expected_duration");
  room.ok(longer);
  room.at(20).ok(tablet("C1", arrive(id)));
  room.at(60).plan();
  const auto world = room.world();
  const PlannedStop* last = world->plan->find_stop(id);
  ASSERT_NE(last, nullptr) << room.tasks();
  EXPECT_EQ(last->takes_over_from, "C1");
  EXPECT_EQ(last->completion, at_minute(140)) << "what is left at the shift's end, and no break";
  EXPECT_EQ(world->assignments("C1").at(0).completion, at_minute(90));
  EXPECT_TRUE(world->assignments("C2").empty()) << "it is C1's until then";
  const auto estimate = world->estimated_restoration("O-000001");
  ASSERT_TRUE(estimate.has_value());
  EXPECT_GT(estimate->p50, at_minute(90)) << "the light does not come when the shift ends";
  EXPECT_GT(estimate->p90, at_minute(140));

  v1::TabletOperation off;
  off.mutable_sign_off();
  room.at(90).ok(tablet("C1", off));
  room.plan();
  const PlannedStop* rest = room.world()->plan->find_stop(id);
  ASSERT_NE(rest, nullptr);
  EXPECT_EQ(rest->completion - rest->start, std::chrono::minutes{50});
  EXPECT_EQ(first_crew(task_of(room, id)), "C2");
  expect_replayed(room);
}

TEST(CutShort, WithNobodyToGoOnNothingIsPromised) {
  ControlRoom room{kStreet};
  Command only = crew("C1", kDepot);
  *only.mutable_create_crew()->mutable_crew()->mutable_shift_end() = to_proto(at_minute(90));
  room.ok(only);
  std::vector<std::string> dark;
  for (int i = 1; i <= 6; ++i) dark.push_back("T3." + std::to_string(i));
  room.ok(gasps(dark, at_minute(0)));
  room.at(1).reassess();
  Command longer;
  longer.mutable_update_work_task()->mutable_work_task()->set_id("T-000001");
  longer.mutable_update_work_task()->mutable_work_task()->mutable_expected_duration()->set_seconds(
      2 * 3600);
  longer.mutable_update_work_task()->mutable_update_mask()->add_paths("expected_duration");
  room.ok(longer);
  room.at(20).ok(tablet("C1", arrive("T-000001")));
  room.at(60).plan();
  EXPECT_FALSE(room.world()->estimated_restoration("O-000001").has_value());
  ASSERT_EQ(room.world()->plan->unserved.size(), 1U);
  EXPECT_EQ(room.world()->plan->unserved[0].reason, "shift_ends_first");
  EXPECT_EQ(room.world()->assignments("C1").size(), 1U) << "it goes on until then";
}

TEST(CutShort, ALittleOvertimeIsWorked) {
  ControlRoom room{kStreet};
  Command only = crew("C1", kDepot);
  *only.mutable_create_crew()->mutable_crew()->mutable_shift_end() = to_proto(at_minute(65));
  room.ok(only);
  const std::string id = make_task(room, 1);
  room.at(20).ok(tablet("C1", arrive(id)));
  room.at(30).plan();
  EXPECT_EQ(room.world()->plan->find_stop(id)->completion, at_minute(80));
  EXPECT_TRUE(room.world()->plan->unserved.empty());
}

}  // namespace
}  // namespace gridmend::several_crews_test
