#include "core/outage/supply_returns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
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
  NetworkModel network;
  OutageDesk desk{network};

  explicit Street(std::string_view drawing = kFeeder) : network(drawing::draw(drawing)) {}

  Id<UsagePoint> point(std::string_view name) const { return drawing::usage_point(network, name); }
  void hear(Time at, EvidenceKind kind, std::string source = "") {
    desk.hear({"", at, {}, std::move(source), std::move(kind)});
  }
  // Of all behind a transformer, as it trips.
  void gasp(const std::string& transformer) {
    for (int i = 1;; ++i) {
      const auto id = network.find_usage_point(transformer + "." + std::to_string(i));
      if (!id) return;
      hear(kTrip + seconds{i % 9}, LastGasp{*id});
    }
  }
  // Of these behind T1, as supply is back.
  void power_up(int from, int to) {
    for (int i = from; i <= to; ++i)
      hear(kBack + seconds{i % 9}, PowerUp{point("T1." + std::to_string(i))});
  }
  void position(Time at, bool open) {
    hear(at, SwitchPosition{drawing::device(network, "B1"), open ? PhaseSet::abc() : PhaseSet{}});
  }
  // Of one zone, by the device that heads it.
  Time returned(const char* device, Time at = kBack + minutes{30}) const {
    const InferenceForest forest =
        InferenceForest::contract(SupplyForest::derive(network, desk.switches));
    const std::vector<ZoneReport> reports = reports_by_zone(forest, desk.evidence);
    SupplyReturns returns;
    returns.read({forest, desk.evidence, reports, at, desk.settings.reliability});
    const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, device));
    return returns.by_zone().empty() ? kNeverHeard : returns.by_zone()[zone.index];
  }
};

