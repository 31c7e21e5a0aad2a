#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gridmend/drill/v1/drill_clock.grpc.pb.h"
#include "gridmend/v1/crew.grpc.pb.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/evidence.grpc.pb.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "service/converters/time_converter.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend {
namespace {

using server_desk::field_of;
using server_desk::reason_of;
using server_desk::ServerDesk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Network = v1::NetworkService;
using Outages = v1::OutageService;
using Dispatch = v1::DispatchService;
using Hazard = v1::HazardService;

TEST(NetworkCalls, TellTheRegionItsFeedersAndItsDevices) {
  ServerDesk desk;
  const auto region = desk.ok<Network>(&Network::Stub::GetRegion, v1::GetRegionRequest{});
  EXPECT_EQ(region.usage_points(), 24U);
  EXPECT_EQ(region.customers(), 24U);
  EXPECT_EQ(region.feeders(), 1U);
  EXPECT_LT(region.bounds().west_deg(), region.bounds().east_deg());
  const auto feeders = desk.ok<Network>(&Network::Stub::ListFeeders, v1::ListFeedersRequest{});
  ASSERT_EQ(feeders.feeders_size(), 1);
  EXPECT_EQ(feeders.feeders(0).id(), "S");
  EXPECT_EQ(feeders.feeders(0).usage_points(), 24U);
  v1::GetDeviceRequest get;
  get.set_id("F2");
  const auto device = desk.ok<Network>(&Network::Stub::GetDevice, get);
  EXPECT_EQ(device.kind(), v1::Device::FUSE);
  EXPECT_TRUE(device.energised());
  EXPECT_EQ(device.supplied_by(), "S");
  EXPECT_EQ(device.usage_points_behind(), 12U);
  get.set_id("F99");
  const auto status = desk.refused<Network>(&Network::Stub::GetDevice, get);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(reason_of(status), "DEVICE_UNKNOWN");
  EXPECT_EQ(field_of(status), "id");
}

std::vector<std::string> ids(const google::protobuf::RepeatedPtrField<v1::TracedDevice>& devices) {
  std::vector<std::string> names;
  for (const auto& device : devices) names.push_back(device.id());
  return names;
}

TEST(NetworkCalls, TraceUpToTheSourceAndDownToTheTransformersInPages) {
  ServerDesk desk;
  v1::TraceUpstreamRequest up;
  up.set_usage_point("T3.2");
  const auto above = desk.ok<Network>(&Network::Stub::TraceUpstream, up);
  EXPECT_THAT(ids(above.devices()),
              ElementsAre("T3", "n5-T3", "F2-n5", "F2", "n4-F2", "n1-n4", "B1-n1", "B1"));
  EXPECT_EQ(above.feeder(), "S");
  v1::TraceDownstreamRequest down;
  down.set_device("F2");
  const auto all = desk.ok<Network>(&Network::Stub::TraceDownstream, down);
  EXPECT_EQ(all.usage_points(), 12U);
  EXPECT_TRUE(all.next_page_token().empty());
  std::vector<std::string> paged;
  down.set_page_size(2);
  do {
    const auto page = desk.ok<Network>(&Network::Stub::TraceDownstream, down);
    ASSERT_LE(page.devices_size(), 2);
    for (const auto& id : ids(page.devices())) paged.push_back(id);
    down.set_page_token(page.next_page_token());
  } while (!down.page_token().empty());
  EXPECT_EQ(paged, ids(all.devices()));
  EXPECT_EQ(std::set<std::string>(paged.begin(), paged.end()).size(), paged.size());
}

TEST(NetworkCalls, SearchByIdDeviceAndNeighbourhood) {
  ServerDesk desk;
  v1::SearchUsagePointsRequest search;
  EXPECT_EQ(field_of(desk.refused<Network>(&Network::Stub::SearchUsagePoints, search)), "text");
  search.set_text("T2.4");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::SearchUsagePoints, search).usage_points(0).id(),
            "T2.4");
  search.set_text("");
  search.set_behind_device("F1");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::SearchUsagePoints, search).usage_points_size(), 12);
  search.clear_behind_device();
  const auto& point = desk.room.region->network.usage_points()[Id<UsagePoint>{0}];
  search.mutable_near()->set_longitude_deg(point.position.longitude_deg);
  search.mutable_near()->set_latitude_deg(point.position.latitude_deg);
  search.set_radius_m(1);
  EXPECT_GE(desk.ok<Network>(&Network::Stub::SearchUsagePoints, search).usage_points_size(), 1);
  search.set_radius_m(-5);
  EXPECT_EQ(field_of(desk.refused<Network>(&Network::Stub::SearchUsagePoints, search)), "radius_m");
}

