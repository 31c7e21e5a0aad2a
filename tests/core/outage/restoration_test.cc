#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/evidence_view.h"
#include "core/outage/localiser.h"
#include "core/outage/phase_localiser.h"
#include "core/outage/ping_candidates.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::restoration_test {
namespace {

using ::testing::SizeIs;

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(3)
         |       |
         |       n3--T2(1)
         |
         n4--F2--n5--T3(2)
                 |
                 n6--T4(4)
)";

const Time kTrip = *parse_rfc3339("2026-07-20T02:00:00Z");
const Time kRestored = *parse_rfc3339("2026-07-20T03:00:00Z");

// The breaker trips and is put back in service an hour later; what else had opened is hidden until
// then.
struct Trip {
  NetworkModel network = drawing::draw(kFeeder);
  OutageDesk desk{network};
  std::vector<std::uint8_t> gasped, back;  // by usage point

  Trip() {
    const std::size_t points = network.usage_points().size();
    gasped.resize(points);
    back.resize(points);
  }
  void gasp(Id<UsagePoint> id, Time at = kTrip) {
    gasped[id.index] = 1;
    desk.hear({"", at, {}, "", LastGasp{id}});
  }
  void power_up(Id<UsagePoint> id) {
    back[id.index] = 1;
    desk.hear({"", kRestored + from_seconds(10), {}, "", PowerUp{id}});
  }
  void restore() {
    desk.hear({"",
               kRestored,
               {},
               "",
               FieldReport{drawing::device(network, "B1"), std::nullopt, Finding::restored, ""}});
  }
};

// What one group of usage points says of its zone. All were dark before, and who has light again
// says so, but for the messages that are lost; one group's concentrator died before or did not.
double likelihood(const Trip& trip, std::span<const Id<UsagePoint>> group, bool live,
                  double arrived) {
  const ReliabilityParameters& r = trip.desk.settings.reliability;
  const double p = trip.desk.settings.priors.premises;
  const auto said = [&](Id<UsagePoint> id, bool lit) {
    const double before = trip.gasped[id.index] != 0 ? r.last_gasp_reach : 1 - r.last_gasp_reach;
    if (trip.back[id.index] != 0) return before * (lit ? 1 - r.ping_lost : r.ping_false);
    return before * (lit ? 1 - (1 - r.ping_lost) * arrived : 1);
  };
  double up = 1;
  bool silent = true;
  for (const Id<UsagePoint> id : group) {
    up *= live ? (1 - p) * said(id, true) + p * said(id, false) : said(id, false);
    silent = silent && trip.back[id.index] == 0 && trip.gasped[id.index] == 0;
  }
  return silent ? 1 : (1 - r.group_down_if_dead) * up;
}

TEST(Restoration, WhatIsOpenBehindItAgreesWithEnumerationOfBeforeAndAfter) {
  constexpr std::uint64_t kSeed = 81;
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Trip trip;
    // Calls would speak of the customer, not of the link; nobody calls.
    trip.desk.settings.reliability.call_rate = trip.desk.settings.reliability.call_false = 1e-9;
    for (const Id<UsagePoint> id : trip.network.usage_points().ids()) {
      if (random.chance(.7)) trip.gasp(id);
      if (id.index > 0 && random.chance(.5)) trip.power_up(id);
    }
    trip.gasp(Id<UsagePoint>{0U});  // somebody says to the end since when it is dark
    trip.restore();
    const Duration since = from_seconds(random.uniform(5, 1500));
    const InferenceForest forest =
        InferenceForest::contract(SupplyForest::derive(trip.network, trip.desk.switches));
    const Posterior posterior =
        localise({forest, trip.desk.evidence, trip.desk.water, kRestored + since}, forest.roots(),
                 trip.desk.settings);
    ASSERT_THAT(posterior.trees, SizeIs(1));
    const TreePosterior& tree = posterior.trees[0];
    const double arrived = 1 - std::exp2(-seconds(since) / 10);
    const std::size_t zones = forest.zones().size();
    std::vector<double> live(zones), active(zones);
    double all = 0;
    for (std::uint32_t open = 0; open < 1U << zones; ++open) {
      double weight = 1;
      std::vector<bool> lit(zones);
      for (std::size_t z = 0; z < zones; ++z) {
        const Id<InferenceZone> parent = forest.zones()[z].parent;
        const bool is_open = (open >> z & 1) != 0;
        lit[z] = (!parent.valid() || lit[parent.index]) && !is_open;
        weight *= is_open ? tree.prior[z] : 1 - tree.prior[z];
        const auto own = forest.own_usage_points(Id<InferenceZone>{z});
        if (!own.empty()) weight *= likelihood(trip, own, lit[z], arrived);
      }
      all += weight;
      for (std::size_t z = 0; z < zones; ++z) {
        const Id<InferenceZone> parent = forest.zones()[z].parent;
        if (lit[z]) live[z] += weight;
        if (!lit[z] && (!parent.valid() || lit[parent.index])) active[z] += weight;
      }
    }
    for (std::size_t z = 0; z < zones; ++z) {
      EXPECT_NEAR(tree.p_live[z], live[z] / all, 1e-9) << z;
      EXPECT_NEAR(tree.p_active[z], active[z] / all, 1e-9) << z;
    }
    if (HasFailure()) return;
  }
}

