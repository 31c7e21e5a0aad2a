// The present feeding after hours of switching: over a restart, and over a new import.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gridmend/v1/evidence.grpc.pb.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "gridmend/v1/switching.grpc.pb.h"
#include "service/converters/time_converter.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::section_feeding_test {
namespace {

using server_desk::reason_of;
using server_desk::ServerDesk;
using testing::ElementsAre;
using Network = v1::NetworkService;
using Switching = v1::SwitchingService;
using Evidences = v1::EvidenceService;
using Outages = v1::OutageService;

// Two feeders and the tie L9 between them.
constexpr std::string_view kTwoFeeders = R"(
  S1==B1--n1--F1--n2--T1(3)
          |
          R1
          |
          n3--F3--n5--T3(2)
          |
          n4--L9/--m4--F4--m6--T4(5)
                   |
                   m1--B2==S2
)";

// The same, and the fuse F3, which lies in the part fed from the other side, stands further east.
constexpr std::string_view kMoved = R"(
  S1==B1--n1--F1--n2--T1(3)
          |
          R1
          |
          n3----------F3--n5--T3(2)
          |
          n4--L9/--m4--F4--m6--T4(5)
                   |
                   m1--B2==S2
)";

void operate(ServerDesk& desk, double minute, const std::string& device, bool open) {
  desk.room.at(minute);
  v1::RecordStepRequest request;
  request.set_request_id(device + std::to_string(minute));
  request.set_operator_("li");
  request.mutable_step()->set_device(device);
  request.mutable_step()->set_position(open ? v1::SwitchPosition::OPEN
                                            : v1::SwitchPosition::CLOSED);
  desk.ok<Switching>(&Switching::Stub::RecordStep, request);
}

v1::ListSectionFeedingResponse feeding(ServerDesk& desk, bool all = false) {
  v1::ListSectionFeedingRequest request;
  request.set_all_sections(all);
  return desk.ok<Network>(&Network::Stub::ListSectionFeeding, request);
}

// "n3: S1/R1 -> S2/L9 because R1 L9", one a line.
std::string text_of(const v1::ListSectionFeedingResponse& response) {
  const auto feed = [](const v1::Feeding& feeding) {
    return feeding.feeder().empty() ? std::string("dark")
                                    : feeding.feeder() + "/" + feeding.entry_device();
  };
  std::string text;
  for (const v1::SectionFeeding& section : response.sections()) {
    text += section.node() + ": " + feed(section.normal()) + " -> " + feed(section.present()) +
            " because";
    for (const auto& operation : section.operations()) text += " " + operation.device();
    text += "\n";
  }
  return text;
}

std::vector<std::string> upstream(ServerDesk& desk, const std::string& usage_point, bool normal) {
  v1::TraceUpstreamRequest request;
  request.set_usage_point(usage_point);
  request.set_normal_state(normal);
  std::vector<std::string> names;
  const auto response = desk.ok<Network>(&Network::Stub::TraceUpstream, request);
  for (const auto& device : response.devices()) {
    if (device.kind() != v1::Device::AC_LINE_SEGMENT) names.push_back(device.id());
  }
  names.push_back(response.feeder());
  return names;
}

void expect_fed_from_the_other_side(ServerDesk& desk) {
  const auto response = feeding(desk);
  const std::string text = text_of(response);
  EXPECT_THAT(text, testing::HasSubstr("S1/R1 -> S2/L9 because R1 L9\n"));
  EXPECT_THAT(text, testing::HasSubstr("S1/F1 -> dark because F1\n"));
  EXPECT_EQ(response.switches_operated(), 3U) << text;
  EXPECT_EQ(response.usage_points(), 5U) << text;
  EXPECT_THAT(upstream(desk, "T3.1", false), ElementsAre("T3", "F3", "L9", "B2", "S2"));
  EXPECT_THAT(upstream(desk, "T3.1", true), ElementsAre("T3", "F3", "R1", "B1", "S1"));
  v1::GetUsagePointSupplyRequest supply;
  supply.set_usage_point("T3.1");
  const auto now = desk.ok<Network>(&Network::Stub::GetUsagePointSupply, supply);
  EXPECT_EQ(now.feeder(), "S2");
  EXPECT_EQ(now.normal_feeder(), "S1");
  supply.set_normal_state(true);
  const auto normal = desk.ok<Network>(&Network::Stub::GetUsagePointSupply, supply);
  EXPECT_EQ(normal.feeder(), "S1");
  supply.set_usage_point("T1.1");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::GetUsagePointSupply, supply).state(),
            v1::UsagePointSupply::SUPPLIED);
  v1::TraceDownstreamRequest down;
  down.set_device("L9");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::TraceDownstream, down).usage_points(), 2U);
  down.set_normal_state(true);
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::TraceDownstream, down).usage_points(), 0U);
}