TEST(EvidenceCalls, TakeTheSoundItemsAndNameTheOthers) {
  ServerDesk desk;
  using Evidence = v1::EvidenceService;
  v1::SubmitEvidenceRequest request;
  EXPECT_EQ(field_of(desk.refused<Evidence>(&Evidence::Stub::SubmitEvidence, request)), "evidence");
  for (const char* meter : {"T1.1", "nobody", "T1.2", "T1.1"}) {
    v1::Evidence& item = *request.add_evidence();
    item = control_room::item(std::string{"key-"} + meter, "ami", control_room::at_minute(1));
    item.mutable_last_gasp()->set_usage_point(meter);
  }
  request.add_evidence()->set_idempotency_key("empty");
  const auto answer = desk.ok<Evidence>(&Evidence::Stub::SubmitEvidence, request);
  EXPECT_EQ(answer.accepted(), 2U);
  EXPECT_EQ(answer.duplicates(), 1U);
  ASSERT_EQ(answer.refused_size(), 2);
  EXPECT_EQ(answer.refused(0).index(), 1U);
  EXPECT_EQ(answer.refused(0).idempotency_key(), "key-nobody");
  EXPECT_EQ(answer.refused(0).error().code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(answer.refused(1).index(), 4U);
  EXPECT_EQ(answer.refused(1).error().code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(answer.revision(), desk.room.world()->revision);
  v1::ListEvidenceRequest list;
  list.set_usage_point("T1.2");
  const auto listed = desk.ok<Evidence>(&Evidence::Stub::ListEvidence, list);
  ASSERT_EQ(listed.evidence_size(), 1);
  EXPECT_EQ(listed.evidence(0).idempotency_key(), "key-T1.2");
  EXPECT_TRUE(listed.evidence(0).has_receive_time());
}

TEST(EvidenceCalls, FiguresSayWhatBecameOfEverything) {
  ServerDesk desk;
  v1::SubmitEvidenceRequest request;
  const auto add = [&](const char* key, double minute) -> v1::Evidence& {
    *request.add_evidence() = control_room::item(key, "ami", control_room::at_minute(minute));
    return *request.mutable_evidence(request.evidence_size() - 1);
  };
  desk.room.at(1);
  add("gasp", 0).mutable_last_gasp()->set_usage_point("T1.1");
  add("older", -5).mutable_last_gasp()->set_usage_point("T1.1");
  add("ahead", 600).mutable_last_gasp()->set_usage_point("T1.2");
  add("unknown", 0).mutable_last_gasp()->set_usage_point("nobody");
  add("nothing", 0);
  add("nowhere", 0).mutable_trouble_call()->set_address("Elm Street 5");
  add("hazard", 0).mutable_trouble_call()->set_usage_point("T1.3");
  request.mutable_evidence(6)->mutable_trouble_call()->set_complaint(v1::TroubleCall::HAZARD);
  const NetworkModel& network = desk.room.region->network;
  const Position there = network.usage_points()[*network.find_usage_point("T2.1")].position;
  auto& near = *add("near", 0).mutable_trouble_call()->mutable_position();
  near.set_longitude_deg(there.longitude_deg);
  near.set_latitude_deg(there.latitude_deg);
  for (const auto& [key, position] :
       {std::pair{"open", v1::SwitchPosition::OPEN}, {"closed", v1::SwitchPosition::CLOSED}}) {
    auto& scada = *add(key, 0).mutable_switch_position();
    scada.set_device("F1");
    scada.set_position(position);
  }
  desk.ok<v1::EvidenceService>(&v1::EvidenceService::Stub::SubmitEvidence, request);
  const auto figures = desk.ok<v1::EvidenceService>(&v1::EvidenceService::Stub::GetEvidenceFigures,
                                                    v1::GetEvidenceFiguresRequest{});
  EXPECT_EQ(figures.accepted(), 8U);
  EXPECT_EQ(figures.unknown_reference(), 1U);
  EXPECT_EQ(figures.invalid(), 1U);
  EXPECT_EQ(figures.spread(), 1U);
  EXPECT_EQ(figures.spread_standing(), 1U);
  EXPECT_EQ(figures.unplaced(), 1U);
  EXPECT_EQ(figures.dated_ahead(), 1U);
  EXPECT_EQ(figures.superseded(), 1U);
  EXPECT_EQ(figures.not_supply(), 1U);
  EXPECT_EQ(figures.contradicted(), 1U);
  EXPECT_EQ(figures.lost_with_region(), 0U);
  EXPECT_EQ(figures.revision(), desk.room.world()->revision);
}

// T1.1 dies and comes back with T3, in two storms.
void two_storms(ServerDesk& desk) {
  using namespace control_room;  // NOLINT: the test's own vocabulary
  for (const double begin : {0.0, 1440.0}) {
    std::vector<std::string> dark{"T1.1"};
    for (int i = 1; i <= 6; ++i) dark.push_back("T3." + std::to_string(i));
    desk.room.at(begin + .1).ok(gasps(dark, at_minute(begin)));
    desk.room.at(begin + 1).reassess();
    desk.room.at(begin + 120.1).ok(power_ups(dark, at_minute(begin + 120)));
    for (const double minute : {121.0, 130.0, 140.0}) desk.room.at(begin + minute).reassess();
  }
}

TEST(NetworkCalls, SuspectedLinksAreListedInPagesAndWithTheUsagePoint) {
  ServerDesk desk;
  v1::ListSuspectedLinksRequest list;
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::ListSuspectedLinks, list).total_size(), 0U);
  two_storms(desk);
  const auto all = desk.ok<Network>(&Network::Stub::ListSuspectedLinks, list);
  EXPECT_EQ(all.storms(), 2U);
  ASSERT_GE(all.links_size(), 1) << all.ShortDebugString();
  EXPECT_EQ(all.total_size(), static_cast<std::uint32_t>(all.links_size()));
  EXPECT_EQ(all.links(0).usage_point(), "T1.1");
  EXPECT_EQ(all.links(0).declared(), "T1");
  EXPECT_EQ(all.links(0).likelier(), "T3");
  EXPECT_GT(all.links(0).probability(), .2);
  EXPECT_EQ(all.links(0).probability_at_import(), 0);
  list.set_at_least(.999);
  list.set_transformer("T4");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::ListSuspectedLinks, list).links_size(), 0);
  list.set_transformer("nobody");
  EXPECT_EQ(reason_of(desk.refused<Network>(&Network::Stub::ListSuspectedLinks, list)),
            "DEVICE_UNKNOWN");
  list.set_at_least(2);
  EXPECT_EQ(field_of(desk.refused<Network>(&Network::Stub::ListSuspectedLinks, list)), "at_least");
  v1::GetUsagePointSupplyRequest get;
  get.set_usage_point("T1.1");
  const auto supply = desk.ok<Network>(&Network::Stub::GetUsagePointSupply, get);
  ASSERT_GE(supply.suspected_links_size(), 1);
  EXPECT_EQ(supply.suspected_links(0).likelier(), "T3");
}

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

