#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gridmend/v1/crew.grpc.pb.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::dispatch_calls_test {
namespace {

using server_desk::field_of;
using server_desk::reason_of;
using server_desk::ServerDesk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Outages = v1::OutageService;
using Dispatch = v1::DispatchService;

TEST(DispatchCalls, CrewsAndTasksAreMadeChangedPinnedAndListed) {
  ServerDesk desk;
  v1::CreateCrewRequest create;
  create.set_request_id("c1");
  create.mutable_crew()->set_id("C1");
  EXPECT_EQ(field_of(desk.refused<Dispatch>(&Dispatch::Stub::CreateCrew, create)), "crew.position");
  create.mutable_crew()->mutable_position()->set_latitude_deg(30);
  const auto crew = desk.ok<Dispatch>(&Dispatch::Stub::CreateCrew, create);
  EXPECT_EQ(crew.status(), v1::Crew::OFF_SHIFT);
  EXPECT_EQ(crew.vehicle_class(), v1::Vehicle::TRUCK);
  create.set_request_id("c2");
  EXPECT_EQ(desk.refused<Dispatch>(&Dispatch::Stub::CreateCrew, create).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  v1::UpdateCrewRequest update;
  update.mutable_crew()->set_id("C1");
  update.mutable_crew()->set_name("first");
  update.mutable_update_mask()->add_paths("name");
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::UpdateCrew, update).name(), "first");

  v1::CreateWorkTaskRequest task;
  task.mutable_work_task()->set_kind(v1::WorkTask::INSPECT);
  task.mutable_work_task()->set_device("B1");
  const auto made = desk.ok<Dispatch>(&Dispatch::Stub::CreateWorkTask, task);
  EXPECT_FALSE(made.id().empty());
  EXPECT_EQ(made.status(), v1::WorkTask::WAITING);
  v1::PinTaskRequest pin;
  pin.set_work_task(made.id());
  pin.set_crew("C1");
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::PinTask, pin).pinned_to(), "C1");
  pin.set_crew("C9");
  EXPECT_EQ(desk.refused<Dispatch>(&Dispatch::Stub::PinTask, pin).error_code(),
            grpc::StatusCode::NOT_FOUND);
  const auto tasks = desk.ok<Dispatch>(&Dispatch::Stub::ListWorkTasks, v1::ListWorkTasksRequest{});
  ASSERT_EQ(tasks.work_tasks_size(), 1);
  v1::UpdateWorkTaskRequest cancel;
  cancel.mutable_work_task()->set_id(made.id());
  cancel.mutable_work_task()->set_status(v1::WorkTask::CANCELLED);
  cancel.mutable_update_mask()->add_paths("status");
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::UpdateWorkTask, cancel).status(),
            v1::WorkTask::CANCELLED);
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::ListWorkTasks, v1::ListWorkTasksRequest{})
                .work_tasks_size(),
            0);
}

TEST(DispatchCalls, DepotsAreMadeChangedListedAndTold) {
  ServerDesk desk;
  v1::CreateDepotRequest create;
  create.set_request_id("d1");
  create.mutable_depot()->set_id("D1");
  create.mutable_depot()->set_name("first");
  EXPECT_EQ(field_of(desk.refused<Dispatch>(&Dispatch::Stub::CreateDepot, create)),
            "depot.position");
  create.mutable_depot()->mutable_position()->set_longitude_deg(120);
  create.mutable_depot()->mutable_position()->set_latitude_deg(30);
  create.mutable_depot()->set_stock(4);
  const auto made = desk.ok<Dispatch>(&Dispatch::Stub::CreateDepot, create);
  EXPECT_EQ(made.stock(), 4);
  EXPECT_FALSE(made.etag().empty());
  const auto again = desk.ok<Dispatch>(&Dispatch::Stub::CreateDepot, create);
  EXPECT_EQ(again.etag(), made.etag()) << "the same request twice makes one";
  create.set_request_id("d2");
  EXPECT_EQ(desk.refused<Dispatch>(&Dispatch::Stub::CreateDepot, create).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  create.mutable_depot()->set_id("D2");
  create.mutable_depot()->clear_stock();
  desk.ok<Dispatch>(&Dispatch::Stub::CreateDepot, create);

  v1::UpdateDepotRequest update;
  update.mutable_depot()->set_id("D1");
  update.mutable_depot()->set_etag("1000");
  update.mutable_depot()->set_stock(9);
  update.mutable_update_mask()->add_paths("stock");
  EXPECT_EQ(reason_of(desk.refused<Dispatch>(&Dispatch::Stub::UpdateDepot, update)), "ETAG_STALE");
  update.mutable_depot()->set_etag(made.etag());
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::UpdateDepot, update).stock(), 9);
  update.mutable_depot()->clear_etag();
  update.mutable_update_mask()->set_paths(0, "id");
  EXPECT_EQ(reason_of(desk.refused<Dispatch>(&Dispatch::Stub::UpdateDepot, update)),
            "FIELD_NOT_MUTABLE");

  v1::ListDepotsRequest list;
  list.set_page_size(1);
  const auto first = desk.ok<Dispatch>(&Dispatch::Stub::ListDepots, list);
  ASSERT_EQ(first.depots_size(), 1);
  EXPECT_EQ(first.depots(0).id(), "D1");
  list.set_page_token(first.next_page_token());
  const auto second = desk.ok<Dispatch>(&Dispatch::Stub::ListDepots, list);
  ASSERT_EQ(second.depots_size(), 1);
  EXPECT_EQ(second.depots(0).id(), "D2");
  EXPECT_FALSE(second.depots(0).has_stock());
  EXPECT_TRUE(second.next_page_token().empty());
  v1::GetDepotRequest get;
  get.set_id("D9");
  EXPECT_EQ(reason_of(desk.refused<Dispatch>(&Dispatch::Stub::GetDepot, get)), "DEPOT_UNKNOWN");
  get.set_id("D1");
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::GetDepot, get).stock(), 9);
}

