// Depots: as things of the service, and what plans make of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/converters/time_converter.h"
#include "service/engine/dispatch_builder.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::depot_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F2--n5--T3(6)
)";
constexpr Position kYard{120, 30};

Command depot(const std::string& id, Position position) {
  Command command;
  v1::Depot& made = *command.mutable_create_depot()->mutable_depot();
  made.set_id(id);
  made.set_name("Depot " + id);
  made.mutable_position()->set_longitude_deg(position.longitude_deg);
  made.mutable_position()->set_latitude_deg(position.latitude_deg);
  return command;
}

Command stocked(Command command, double stock, int loading_min = 0) {
  v1::Depot& made = *command.mutable_create_depot()->mutable_depot();
  made.set_stock(stock);
  made.mutable_loading_duration()->set_seconds(60 * loading_min);
  return command;
}

Command change_stock(const std::string& id, double stock) {
  Command command;
  auto& update = *command.mutable_update_depot();
  update.mutable_depot()->set_id(id);
  update.mutable_depot()->set_stock(stock);
  update.mutable_update_mask()->add_paths("stock");
  return command;
}

Command carrying(const std::string& id, double capacity, double load, Position at = kYard) {
  Command command = crew(id, at);
  v1::Crew& made = *command.mutable_create_crew()->mutable_crew();
  made.set_capacity(capacity);
  made.set_load(load);
  return command;
}

std::string make_task(ControlRoom& room, double demand, Position at) {
  Command make;
  v1::WorkTask& task = *make.mutable_create_work_task()->mutable_work_task();
  task.set_kind(v1::WorkTask::REPAIR);
  task.mutable_position()->set_longitude_deg(at.longitude_deg);
  task.mutable_position()->set_latitude_deg(at.latitude_deg);
  task.set_weight(10);
  task.set_demand(demand);
  task.mutable_expected_duration()->set_seconds(1800);
  return room.ok(make).id;
}

v1::TabletOperation load(const std::string& depot_id, std::optional<double> units = {}) {
  v1::TabletOperation operation;
  operation.mutable_load_material()->set_depot(depot_id);
  if (units) operation.mutable_load_material()->set_load(*units);
  return operation;
}

TEST(Depots, AreMadeChangedAndKept) {
  ControlRoom room{kStreet};
  EXPECT_EQ(room.ok(stocked(depot("D1", kYard), 20, 15)).id, "D1");
  EXPECT_EQ(room.refused(depot("D1", kYard)).reason, "DEPOT_EXISTS");
  EXPECT_EQ(room.refused(change_stock("D9", 1)).reason, "DEPOT_UNKNOWN");
  EXPECT_EQ(room.refused(change_stock("D1", -1)).field, "depot.stock");
  Command stale = change_stock("D1", 3);
  stale.mutable_update_depot()->mutable_depot()->set_etag("99");
  EXPECT_EQ(room.refused(stale).reason, "ETAG_STALE");
  Command nothing = change_stock("D1", 3);
  nothing.mutable_update_depot()->clear_update_mask();
  EXPECT_EQ(room.refused(nothing).reason, "MASK_MISSING");
  Command nowhere = depot("D2", kYard);
  nowhere.mutable_create_depot()->mutable_depot()->clear_position();
  EXPECT_EQ(room.refused(nowhere).field, "depot.position");
  Command slow = stocked(depot("D2", kYard), 1, 60 * 25);
  EXPECT_EQ(room.refused(slow).field, "depot.loading_duration");
  room.ok(change_stock("D1", 7));
  Command lost = crew("C1", kYard);
  lost.mutable_create_crew()->mutable_crew()->set_home_depot("D9");
  EXPECT_EQ(room.refused(lost).reason, "DEPOT_UNKNOWN");
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
  EXPECT_EQ(room.world()->find_depot("D1")->depot.stock, 7);
  EXPECT_EQ(room.world()->find_depot("D1")->depot.loading, std::chrono::minutes{15});
}

Command give_up(const std::string& id, const std::string& new_home = {}, bool force = false) {
  Command command;
  command.mutable_delete_depot()->set_id(id);
  command.mutable_delete_depot()->set_new_home_depot(new_home);
  command.mutable_delete_depot()->set_force(force);
  return command;
}

TEST(Depots, OneThatIsGivenUpIsGoneAndItsIdIsFree) {
  ControlRoom room{kStreet};
  const Answer made = room.ok(stocked(depot("D1", kYard), 20));
  EXPECT_EQ(room.refused(give_up("D9")).reason, "DEPOT_UNKNOWN");
  Command stale = give_up("D1");
  stale.mutable_delete_depot()->set_etag("99");
  EXPECT_EQ(room.refused(stale).reason, "ETAG_STALE");
  Command fresh = give_up("D1");
  fresh.mutable_delete_depot()->set_etag(etag_of(made.revision));
  const Answer gone = room.ok(fresh);
  EXPECT_EQ(room.world()->find_depot("D1"), nullptr);
  EXPECT_EQ(room.world()->newest_depot.id, "D1");
  EXPECT_EQ(room.world()->depot_gone_revision, gone.revision);
  EXPECT_EQ(room.refused(give_up("D1")).reason, "DEPOT_UNKNOWN");
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
  room.ok(stocked(depot("D1", kYard), 3));
  EXPECT_EQ(room.world()->find_depot("D1")->depot.stock, 3);
}

