#include "core/outage/outage_book.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/base/random.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::outage_book_test {
namespace {

constexpr std::string_view kFeeders = R"(
  S1==B1--n1--F1--n2--T1(4)        S2==B2--m1--F3--m2--T5(5)
          |       |                        |
          |       n3--T2(3)                m3--T6(4,hospital)
          |
          n4--L1--n5--F2--n6--T3(5)
                  |
                  n7--R1--n8--T4(6)
)";

const Time kStart = *parse_rfc3339("2026-07-20T00:00:00Z");

// A storm of nonsense: any evidence, in any order, at any time, with absurd dates now and then.
class Nonsense {
 public:
  explicit Nonsense(const NetworkModel& network, Random random)
      : network_(network), random_(random) {}

  Evidence next(Time now) {
    const Id<UsagePoint> point{below(network_.usage_points().size())};
    const Id<Device> device{below(network_.devices().size())};
    EvidenceKind kind = LastGasp{point};
    switch (random_.below(10)) {
      case 0:
        kind = PowerUp{point};
        break;
      case 1:
        kind = PingResult{point, random_.chance(.5)};
        break;
      case 2:
        kind = TroubleCall{point, {}, static_cast<Complaint>(random_.below(4)), {}};
        break;
      case 3:
        kind = MeterReading{point, random_.uniform(-1, 1), {}};
        break;
      case 4:
        kind = position(device);
        break;
      case 5:
        kind = FieldReport{device, {}, static_cast<Finding>(random_.below(5)), {}};
        break;
      case 6:
        kind = FaultIndicator{device, random_.chance(.5)};
        break;
      case 7:
        kind = TroubleCall{{}, Position{120, 30}, Complaint::hazard, "?"};
        break;
      default:
        break;
    }
    Time event = now - from_seconds(random_.uniform(0, 3600));
    if (random_.chance(.02)) event = now + std::chrono::hours{9000};
    if (random_.chance(.02)) event = Time{};
    return {"", event, now, "nonsense", kind};
  }

 private:
  std::uint32_t below(std::size_t count) {
    return static_cast<std::uint32_t>(random_.below(count));
  }
  SwitchPosition position(Id<Device> device) {
    return {device, random_.chance(.5) ? PhaseSet::abc() : PhaseSet::none(),
            static_cast<PositionOrigin>(random_.below(3)),
            static_cast<SwitchingReason>(random_.below(4))};
  }

  const NetworkModel& network_;
  Random random_;
};

using Desk = OutageDesk;

TEST(OutageBook, SurvivesAStormOfNonsense) {
  constexpr std::uint64_t kSeed = 4711;
  const NetworkModel network = drawing::draw(kFeeders);
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Nonsense nonsense{network, Random{kSeed}.fork(static_cast<std::uint64_t>(round))};
    Desk desk{network};
    for (int minute = 0; minute < 60; ++minute) {
      const Time now = kStart + std::chrono::minutes{minute};
      for (int i = 0; i < 6; ++i) desk.hear(nonsense.next(now));
      const OutageUpdate update = desk.update(now);
      expect_sound(update, desk.book);
      const OutageUpdate again = desk.update(now);
      ASSERT_EQ(again.changes.size(), update.changes.size());
      desk.book = update.book;
      apply_settlements(update.settlements, desk.evidence);
      if (HasFailure()) return;
    }
  }
}

TEST(OutageBook, WithNothingNewNothingChanges) {
  const NetworkModel network = drawing::draw(kFeeders);
  Desk desk{network};
  for (const char* name : {"T3.1", "T3.2", "T3.3", "T3.5"}) {
    desk.hear({"", kStart, {}, "", LastGasp{drawing::usage_point(network, name)}});
  }
  const OutageUpdate first = desk.update(kStart + std::chrono::minutes{5});
  desk.book = first.book;
  ASSERT_EQ(desk.book.outages.size(), 1u);
  for (int minute = 6; minute < 300; ++minute) {
    const OutageUpdate update = desk.update(kStart + std::chrono::minutes{minute});
    EXPECT_TRUE(update.changes.empty()) << "minute " << minute;
    desk.book = update.book;
  }
}