TEST(DispatchCalls, ADepotIsGivenUpOnceAndNotUnderItsCrews) {
  ServerDesk desk;
  v1::CreateDepotRequest create;
  create.mutable_depot()->set_id("D1");
  create.mutable_depot()->set_name("first");
  create.mutable_depot()->mutable_position()->set_longitude_deg(120);
  create.mutable_depot()->mutable_position()->set_latitude_deg(30);
  desk.ok<Dispatch>(&Dispatch::Stub::CreateDepot, create);
  Command lives_there = control_room::crew("C1", {120, 30});
  lives_there.mutable_create_crew()->mutable_crew()->set_home_depot("D1");
  desk.room.ok(lives_there);
  v1::DeleteDepotRequest gone;
  EXPECT_EQ(field_of(desk.refused<Dispatch>(&Dispatch::Stub::DeleteDepot, gone)), "id");
  gone.set_id("D1");
  gone.set_request_id("g1");
  gone.set_new_home_depot("a b");
  EXPECT_EQ(field_of(desk.refused<Dispatch>(&Dispatch::Stub::DeleteDepot, gone)), "new_home_depot");
  gone.clear_new_home_depot();
  const auto in_use = desk.refused<Dispatch>(&Dispatch::Stub::DeleteDepot, gone);
  EXPECT_EQ(in_use.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(reason_of(in_use), "DEPOT_IN_USE");
  gone.set_force(true);
  const auto first = desk.ok<Dispatch>(&Dispatch::Stub::DeleteDepot, gone);
  EXPECT_EQ(first.revision(), desk.room.world()->revision);
  const auto again = desk.ok<Dispatch>(&Dispatch::Stub::DeleteDepot, gone);
  EXPECT_EQ(again.revision(), first.revision()) << "the same request twice";
  gone.set_request_id("g2");
  EXPECT_EQ(reason_of(desk.refused<Dispatch>(&Dispatch::Stub::DeleteDepot, gone)), "DEPOT_UNKNOWN");
  v1::ListDepotsRequest list;
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::ListDepots, list).depots_size(), 0);
}

