#include "core/outage/call_expiry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::call_expiry_test {
namespace {

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

const Time kStart = *parse_rfc3339("2026-07-01T00:00:00Z");
Time hour(double hours) { return kStart + from_seconds(3600 * hours); }

struct Street {
  NetworkModel network = drawing::draw(kStreet);
  OutageDesk desk{network};

  void call(const char* name, double at) {
    desk.hear({"", hour(at), {}, "95598", TroubleCall{point(name), {}, Complaint::no_light, ""}});
  }
  void gasp(const char* name, double at) {
    desk.hear({"", hour(at), {}, "ami", LastGasp{point(name)}});
  }
  Id<UsagePoint> point(const char* name) const { return drawing::usage_point(network, name); }
  bool is_in_force(const char* name) const {
    const MeterEvidence* meter = desk.evidence.find(point(name));
    return meter != nullptr && meter->dead_call();
  }
  std::size_t confirmed() const {
    std::size_t count = 0;
    for (const Outage& outage : desk.book.outages)
      count += outage.status == OutageStatus::confirmed ? 1 : 0;
    return count;
  }
};

TEST(CallExpiry, ALoneCallAWeekNeverMakesAnOutageOfTheBreaker) {
  Street street;
  const char* const callers[] = {"T1.1", "T3.2", "T5.1", "T2.3", "T4.4", "T1.5",
                                 "T5.6", "T3.5", "T2.1", "T4.1", "T5.3", "T3.1"};
  double at = 0;
  for (const char* caller : callers) {
    street.call(caller, at);
    street.desk.advance(hour(at + 1));
    for (const Outage& outage : street.desk.book.outages)
      EXPECT_NE(outage.probable.device, drawing::device(street.network, "B1")) << caller;
    at += 24 * 7;
  }
  EXPECT_EQ(street.confirmed(), 0U);
}

TEST(CallExpiry, CallsFarApartBelongTogetherOnlyWhereSomethingJoinsThem) {
  Street apart;
  apart.call("T1.1", 0);
  apart.call("T2.1", 20);
  apart.desk.advance(hour(21));
  EXPECT_FALSE(apart.is_in_force("T1.1"));
  EXPECT_TRUE(apart.is_in_force("T2.1"));

  Street joined;
  joined.call("T1.1", 0);
  joined.gasp("T1.4", 10);
  joined.call("T2.1", 20);
  joined.desk.advance(hour(21));
  EXPECT_TRUE(joined.is_in_force("T1.1"));
  EXPECT_TRUE(joined.is_in_force("T2.1"));
}

TEST(CallExpiry, ACallThatNothingFollowsIsKeptForThreeDays) {
  Street street;
  street.call("T1.1", 0);
  street.desk.advance(hour(71));
  EXPECT_TRUE(street.is_in_force("T1.1"));
  street.desk.advance(hour(73));
  EXPECT_FALSE(street.is_in_force("T1.1"));
}

TEST(CallExpiry, CallsOfAConfirmedOutageKeepTheirForceAsLongAsItStands) {
  Street street;
  for (const char* caller : {"T1.1", "T1.2", "T2.3", "T2.4"}) street.call(caller, 0);
  street.desk.advance(hour(1));
  ASSERT_EQ(street.desk.book.outages.size(), 1U);
  street.desk.book =
      confirm_outage(street.desk.book, street.desk.book.outages[0].id, hour(1)).value().book;
  street.call("T5.1", 100);
  street.desk.advance(hour(101));
  street.desk.advance(hour(200));
  EXPECT_TRUE(street.is_in_force("T1.1"));
  EXPECT_EQ(street.desk.book.outages[0].status, OutageStatus::confirmed);
}

TEST(CallExpiry, WhatWasListedStaysListedWhenItsCallsLoseTheirForce) {
  Street street;
  for (const char* caller : {"T1.1", "T2.4"}) street.call(caller, 0);
  street.desk.advance(hour(1));
  ASSERT_EQ(street.desk.book.outages.size(), 1U);
  ASSERT_EQ(street.desk.book.outages[0].status, OutageStatus::predicted);
  for (const double at : {40., 80., 100., 400.}) {
    street.desk.advance(hour(at));
    EXPECT_EQ(street.desk.book.outages[0].status, OutageStatus::predicted) << at;
  }
  EXPECT_FALSE(street.is_in_force("T1.1"));
  // A sign of life is another matter.
  street.desk.hear({"", hour(401), {}, "ami", PingResult{street.point("T1.1"), true}});
  street.desk.hear({"", hour(401), {}, "ami", PingResult{street.point("T2.4"), true}});
  street.desk.advance(hour(401.1));
  EXPECT_TRUE(has_ended(street.desk.book.outages[0].status) ||
              street.desk.book.outages[0].status == OutageStatus::restored);
}

TEST(CallExpiry, AnExpiredCallOfTheSameCustomerIsNoFirstOfTwo) {
  for (const double second : {20., 80.}) {
    SCOPED_TRACE(second);
    Street live, offline;
    live.call("T1.1", 0);
    for (double at = 1; at < second; at += 5) live.desk.advance(hour(at));
    for (Street* street : {&live, &offline}) {
      if (street == &offline) street->call("T1.1", 0);
      street->call("T1.1", second);
      street->desk.advance(hour(second + 1));
      EXPECT_EQ(street->desk.evidence.unsettled_calls(street->point("T1.1")), 1U);
      EXPECT_TRUE(street->desk.book.outages.empty());
    }
  }
  Street joined;
  for (const double at : {0., 10., 20.}) joined.call("T1.1", at);
  joined.desk.advance(hour(21));
  EXPECT_EQ(joined.desk.evidence.unsettled_calls(joined.point("T1.1")), 3U);
}

// A server looks again and again as calls come, an analysis once when all have: what is in force
// by then is the same.
TEST(CallExpiry, LookingOnceIsLookingOften) {
  constexpr std::uint64_t kSeed = 7212;
  const Street street;
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(street.network, street.desk.switches));
  const char* const callers[] = {"T1.1", "T1.2", "T3.1", "T5.2"};
  const OutageSettings settings;
  const Water water;
  std::uint32_t repeated = 0, forgotten = 0;
  for (int round = 0; round < 1000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    const auto look = [&](EvidenceBook& book, Time at) {
      const EvidenceBook before = book;
      return expire_calls({forest, before, water, at}, OutageBook{}, settings, book);
    };
    std::vector<double> times;
    const double most = random.uniform(10, 200);
    for (std::uint64_t i = 0, count = 2 + random.below(14); i < count; ++i)
      times.push_back(random.uniform(0, most));
    std::ranges::sort(times);
    EvidenceBook live{street.network}, offline{street.network};
    for (std::size_t i = 0; i < times.size(); ++i) {
      const Id<UsagePoint> caller = street.point(callers[random.below(4)]);
      const Evidence call{
          "", hour(times[i]), {}, "95598", TroubleCall{caller, {}, Complaint::no_light, ""}};
      live.record(call);
      offline.record(call);
      const double next = i + 1 < times.size() ? times[i + 1] : times[i] + 1;
      for (auto looks = random.below(4); looks > 0; --looks) {
        times[i] = random.uniform(times[i], next);
        look(live, hour(times[i]));
      }
    }
    look(live, hour(times.back() + 1));
    forgotten += look(offline, hour(times.back() + 1)) > 0 ? 1 : 0;
    for (const char* caller : callers) {
      const Id<UsagePoint> id = street.point(caller);
      const MeterEvidence* a = live.find(id);
      const MeterEvidence* b = offline.find(id);
      EXPECT_EQ(a != nullptr && a->dead_call(), b != nullptr && b->dead_call()) << caller;
      EXPECT_EQ(live.unsettled_calls(id), offline.unsettled_calls(id)) << caller;
      repeated += live.unsettled_calls(id) > 1 ? 1 : 0;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(repeated, 100U);
  EXPECT_GT(forgotten, 300U);
}

TEST(CallExpiry, OfACallWithoutAUsagePointEveryPlaceMustBeParted) {
  Street street;
  const auto beside = [&](const char* name, double at) {
    street.desk.hear(
        {"",
         hour(at),
         {},
         "95598",
         TroubleCall{{}, Position{}, Complaint::no_light, "", {{street.point(name), .7}}}});
  };
  beside("T1.1", 0);
  beside("T2.1", 20);
  street.desk.advance(hour(21));
  ASSERT_EQ(street.desk.evidence.calls().size(), 1U);
  EXPECT_EQ(street.desk.evidence.calls()[0]->time, hour(20));
}

}  // namespace
}  // namespace gridmend::call_expiry_test