TEST(OutageBook, SharesOfEvidenceSumToTheLogLikelihoodBehindTheDevice) {
  const NetworkModel network = drawing::draw(kFeeders);
  Desk desk{network};
  for (const char* name : {"T3.1", "T3.2", "T3.3"}) {
    desk.hear({"", kStart, {}, "", LastGasp{drawing::usage_point(network, name)}});
  }
  desk.hear({"", kStart, {}, "", TroubleCall{drawing::usage_point(network, "T3.5"), {}, {}, {}}});
  const Time now = kStart + std::chrono::minutes{20};
  const OutageUpdate update = desk.update(now);
  ASSERT_EQ(update.book.outages.size(), 1u);
  const Outage& outage = update.book.outages.front();
  const SupplyForest supply = SupplyForest::derive(network, desk.switches);
  const InferenceForest forest = InferenceForest::contract(supply);
  const Posterior posterior = localise({forest, desk.evidence, Water{}, now}, forest.roots(), {});
  const Id<InferenceZone> zone = forest.zone_of(outage.probable.device);
  const TreePosterior& tree = *posterior.tree_of(forest.root_of(zone));
  double expected = 0;
  for (std::uint32_t z = zone.index; z < forest[zone].zones_end; ++z) {
    expected -= tree(tree.log_likelihood, Id<InferenceZone>{z});
  }
  double sum = 0;
  for (const EvidenceShare& share : outage.why) {
    if (share.kind != "device_class") sum += share.log_odds;
  }
  EXPECT_NEAR(sum, expected, 1e-9);
}

// All that `why` of the one outage says, and what the posterior says: the odds that its device is
// open against nothing open, of a network in which nothing else opens.
void expect_why_adds_up(Desk& desk, Time now, double within) {
  desk.settings.sources.zones = 0;
  const OutageUpdate update = desk.update(now);
  ASSERT_EQ(update.book.outages.size(), 1u);
  const Outage& outage = update.book.outages.front();
  const SupplyForest supply = SupplyForest::derive(desk.network, desk.switches);
  const InferenceForest forest = InferenceForest::contract(supply);
  const Posterior posterior =
      localise({forest, desk.evidence, desk.water, now}, forest.roots(), desk.settings);
  const Id<InferenceZone> zone = forest.zone_of(outage.probable.device);
  const TreePosterior& tree = *posterior.tree_of(forest.root_of(zone));
  const double prior = tree(tree.prior, zone);
  double expected = std::log(prior / (1 - prior));
  for (std::uint32_t z = zone.index; z < forest[zone].zones_end; ++z)
    expected -= tree(tree.log_likelihood, Id<InferenceZone>{z});
  double sum = 0;
  for (const EvidenceShare& share : outage.why) sum += share.log_odds;
  EXPECT_NEAR(sum, expected, 1e-9);
  const double active = tree(tree.p_active, zone);
  EXPECT_NEAR(sum, std::log(active / (1 - active)), within);
}

struct OnlyOneOpens {
  NetworkModel network;
  Desk desk{network};
  explicit OnlyOneOpens(std::string_view drawing = "S==B1--n1--F1--n2--T1(4)")
      : network(drawing::draw(drawing)) {
    DevicePriorSettings& priors = desk.settings.priors;
    priors.by_kind[static_cast<std::size_t>(DeviceKind::power_transformer)] = 0;
    priors.by_kind[static_cast<std::size_t>(DeviceKind::breaker)] = 0;
    priors.overhead_per_km = priors.underground_per_km = 0;
  }
  void hear(int minute, EvidenceKind kind) {
    desk.evidence.record({"", kStart + std::chrono::minutes{minute}, {}, "", std::move(kind)});
  }
  Id<Device> fuse() const { return drawing::device(network, "F1"); }
  Id<UsagePoint> meter(const char* name) const { return drawing::usage_point(network, name); }
};