std::vector<std::string> listed(const Trip& trip) {
  std::vector<std::string> text;
  for (const Outage& outage : trip.desk.book.outages) {
    if (has_ended(outage.status)) continue;
    const SuspectDevice& probable = outage.probable;
    text.push_back(outage.id + " " + std::string{to_string(outage.status)} + " " +
                   std::string{probable.device.valid() ? trip.network.mrid(probable.device)
                                                       : trip.network.mrid(probable.usage_point)});
  }
  return text;
}

TEST(Restoration, RevealsTheFuseThatHadBlownBehindTheBreaker) {
  Trip trip;
  for (const Id<UsagePoint> id : trip.network.usage_points().ids()) trip.gasp(id);
  trip.desk.advance(kTrip + std::chrono::minutes{3});
  ASSERT_THAT(listed(trip), testing::ElementsAre(testing::EndsWith(" B1")));
  trip.restore();
  for (const char* name : {"T1.1", "T1.2", "T1.3", "T2.1"})
    trip.power_up(drawing::usage_point(trip.network, name));
  trip.desk.advance(kRestored + std::chrono::minutes{3});
  EXPECT_THAT(listed(trip), testing::ElementsAre("O-000001 restored B1", "O-000002 confirmed F2"));
  const Outage& fuse = *trip.desk.book.find("O-000002");
  EXPECT_EQ(fuse.split_from, "O-000001");
  EXPECT_THAT(fuse.affected.to_vector(), SizeIs(6));
  EXPECT_EQ(fuse.customers_low, 6u);
  EXPECT_EQ(fuse.onset_latest, kTrip);
  EXPECT_GT(fuse.probable.p_active, .95);
  trip.desk.advance(kRestored + std::chrono::minutes{6});
  EXPECT_THAT(listed(trip), testing::ElementsAre("O-000002 confirmed F2"));
}

TEST(Restoration, OneLostPowerUpIsNoOutage) {
  Trip trip;
  for (const Id<UsagePoint> id : trip.network.usage_points().ids()) trip.gasp(id);
  trip.desk.advance(kTrip + std::chrono::minutes{3});
  trip.restore();
  // The only customer of T2 does not report.
  for (const Id<UsagePoint> id : trip.network.usage_points().ids()) {
    if (id != drawing::usage_point(trip.network, "T2.1")) trip.power_up(id);
  }
  for (const int minute : {1, 3, 6, 20}) {
    trip.desk.advance(kRestored + std::chrono::minutes{minute});
    for (const Outage& outage : trip.desk.book.outages)
      EXPECT_EQ(trip.network.mrid(outage.probable.device), "B1") << minute;
  }
  EXPECT_EQ(trip.desk.book.find("O-000001")->status, OutageStatus::closed);
}

