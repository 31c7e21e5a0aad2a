#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/evidence.grpc.pb.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "gridmend/v1/report.grpc.pb.h"
#include "gridmend/v1/switching.grpc.pb.h"
#include "service/converters/time_converter.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::outage_calls_test {
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

std::vector<std::string> ids(const google::protobuf::RepeatedPtrField<v1::TracedDevice>& devices) {
  std::vector<std::string> names;
  for (const auto& device : devices) names.push_back(device.id());
  return names;
}

// Somebody saw it, and the meters behind it answer: it is no outage, and it is not just gone.
TEST(OutageCalls, NameAReportThatNoOutageIsBlamedOn) {
  ServerDesk desk;
  v1::Evidence seen = control_room::item("r1", "crew-9", control_room::at_minute(1));
  seen.mutable_field_report()->set_device("F2");
  seen.mutable_field_report()->set_finding(v1::FieldReport::DAMAGED);
  std::vector<v1::Evidence> items{seen};
  for (const char* meter : {"T3.1", "T3.2", "T4.1", "T4.2"}) {
    v1::Evidence answer =
        control_room::item(std::string{"p"} + meter, "ami", control_room::at_minute(6));
    answer.mutable_ping_result()->set_usage_point(meter);
    answer.mutable_ping_result()->set_answered(true);
    items.push_back(answer);
  }
  desk.room.at(6).ok(control_room::evidence(items));
  desk.room.at(7).reassess();
  const auto list = desk.ok<Outages>(&Outages::Stub::ListOutages, v1::ListOutagesRequest{});
  EXPECT_EQ(list.outages_size(), 0);
  ASSERT_EQ(list.doubted_reports_size(), 1);
  const v1::DoubtedReport& doubted = list.doubted_reports(0);
  EXPECT_EQ(doubted.device(), "F2");
  EXPECT_TRUE(doubted.damage());
  EXPECT_EQ(doubted.doubt(), v1::DoubtedReport::SIGNS_OF_LIFE);
  EXPECT_EQ(doubted.alive(), 4U);
  EXPECT_EQ(to_domain(doubted.since(), "since").value(), control_room::at_minute(1));
  EXPECT_THAT(doubted.sentence_en(), HasSubstr("F2"));
  EXPECT_THAT(doubted.sentence_zh(), HasSubstr("F2"));
}

TEST(OutageCalls, TellWhoIsDarkAndWhy) {
  ServerDesk desk;
  desk.blow_f2(0);
  const auto list = desk.ok<Outages>(&Outages::Stub::ListOutages, v1::ListOutagesRequest{});
  ASSERT_EQ(list.outages_size(), 1);
  EXPECT_EQ(list.total_size(), 1U);
  const v1::Outage& outage = list.outages(0);
  EXPECT_EQ(outage.probable().device(), "F2");
  EXPECT_GT(outage.probable().probability(), 0.5);
  EXPECT_EQ(outage.customers_affected(), 12U);
  EXPECT_FALSE(outage.why().empty());
  EXPECT_FALSE(outage.explanation_en().empty());
  EXPECT_FALSE(outage.explanation_zh().empty());
  EXPECT_FALSE(outage.etag().empty());
  ASSERT_EQ(outage.work_tasks_size(), 1);

  std::set<std::string> affected;
  v1::ListAffectedUsagePointsRequest page;
  page.set_outage(outage.id());
  page.set_page_size(5);
  do {
    const auto answer = desk.ok<Outages>(&Outages::Stub::ListAffectedUsagePoints, page);
    EXPECT_EQ(answer.total_size(), 12U);
    for (const auto& one : answer.usage_points()) {
      EXPECT_TRUE(affected.insert(one.usage_point().id()).second);
      EXPECT_FALSE(one.restored());
    }
    page.set_page_token(answer.next_page_token());
  } while (!page.page_token().empty());
  EXPECT_EQ(affected.size(), 12U);

  v1::GetUsagePointSupplyRequest supply;
  supply.set_usage_point("T3.1");
  const auto dark = desk.ok<Network>(&Network::Stub::GetUsagePointSupply, supply);
  EXPECT_EQ(dark.state(), v1::UsagePointSupply::PROBABLY_OUT);
  EXPECT_EQ(dark.outage(), outage.id());
  EXPECT_THAT(ids(dark.path()), ElementsAre("T3", "F2", "B1"));
  supply.set_usage_point("T1.1");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::GetUsagePointSupply, supply).state(),
            v1::UsagePointSupply::SUPPLIED);
}

