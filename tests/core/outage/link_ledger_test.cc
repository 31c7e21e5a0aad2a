#include "core/outage/link_ledger.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::link_ledger_test {
namespace {

using drawing::device;
using drawing::draw;
using drawing::usage_point;
using std::chrono::hours;
using std::chrono::minutes;

// Two transformers side by side, a third far away.
constexpr const char* kNeighbours = "S==B1==a==T1(3)\nb==T2(3)\na==b\n\n\n\n\n\n\n\n\n\na==T3(1)\n";

Time at(Duration after) { return Time{} + hours{1000} + after; }

void hear(EvidenceBook& book, EvidenceKind kind, Time time) {
  Evidence evidence;
  evidence.event_time = time;
  evidence.kind = std::move(kind);
  ASSERT_EQ(book.record(evidence), EvidenceUse::recorded);
}

class Neighbours : public testing::Test {
 protected:
  NetworkModel network_ = draw(kNeighbours);
  EvidenceBook book_{network_};
  Id<UsagePoint> customer_ = usage_point(network_, "T1.1");
  Id<Device> declared_ = device(network_, "T1");
  Id<Device> other_ = device(network_, "T2");
};

TEST_F(Neighbours, BeforeAnyOutageTheRecordIsRightButForWhatIsUsuallyWrong) {
  const LinkLedger ledger{network_, {}};
  EXPECT_NEAR(ledger.probability(customer_, declared_), .95, 1e-9);
  EXPECT_NEAR(ledger.probability(customer_, other_), .05, 1e-9);
  EXPECT_EQ(ledger.probability(customer_, device(network_, "T3")), 0);
  EXPECT_TRUE(ledger.suspected()->rows().empty());
}

TEST_F(Neighbours, WhatTheImportSuspectsIsThePrior) {
  const auto geometric = SuspectedLinks::from_rows({{customer_, declared_, other_, .4F}}, network_);
  ASSERT_TRUE(geometric);
  const LinkLedger ledger{network_, {}, *geometric};
  EXPECT_NEAR(ledger.probability(customer_, other_), .4, 1e-6);
  EXPECT_NEAR(ledger.probability(usage_point(network_, "T1.2"), other_), .05, 1e-6);
  EXPECT_EQ(ledger.suspected()->rows().size(), 1u);
}

TEST_F(Neighbours, DyingWithTheOtherTransformerTwiceIsSuspicious) {
  LinkLedger ledger{network_, {}};
  for (int storm = 0; storm < 2; ++storm) {
    const Time from = at(hours{100 * storm});
    hear(book_, LastGasp{customer_}, from);
    hear(book_, PowerUp{customer_}, from + hours{2});
    const DarkSpell spell{other_, from, from + hours{2}};
    ledger.record({&spell, 1}, book_);
  }
  EXPECT_GT(ledger.probability(customer_, other_), .95);
  const auto suspected = ledger.suspected();
  ASSERT_TRUE(suspected);
  ASSERT_EQ(suspected->of(customer_).size(), 1u);
  EXPECT_EQ(suspected->of(customer_)[0].likelier, other_);
  // Its neighbour said nothing, which speaks for the record.
  EXPECT_LT(ledger.probability(usage_point(network_, "T1.2"), other_), .05);
}

TEST_F(Neighbours, LivingThroughAnOutageOfTheDeclaredTransformerIsSuspicious) {
  LinkLedger ledger{network_, {}};
  hear(book_, PingResult{customer_, true}, at(hours{1}));
  const DarkSpell spell{declared_, at({}), at(hours{2})};
  ledger.record({&spell, 1}, book_);
  EXPECT_GT(ledger.probability(customer_, other_), .5);
}

// The energy of an hour may be of the minutes before its transformer died.
TEST_F(Neighbours, EnergyOfAnIntervalThatBeganBeforeTheOutageIsNoLifeThroughIt) {
  const DarkSpell spell{declared_, at(minutes{20}), at(hours{5})};
  const auto suspicion = [&](Duration end) {
    EvidenceBook book{network_};
    if (end > Duration::zero()) hear(book, MeterReading{customer_, .4, hours{1}}, at(end));
    LinkLedger ledger{network_, {}};
    ledger.record({&spell, 1}, book);
    return ledger.probability(customer_, other_);
  };
  EXPECT_LT(suspicion(hours{1}), .5) << "from zero to one o'clock";
  EXPECT_GT(suspicion(hours{2}), .5) << "from one to two";
  EXPECT_LT(suspicion(hours{1}), suspicion(hours{2}) / 2);
}

TEST_F(Neighbours, AnOutageOfBothSaysNothing) {
  LinkLedger ledger{network_, {}};
  hear(book_, LastGasp{customer_}, at({}));
  const std::vector<DarkSpell> spells{{declared_, at({}), at(hours{2})},
                                      {other_, at({}), at(hours{2})}};
  ledger.record(spells, book_);
  EXPECT_NEAR(ledger.probability(customer_, other_), .05, 1e-9);
}

TEST_F(Neighbours, NoSingleStormIsAProof) {
  LocaliserSettings settings;
  LinkLedger ledger{network_, settings};
  hear(book_, LastGasp{customer_}, at({}));
  hear(book_, TroubleCall{customer_, {}, Complaint::no_light, ""}, at(minutes{10}));
  hear(book_, PingResult{customer_, false}, at(minutes{20}));
  hear(book_, PowerUp{customer_}, at(hours{2}));
  const DarkSpell spell{other_, at({}), at(hours{2})};
  ledger.record({&spell, 1}, book_);
  const double odds = std::log(.05 / .95) + settings.links.most_per_storm;
  EXPECT_LE(ledger.probability(customer_, other_), 1 / (1 + std::exp(-odds)) + 1e-9);
}

TEST_F(Neighbours, WhereBothWereDarkTogetherNothingIsKept) {
  LinkLedger ledger{network_, {}};
  hear(book_, LastGasp{customer_}, at({}));
  const std::vector<DarkSpell> both{{declared_, at({}), at(hours{2})},
                                    {other_, at({}), at(hours{2})}};
  ledger.record(both, book_);
  EXPECT_TRUE(ledger.suspicions().empty());
  ledger.record({both.data(), 1}, book_);
  EXPECT_EQ(ledger.suspicions().size(), 6U) << "of each of T1's and T2's";
}

TEST_F(Neighbours, WhatStormsSaidIsCarriedWhereTheRecordIsTheSame) {
  LinkLedger ledger{network_, {}};
  hear(book_, LastGasp{customer_}, at({}));
  const DarkSpell spell{other_, at({}), at(hours{2})};
  ledger.record({&spell, 1}, book_);
  const double before = ledger.probability(customer_, other_);
  IdVector<UsagePoint, Id<UsagePoint>> points(network_.usage_points().size());
  IdVector<Device, Id<Device>> devices(network_.devices().size());
  for (const Id<UsagePoint> id : network_.usage_points().ids()) points[id] = id;
  for (const Id<Device> id : network_.devices().ids()) devices[id] = id;
  const auto same = ledger.carried_over(points, devices, network_, {}, nullptr);
  EXPECT_EQ(same.lost, 0U);
  EXPECT_EQ(same.carried, ledger.suspicions().size());
  EXPECT_NEAR(same.ledger.probability(customer_, other_), before, 1e-12);
  points[customer_] = Id<UsagePoint>{};
  const auto gone = ledger.carried_over(points, devices, network_, {}, nullptr);
  EXPECT_EQ(gone.lost, 1U);
  EXPECT_NEAR(gone.ledger.probability(customer_, other_), .05, 1e-9);
  // Recorded on another transformer now: what was said against the old one means nothing.
  points[customer_] = usage_point(network_, "T2.1");
  points[usage_point(network_, "T2.1")] = Id<UsagePoint>{};
  EXPECT_GE(ledger.carried_over(points, devices, network_, {}, nullptr).lost, 1U);
}

TEST(LinkLedger, AnOutageThatIsOverDarkenedTheTransformersBehindItsDevice) {
  const NetworkModel network = draw("S==B1==a==F1==b==T1(1)\nb==T2[A](1)\na==T3(1)");
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  Outage outage;
  outage.status = OutageStatus::restored;
  outage.probable.device = device(network, "F1");
  outage.onset_earliest = at({});
  outage.onset_latest = at(minutes{2});
  outage.restored_at = at(hours{1});
  const std::vector<DarkSpell> spells = dark_spells(forest, outage);
  EXPECT_THAT(spells,
              testing::ElementsAre(DarkSpell{device(network, "T1"), at(minutes{1}), at(hours{1})},
                                   DarkSpell{device(network, "T2"), at(minutes{1}), at(hours{1})}));
  outage.status = OutageStatus::confirmed;
  EXPECT_TRUE(dark_spells(forest, outage).empty());
}

// A town with one declared link in twenty wrong, some storms, and how well they are found.

struct Town {
  NetworkModel network;
  std::vector<Id<Device>> truth;  // by usage point