TEST(HazardCalls, WaterAndClosuresArePutListedAndTakenAway) {
  ServerDesk desk;
  v1::PutWaterRequest put;
  put.set_request_id("w1");
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::PutWater, put)), "layer.id");
  put.mutable_layer()->set_id("flood-1");
  put.mutable_layer()->mutable_valid_time()->set_seconds(1000);
  v1::DepthGrid& grid = *put.mutable_layer()->mutable_grid();
  grid.set_west_deg(120);
  grid.set_north_deg(31);
  grid.set_step_east_deg(0.1);
  grid.set_step_south_deg(0.1);
  grid.set_columns(2);
  grid.set_rows(1);
  grid.add_depth_m(0.5);
  grid.add_depth_m(1);
  desk.ok<Hazard>(&Hazard::Stub::PutWater, put);
  v1::ListWaterRequest list;
  auto water = desk.ok<Hazard>(&Hazard::Stub::ListWater, list);
  ASSERT_EQ(water.layers_size(), 1);
  EXPECT_FALSE(water.layers(0).has_grid());
  list.set_with_depths(true);
  water = desk.ok<Hazard>(&Hazard::Stub::ListWater, list);
  EXPECT_EQ(water.layers(0).SerializeAsString(), put.layer().SerializeAsString());

  v1::CloseRoadRequest close;
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::CloseRoad, close)), "closure.line");
  close.mutable_closure()->mutable_line()->add_positions()->set_longitude_deg(120);
  close.mutable_closure()->set_reason("tree");
  const auto closure = desk.ok<Hazard>(&Hazard::Stub::CloseRoad, close);
  EXPECT_FALSE(closure.id().empty());
  EXPECT_EQ(desk.ok<Hazard>(&Hazard::Stub::ListRoadClosures, v1::ListRoadClosuresRequest{})
                .closures_size(),
            1);
  v1::ReopenRoadRequest reopen;
  reopen.set_id(closure.id());
  desk.ok<Hazard>(&Hazard::Stub::ReopenRoad, reopen);
  EXPECT_EQ(desk.refused<Hazard>(&Hazard::Stub::ReopenRoad, reopen).error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::GetAccessRequest access;
  EXPECT_EQ(field_of(desk.refused<Hazard>(&Hazard::Stub::GetAccess, access)), "from");
}