TEST(DispatchCalls, TaskRulesAreShownTakenAndRefusedByField) {
  ServerDesk desk;
  v1::GetTaskRulesRequest get;
  const auto begun = desk.ok<Dispatch>(&Dispatch::Stub::GetTaskRules, get);
  EXPECT_EQ(begun.rules(), "");
  EXPECT_EQ(begun.revision(), 0U);
  v1::PutTaskRulesRequest put;
  put.set_request_id("r1");
  put.set_rules("[repair.fuse]\ncrews = 2\n");
  put.set_etag(begun.etag());
  const auto held = desk.ok<Dispatch>(&Dispatch::Stub::PutTaskRules, put);
  EXPECT_EQ(held.rules(), "[repair.fuse]\ncrews = 2\n");
  EXPECT_EQ(held.revision(), desk.room.world()->revision);
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::PutTaskRules, put).etag(), held.etag());
  get.set_whole(true);
  const std::string whole = desk.ok<Dispatch>(&Dispatch::Stub::GetTaskRules, get).rules();
  EXPECT_NE(whole.find("[planned_work.premises]"), std::string::npos);
  put.set_request_id("r2");
  EXPECT_EQ(reason_of(desk.refused<Dispatch>(&Dispatch::Stub::PutTaskRules, put)), "ETAG_STALE");
  put.clear_etag();
  put.set_rules("[repair.fuse]\ncrews = 99\n");
  const auto refused = desk.refused<Dispatch>(&Dispatch::Stub::PutTaskRules, put);
  EXPECT_EQ(reason_of(refused), "TASK_RULE_INVALID");
  EXPECT_EQ(field_of(refused), "rules: repair.fuse.crews");
  put.set_rules(std::string(300 << 10, '#'));
  EXPECT_EQ(field_of(desk.refused<Dispatch>(&Dispatch::Stub::PutTaskRules, put)), "rules");
  EXPECT_EQ(desk.room.world()->rules_revision, held.revision());
}

TEST(CrewCalls, WhatATabletLoadsIsOnBoardAndOutOfTheStock) {
  ServerDesk desk;
  v1::CreateDepotRequest create;
  create.mutable_depot()->set_id("D1");
  create.mutable_depot()->set_name("first");
  create.mutable_depot()->mutable_position()->set_longitude_deg(120);
  create.mutable_depot()->mutable_position()->set_latitude_deg(30);
  create.mutable_depot()->set_stock(9);
  desk.ok<Dispatch>(&Dispatch::Stub::CreateDepot, create);
  Command van = control_room::crew("C1", {120, 30});
  van.mutable_create_crew()->mutable_crew()->set_capacity(5);
  van.mutable_create_crew()->mutable_crew()->set_load(1);
  desk.room.ok(van);
  v1::SyncRequest sync;
  sync.set_crew("C1");
  sync.set_device_id("tablet");
  const auto add = [&](const std::string& request, const std::string& depot) {
    v1::TabletOperation& operation = *sync.add_operations();
    operation.set_request_id(request);
    operation.mutable_load_material()->set_depot(depot);
    return &operation;
  };
  add("l1", "D1")->mutable_load_material()->set_load(4);
  add("l2", "nowhere");
  add("l3", "D1")->mutable_load_material()->set_load(50);
  add("l4", "D1");
  const auto done = desk.ok<v1::CrewService>(&v1::CrewService::Stub::Sync, sync);
  ASSERT_EQ(done.results_size(), 4);
  EXPECT_EQ(done.results(0).status().code(), grpc::StatusCode::OK);
  EXPECT_EQ(done.results(1).status().code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(done.results(2).status().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(done.results(3).status().code(), grpc::StatusCode::OK)
      << "what was refused holds nothing up";
  ASSERT_TRUE(done.assignments().has_crew());
  EXPECT_FALSE(done.assignments().crew().has_load()) << "full";
  v1::GetDepotRequest get;
  get.set_id("D1");
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::GetDepot, get).stock(), 5);
  const auto again = desk.ok<v1::CrewService>(&v1::CrewService::Stub::Sync, sync);
  EXPECT_TRUE(again.results(0).repeated_answer());
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::GetDepot, get).stock(), 5) << "loaded once";
}

TEST(DispatchCalls, BothCrewsOfATaskHaveItOnTheirTablets) {
  ServerDesk desk;
  desk.room.ok(control_room::crew("C1", {120, 30}));
  desk.room.ok(control_room::crew("C2", {120, 30}));
  v1::CreateWorkTaskRequest create;
  create.mutable_work_task()->set_kind(v1::WorkTask::PLANNED_WORK);
  create.mutable_work_task()->set_device("B1");
  create.mutable_work_task()->set_weight(1);
  create.mutable_work_task()->set_crews_needed(2);
  const std::string id = desk.ok<Dispatch>(&Dispatch::Stub::CreateWorkTask, create).id();
  const auto plan = desk.ok<Dispatch>(&Dispatch::Stub::Replan, v1::ReplanRequest{});
  EXPECT_EQ(plan.tours_size(), 2) << plan.ShortDebugString();
  for (const char* who : {"C1", "C2"}) {
    v1::SyncRequest sync;
    sync.set_crew(who);
    const auto down = desk.ok<v1::CrewService>(&v1::CrewService::Stub::Sync, sync);
    ASSERT_EQ(down.assignments().changed_size(), 1) << who;
    EXPECT_EQ(down.assignments().changed(0).work_task().id(), id);
    EXPECT_EQ(down.assignments().changed(0).work_task().crews_size(), 2);
    v1::ListWorkTasksRequest list;
    list.set_crew(who);
    EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::ListWorkTasks, list).work_tasks_size(), 1) << who;
  }
}

