#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gridmend/v1/evidence.grpc.pb.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::network_calls_test {
namespace {

using server_desk::field_of;
using server_desk::reason_of;
using server_desk::ServerDesk;
using ::testing::ElementsAre;
using Network = v1::NetworkService;

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

}  // namespace
}  // namespace gridmend::network_calls_test