  bool is_wrong(Id<UsagePoint> id) const {
    return truth[id.index] != network.usage_points()[id].transformer;
  }
};

constexpr int kSide = 14;
constexpr double kPitch_m = 90;

Position place(double x_m, double y_m) { return LocalPlane{{120, 30}}.to_position({x_m, y_m}); }

Town make_town(Random& random) {
  NetworkRecords records;
  std::vector<Device> devices;
  std::vector<UsagePoint> points;
  std::vector<Id<Device>> truth;
  for (int i = 0; i < kSide * kSide; ++i) {
    Device t;
    t.kind = DeviceKind::power_transformer;
    t.position = place(i % kSide * kPitch_m, i / kSide * kPitch_m);
    t.from = t.to = Id<ConnectivityNode>{i};
    devices.push_back(t);
  }
  for (int i = 0; i < kSide * kSide; ++i) {
    for (int k = 0; k < 10; ++k) {
      UsagePoint u;
      u.position = place(i % kSide * kPitch_m + random.uniform(-45, 45),
                         i / kSide * kPitch_m + random.uniform(-45, 45));
      int declared = i;
      for (bool wrong = random.chance(.05); wrong; wrong = declared == i) {
        const int x = i % kSide + random.between(-1, 1), y = i / kSide + random.between(-1, 1);
        if (x >= 0 && y >= 0 && x < kSide && y < kSide) declared = y * kSide + x;
      }
      u.transformer = Id<Device>{declared};
      u.node = Id<ConnectivityNode>{declared};
      points.push_back(u);
      truth.push_back(Id<Device>{i});
    }
  }
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(kSide * kSide)};
  records.devices = Table<Device>{std::move(devices)};
  records.usage_points = Table<UsagePoint>{std::move(points)};
  return {*NetworkModel::from_records(std::move(records)), std::move(truth)};
}

