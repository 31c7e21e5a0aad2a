#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "routing/tour/unserved_reason.h"
#include "service/converters/time_converter.h"
#include "service/engine/find_plan.h"
#include "service/engine/plan_words.h"
#include "service/engine/restoration_estimates.h"
#include "service/engine/task_explanation.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::rolling_plan_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using ::testing::HasSubstr;
using ::testing::Not;

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
constexpr Position kFarAway{120.5, 30};

// R1 is open; its six households have a crew.
ControlRoom room_with_a_plan(EngineSettings settings = {}) {
  ControlRoom room{kStreet, std::move(settings)};
  room.ok(crew("C1", kDepot));
  room.ok(gasps(behind({"T5"}), at_minute(0)));
  room.ok(power_ups(behind({"T1", "T2", "T3", "T4"}), at_minute(.5)));
  room.at(1).reassess();
  room.plan();
  return room;
}

// Then F2 goes: twelve more.
void lose_f2(ControlRoom& room, double minute) {
  room.at(minute).ok(gasps(behind({"T3", "T4"}), at_minute(minute - 1)));
  room.reassess();
}

const ExplainedChange* change_of(const World& world, std::string_view task) {
  for (const ExplainedChange& change : world.plan->changes) {
    if (change.task == task) return &change;
  }
  return nullptr;
}

TEST(RollingPlan, ANewOutageIsItsOwnCauseAndLeavesTheOthersAlone) {
  ControlRoom room = room_with_a_plan();
  ASSERT_EQ(room.world()->assignments("C1").size(), 1U) << room.tasks();
  EXPECT_EQ(change_of(*room.world(), "T-000001")->kind, PlanChangeKind::assigned);
  lose_f2(room, 3);
  room.plan();
  const auto world = room.world();
  ASSERT_EQ(world->assignments("C1").size(), 2U) << room.tasks();
  const ExplainedChange* change = change_of(*world, "T-000002");
  ASSERT_NE(change, nullptr);
  EXPECT_EQ(change->kind, PlanChangeKind::assigned);
  EXPECT_EQ(change->cause.kind, PlanCause::Kind::new_work);
  EXPECT_EQ(change->cause.id, "O-000002");
  EXPECT_EQ(change->crew_after, "C1");
}

TEST(RollingPlan, ACrewOnItsWayIsTurnedRoundOnlyForTheStatedGain) {
  for (const double threshold : {100.0, 3000.0, kNever}) {
    SCOPED_TRACE(threshold);
    EngineSettings settings;
    settings.turn_gain_customer_min = threshold;
    settings.change_penalty_s = 0;
    ControlRoom room = room_with_a_plan(settings);
    room.at(2).ok(tablet("C1", set_out("T-000001")));
    lose_f2(room, 3);
    room.plan();
    const auto world = room.world();
    const auto stops = world->assignments("C1");
    ASSERT_EQ(stops.size(), 2U);
    const ExplainedChange* change = change_of(*world, "T-000001");
    if (threshold > 100) {
      EXPECT_EQ(stops[0].task, "T-000001");
      EXPECT_EQ(world->find_task("T-000001")->task.status, WorkStatus::en_route);
      EXPECT_EQ(world->find_crew("C1")->crew.current_task, "T-000001");
      continue;
    }
    EXPECT_EQ(stops[0].task, "T-000002");
    EXPECT_EQ(world->find_task("T-000001")->task.status, WorkStatus::assigned);
    EXPECT_EQ(world->find_crew("C1")->crew.current_task, "");
    ASSERT_NE(change, nullptr);
    EXPECT_EQ(change->kind, PlanChangeKind::turned_round);
    EXPECT_EQ(change->cause.id, "O-000002") << "the new outage is why";
    ASSERT_TRUE(change->gain_customer_min.has_value());
    EXPECT_GT(*change->gain_customer_min, threshold);
  }
}