TEST(OutageCalls, OneOutageTellsItsHistoryAndAListDoesNot) {
  ServerDesk desk;
  desk.blow_f2(0);
  v1::ConfirmOutageRequest confirm;
  confirm.set_id("O-000001");
  confirm.set_request_id("c1");
  confirm.set_operator_("li");
  desk.ok<Outages>(&Outages::Stub::ConfirmOutage, confirm);
  v1::GetOutageRequest get;
  get.set_id("O-000001");
  const auto outage = desk.ok<Outages>(&Outages::Stub::GetOutage, get);
  ASSERT_GE(outage.history_size(), 2);
  EXPECT_EQ(outage.history(0).reason(), "evidence");
  EXPECT_LT(outage.history(0).revision(), outage.history(1).revision());
  EXPECT_EQ(outage.history(outage.history_size() - 1).actor(), "operator/li");
  EXPECT_EQ(outage.history(outage.history_size() - 1).status(), v1::Outage::CONFIRMED);
  const auto list = desk.ok<Outages>(&Outages::Stub::ListOutages, v1::ListOutagesRequest{});
  ASSERT_EQ(list.outages_size(), 1);
  EXPECT_EQ(list.outages(0).history_size(), 0);
}

TEST(OutageCalls, WaterAtTheDeviceIsTold) {
  ServerDesk desk;
  v1::PutWaterRequest put;
  put.set_request_id("w1");
  put.mutable_layer()->set_id("w");
  *put.mutable_layer()->mutable_valid_time() = to_proto(control_room::at_minute(0));
  put.mutable_layer()->set_depth_sigma_m(.1);
  v1::DepthGrid& grid = *put.mutable_layer()->mutable_grid();
  grid.set_west_deg(119.99);
  grid.set_north_deg(30.01);
  grid.set_step_east_deg(.05);
  grid.set_step_south_deg(.05);
  grid.set_columns(1);
  grid.set_rows(1);
  grid.add_depth_m(7);
  desk.ok<Hazard>(&Hazard::Stub::PutWater, put);
  desk.blow_f2(0);
  const auto list = desk.ok<Outages>(&Outages::Stub::ListOutages, v1::ListOutagesRequest{});
  ASSERT_GE(list.outages_size(), 1);
  const v1::UnsafeToEnergise& unsafe = list.outages(0).unsafe_to_energise();
  EXPECT_EQ(unsafe.reason(), v1::UnsafeToEnergise::UNDER_WATER);
  EXPECT_EQ(unsafe.device(), list.outages(0).probable().device());
  EXPECT_NEAR(unsafe.depth_m(), 7, 1e-6);
  EXPECT_NEAR(unsafe.depth_sigma_m(), .1, 1e-9);
  EXPECT_FALSE(unsafe.has_dry_time());
  EXPECT_THAT(unsafe.sentence_en(), HasSubstr("7.0 m of water"));
  EXPECT_THAT(unsafe.sentence_zh(), HasSubstr("禁止送电"));
}

TEST(OutageCalls, AStaleEtagIsAborted) {
  ServerDesk desk;
  desk.blow_f2(0);
  v1::ConfirmOutageRequest confirm;
  confirm.set_id("O-000001");
  confirm.set_request_id("c1");
  confirm.set_etag("1");
  const auto status = desk.refused<Outages>(&Outages::Stub::ConfirmOutage, confirm);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(reason_of(status), "ETAG_STALE");
  confirm.clear_etag();
  confirm.set_operator_("li");
  const auto outage = desk.ok<Outages>(&Outages::Stub::ConfirmOutage, confirm);
  EXPECT_EQ(outage.status(), v1::Outage::CONFIRMED);
  v1::WithdrawOutageRequest withdraw;
  withdraw.set_id("O-000001");
  EXPECT_EQ(field_of(desk.refused<Outages>(&Outages::Stub::WithdrawOutage, withdraw)), "reason");
  withdraw.set_reason("nobody is dark");
  EXPECT_EQ(desk.ok<Outages>(&Outages::Stub::WithdrawOutage, withdraw).status(),
            v1::Outage::WITHDRAWN);
}