// Some streets go dark, each transformer for its own time.
std::vector<DarkSpell> storm(Random& random, Time start) {
  std::vector<DarkSpell> spells;
  for (int i = 0; i < kSide * kSide; ++i) {
    if (!random.chance(.15)) continue;
    const Time from = start + minutes{random.between(0, 90)};
    spells.push_back({Id<Device>{i}, from, from + minutes{random.between(40, 300)}});
  }
  return spells;
}

void report(Random& random, const Town& town, std::span<const DarkSpell> spells, Time start,
            const LocaliserSettings& settings, EvidenceBook& book) {
  const ReliabilityParameters& r = settings.reliability;
  std::vector<const DarkSpell*> dark(kSide * kSide, nullptr);
  for (const DarkSpell& spell : spells) dark[spell.transformer.index] = &spell;
  std::vector<bool> mute(kSide * kSide);
  for (std::size_t i = 0; i < mute.size(); ++i) mute[i] = random.chance(dark[i] ? .3 : .01);
  for (const Id<UsagePoint> id : town.network.usage_points().ids()) {
    const std::uint32_t transformer = town.truth[id.index].index;
    const DarkSpell* spell = dark[transformer];
    if (spell == nullptr) {
      if (random.chance(r.last_gasp_false)) hear(book, LastGasp{id}, start + minutes{60});
      if (random.chance(r.call_false)) hear(book, TroubleCall{id, {}, {}, ""}, start + minutes{70});
      if (random.chance(.1))
        hear(book, PingResult{id, !random.chance(r.ping_lost)}, start + minutes{120});
      continue;
    }
    const Duration late{static_cast<std::int64_t>(random.uniform(0, 30e6))};
    if (!mute[transformer] && random.chance(r.last_gasp_reach))
      hear(book, LastGasp{id}, spell->from + late);
    if (random.chance(r.call_rate))
      hear(book, TroubleCall{id, {}, {}, ""}, spell->from + minutes{15});
    if (!mute[transformer] && random.chance(.8)) hear(book, PowerUp{id}, spell->to + late);
  }
}

// Chance that a wrong link ranks above a right one.
double area_under_roc(std::vector<std::pair<double, bool>> scored) {
  std::ranges::sort(scored);
  double above = 0, wrong = 0, right = 0;
  for (const auto& [score, is_wrong] : scored) {
    if (is_wrong) {
      above += right;
      ++wrong;
    } else {
      ++right;
    }
  }
  return above / (wrong * right);
}

TEST(LinkLedger, StormsFindTheWrongLinksAndLeaveTheRightOnes) {
  constexpr std::uint64_t kSeed = 20261128;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random{kSeed};
  const LocaliserSettings settings;
  const Town town = make_town(random);
  LinkLedger ledger{town.network, settings};
  EvidenceBook book{town.network};
  double auc = 0, precision = 0, recall = 0;
  for (int n = 1; n <= 12; ++n) {
    const Time start = at(hours{48 * n});
    const std::vector<DarkSpell> spells = storm(random, start);
    report(random, town, spells, start, settings, book);
    ledger.record(spells, book);
    std::vector<std::pair<double, bool>> scored;
    double wrong = 0, listed = 0, hits = 0;
    for (const Id<UsagePoint> id : town.network.usage_points().ids()) {
      const Id<Device> declared = town.network.usage_points()[id].transformer;
      const double suspicion = 1 - ledger.probability(id, declared);
      scored.emplace_back(suspicion, town.is_wrong(id));
      wrong += town.is_wrong(id) ? 1 : 0;
      listed += suspicion >= .5 ? 1 : 0;
      // Found means: the true transformer is the likelier one.
      hits += town.is_wrong(id) && ledger.probability(id, town.truth[id.index]) >= .5 ? 1 : 0;
    }
    auc = area_under_roc(scored);
    precision = hits / std::max(listed, 1.0);
    recall = hits / wrong;
    if (n == 1 || n % 4 == 0) {
      std::cout << n << " storms: AUC " << auc << ", precision " << precision << ", recall "
                << recall << " of " << wrong << " wrong links\n";
    }
  }
  EXPECT_GT(auc, .96);
  EXPECT_GT(precision, .8);
  EXPECT_GT(recall, .55);
}

}  // namespace
}  // namespace gridmend::link_ledger_test
