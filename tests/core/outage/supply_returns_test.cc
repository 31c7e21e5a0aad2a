#include "core/outage/supply_returns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::supply_returns_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(6)
         |       |
         |       n3--T2(1)
         |       |
         |       n8--T6(5)
         |
         n4--F2--n5--T3(4)
                 |
                 n6--T4(7)
)";

const Time kTrip = *parse_rfc3339("2026-11-30T03:00:00Z");
const Time kBack = kTrip + minutes{20};

struct Street {
  NetworkModel network = drawing::draw(kFeeder);
  OutageDesk desk{network};

  Id<UsagePoint> point(std::string_view name) const { return drawing::usage_point(network, name); }
  void hear(Time at, EvidenceKind kind, std::string source = "") {
    desk.hear({"", at, {}, std::move(source), std::move(kind)});
  }
  void position(Time at, bool open) {
    hear(at, SwitchPosition{drawing::device(network, "B1"), open ? PhaseSet::abc() : PhaseSet{}});
  }
  // Of one zone, by the device that heads it.
  Time returned(const char* device, Time at = kBack + minutes{30}) const {
    const InferenceForest forest =
        InferenceForest::contract(SupplyForest::derive(network, desk.switches));
    const std::vector<ZoneReport> reports = reports_by_zone(forest, desk.evidence);
    const std::vector<Time> returns =
        supply_returns(forest, desk.evidence, reports, at, desk.settings.reliability);
    const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, device));
    return returns.empty() ? kNeverHeard : returns[zone.index];
  }
  std::vector<std::string> listed() const {
    std::vector<std::string> names;
    for (const Outage& outage : desk.book.outages) {
      if (!takes_supply(outage.status)) continue;
      const SuspectDevice& probable = outage.probable;
      names.emplace_back(probable.device.valid() ? network.mrid(probable.device)
                                                 : network.mrid(probable.usage_point));
    }
    return names;
  }
};

TEST(SupplyReturns, ByTwoOfAZonesPowerUpsTogetherAndByNoSingleOne) {
  Street street;
  street.hear(kBack + seconds{5}, PowerUp{street.point("T1.1")});
  EXPECT_EQ(street.returned("T1"), kNeverHeard);
  street.hear(kBack + minutes{5}, PowerUp{street.point("T1.2")});
  EXPECT_EQ(street.returned("T1"), kNeverHeard) << "minutes apart";
  street.hear(kBack + seconds{50}, PowerUp{street.point("T1.3")});
  EXPECT_EQ(street.returned("T1"), kBack + seconds{5});
  EXPECT_EQ(street.returned("T1", kBack + seconds{40}), kNeverHeard) << "not yet known";
  EXPECT_EQ(street.returned("F1"), kNeverHeard);
  for (const char* name : {"T6.1", "T6.2"})
    street.hear(kBack + seconds{9}, PowerUp{street.point(name)});
  EXPECT_EQ(street.returned("F1"), kBack + seconds{5}) << "two zones behind it came back together";
  EXPECT_EQ(street.returned("T2"), kBack + seconds{5}) << "and so it did to all behind it";
  EXPECT_EQ(street.returned("T3"), kNeverHeard);
}

TEST(SupplyReturns, ByAClosingThatSomebodyBehindNoticedAndByNoOther) {
  const auto behind = [](Street& street) {
    street.hear(kTrip + seconds{2}, LastGasp{street.point("T3.1")});
  };
  Street street;
  street.position(kTrip, true);
  street.position(kBack, false);
  EXPECT_EQ(street.returned("B1"), kNeverHeard) << "nobody noticed";
  behind(street);
  EXPECT_EQ(street.returned("B1"), kBack);
  EXPECT_EQ(street.returned("T4"), kBack);
  street.position(kBack + minutes{10}, true);
  EXPECT_EQ(street.returned("B1"), kBack) << "it had come back before it went again";

  Street recloser;
  behind(recloser);
  recloser.position(kTrip, true);
  recloser.position(kTrip + seconds{2}, false);
  recloser.position(kTrip + seconds{4}, true);
  EXPECT_EQ(recloser.returned("B1"), kNeverHeard) << "a recloser that tries again";
  recloser.position(kBack, false);
  EXPECT_EQ(recloser.returned("B1"), kBack);

  Street flapping;
  behind(flapping);
  for (int i = 0; i < 8; ++i) flapping.position(kTrip + minutes{2 * i}, i % 2 == 0);
  EXPECT_EQ(flapping.returned("B1"), kNeverHeard) << "its word changes too often";
}

TEST(SupplyReturns, DoNotDependOnTheOrderInWhichPositionsCome) {
  Random random{1130};
  for (int round = 0; round < 300; ++round) {
    std::vector<std::pair<Time, bool>> words;
    for (std::uint64_t n = 1 + random.below(7); n > 0; --n)
      words.emplace_back(kTrip + seconds{random.between(0, 900)}, random.chance(.5));
    Street one, other;
    for (const auto& [at, open] : words) one.position(at, open);
    std::ranges::reverse(words);
    for (const auto& [at, open] : words) other.position(at, open);
    const Id<Device> breaker = drawing::device(one.network, "B1");
    ASSERT_EQ(one.desk.evidence.find(breaker)->closed_at,
              other.desk.evidence.find(breaker)->closed_at);
  }
}

// Nobody reports that supply is back. Power-ups come in within seconds, one in five is lost.
TEST(SupplyReturns, LostPowerUpsAreNoOutages) {
  for (const bool by_scada : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed) + (by_scada ? ", positions" : ""));
      Random random{seed};
      Street street;
      if (by_scada) street.position(kTrip, true);
      for (const Id<UsagePoint> id : street.network.usage_points().ids()) {
        if (random.chance(.8))
          street.hear(kTrip + from_seconds(random.uniform(0, 9)), LastGasp{id});
      }
      street.desk.advance(kTrip + minutes{5});
      if (by_scada) street.position(kBack, false);
      for (const Id<UsagePoint> id : street.network.usage_points().ids()) {
        const bool lost = id == street.point("T1.4") || id == street.point("T3.2") ||
                          id == street.point("T2.1") || id == street.point("T4.7");
        if (!lost) street.hear(kBack + from_seconds(random.uniform(1, 8)), PowerUp{id});
      }
      for (const int second : {10, 20, 60, 300, 3600, 40'000, 80'000}) {
        street.desk.advance(kBack + seconds{second});
        ASSERT_THAT(street.listed(), testing::IsEmpty()) << second;
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::supply_returns_test