TEST(SupplyReturns, ByPowerUpsOfAZoneTogetherAndByNoSingleOne) {
  Street street;
  street.gasp("T1");
  street.gasp("T6");
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

TEST(SupplyReturns, NotWhereMostStayedSilent) {
  Street street{"S==B1--T1(40)"};
  street.gasp("T1");
  street.power_up(1, 4);
  EXPECT_EQ(street.returned("T1"), kNeverHeard) << "somebody mended their own";
  street.power_up(5, 20);
  EXPECT_EQ(street.returned("T1"), kBack);
}

TEST(SupplyReturns, NotWhereOnePhaseStayedSilent) {
  Street street{"S==B1--T1(9:A,9:B,9:C)"};
  street.gasp("T1");
  street.power_up(1, 18);
  EXPECT_EQ(street.returned("T1"), kNeverHeard) << "C is still dark";
  street.power_up(19, 24);
  EXPECT_EQ(street.returned("T1"), kBack);
}

TEST(SupplyReturns, NotWhereMetersWereStartedAnew) {
  Street street{"S==B1--T1(40)"};
  for (int i = 1; i <= 10; ++i)
    street.hear(kBack + seconds{i}, PowerUp{street.point("T1." + std::to_string(i))});
  EXPECT_EQ(street.returned("T1"), kNeverHeard) << "nobody was heard to be dark";
  street.hear(kTrip, LastGasp{street.point("T1.30")});
  EXPECT_EQ(street.returned("T1"), kNeverHeard) << "one in forty was";
}

// Somewhere else something is broken, so that silence is looked at.
TEST(SupplyReturns, WhoNeverWasDarkOwesNoPowerUp) {
  enum class Told { by_scada, by_crew, by_reboots };
  for (const Told told : {Told::by_scada, Told::by_crew, Told::by_reboots}) {
    SCOPED_TRACE(static_cast<int>(told));
    Street street{R"(
      S==B1--n1--F1--n2--T1(20)
             |       |
             |       n3--T2(20)
             |       |
             |       n4--T3(20)
             |       |
             |       n5--T4(20)
             |       |
             |       n6--T6(20)
             |       |
             |       n7--T7(20)
             |
             n8--F2--n9--T5(20)
    )"};
    street.gasp("T5");
    street.hear(kTrip + minutes{8}, TroubleCall{street.point("T2.3"), {}, {}, {}});
    const Id<Device> fuse = drawing::device(street.network, "F1");
    switch (told) {
      case Told::by_scada:
        street.hear(kTrip, SwitchPosition{fuse, PhaseSet::abc()}, "scada");
        street.hear(kBack, SwitchPosition{fuse, {}}, "scada");
        break;
      case Told::by_crew:
        street.hear(kBack, FieldReport{fuse, {}, Finding::restored, ""}, "crew 7");
        break;
      case Told::by_reboots:
        for (const char* name : {"T1.1", "T1.2", "T2.1", "T2.2"})
          street.hear(kBack, PowerUp{street.point(name)});
        break;
    }
    for (const int minute : {1, 2, 10, 60}) {
      if (minute == 10) {
        for (const char* name : {"T1.7", "T2.7", "T3.7", "T4.7", "T6.7", "T7.7"})
          street.hear(kBack + minutes{5}, PingResult{street.point(name), true});
      }
      street.desk.advance(kBack + minutes{minute});
      EXPECT_THAT(street.desk.listed(), testing::ElementsAre(testing::AnyOf("T5", "F2"))) << minute;
    }
  }
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

  Street again;
  behind(again);
  again.position(kTrip, true);
  again.position(kBack, false);
  again.position(kBack + seconds{2}, true);
  EXPECT_EQ(again.returned("B1"), kNeverHeard) << "closed on the fault";
  again.position(kBack + minutes{9}, false);
  EXPECT_EQ(again.returned("B1"), kBack + minutes{9});
  for (int i = 1; i < 40; ++i) again.position(kBack + minutes{9 + i}, false);
  EXPECT_EQ(again.returned("B1", kBack + minutes{60}), kBack + minutes{9})
      << "however often it is said again";

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

// Each zone that changed is told once, with what it was.
void expect_told(std::vector<Time> before, const std::vector<ChangedReturn>& changed,
                 const std::vector<Time>& after) {
  for (const ChangedReturn& change : changed) {
    ASSERT_EQ(before[change.zone.index], change.before);
    before[change.zone.index] = after[change.zone.index];
  }
  ASSERT_EQ(before, after);
  std::set<Id<InferenceZone>> zones;
  for (const ChangedReturn& change : changed) ASSERT_TRUE(zones.insert(change.zone).second);
}

// What is kept up as items come and time passes is what is read from all of them.
TEST(SupplyReturns, AreTheSameReadOneByOneAndAllAtOnce) {
  constexpr std::uint64_t kSeed = 20261201;
  int changes = 0, by_time = 0;
  for (int round = 0; round < 1000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Street street{R"(
      S==B1--n1--F1--n2--T1(30)
             |       |
             |       n3--T2(1)
             |       |
             |       n4--T3(5)
             |
             n5--F2--n6--T4(3:A,3:B,3:C)
    )"};
    const InferenceForest forest =
        InferenceForest::contract(SupplyForest::derive(street.network, street.desk.switches));
    const EvidenceBook& book = street.desk.evidence;
    const ReliabilityParameters& reliability = street.desk.settings.reliability;
    std::vector<ZoneReport> reports;
    const auto heard = [&](Time at) {
      return HeardReturns{forest, book, reports, at + reliability.clock_skew, reliability};
    };
    const auto by_zone = [&](const SupplyReturns& returns) {
      std::vector<Time> times = returns.by_zone();
      times.resize(forest.zones().size(), kNeverHeard);  // empty where it came back nowhere
      return times;
    };
    const auto ids = street.network.usage_points().ids();
    std::vector<Evidence> items;
    const auto say = [&](double from, double to, EvidenceKind kind) {
      items.push_back({"", kTrip + from_seconds(random.uniform(from, to)), {}, "", kind});
    };
    const double share = random.uniform(.1, 1);
    for (const Id<UsagePoint> id : ids) {
      if (random.chance(share)) say(0, 30, LastGasp{id});
      if (random.chance(share)) say(1200, 1260, PowerUp{id});
      if (random.chance(.05)) say(1800, 1802, PowerUp{id});
      if (random.chance(.2)) say(0, 2400, PowerUp{id});
      if (random.chance(.2)) say(0, 2400, LastGasp{id});
      if (random.chance(.2)) say(0, 2400, TroubleCall{id, {}, {}, {}});
      if (random.chance(.2)) say(0, 2400, PingResult{id, random.chance(.5)});
    }
    for (const char* name : {"B1", "F1", "F2"}) {
      const Id<Device> device = drawing::device(street.network, name);
      if (random.chance(.5)) say(0, 30, SwitchPosition{device, PhaseSet::abc()});
      if (random.chance(.5)) say(1190, 1210, SwitchPosition{device, {}});
      if (random.chance(.3)) say(1190, 1210, FieldReport{device, {}, Finding::restored, ""});
    }
    std::ranges::sort(items, {}, &Evidence::event_time);
    for (std::size_t i = items.size(); i > 1; --i) {  // some come late
      if (random.chance(.1)) std::swap(items[i - 1], items[random.below(i)]);
    }
    Time at = kTrip;
    SupplyReturns kept;
    kept.read(heard(at));
    for (const Evidence& item : items) {
      street.desk.hear(item);
      at = std::max(at, item.event_time);
      std::vector<Time> before = by_zone(kept);
      const auto* position = std::get_if<SwitchPosition>(&item.kind);
      const auto* report = std::get_if<FieldReport>(&item.kind);
      if (position != nullptr || report != nullptr) {
        reports = reports_by_zone(forest, book);
        kept.read(heard(at));
        before = by_zone(kept);
      } else {
        const Id<UsagePoint> id = std::visit(
            [](const auto& kind) {
              if constexpr (requires { kind.usage_point; }) return kind.usage_point;
              return Id<UsagePoint>{};
            },
            item.kind);
        expect_told(before, kept.reread(heard(at), forest.zone_of(id)), by_zone(kept));
      }
      const std::vector<Time> then = by_zone(kept);
      const std::vector<ChangedReturn> passed = kept.pass_time(heard(at));
      expect_told(then, passed, by_zone(kept));
      by_time += passed.empty() ? 0 : 1;
      SupplyReturns anew;
      anew.read(heard(at));
      if (by_zone(kept) != before) ++changes;
      ASSERT_EQ(by_zone(kept), by_zone(anew));
    }
    for (int second = 0; second < 200; second += 7) {
      at += seconds{7};
      const std::vector<Time> then = by_zone(kept);
      const std::vector<ChangedReturn> passed = kept.pass_time(heard(at));
      expect_told(then, passed, by_zone(kept));
      SupplyReturns anew;
      anew.read(heard(at));
      ASSERT_EQ(by_zone(kept), by_zone(anew)) << second;
    }
  }
  EXPECT_GT(changes, 300);
  EXPECT_GT(by_time, 5);
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
        ASSERT_THAT(street.desk.listed(), testing::IsEmpty()) << second;
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::supply_returns_test