// Its own drop had broken behind the breaker. Who calls hours after it was over, from a meter not
// heard of since, is believed; who calls from one that reported is a stray call as ever.
TEST(Restoration, WhoCallsAfterItFromAMeterThatNeverReportedIsStillDark) {
  Trip trip;
  for (const Id<UsagePoint> id : trip.network.usage_points().ids()) trip.gasp(id);
  trip.desk.advance(kTrip + std::chrono::minutes{3});
  trip.restore();
  const Id<UsagePoint> dark = drawing::usage_point(trip.network, "T4.2");
  for (const Id<UsagePoint> id : trip.network.usage_points().ids()) {
    if (id != dark) trip.power_up(id);
  }
  for (const int minute : {3, 5, 7}) trip.desk.advance(kRestored + std::chrono::minutes{minute});
  EXPECT_THAT(listed(trip), testing::IsEmpty());
  const Time later = kRestored + std::chrono::hours{5};
  trip.desk.hear(
      {"", later, {}, "", TroubleCall{drawing::usage_point(trip.network, "T1.1"), {}, {}, {}}});
  trip.desk.advance(later + std::chrono::minutes{20});
  EXPECT_THAT(listed(trip), testing::IsEmpty());
  trip.desk.hear({"", later, {}, "", TroubleCall{dark, {}, {}, {}}});
  trip.desk.advance(later + std::chrono::hours{2});
  const auto found = std::ranges::find_if(trip.desk.book.outages, [&](const Outage& outage) {
    return outage.affected.contains(dark) && !has_ended(outage.status);
  });
  ASSERT_NE(found, trip.desk.book.outages.end());
  EXPECT_EQ(found->probable.usage_point, dark);
  EXPECT_EQ(found->cause, OutageCause::premises);
}

TEST(Restoration, ALastGaspAfterItIsNewsAsAnyOther) {
  Trip trip;
  for (const Id<UsagePoint> id : trip.network.usage_points().ids()) trip.gasp(id);
  trip.desk.advance(kTrip + std::chrono::minutes{3});
  trip.restore();
  for (const Id<UsagePoint> id : trip.network.usage_points().ids()) trip.power_up(id);
  trip.desk.advance(kRestored + std::chrono::minutes{3});
  trip.gasp(drawing::usage_point(trip.network, "T2.1"), kRestored + std::chrono::minutes{4});
  for (const char* name : {"T1.1", "T1.2"}) {
    const Id<UsagePoint> id = drawing::usage_point(trip.network, name);
    trip.desk.hear({"", kRestored + std::chrono::minutes{5}, {}, "", PingResult{id, true}});
  }
  trip.desk.advance(kRestored + std::chrono::minutes{5});
  EXPECT_THAT(listed(trip), testing::Contains(testing::EndsWith("T2")));
}

// The meters behind F2 said nothing before or after.
TEST(Restoration, WhoSaidNothingSaysNothingPhaseByPhaseEither) {
  Trip trip;
  for (const char* name : {"T1.1", "T1.2", "T2.1"}) {
    trip.gasp(drawing::usage_point(trip.network, name));
    trip.power_up(drawing::usage_point(trip.network, name));
  }
  trip.restore();
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(trip.network, trip.desk.switches));
  const LocaliserInput input{forest, trip.desk.evidence, trip.desk.water,
                             kRestored + std::chrono::minutes{1}};
  const EvidenceView view{input, trip.desk.settings};
  const TreePosterior tree = localise(view, forest.roots()).trees.front();
  const PhasePosterior phases = localise_phases(view, forest.roots().front());
  for (const char* name : {"F2", "T3", "T4"}) {
    const Id<InferenceZone> zone = forest.zone_of(drawing::device(trip.network, name));
    EXPECT_NEAR(phases.p_open_on(zone, 7), tree(tree.p_open, zone), 1e-9) << name;
  }
}

TEST(Restoration, AMeterIsAskedThroughTheConcentratorOfAfterIt) {
  Trip trip;
  trip.desk.settings.priors.premises = 0;
  trip.gasp(drawing::usage_point(trip.network, "T1.1"));
  trip.restore();
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(trip.network, trip.desk.switches));
  const Duration since = std::chrono::seconds{20};
  const LocaliserInput input{forest, trip.desk.evidence, trip.desk.water, kRestored + since};
  const EvidenceView view{input, trip.desk.settings};
  const TreePosterior tree = localise(view, forest.roots()).trees.front();
  const Id<InferenceZone> t2 = forest.zone_of(drawing::device(trip.network, "T2"));
  const auto candidates = ping_candidates(view, tree, t2, view.reader(tree.root));
  ASSERT_THAT(candidates, SizeIs(1));
  const ReliabilityParameters& r = trip.desk.settings.reliability;
  const double unreported = 1 - (1 - r.ping_lost) * (1 - std::exp2(-seconds(since) / 10));
  const double up = (1 - r.group_down_if_dead) * (1 - r.last_gasp_reach) * unreported;
  EXPECT_NEAR(candidates[0].question.answered[0],
              up * (1 - r.ping_lost) / (up + r.group_down_if_dead), 1e-9);
}

}  // namespace
}  // namespace gridmend::restoration_test