TEST(DispatchCalls, APlanTellsItsChangesTheLightsReturnAndWhyACrewHasATask) {
  ServerDesk desk;
  desk.room.ok(control_room::crew("C1", {120, 30}));
  desk.room.ok(control_room::crew("C2", {120.5, 30}));
  desk.room.ok(control_room::gasps(
      {"T1.1", "T1.2", "T1.3", "T1.4", "T1.5", "T1.6", "T2.1", "T2.2", "T2.3", "T2.4"},
      control_room::at_minute(0)));
  desk.room.at(1).reassess();
  v1::ReplanRequest replan;
  replan.set_reason("a test");
  const auto plan = desk.ok<Dispatch>(&Dispatch::Stub::Replan, replan);
  EXPECT_EQ(plan.cause(), "a test");
  ASSERT_EQ(plan.changes_size(), 1);
  EXPECT_EQ(plan.changes(0).kind(), v1::PlanChange::ASSIGNED);
  EXPECT_EQ(plan.changes(0).cause().kind(), v1::PlanCause::NEW_WORK);
  EXPECT_EQ(plan.changes(0).cause().id(), "O-000001");
  ASSERT_EQ(plan.restorations_size(), 1);
  v1::GetOutageRequest get;
  get.set_id("O-000001");
  const auto outage = desk.ok<Outages>(&Outages::Stub::GetOutage, get);
  EXPECT_EQ(outage.estimated_restoration().p90().seconds(), plan.restorations(0).p90().seconds());
  EXPECT_LT(outage.estimated_restoration().p50().seconds(),
            outage.estimated_restoration().p90().seconds());
  EXPECT_THAT(outage.explanation_en(), HasSubstr("nine times in ten by"));
  EXPECT_THAT(outage.explanation_zh(), HasSubstr("九成把握"));

  v1::ExplainTaskRequest explain;
  explain.set_work_task("T-000001");
  const auto why = desk.ok<Dispatch>(&Dispatch::Stub::ExplainTask, explain);
  EXPECT_EQ(why.crew(), "C1");
  EXPECT_EQ(why.best_other_crew().crew(), "C2");
  explain.set_work_task("");
  EXPECT_EQ(field_of(desk.refused<Dispatch>(&Dispatch::Stub::ExplainTask, explain)), "work_task");

  v1::VetoTaskRequest veto;
  veto.set_work_task("T-000001");
  veto.set_crew("C1");
  veto.set_request_id("v1");
  EXPECT_THAT(desk.ok<Dispatch>(&Dispatch::Stub::VetoTask, veto).vetoed_crews(), ElementsAre("C1"));
  const auto again = desk.ok<Dispatch>(&Dispatch::Stub::Replan, v1::ReplanRequest{});
  ASSERT_EQ(again.tours_size(), 1);
  EXPECT_EQ(again.tours(0).crew(), "C2");
  veto.set_lift(true);
  veto.set_request_id("v2");
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::VetoTask, veto).vetoed_crews_size(), 0);
  veto.set_crew("C9");
  veto.set_request_id("v3");
  EXPECT_EQ(desk.refused<Dispatch>(&Dispatch::Stub::VetoTask, veto).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST(DispatchCalls, ListsArePaged) {
  ServerDesk desk;
  for (int i = 0; i < 25; ++i) {
    desk.room.ok(control_room::crew("C" + std::to_string(100 + i), {120, 30}));
  }
  v1::ListCrewsRequest request;
  request.set_page_size(10);
  std::vector<std::string> seen;
  int pages = 0;
  do {
    const auto page = desk.ok<Dispatch>(&Dispatch::Stub::ListCrews, request);
    for (const auto& crew : page.crews()) seen.push_back(crew.id());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  request.set_page_token("garbage");
  EXPECT_EQ(field_of(desk.refused<Dispatch>(&Dispatch::Stub::ListCrews, request)), "page_token");
}

}  // namespace
}  // namespace gridmend::dispatch_calls_test