TEST(OutageCalls, AnOperatorSaysThatTheLightIsBack) {
  ServerDesk desk;
  desk.room.at(1).ok(
      control_room::gasps({"T3.1", "T3.2", "T3.3", "T3.4"}, control_room::at_minute(1)));
  desk.room.at(2).reassess();
  v1::RestoreOutageRequest request;
  EXPECT_EQ(field_of(desk.refused<Outages>(&Outages::Stub::RestoreOutage, request)), "id");
  request.set_id("O-000001");
  *request.mutable_restore_time() = to_proto(control_room::at_minute(500));
  EXPECT_EQ(field_of(desk.refused<Outages>(&Outages::Stub::RestoreOutage, request)),
            "restore_time");
  request.clear_restore_time();
  request.set_operator_("li");
  const auto outage = desk.ok<Outages>(&Outages::Stub::RestoreOutage, request);
  EXPECT_EQ(outage.status(), v1::Outage::RESTORED);
  EXPECT_EQ(outage.expected_customers(), 0);
}

TEST(OutageCalls, WhatALaterVersionFillsSaysSoByName) {
  ServerDesk desk;
  using Switching = v1::SwitchingService;
  const auto status =
      desk.refused<Switching>(&Switching::Stub::ProposeSwitching, v1::ProposeSwitchingRequest{});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), HasSubstr("gridmend.v1.SwitchingService/ProposeSwitching"));
  EXPECT_EQ(reason_of(status), "CALL_NOT_OFFERED");
}

TEST(SwitchingCalls, ASafetyOpeningIsNoRepair) {
  ServerDesk desk;
  using Switching = v1::SwitchingService;
  v1::DeEnergiseForSafetyRequest request;
  request.set_device("F1");
  EXPECT_EQ(field_of(desk.refused<Switching>(&Switching::Stub::DeEnergiseForSafety, request)),
            "request_id");
  request.set_request_id("s1");
  request.set_operator_("li");
  const auto answer = desk.ok<Switching>(&Switching::Stub::DeEnergiseForSafety, request);
  EXPECT_EQ(answer.customers(), 12U);
  desk.room.at(1).reassess();
  const auto list = desk.ok<Outages>(&Outages::Stub::ListOutages, v1::ListOutagesRequest{});
  ASSERT_EQ(list.outages_size(), 1);
  EXPECT_EQ(list.outages(0).cause(), v1::Outage::DE_ENERGISED_FOR_SAFETY);
  EXPECT_EQ(desk.ok<Dispatch>(&Dispatch::Stub::ListWorkTasks, v1::ListWorkTasksRequest{})
                .work_tasks_size(),
            0);
  v1::GetDeviceRequest get;
  get.set_id("F1");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::GetDevice, get).open_phases(), "ABC");
}

TEST(ReportCalls, TheCurveFallsWhenTheLightComesBack) {
  ServerDesk desk;
  desk.blow_f2(0);
  desk.room.at(30);
  using Report = v1::ReportService;
  v1::GetRestorationCurveRequest request;
  *request.mutable_from() = to_proto(control_room::at_minute(-10));
  request.mutable_step()->set_seconds(60);
  const auto curve = desk.ok<Report>(&Report::Stub::GetRestorationCurve, request);
  ASSERT_EQ(curve.points_size(), 41);
  EXPECT_EQ(curve.points(0).customers_out(), 0);
  EXPECT_NEAR(curve.points(30).customers_out(), 12, 0.5);
  EXPECT_NEAR(curve.customer_minutes_lost(), 12 * 30, 12);
  request.mutable_step()->set_nanos(1);
  request.mutable_step()->set_seconds(0);
  EXPECT_EQ(field_of(desk.refused<Report>(&Report::Stub::GetRestorationCurve, request)), "step");
  const auto indices = desk.ok<Report>(&Report::Stub::GetIndices, v1::GetIndicesRequest{});
  EXPECT_EQ(indices.customers_served(), 24U);
  EXPECT_NEAR(indices.saifi(), 0.5, 0.05);
  EXPECT_EQ(indices.sustained_outages(), 1U);
  EXPECT_EQ(indices.momentary_outages(), 0U);
  // By a threshold of a day it has not lasted long enough, but it is not over either.
  v1::GetIndicesRequest lenient;
  lenient.mutable_sustained_threshold()->set_seconds(86'400);
  EXPECT_EQ(desk.ok<Report>(&Report::Stub::GetIndices, lenient).sustained_outages(), 1U);
}

}  // namespace
}  // namespace gridmend::outage_calls_test