TEST(SectionFeedingCalls, HoursOfSwitchingStandOverARestartAndANewImport) {
  ServerDesk desk{kTwoFeeders};
  EXPECT_EQ(text_of(feeding(desk)), "");
  EXPECT_EQ(feeding(desk).switches_operated(), 0U);
  operate(desk, 0, "R1", true);
  operate(desk, 40, "L9", false);
  operate(desk, 200, "F1", true);
  operate(desk, 260, "F4", true);
  operate(desk, 300, "F4", false);  // back: no departure
  expect_fed_from_the_other_side(desk);

  desk.restart();
  expect_fed_from_the_other_side(desk);

  const auto carry = desk.room.at(400).load(kMoved);
  EXPECT_EQ(carry.switches_carried(), 3U);
  EXPECT_THAT(carry.notes(), testing::IsEmpty());
  expect_fed_from_the_other_side(desk);
  v1::GetDeviceRequest device;
  device.set_id("F3");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::GetDevice, device).supplied_by(), "S2");

  desk.restart();
  expect_fed_from_the_other_side(desk);
}

TEST(SectionFeedingCalls, NameTheOrderBehindADifferenceAndComeInPages) {
  ServerDesk desk{kTwoFeeders};
  operate(desk, 5, "R1", true);
  const auto otherwise = feeding(desk);
  ASSERT_GE(otherwise.sections_size(), 1);
  const auto& operation = otherwise.sections(0).operations(0);
  EXPECT_EQ(operation.device(), "R1");
  EXPECT_EQ(operation.kind(), v1::Device::RECLOSER);
  EXPECT_EQ(operation.actor(), "operator/li");
  EXPECT_EQ(operation.open_phases(), "ABC");
  EXPECT_EQ(operation.normally_open_phases(), "");
  EXPECT_EQ(operation.time().seconds(), to_proto(control_room::at_minute(5)).seconds());

  const auto all = feeding(desk, true);
  EXPECT_EQ(all.total_size(), static_cast<std::uint32_t>(all.sections_size()));
  EXPECT_EQ(all.usage_points(), 10U);
  v1::ListSectionFeedingRequest request;
  request.set_all_sections(true);
  request.set_page_size(2);
  std::vector<std::string> paged;
  do {
    const auto page = desk.ok<Network>(&Network::Stub::ListSectionFeeding, request);
    ASSERT_LE(page.sections_size(), 2);
    for (const auto& section : page.sections()) paged.push_back(section.node());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  std::vector<std::string> at_once;
  for (const auto& section : all.sections()) at_once.push_back(section.node());
  EXPECT_EQ(paged, at_once);

  v1::ListSectionFeedingRequest of_feeder;
  of_feeder.set_all_sections(true);
  of_feeder.set_feeder("S2");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::ListSectionFeeding, of_feeder).usage_points(), 5U);
  of_feeder.set_feeder("S9");
  EXPECT_EQ(reason_of(desk.refused<Network>(&Network::Stub::ListSectionFeeding, of_feeder)),
            "FEEDER_UNKNOWN");
}

TEST(SectionFeedingCalls, AnOrderThatComesLateAndMovesNothingIsNotTheOneItStandsBy) {
  ServerDesk desk{kTwoFeeders};
  const auto order = [&](const std::string& who, double minute) {
    v1::RecordStepRequest request;
    request.set_request_id(who);
    request.set_operator_(who);
    request.mutable_step()->set_device("R1");
    request.mutable_step()->set_position(v1::SwitchPosition::OPEN);
    *request.mutable_event_time() = to_proto(control_room::at_minute(minute));
    desk.ok<Switching>(&Switching::Stub::RecordStep, request);
  };
  desk.room.at(30);
  order("li", 20);
  desk.room.at(40);
  order("wang", 10);
  const auto otherwise = feeding(desk);
  ASSERT_GE(otherwise.sections_size(), 1);
  EXPECT_EQ(otherwise.sections(0).operations(0).actor(), "operator/li");
  EXPECT_EQ(otherwise.sections(0).operations(0).time().seconds(),
            to_proto(control_room::at_minute(30)).seconds());
}

v1::Evidence of_l9(v1::SwitchPosition::State state, double minute) {
  v1::Evidence evidence;
  evidence.set_idempotency_key("L9 " + std::to_string(minute));
  evidence.set_source("operator/li");
  *evidence.mutable_event_time() = to_proto(control_room::at_minute(minute));
  evidence.mutable_switch_position()->set_device("L9");
  evidence.mutable_switch_position()->set_position(state);
  evidence.mutable_switch_position()->set_origin(v1::SwitchPosition::OPERATOR);
  return evidence;
}