TEST(OutageBook, SharesOfEvidenceAddUpWhereReportsForOpenAreCut) {
  OnlyOneOpens street;
  street.desk.settings.reliability.last_gasp_reach = .05;
  street.hear(0, SwitchPosition{street.fuse(), PhaseSet::abc()});
  street.hear(1, FieldReport{street.fuse(), {}, Finding::open, {}});
  street.hear(2, PingResult{street.meter("T1.1"), true});
  expect_why_adds_up(street.desk, kStart + std::chrono::minutes{5}, 1e-9);
}

TEST(OutageBook, SharesOfEvidenceAddUpWhereReportsForClosedAreCut) {
  OnlyOneOpens street;
  for (const char* name : {"T1.1", "T1.2", "T1.3", "T1.4"})
    street.hear(0, LastGasp{street.meter(name)});
  street.hear(1, SwitchPosition{street.fuse(), {}});
  street.hear(2, FieldReport{street.fuse(), {}, Finding::intact, {}});
  expect_why_adds_up(street.desk, kStart + std::chrono::minutes{5}, 1e-6);
}

// It takes two of a loop to fail: what is said of one of them counts for less than it says.
TEST(OutageBook, SharesOfEvidenceAddUpWhereReportsAreAboutALoop) {
  OnlyOneOpens street{"S==B1==a==L1==b==L2==a\nb==T1(4)"};
  for (const char* name : {"T1.1", "T1.2", "T1.3", "T1.4"})
    street.hear(0, LastGasp{street.meter(name)});
  for (const char* name : {"L1", "L2"}) {
    const Id<Device> way = drawing::device(street.network, name);
    street.hear(1, FieldReport{way, {}, Finding::damaged, {}});
  }
  expect_why_adds_up(street.desk, kStart + std::chrono::minutes{5}, 1e-6);
}

// A utility may say that a kind of device never opens by itself: infinite odds cannot be told.
TEST(OutageBook, SharesOfEvidenceAreFiniteWhereADeviceNeverOpensByItself) {
  const NetworkModel network = drawing::draw("S==B1--n1--F1--n2--T1(4)");
  Desk desk{network};
  desk.settings.priors.by_kind[static_cast<std::size_t>(DeviceKind::fuse)] = 0;
  desk.settings.priors.by_kind[static_cast<std::size_t>(DeviceKind::power_transformer)] = 1e-9;
  desk.settings.priors.by_kind[static_cast<std::size_t>(DeviceKind::breaker)] = 1e-9;
  desk.settings.priors.overhead_per_km = desk.settings.priors.underground_per_km = 0;
  desk.hear({"", kStart, {}, "", SwitchPosition{drawing::device(network, "F1"), PhaseSet::abc()}});
  for (const Id<UsagePoint> id : network.usage_points().ids())
    desk.hear({"", kStart, {}, "", LastGasp{id}});
  const OutageUpdate update = desk.update(kStart + std::chrono::minutes{2});
  ASSERT_EQ(update.book.outages.size(), 1u);
  EXPECT_EQ(update.book.outages[0].probable.device, drawing::device(network, "F1"));
  EXPECT_FALSE(update.book.outages[0].why.empty());
  for (const EvidenceShare& share : update.book.outages[0].why)
    EXPECT_TRUE(std::isfinite(share.log_odds)) << share.kind;
}

TEST(OutageBook, CriticalUsagePointsAreNamed) {
  const NetworkModel network = drawing::draw(kFeeders);
  Desk desk{network};
  for (const char* name : {"T6.1", "T6.2", "T6.4", "T6.5"}) {
    desk.hear({"", kStart, {}, "", LastGasp{drawing::usage_point(network, name)}});
  }
  const OutageUpdate update = desk.update(kStart + std::chrono::minutes{2});
  ASSERT_EQ(update.book.outages.size(), 1u);
  EXPECT_EQ(update.book.outages[0].critical.size(), 1u);
  EXPECT_GT(update.book.outages[0].weight, 100);
}

}  // namespace
}  // namespace gridmend::outage_book_test
