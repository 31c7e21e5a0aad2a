#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/evidence_book.h"
#include "core/outage/leaf_reader.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::interval_reading_test {
namespace {

const Time kTwo = *parse_rfc3339("2026-07-20T14:00:00Z");
const Id<UsagePoint> kPoint{0U};

Time at(int minute) { return kTwo + std::chrono::minutes{minute}; }
Evidence gasp(int minute) { return {"", at(minute), {}, "", LastGasp{kPoint}}; }
Evidence answer(int minute) { return {"", at(minute), {}, "", PingResult{kPoint, true}}; }
// Energy from two to three.
Evidence hour(double kwh, int end = 60) {
  return {"", at(end), {}, "", MeterReading{kPoint, kwh, std::chrono::hours{1}}};
}

MeterEvidence heard(std::vector<Evidence> items) {
  static const NetworkModel network = drawing::draw("S==B1--n1--T1(1)");
  EvidenceBook book{network};
  for (const Evidence& item : items) book.record(item);
  const MeterEvidence* meter = book.find(kPoint);
  return meter == nullptr ? MeterEvidence{} : *meter;
}

TEST(IntervalReading, SaysAliveToItsEnd) {
  const MeterEvidence meter = heard({hour(.4)});
  EXPECT_TRUE(meter.lives());
  EXPECT_EQ(meter.live, at(60));
  EXPECT_TRUE(heard({gasp(-5), hour(.4)}).lives()) << "a last gasp of before is settled";
  EXPECT_FALSE(heard({gasp(-5), hour(.4)}).dead_gasp());
}

TEST(IntervalReading, EnergyOfBeforeTheLastGaspDoesNotTakeItBack) {
  for (const auto& items : {std::vector{gasp(20), hour(.1)}, std::vector{hour(.1), gasp(20)}}) {
    const MeterEvidence meter = heard(items);
    EXPECT_TRUE(meter.dead_gasp());
    EXPECT_FALSE(meter.lives());
  }
  EXPECT_TRUE(heard({gasp(20), hour(.1), hour(.4, 120)}).lives()) << "the next hour does";
}

TEST(IntervalReading, SignsOfAMomentWithinItCount) {
  for (const auto& items :
       {std::vector{gasp(20), answer(30), hour(.3)}, std::vector{hour(.3), answer(30), gasp(20)},
        std::vector{answer(30), hour(.3), gasp(20)}}) {
    EXPECT_TRUE(heard(items).lives());
    EXPECT_FALSE(heard(items).dead_gasp());
  }
}

// Of what was heard within it, it settles nothing: nor is it a sign of life since an onset there.
TEST(IntervalReading, IsNoSignOfLifeSinceAnOnsetWithinIt) {
  const MeterEvidence meter = heard({hour(.4)});
  EXPECT_TRUE(meter.lives_since(at(0)));
  EXPECT_FALSE(meter.lives_since(at(20)));
  EXPECT_TRUE(heard({hour(.4), answer(30)}).lives_since(at(20)));
  EXPECT_FALSE(heard({hour(.4), answer(10)}).lives_since(at(20)));
  const ReliabilityParameters reliability;
  EXPECT_EQ(LeafReader(reliability, at(61), at(20)).lived_at(&meter), kNeverHeard);
  EXPECT_EQ(LeafReader(reliability, at(61), at(0)).lived_at(&meter), at(60));
}

// Whoever was without supply by order counts as settled later; that says nothing of a new onset.
TEST(IntervalReading, IsNoSignOfLifeSinceAnOnsetAfterItThoughSupplyWasConfirmedLater) {
  static const NetworkModel network = drawing::draw("S==B1--n1--T1(1)");
  EvidenceBook book{network};
  book.record(hour(.4));
  book.supply_confirmed(kPoint, at(90));
  const MeterEvidence& meter = *book.find(kPoint);
  EXPECT_EQ(meter.settled_until(), at(90));
  EXPECT_FALSE(meter.lives_since(at(80)));
  EXPECT_TRUE(meter.lives_since(at(0)));
}

// Twelve meters die within the hour, and eight of them say so. What the others used before does not
// keep them out of the outage.
TEST(IntervalReading, OfTheHourOfTheOutageLeavesItsCustomersDark) {
  const NetworkModel network = drawing::draw("S==B1--n1--F1--n2--T1(12)");
  OutageDesk desk{network};
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    if (id.index < 8) desk.hear({"", at(20), {}, "", LastGasp{id}});
    desk.hear({"", at(60), {}, "", MeterReading{id, .2, std::chrono::hours{1}}});
  }
  desk.advance(at(61));
  ASSERT_EQ(desk.book.outages.size(), 1U);
  EXPECT_EQ(desk.book.outages[0].dark.size(), 12U);
  EXPECT_EQ(desk.book.outages[0].onset_earliest, at(20));
  desk.hear({"", at(62), {}, "", PingResult{Id<UsagePoint>{11U}, true}});
  desk.advance(at(63));
  EXPECT_EQ(desk.book.outages[0].dark.size(), 11U);
}

TEST(IntervalReading, NoEnergySaysNothing) {
  EXPECT_FALSE(heard({hour(0)}).lives());
  EXPECT_TRUE(heard({gasp(-5), hour(0)}).dead_gasp());
}

TEST(IntervalReading, TheOrderOfArrivalNeverShows) {
  const std::uint64_t seed = 4712;
  Random random{seed};
  for (int round = 0; round < 5000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    std::vector<Evidence> items;
    for (std::uint64_t i = 0, count = 2 + random.below(5); i < count; ++i) {
      const int minute = 10 * static_cast<int>(random.below(20));
      switch (random.below(4)) {
        case 0:
          items.push_back(gasp(minute));
          break;
        case 1:
          items.push_back(answer(minute));
          break;
        case 2:
          items.push_back({"", at(minute), {}, "", TroubleCall{kPoint, {}, {}, {}}});
          break;
        default:
          items.push_back(hour(.2, minute));
      }
    }
    const MeterEvidence first = heard(items);
    for (int order = 0; order < 3; ++order) {
      for (std::size_t i = items.size(); i > 1; --i)
        std::swap(items[i - 1], items[random.below(i)]);
      const MeterEvidence other = heard(items);
      ASSERT_EQ(first.lives(), other.lives());
      ASSERT_EQ(first.dead_gasp(), other.dead_gasp());
      ASSERT_EQ(first.dead_call(), other.dead_call());
      ASSERT_EQ(first.live, other.live);
    }
  }
}

}  // namespace
}  // namespace gridmend::interval_reading_test