TEST(RollingPlan, ACrewThatArrivedWhileThePlanWasMadeIsLeftThere) {
  EngineSettings settings;
  settings.turn_gain_customer_min = 100;
  settings.change_penalty_s = 0;
  ControlRoom room = room_with_a_plan(settings);
  room.ok(crew("C2", kFarAway));
  room.at(2).ok(tablet("C1", set_out("T-000001")));
  lose_f2(room, 3);
  const auto turns = find_plan(*room.world(), at_minute(3), room.settings, "a test", {});
  ASSERT_TRUE(turns);
  room.at(4).ok(tablet("C1", arrive("T-000001")));
  Command adopt;
  *adopt.mutable_adopt_plan() = *turns;
  room.ok(adopt);
  EXPECT_EQ(room.world()->find_task("T-000001")->task.status, WorkStatus::arrived);
  EXPECT_EQ(room.world()->find_crew("C1")->crew.current_task, "T-000001");
  EXPECT_EQ(room.world()->assignments("C1").front().task, "T-000001");
}

TEST(RollingPlan, ACrewThatSetOutMeanwhileIsNotCalledOffUnsaid) {
  ControlRoom room = room_with_a_plan();
  room.ok(crew("C2", kFarAway));
  const std::uint64_t base = room.world()->revision;
  room.at(2).ok(tablet("C1", set_out("T-000001")));
  Command adopt;
  v1::Plan& plan = *adopt.mutable_adopt_plan()->mutable_plan();
  plan.set_based_on_revision(base);
  v1::PlannedTour& tour = *plan.add_tours();
  tour.set_crew("C2");
  tour.add_stops()->set_work_task("T-000001");
  EXPECT_EQ(room.refused(adopt).reason, "PLAN_STALE");
  v1::PlanChange& change = *plan.add_changes();
  change.set_kind(v1::PlanChange::TURNED_ROUND);
  change.mutable_cause()->set_kind(v1::PlanCause::TIME);
  change.set_work_task("T-000001");
  change.set_previous_crew("C1");
  room.ok(adopt);
  EXPECT_EQ(first_crew(room.world()->find_task("T-000001")->task), "C2");
  EXPECT_EQ(room.world()->find_crew("C1")->crew.current_task, "");
}

TEST(RollingPlan, ACrewOnItsWayToWhereTheWaterComesIsCalledOff) {
  for (const char* reason : {"no_room", "never_opens", "unreachable"}) {
    SCOPED_TRACE(reason);
    ControlRoom room = room_with_a_plan();
    room.at(2).ok(tablet("C1", set_out("T-000001")));
    Command adopt;
    v1::Plan& plan = *adopt.mutable_adopt_plan()->mutable_plan();
    plan.set_based_on_revision(room.world()->revision);
    v1::UnservedTask& left_out = *plan.add_unserved();
    left_out.set_work_task("T-000001");
    left_out.set_reason(reason);
    room.ok(adopt);
    const bool goes_on = std::string_view{reason} == "no_room";
    EXPECT_EQ(room.world()->find_task("T-000001")->task.status,
              goes_on ? WorkStatus::en_route : WorkStatus::waiting);
    EXPECT_EQ(room.world()->find_crew("C1")->crew.current_task, goes_on ? "T-000001" : "");
  }
}

TEST(RollingPlan, ACrewThatSignsOffIsTheCause) {
  ControlRoom room = room_with_a_plan();
  room.ok(crew("C2", kFarAway));
  room.plan();
  v1::TabletOperation off;
  off.mutable_sign_off();
  room.at(2).ok(tablet("C1", off));
  room.plan();
  const ExplainedChange* change = change_of(*room.world(), "T-000001");
  ASSERT_NE(change, nullptr) << room.tasks();
  EXPECT_EQ(change->crew_after, "C2");
  EXPECT_EQ(change->cause.kind, PlanCause::Kind::crew);
  EXPECT_EQ(change->cause.id, "C1");
}