void submit(ServerDesk& desk, double minute, const v1::Evidence& evidence) {
  desk.room.at(minute);
  v1::SubmitEvidenceRequest request;
  *request.add_evidence() = evidence;
  EXPECT_EQ(desk.ok<Evidences>(&Evidences::Stub::SubmitEvidence, request).accepted(), 1U);
}

// T3 and T4 go dark together, as if one feeder had fed both.
void expect_l9_in_doubt(ServerDesk& desk) {
  const auto response = feeding(desk);
  ASSERT_EQ(response.doubted_size(), 1);
  const v1::DoubtedSwitch& doubt = response.doubted(0);
  EXPECT_EQ(doubt.device(), "L9");
  EXPECT_TRUE(doubt.recorded_open());
  EXPECT_TRUE(doubt.said());
  EXPECT_EQ(doubt.closed_before(), .5);
  EXPECT_GT(doubt.closed(), .6);
  EXPECT_EQ(doubt.topologies(), 4U);  // open; closed, and one of B1, R1, B2 open
  v1::TraceUpstreamRequest trace;
  trace.set_usage_point("T3.1");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::TraceUpstream, trace).doubted_size(), 1);
  trace.set_normal_state(true);
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::TraceUpstream, trace).doubted_size(), 0);
  v1::GetUsagePointSupplyRequest supply;
  supply.set_usage_point("T3.1");
  EXPECT_EQ(desk.ok<Network>(&Network::Stub::GetUsagePointSupply, supply).doubted_size(), 1);
  const auto listed = desk.ok<Outages>(&Outages::Stub::ListOutages, v1::ListOutagesRequest{});
  ASSERT_EQ(listed.outages_size(), 1);
  const v1::Outage& outage = listed.outages(0);
  // With the ring open at B2, the recloser is ahead of both; it opens sooner than a breaker.
  EXPECT_EQ(outage.probable().device(), "R1");
  ASSERT_EQ(outage.fed_through_size(), 1);
  EXPECT_EQ(outage.fed_through(0).device(), "L9");
  EXPECT_THAT(outage.explanation_en(), testing::HasSubstr("may be fed through"));
  v1::ListAffectedUsagePointsRequest affected;
  affected.set_outage(outage.id());
  const auto points = desk.ok<Outages>(&Outages::Stub::ListAffectedUsagePoints, affected);
  EXPECT_EQ(points.total_size(), 7U);
  EXPECT_EQ(points.fed_through_size(), 1);
}

TEST(SectionFeedingCalls, SayOfWhichSwitchNobodyIsSure) {
  ServerDesk desk{kTwoFeeders};
  submit(desk, 0, of_l9(v1::SwitchPosition::UNKNOWN, 0));
  desk.room.at(2.1).ok(control_room::gasps({"T3.1", "T3.2", "T4.1", "T4.2", "T4.3", "T4.4", "T4.5"},
                                           control_room::at_minute(2)));
  desk.room.at(4).reassess();
  expect_l9_in_doubt(desk);
  desk.restart();
  expect_l9_in_doubt(desk);
  // The record stays as it is until somebody says how it stands.
  EXPECT_EQ(feeding(desk).switches_operated(), 0U);
  submit(desk, 6, of_l9(v1::SwitchPosition::OPEN, 6));
  desk.room.at(7).reassess();
  EXPECT_EQ(feeding(desk).doubted_size(), 0);
  v1::RecordStepRequest step;
  step.set_request_id("s1");
  step.mutable_step()->set_device("L9");
  step.mutable_step()->set_position(v1::SwitchPosition::UNKNOWN);
  EXPECT_EQ(reason_of(desk.refused<Switching>(&Switching::Stub::RecordStep, step)),
            "VALUE_UNKNOWN");
}

TEST(SectionFeedingCalls, AnIslandNamesTheDoubtedSwitchesAtItsBorderAndNoOthers) {
  ServerDesk desk{kTwoFeeders};
  submit(desk, 0, of_l9(v1::SwitchPosition::UNKNOWN, 0));
  operate(desk, 5, "R1", true);
  operate(desk, 6, "F1", true);
  desk.room.at(8).reassess();
  const auto doubted_at = [&](const char* usage_point) {
    v1::TraceUpstreamRequest trace;
    trace.set_usage_point(usage_point);
    return desk.ok<Network>(&Network::Stub::TraceUpstream, trace).doubted_size();
  };
  EXPECT_EQ(doubted_at("T3.1"), 1);
  EXPECT_EQ(doubted_at("T4.1"), 1);
  EXPECT_EQ(doubted_at("T1.1"), 0);
}

}  // namespace
}  // namespace gridmend::section_feeding_test
