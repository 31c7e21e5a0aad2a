#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::repeated_calls_test {
namespace {

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
                 |
                 n3--T2(1,hospital)
                 |
                 n4--T3(5)
)";

const Time kStart = *parse_rfc3339("2026-07-01T00:00:00Z");
Time minute(double minutes) { return kStart + from_seconds(60 * minutes); }

struct Street {
  NetworkModel network = drawing::draw(kStreet);
  OutageDesk desk{network};
  Id<UsagePoint> hospital = drawing::usage_point(network, "T2.1");

  void call(double at, Complaint complaint = Complaint::no_light) {
    desk.hear({"", minute(at), {}, "95598", TroubleCall{hospital, {}, complaint, ""}});
  }
  bool lists_the_hospital() const {
    return std::ranges::any_of(desk.book.outages, [&](const Outage& outage) {
      return takes_supply(outage.status) && outage.affected.contains(hospital);
    });
  }
};

// The energy of an hour may be of the minutes before the first call.
TEST(RepeatedCalls, CallsWithinTheHourOfAReadingStand) {
  Street street;
  street.call(15);
  street.call(45);
  street.desk.hear(
      {"", minute(60), {}, "ami", MeterReading{street.hospital, .4, std::chrono::hours{1}}});
  EXPECT_EQ(street.desk.evidence.unsettled_calls(street.hospital), 2U);
  street.desk.hear({"", minute(70), {}, "ami", PingResult{street.hospital, true}});
  EXPECT_EQ(street.desk.evidence.unsettled_calls(street.hospital), 0U);
}

TEST(RepeatedCalls, OneCallIsNotListedAndASecondOneIs) {
  Street street;
  street.call(0);
  street.desk.advance(minute(5));
  EXPECT_FALSE(street.lists_the_hospital());
  street.call(1);  // in the same breath
  street.desk.advance(minute(6));
  EXPECT_FALSE(street.lists_the_hospital());
  street.call(45);
  street.desk.advance(minute(50));
  ASSERT_TRUE(street.lists_the_hospital());
  const Outage& outage = street.desk.book.outages.back();
  EXPECT_EQ(outage.status, OutageStatus::predicted);
  EXPECT_EQ(outage.probable.usage_point, street.hospital);
  EXPECT_EQ(outage.cause, OutageCause::premises);
}

TEST(RepeatedCalls, ItStaysOneOutageUntilHisMeterSaysThatHeHasLight) {
  Street street;
  street.call(0);
  street.call(45);
  std::size_t changes = 0;
  for (double at = 46; at < 400; at += 5) {
    if (at == 96) street.call(95);
    changes += street.desk.advance(minute(at)).changes.size();
  }
  EXPECT_EQ(changes, 1U) << "it is listed, and that is all";
  EXPECT_TRUE(street.lists_the_hospital());
  street.desk.hear({"", minute(401), {}, "ami", PingResult{street.hospital, true}});
  street.desk.advance(minute(402));
  street.desk.advance(minute(410));
  EXPECT_FALSE(street.lists_the_hospital());
  street.call(420);
  street.desk.advance(minute(425));
  EXPECT_FALSE(street.lists_the_hospital()) << "the calls of before are settled";
}

// His calls were of the outage that has ended. A call since then is another matter.
TEST(RepeatedCalls, WhoHasNotCalledSinceSupplyCameBackIsNotListed) {
  Street street;
  street.call(0);
  street.call(45);
  street.desk.advance(minute(50));
  ASSERT_TRUE(street.lists_the_hospital());
  street.desk.hear({"",
                    minute(60),
                    {},
                    "crew 7",
                    FieldReport{drawing::device(street.network, "F1"), {}, Finding::restored, ""}});
  street.desk.advance(minute(61));
  street.desk.advance(minute(65));
  EXPECT_FALSE(street.lists_the_hospital());
  street.call(80);
  street.desk.advance(minute(81));
  EXPECT_TRUE(street.lists_the_hospital());
}

TEST(RepeatedCalls, ACallAboutAHazardIsNoWordOnSupply) {
  Street street;
  street.call(0, Complaint::hazard);
  street.call(45, Complaint::hazard);
  street.desk.advance(minute(50));
  EXPECT_FALSE(street.lists_the_hospital());
}

TEST(RepeatedCalls, AreCountedAlikeInWhateverOrderTheyCome) {
  Random random{20260720};
  for (int round = 0; round < 500; ++round) {
    std::vector<double> calls;
    for (std::uint64_t i = 0, count = 1 + random.below(7); i < count; ++i)
      calls.push_back(static_cast<double>(random.below(200)));
    std::vector<std::uint32_t> counts;
    for (int order = 0; order < 3; ++order) {
      for (std::size_t i = calls.size(); i > 1; --i)
        std::swap(calls[i - 1], calls[random.below(i)]);
      Street street;
      for (const double at : calls) street.call(at);
      counts.push_back(street.desk.evidence.unsettled_calls(street.hospital));
    }
    std::set<int> slots;
    for (const double at : calls) slots.insert(static_cast<int>(at) / 10);
    ASSERT_EQ(counts[0], std::min<std::size_t>(slots.size(), CallTimes::kKept));
    ASSERT_EQ(counts[0], counts[1]);
    ASSERT_EQ(counts[0], counts[2]);
  }
}

}  // namespace
}  // namespace gridmend::repeated_calls_test