TEST(RollingPlan, AVetoWinsOverEveryPlanAndEveryOtherWord) {
  ControlRoom room = room_with_a_plan();
  room.ok(crew("C2", kFarAway));
  Command pin;
  pin.mutable_pin_task()->set_work_task("T-000001");
  pin.mutable_pin_task()->set_crew("C1");
  room.ok(pin);
  Command veto;
  veto.mutable_veto_task()->set_work_task("T-000001");
  veto.mutable_veto_task()->set_crew("C1");
  room.ok(veto);
  EXPECT_EQ(first_pin(room.world()->find_task("T-000001")->task), "") << "the newest word counts";
  EXPECT_EQ(first_crew(room.world()->find_task("T-000001")->task), "");
  room.plan();
  EXPECT_EQ(first_crew(room.world()->find_task("T-000001")->task), "C2");
  const ExplainedChange* change = change_of(*room.world(), "T-000001");
  ASSERT_NE(change, nullptr);
  EXPECT_EQ(change->cause.kind, PlanCause::Kind::operator_word);
  EXPECT_EQ(room.refused(pin).reason, "WORK_TASK_VETOED");
  Command give;
  give.mutable_reassign_task()->set_work_task("T-000001");
  give.mutable_reassign_task()->set_crew("C1");
  EXPECT_EQ(room.refused(give).reason, "WORK_TASK_VETOED");
  Command adopt;
  v1::Plan& plan = *adopt.mutable_adopt_plan()->mutable_plan();
  plan.set_based_on_revision(room.world()->revision);
  v1::PlannedTour& tour = *plan.add_tours();
  tour.set_crew("C1");
  tour.add_stops()->set_work_task("T-000001");
  EXPECT_EQ(room.refused(adopt).reason, "PLAN_STALE");
  room.restart();
  EXPECT_EQ(room.world()->find_task("T-000001")->task.vetoed_crews, std::vector<std::string>{"C1"});
  veto.mutable_veto_task()->set_lift(true);
  room.ok(veto);
  room.ok(pin);
  EXPECT_TRUE(room.world()->find_task("T-000001")->task.vetoed_crews.empty());
}

TEST(RollingPlan, ACrewAtWorkIsNotCalledOffByAVeto) {
  ControlRoom room = room_with_a_plan();
  room.at(2).ok(tablet("C1", arrive("T-000001")));
  Command veto;
  veto.mutable_veto_task()->set_work_task("T-000001");
  veto.mutable_veto_task()->set_crew("C1");
  EXPECT_EQ(room.refused(veto).reason, "WORK_TASK_UNDER_WAY");
  veto.mutable_veto_task()->set_crew("C9");
  EXPECT_EQ(room.refused(veto).reason, "CREW_UNKNOWN");
}

TEST(RollingPlan, OneFoundBeforeTheRoadClosedIsRefused) {
  ControlRoom room = room_with_a_plan();
  lose_f2(room, 3);
  const auto plan = find_plan(*room.world(), at_minute(3), room.settings, "a test", {});
  ASSERT_TRUE(plan);
  Command close;
  auto* at = close.mutable_close_road()->mutable_closure()->mutable_line()->add_positions();
  at->set_longitude_deg(120);
  at->set_latitude_deg(30);
  room.ok(close);
  Command adopt;
  *adopt.mutable_adopt_plan() = *plan;
  const Error refused = room.refused(adopt);
  EXPECT_EQ(refused.reason, "PLAN_STALE");
  EXPECT_THAT(refused.message, HasSubstr("roads"));
  room.plan();
  EXPECT_EQ(room.world()->assignments("C1").size(), 2U);
}

TEST(Restoration, WhatRepairsReallyTakeIsLearntFromClosedTasks) {
  ControlRoom room{kStreet};
  room.ok(crew("C1", kDepot));
  double minute = 1;
  for (int i = 0; i < 20; ++i) {
    Command make;
    v1::WorkTask& task = *make.mutable_create_work_task()->mutable_work_task();
    task.set_kind(v1::WorkTask::REPAIR);
    task.set_device("F1");
    const std::string id = room.ok(make).id;
    room.at(minute).ok(tablet("C1", arrive(id)));
    minute += 80;  // a fuse is expected to take 40
    room.at(minute).ok(tablet("C1", complete(id, v1::FieldReport::INTACT)));
  }
  const NetworkModel& network = room.region->network;
  const Device& fuse = network.devices()[*network.find_device("F1")];
  const auto book = learn_repair_times(*room.world(), {});
  EXPECT_NEAR(book.of(work_class(WorkKind::repair, &fuse)).median_ratio(), 1.83, .1);
  room.at(minute).ok(gasps(behind({"T3", "T4"}), at_minute(minute)));
  room.at(minute + 1).reassess();
  room.plan();
  const auto estimate = room.world()->estimated_restoration("O-000001");
  ASSERT_TRUE(estimate.has_value()) << room.tasks();
  EXPECT_GE(estimate->p50, at_minute(minute + 65));
  EXPECT_LE(estimate->p50, at_minute(minute + 85));
  EXPECT_GT(estimate->p90, estimate->p50);
  room.restart();
  EXPECT_EQ(room.world()->estimated_restoration("O-000001"), estimate);
}

