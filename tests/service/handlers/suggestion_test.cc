#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gridmend/v1/outage.grpc.pb.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::suggestion_test {
namespace {

using control_room::at_minute;
using server_desk::field_of;
using server_desk::reason_of;
using server_desk::ServerDesk;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Outages = v1::OutageService;

// T3 is dark; whether all behind F2 is, only T4's meters know.
struct HalfKnown : ServerDesk {
  HalfKnown() {
    room.at(0).ok(control_room::gasps({"T3.1", "T3.2", "T3.3", "T3.4", "T3.5"}, at_minute(0)));
    room.at(2).reassess();
  }

  void answer(const std::string& meter, bool answered, double minute) {
    v1::Evidence item = control_room::item("ping-" + meter, "ami", at_minute(minute));
    item.mutable_ping_result()->set_usage_point(meter);
    item.mutable_ping_result()->set_answered(answered);
    room.at(minute).ok(control_room::evidence({item}));
    room.at(minute + 1).reassess();
  }

  v1::SuggestPingsResponse pings(const std::string& outage = {}, int count = 0) const {
    v1::SuggestPingsRequest request;
    request.set_outage(outage);
    request.set_count(count);
    return ok<Outages>(&Outages::Stub::SuggestPings, request);
  }
  v1::SuggestPatrolsResponse patrols(const std::string& outage, double relay_m = -1) const {
    v1::SuggestPatrolsRequest request;
    request.set_outage(outage);
    if (relay_m >= 0) request.mutable_relay()->set_distance_m(relay_m);
    return ok<Outages>(&Outages::Stub::SuggestPatrols, request);
  }
  v1::Outage outage() const {
    v1::GetOutageRequest get;
    get.set_id("O-000001");
    return ok<Outages>(&Outages::Stub::GetOutage, get);
  }
};

TEST(SuggestPings, AsksTheMeterThatTellsTheFuseFromTheTransformer) {
  HalfKnown desk;
  const auto pings = desk.pings();
  ASSERT_GE(pings.pings_size(), 1);
  EXPECT_EQ(pings.revision(), desk.room.world()->revision);
  const v1::SuggestedPing& first = pings.pings(0);
  EXPECT_THAT(first.usage_point(), StartsWith("T4."));
  EXPECT_EQ(first.device(), "T4");
  EXPECT_GT(first.expected_gain(), 0);
  EXPECT_GT(first.probability_out(), .05);
  EXPECT_LT(first.probability_out(), .95);
  EXPECT_NEAR(first.probability_answer(), (1 - first.probability_out()) * .9, .05);
  EXPECT_EQ(desk.pings("O-000001").pings(0).usage_point(), first.usage_point());
  EXPECT_EQ(desk.pings("", 1).pings_size(), 1);
}

TEST(SuggestPings, TheAnswerSettlesItAndTheOutageSaysWhatToAsk) {
  HalfKnown desk;
  const std::string meter = desk.pings().pings(0).usage_point();
  const v1::Outage before = desk.outage();
  EXPECT_EQ(before.tell_apart().usage_point(), meter);
  EXPECT_THAT(before.tell_apart().sentence_en(), HasSubstr(meter));
  EXPECT_THAT(before.tell_apart().sentence_zh(), HasSubstr(meter));
  const double gain = desk.pings().pings(0).expected_gain();
  desk.answer(meter, true, 3);
  EXPECT_EQ(desk.outage().probable().device(), "T3");
  EXPECT_GT(desk.outage().probable().probability(), .9);
  const auto after = desk.pings();
  for (const auto& ping : after.pings()) {
    EXPECT_NE(ping.usage_point(), meter);
    EXPECT_LT(ping.expected_gain(), gain);
  }
}

TEST(SuggestPings, AreTheSameAfterARestart) {
  HalfKnown desk;
  const auto before = desk.pings();
  desk.restart();
  EXPECT_EQ(desk.pings().SerializeAsString(), before.SerializeAsString());
}

TEST(SuggestPings, AreNoneWhenNothingWasHeardOrTheOutageIsOver) {
  ServerDesk quiet;
  EXPECT_EQ(quiet.ok<Outages>(&Outages::Stub::SuggestPings, {}).pings_size(), 0);
  EXPECT_EQ(quiet.ok<Outages>(&Outages::Stub::SuggestPatrols, {}).patrols_size(), 0);
  HalfKnown desk;
  v1::WithdrawOutageRequest withdraw;
  withdraw.set_id("O-000001");
  withdraw.set_reason("nobody is dark");
  desk.ok<Outages>(&Outages::Stub::WithdrawOutage, withdraw);
  EXPECT_EQ(desk.pings("O-000001").pings_size(), 0);
  EXPECT_EQ(desk.patrols("O-000001").patrols_size(), 0);
}

TEST(SuggestPatrols, RankDevicesAndSayWhereOnTheirLinesToBegin) {
  HalfKnown desk;
  const auto patrols = desk.patrols("O-000001");
  ASSERT_GE(patrols.patrols_size(), 2);
  EXPECT_GE(patrols.patrols(0).expected_gain(), 0);
  const v1::SuggestedPatrol* fuse = nullptr;
  for (const auto& patrol : patrols.patrols()) {
    EXPECT_GE(patrol.patrol_time().seconds(), 15 * 60);
    if (patrol.device().device() == "F2") fuse = &patrol;
  }
  ASSERT_NE(fuse, nullptr);
  EXPECT_GT(fuse->device().probability(), .05);
  ASSERT_EQ(fuse->sections_size(), 4);
  double sum = 0;
  for (const auto& section : fuse->sections()) {
    sum += section.probability();
    EXPECT_NEAR(section.cumulative(), sum, 1e-12);
    EXPECT_LT(section.from_m(), section.to_m());
    EXPECT_FALSE(section.device().empty());
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_GT(fuse->probability_device_only(), .5);
}

TEST(SuggestPatrols, TakeTheDistanceThatARelayReported) {
  HalfKnown desk;
  const std::string device = desk.outage().probable().device();
  const auto find = [&](const v1::SuggestPatrolsResponse& answer) {
    for (const auto& patrol : answer.patrols()) {
      if (patrol.device().device() == device) return patrol;
    }
    ADD_FAILURE() << "no patrol to " << device;
    return v1::SuggestedPatrol{};
  };
  EXPECT_GT(find(desk.patrols("O-000001")).probability_device_only(), 0);
  const v1::SuggestedPatrol told = find(desk.patrols("O-000001", 5000));
  EXPECT_EQ(told.probability_device_only(), told.sections_size() > 0 ? 0 : 1);
}

TEST(Suggestions, RefuseWhatMakesNoSense) {
  HalfKnown desk;
  v1::SuggestPingsRequest pings;
  pings.set_count(-1);
  auto status = desk.refused<Outages>(&Outages::Stub::SuggestPings, pings);
  EXPECT_EQ(reason_of(status), "COUNT_INVALID");
  EXPECT_EQ(field_of(status), "count");
  pings.set_count(100000);
  EXPECT_LE(desk.ok<Outages>(&Outages::Stub::SuggestPings, pings).pings_size(), 1000);
  pings.set_outage("O-000009");
  status = desk.refused<Outages>(&Outages::Stub::SuggestPings, pings);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(reason_of(status), "OUTAGE_UNKNOWN");
  EXPECT_EQ(field_of(status), "outage");

  v1::SuggestPatrolsRequest patrols;
  patrols.mutable_relay()->set_distance_m(100);
  status = desk.refused<Outages>(&Outages::Stub::SuggestPatrols, patrols);
  EXPECT_EQ(reason_of(status), "RELAY_WITHOUT_OUTAGE");
  EXPECT_EQ(field_of(status), "relay");
  patrols.set_outage("O-000001");
  for (const double bad : {-1.0, std::nan(""), HUGE_VAL, 1e9}) {
    patrols.mutable_relay()->set_distance_m(bad);
    status = desk.refused<Outages>(&Outages::Stub::SuggestPatrols, patrols);
    EXPECT_EQ(reason_of(status), "DISTANCE_INVALID");
    EXPECT_EQ(field_of(status), "relay.distance_m");
  }
  patrols.mutable_relay()->set_distance_m(0);
  patrols.mutable_relay()->set_error_m(-1);
  status = desk.refused<Outages>(&Outages::Stub::SuggestPatrols, patrols);
  EXPECT_EQ(field_of(status), "relay.error_m");
}

}  // namespace
}  // namespace gridmend::suggestion_test