TEST(Depots, AHomeIsNotGivenUpWithoutAWordAboutTheCrews) {
  ControlRoom room{kStreet};
  for (const char* id : {"D1", "D2"}) room.ok(depot(id, kYard));
  for (const char* id : {"C1", "C2"}) {
    Command made = crew(id, kYard);
    made.mutable_create_crew()->mutable_crew()->set_home_depot("D1");
    room.ok(made);
  }
  const Error refused = room.refused(give_up("D1"));
  EXPECT_EQ(refused.reason, "DEPOT_IN_USE");
  EXPECT_THAT(refused.message, testing::HasSubstr("2 crews, crew 'C1' for one"));
  EXPECT_EQ(room.refused(give_up("D1", "D9")).field, "new_home_depot");
  EXPECT_EQ(room.refused(give_up("D1", "D1")).reason, "DEPOT_IS_THE_SAME");
  room.ok(give_up("D1", "D2"));
  EXPECT_EQ(room.world()->find_crew("C1")->crew.home_depot, "D2");
  EXPECT_EQ(room.world()->find_crew("C2")->crew.home_depot, "D2");
  room.ok(give_up("D2", {}, true));
  EXPECT_EQ(room.world()->find_crew("C1")->crew.home_depot, "");
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(Depots, PlansThatLoadAtOneThatIsGivenUpAreMadeAnew) {
  ControlRoom room{kStreet};
  room.ok(carrying("C1", 5, 0));
  make_task(room, 3, {120.01, 30});
  room.ok(stocked(depot("far", {120.2, 30}), 50));
  room.ok(stocked(depot("near", {120.02, 30}), 50, 10));
  room.plan();
  ASSERT_EQ(room.world()->assignments("C1").at(0).depot, "near");
  journal::v1::AdoptPlan old;
  {
    const auto world = room.world();
    const DispatchCase dispatch = build_dispatch(*world, at_minute(0), room.settings);
    const DispatchPlan plan = plan_dispatch(dispatch.problem, room.settings.planner);
    old = describe_plan(dispatch, plan, *world, PlanningPolicy::optimised, "old");
  }
  room.ok(give_up("near"));
  EXPECT_EQ(room.world()->assignments("C1").at(0).depot, "") << "nobody is sent there any more";
  EXPECT_TRUE(room.world()->needs_plan());
  Command adopt;
  *adopt.mutable_adopt_plan() = old;
  const Error refused = room.refused(adopt);
  EXPECT_EQ(refused.reason, "PLAN_STALE");
  EXPECT_THAT(refused.message, testing::HasSubstr("'near'"));
  room.plan();
  EXPECT_EQ(room.world()->assignments("C1").at(0).depot, "far");
}

TEST(Depots, WhatWasLoadedBeforeTheTabletHeardIsOnBoard) {
  ControlRoom room{kStreet};
  room.ok(stocked(depot("D1", kYard), 6));
  room.ok(carrying("C1", 5, 0, {120.1, 30}));
  room.ok(give_up("D1"));
  room.ok(tablet("C1", load("D1", 4)));
  EXPECT_EQ(room.world()->find_crew("C1")->crew.load, 4);
  EXPECT_EQ(room.world()->find_crew("C1")->crew.position.longitude_deg, 120.1);
  EXPECT_EQ(room.refused(tablet("C1", load("D2", 4))).reason, "DEPOT_UNKNOWN");
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(Depots, AnEmptyVanLoadsOnTheWay) {
  ControlRoom room{kStreet};
  room.ok(carrying("C1", 5, 0));
  const std::string id = make_task(room, 3, {120.01, 30});
  room.plan();
  ASSERT_EQ(room.world()->plan->unserved.size(), 1U);
  EXPECT_EQ(room.world()->plan->unserved[0].reason, "no_material");
  room.ok(stocked(depot("far", {120.2, 30}), 50));
  room.ok(stocked(depot("near", {120.02, 30}), 50, 10));
  room.ok(stocked(depot("empty", {120.005, 30}), 0));
  room.plan();
  const auto stops = room.world()->assignments("C1");
  ASSERT_EQ(stops.size(), 1U) << room.tasks();
  EXPECT_EQ(stops[0].depot, "near");
  // 2 km there, ten minutes to load, 1 km back, at 30 km/h over 1.4 times the distance.
  const double minutes = seconds(stops[0].arrival - at_minute(0)) / 60;
  EXPECT_NEAR(minutes, 10 + 3 * .9647 * 1.4 / .5, .2);
  bool told = false;
  for (const ExplainedChange& change : room.world()->plan->changes)
    told = told || change.cause.kind == PlanCause::Kind::depot || change.task == id;
  EXPECT_TRUE(told);
}

TEST(Depots, WhatWasUsedIsGoneUntilTheCrewLoads) {
  ControlRoom room{kStreet};
  room.ok(stocked(depot("D1", kYard), 6));
  room.ok(carrying("C1", 5, 5));
  const std::string id = make_task(room, 3, kYard);
  room.at(1).ok(tablet("C1", arrive(id)));
  room.at(30).ok(tablet("C1", complete(id, v1::FieldReport::RESTORED)));
  EXPECT_EQ(room.world()->find_crew("C1")->crew.load, 2);
  EXPECT_EQ(room.refused(tablet("C1", load("D1", 6))).reason, "NUMBER_INVALID");
  EXPECT_EQ(room.refused(tablet("C1", load("D9"))).reason, "DEPOT_UNKNOWN");
  room.ok(tablet("C1", load("D1", 4)));
  EXPECT_EQ(room.world()->find_crew("C1")->crew.load, 4);
  EXPECT_EQ(room.world()->find_depot("D1")->depot.stock, 4);
  room.ok(tablet("C1", load("D1")));
  EXPECT_FALSE(room.world()->find_crew("C1")->crew.load.has_value()) << "full";
  EXPECT_EQ(room.world()->find_depot("D1")->depot.stock, 3);
  room.ok(change_stock("D1", 0));
  const std::string more = make_task(room, 5, kYard);
  room.at(31).ok(tablet("C1", arrive(more)));
  room.at(40).ok(tablet("C1", complete(more, v1::FieldReport::RESTORED)));
  room.ok(tablet("C1", load("D1")));
  EXPECT_EQ(room.world()->find_crew("C1")->crew.load, 0) << "there is nothing to load";
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(Depots, TheWayHomeCountsAgainstTheShift) {
  ControlRoom room{kStreet};
  room.ok(depot("home", {120.1, 30}));
  Command made = crew("C1", kYard);
  made.mutable_create_crew()->mutable_crew()->set_home_depot("home");
  *made.mutable_create_crew()->mutable_crew()->mutable_shift_end() = to_proto(at_minute(70));
  room.ok(made);
  make_task(room, 0, kYard);
  room.plan();
  const auto world = room.world();
  ASSERT_EQ(world->plan->tours.size(), 1U) << room.tasks();
  ASSERT_TRUE(world->plan->tours[0].return_time.has_value());
  EXPECT_GT(*world->plan->tours[0].return_time, world->plan->tours[0].stops[0].completion);
  EXPECT_LE(*world->plan->tours[0].return_time, at_minute(70));
  Command sooner;
  sooner.mutable_update_crew()->mutable_crew()->set_id("C1");
  *sooner.mutable_update_crew()->mutable_crew()->mutable_shift_end() = to_proto(at_minute(45));
  sooner.mutable_update_crew()->mutable_update_mask()->add_paths("shift_end");
  room.ok(sooner);
  room.plan();
  ASSERT_EQ(room.world()->plan->unserved.size(), 1U);
  EXPECT_EQ(room.world()->plan->unserved[0].reason, "shift_too_short") << "done, but not home";
}

TEST(Depots, ASmallerVehicleHasLessOnBoard) {
  ControlRoom room{kStreet};
  room.ok(carrying("C1", 5, 4));
  Command smaller;
  smaller.mutable_update_crew()->mutable_crew()->set_id("C1");
  smaller.mutable_update_crew()->mutable_crew()->set_capacity(3);
  smaller.mutable_update_crew()->mutable_update_mask()->add_paths("capacity");
  room.ok(smaller);
  EXPECT_EQ(room.world()->find_crew("C1")->crew.on_board(), 3);
}

TEST(Depots, WithoutCrewsNoWaysAreLookedFor) {
  ControlRoom room{kStreet};
  room.ok(depot("D1", kYard));
  for (int i = 0; i < 20; ++i) make_task(room, 1, {120 + .001 * i, 30});
  const DispatchCase dispatch = build_dispatch(*room.world(), at_minute(0), room.settings);
  EXPECT_EQ(dispatch.problem.sites, 1U);
  EXPECT_TRUE(validate(dispatch.problem));
  room.plan();
  ASSERT_EQ(room.world()->plan->unserved.size(), 20U);
  EXPECT_EQ(room.world()->plan->unserved[0].reason, "no_crew");
}

}  // namespace
}  // namespace gridmend::depot_test