TEST(DrillClockCalls, TheClockGoesForwardOnly) {
  ServerDesk desk;
  using DrillClock = drill::v1::DrillClockService;
  drill::v1::AdvanceRequest advance;
  EXPECT_EQ(desk.refused<DrillClock>(&DrillClock::Stub::Advance, advance).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  desk.room.ok(control_room::gasps({"T3.1", "T3.2", "T4.1", "T4.2"}, control_room::at_minute(0)));
  advance.mutable_by()->set_seconds(90);
  const Time before = desk.room.clock->now();
  const auto time = desk.ok<DrillClock>(&DrillClock::Stub::Advance, advance);
  EXPECT_EQ(to_domain(time.now(), {}).value(), before + std::chrono::seconds{90});
  EXPECT_FALSE(desk.room.world()->needs_reassessment());
  EXPECT_FALSE(desk.room.world()->outages->empty());
  *advance.mutable_to() = to_proto(before);
  EXPECT_EQ(reason_of(desk.refused<DrillClock>(&DrillClock::Stub::Advance, advance)),
            "TIME_IS_PAST");
  advance.mutable_by()->set_seconds(315'000'000'000);
  EXPECT_EQ(desk.refused<DrillClock>(&DrillClock::Stub::Advance, advance).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(Server, ListensOnLoopbackOnly) {
  control_room::ControlRoom room{server_desk::kStreet};
  ServerSettings settings;
  for (const char* listen : {"0.0.0.0:0", "10.1.2.3:7433", "example.org:1"}) {
    settings.listen = listen;
    const auto refused = Server::start(*room.engine, *room.clock, settings);
    ASSERT_FALSE(refused) << listen;
    EXPECT_EQ(refused.error().reason, "LISTEN_NOT_LOOPBACK");
  }
  for (const char* listen :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":80"}) {
    settings.listen = listen;
    const auto refused = Server::start(*room.engine, *room.clock, settings);
    ASSERT_FALSE(refused) << listen;
    EXPECT_EQ(refused.error().reason, "LISTEN_INVALID") << listen;
  }
}

TEST(Server, APortThatIsTakenIsSaid) {
  ServerDesk desk;
  ServerSettings settings;
  settings.listen = desk.server->address();
  const auto refused = Server::start(*desk.room.engine, *desk.room.clock, settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "LISTEN_FAILED");
}

}  // namespace
}  // namespace gridmend