TEST(Restoration, IsUnknownWhileNobodyHoldsTheWork) {
  ControlRoom room = room_with_a_plan();
  EXPECT_TRUE(room.world()->estimated_restoration("O-000001").has_value());
  lose_f2(room, 3);
  EXPECT_FALSE(room.world()->estimated_restoration("O-000002").has_value());
}

TEST(Explanation, TellsTheNextBestCrewInBothLanguages) {
  ControlRoom room = room_with_a_plan();
  room.ok(crew("C2", kFarAway));
  room.plan();
  const auto why = explain_task(*room.world(), at_minute(1), room.settings, "T-000001");
  ASSERT_TRUE(why);
  EXPECT_EQ(why->crew(), "C1");
  EXPECT_EQ(why->best_other_crew().crew(), "C2");
  EXPECT_GT(why->best_other_crew().extra_customer_minutes(), 0);
  EXPECT_FALSE(why->has_best_other_order());
  EXPECT_THAT(why->explanation_en(), HasSubstr("Crew C1 does T-000001 as its stop 1"));
  EXPECT_THAT(why->explanation_en(), HasSubstr("next best crew, C2"));
  EXPECT_THAT(why->explanation_zh(), HasSubstr("次优班组C2"));
  Command veto;
  veto.mutable_veto_task()->set_work_task("T-000001");
  veto.mutable_veto_task()->set_crew("C2");
  room.ok(veto);
  const auto ruled_out = explain_task(*room.world(), at_minute(1), room.settings, "T-000001");
  ASSERT_TRUE(ruled_out);
  EXPECT_FALSE(ruled_out->has_best_other_crew());
  EXPECT_EQ(ruled_out->unable_crews(), 1U);
  EXPECT_THAT(ruled_out->explanation_en(), HasSubstr("ruled crew C2 out"));
}

TEST(Explanation, SaysTheDayWhereItIsAnother) {
  ControlRoom room = room_with_a_plan();
  const auto today = explain_task(*room.world(), at_minute(1), room.settings, "T-000001");
  ASSERT_TRUE(today);
  EXPECT_THAT(today->explanation_en(), Not(HasSubstr(to_rfc3339(at_minute(1)).substr(0, 10))));
  // Asked five minutes before midnight it is done on the next day.
  const auto late = explain_task(*room.world(), at_minute(24 * 60 - 5), room.settings, "T-000001");
  ASSERT_TRUE(late);
  const std::string tomorrow = to_rfc3339(at_minute(24 * 60)).substr(0, 10);
  EXPECT_THAT(late->explanation_en(), HasSubstr("done by " + tomorrow + " 0"));
  EXPECT_THAT(late->explanation_zh(), HasSubstr(tomorrow + " 0"));
}

TEST(Explanation, OfWhatNobodyDoesIsTheReason) {
  ControlRoom room = room_with_a_plan();
  Command make;
  v1::WorkTask& task = *make.mutable_create_work_task()->mutable_work_task();
  task.set_kind(v1::WorkTask::REPAIR);
  task.set_device("F1");
  task.add_skills(v1::Crew::SUBSTATION);
  const std::string id = room.ok(make).id;
  const auto before = explain_task(*room.world(), at_minute(1), room.settings, id);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->unserved_reason(), "not_planned_yet");
  room.plan();
  const auto after = explain_task(*room.world(), at_minute(1), room.settings, id);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->unserved_reason(), "no_skilled_crew");
  EXPECT_THAT(after->explanation_en(), HasSubstr("no crew has the skills"));
  EXPECT_THAT(after->explanation_zh(), HasSubstr("没有具备所需技能的班组"));
  EXPECT_EQ(explain_task(*room.world(), at_minute(1), room.settings, "nothing").error().reason,
            "WORK_TASK_UNKNOWN");
}

TEST(PlanWords, NoReasonIsWithoutThemInEitherLanguage) {
  const auto expect_words = [](std::string_view reason) {
    const BothLanguages words = unserved_in_words(reason);
    EXPECT_NE(words.english, reason);
    EXPECT_NE(words.chinese, reason);
    EXPECT_EQ(words.english.find('_'), std::string::npos) << reason;
    EXPECT_FALSE(words.chinese.empty() || words.chinese == words.english) << reason;
  };
  expect_words("not_planned_yet");
  std::ranges::for_each(kUnservedReasons, expect_words);
  std::ranges::for_each(kLeftOutReasons, expect_words);
  EXPECT_EQ(unserved_in_words("of_a_later_version").english, "of_a_later_version");
}

Command put_water(const std::string& id) {
  Command put;
  v1::WaterLayer& layer = *put.mutable_put_water()->mutable_layer();
  layer.set_id(id);
  layer.mutable_valid_time()->set_seconds(1);
  v1::DepthGrid& grid = *layer.mutable_grid();
  grid.set_step_east_deg(.01);
  grid.set_step_south_deg(.01);
  grid.set_columns(1);
  grid.set_rows(1);
  grid.add_depth_m(1);
  return put;
}

// Since the plan before: two closures, one of them again, and a layer of water that was a mistake.
TEST(PlanCauses, AllThatHappenedIsNamedNewestFirstAndCounted) {
  ControlRoom room = room_with_a_plan();
  const auto close = [&](const std::string& id) {
    Command command;
    command.mutable_close_road()->mutable_closure()->set_id(id);
    command.mutable_close_road()->mutable_closure()->mutable_line()->add_positions();
    room.ok(command);
  };
  close("tree");
  close("bridge");
  room.ok(put_water("wrong"));
  Command reopen;
  reopen.mutable_reopen_road()->set_id("tree");
  room.ok(reopen);
  room.at(30).plan();  // by now nothing arrives when it was promised
  std::vector<std::string> named;
  for (const PlanCause& cause : room.world()->plan->causes) named.push_back(cause.id);
  EXPECT_THAT(named, testing::ElementsAre("tree", "wrong", "bridge"));
  EXPECT_EQ(room.world()->plan->causes_in_all, 3U);
  EXPECT_TRUE(room.world()->hazard_log->entries.empty());

  for (int i = 0; i < Plan::kCausesKept + 7; ++i) close("closure-" + std::to_string(i));
  room.at(60).plan();
  EXPECT_EQ(room.world()->plan->causes.size(), std::size_t{Plan::kCausesKept});
  EXPECT_EQ(room.world()->plan->causes_in_all, Plan::kCausesKept + 7U);
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(Water, ThatWasPutByMistakeIsDeletedAndThePlanLookedAtAgain) {
  ControlRoom room = room_with_a_plan();
  room.ok(put_water("wrong"));
  room.at(30).plan();
  ASSERT_FALSE(room.world()->needs_plan());
  Command gone;
  gone.mutable_delete_water()->set_id("wrong");
  room.ok(gone);
  EXPECT_TRUE(room.world()->water->empty());
  EXPECT_TRUE(room.world()->needs_plan());
  EXPECT_TRUE(room.world()->needs_reassessment());
  EXPECT_EQ(room.refused(gone).reason, "WATER_UNKNOWN");
  room.at(60).plan();
  ASSERT_EQ(room.world()->plan->causes.size(), 1U);
  EXPECT_EQ(room.world()->plan->causes[0], (PlanCause{PlanCause::Kind::water, "wrong"}));
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(PlanWords, GoBothWays) {
  for (int kind = 0; kind <= static_cast<int>(PlanChangeKind::turned_round); ++kind) {
    const auto value = static_cast<PlanChangeKind>(kind);
    EXPECT_EQ(to_domain(to_proto(value)), value);
  }
  for (int kind = 0; kind <= static_cast<int>(PlanCause::Kind::time); ++kind) {
    const auto value = static_cast<PlanCause::Kind>(kind);
    EXPECT_EQ(to_domain(to_proto(value)), value);
  }
  EXPECT_EQ(to_domain(v1::PlanChange::KIND_UNSPECIFIED), std::nullopt);
  EXPECT_EQ(to_domain(static_cast<v1::PlanCause::Kind>(99)), std::nullopt);
}

}  // namespace
}  // namespace gridmend::rolling_plan_test
