#include "core/outage/water_onset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/base/random.h"
#include "core/outage/evidence_view.h"
#include "core/outage/streaming_localiser.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::water_onset_test {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kFeeders = R"(
  S1==B1--n1--F1--n2--T1(3)        S2==B2--m1--T4(2)
          |       |                        |
          |       n3--T2(2)                m2--F3--m3--T5(3)
          |
          n4--F2--n5--T3(3)
)";

const Time kNow = *parse_rfc3339("2026-07-20T06:00:00Z");
constexpr double kDeep_m = 2.4;  // a breaker drowns at 1 m, a transformer at 1.5 m, a fuse at 6 m

Water with_depth(const Water& water, double depth_m, Duration ago, std::string id) {
  const Polyline ring = {
      {119.99, 30.01}, {120.05, 30.01}, {120.05, 29.95}, {119.99, 29.95}, {119.99, 30.01}};
  WaterSlice slice;
  slice.id = std::move(id);
  slice.valid_at = kNow - ago;
  slice.polygons.push_back({{ring}, depth_m});
  return water.with_slice(std::move(slice));
}

struct Flood {
  NetworkModel network = drawing::draw(kFeeders);
  InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  OutageDesk desk{network};

  Flood() { desk.water = with_depth(Water{}, kDeep_m, std::chrono::hours{2}, "w"); }
  std::optional<Time> onset(Time at = kNow) const {
    const auto wet = wet_extent(desk.water, at, desk.settings.priors);
    const std::vector<ZoneReport> reports = reports_by_zone(forest, desk.evidence);
    if (!wet) return std::nullopt;
    return water_onset(forest, forest.roots().front(), desk.water, *wet, at, reports,
                       desk.settings);
  }
};

TEST(WaterOnset, IsWhenTheWaterStoodSoDeepThatSomethingHadProbablyFailed) {
  Flood flood;
  EXPECT_EQ(flood.onset(), kNow - std::chrono::hours{2}) << "it is dry before the first picture";
  EXPECT_EQ(flood.onset(kNow - std::chrono::hours{3}), std::nullopt);
  EXPECT_EQ(flood.onset(kNow + std::chrono::hours{60}),
            kNow + std::chrono::hours{60} - flood.desk.settings.priors.flood_memory);
  // From nothing four hours ago to two metres two hours ago: a breaker at one metre.
  flood.desk.water =
      with_depth(with_depth(Water{}, 0, std::chrono::hours{4}, "a"), 2, std::chrono::hours{2}, "b");
  ASSERT_TRUE(flood.onset());
  EXPECT_NEAR(seconds(kNow - *flood.onset()), 3 * 3600, 2);
  flood.desk.water = with_depth(Water{}, .4, std::chrono::hours{2}, "low");
  EXPECT_EQ(flood.onset(), std::nullopt);
}

TEST(WaterOnset, ASilentAreaUnderWaterIsPredictedToBeDark) {
  Flood flood;
  const OutageUpdate update = flood.desk.advance(kNow);
  expect_sound(update, OutageBook{});
  ASSERT_THAT(update.book.outages, SizeIs(2)) << "one a feeder, though nobody said anything";
  for (const Outage& outage : update.book.outages) {
    EXPECT_EQ(outage.status, OutageStatus::predicted);
    EXPECT_EQ(outage.cause, OutageCause::flood_trip);
    EXPECT_GT(outage.probable.p_active, .5);
    EXPECT_EQ(outage.onset_latest, kNow - std::chrono::hours{2});
    EXPECT_TRUE(std::ranges::any_of(outage.why, [](const EvidenceShare& share) {
      return share.kind == "flood" && share.log_odds > 0;
    }));
  }
}

TEST(WaterOnset, WhoLivesInItIsNotPredictedToBeDark) {
  Flood flood;
  flood.desk.advance(kNow);
  for (const Id<UsagePoint> id : flood.network.usage_points().ids())
    flood.desk.hear({"", kNow, {}, "", PingResult{id, true}});
  const OutageUpdate update = flood.desk.advance(kNow + std::chrono::minutes{5});
  ASSERT_THAT(update.book.outages, Not(IsEmpty()));
  for (const Outage& outage : update.book.outages)
    EXPECT_EQ(outage.status, OutageStatus::withdrawn);
}

TEST(WaterOnset, ABreakerFoundSoundHasStoodTheWater) {
  Flood flood;
  flood.desk.settings.priors.by_kind[static_cast<std::size_t>(DeviceKind::power_transformer)] =
      .0001;
  for (const char* name : {"B1", "B2", "T1", "T2", "T3", "T4", "T5"})
    flood.desk.hear(
        {"",
         kNow,
         {},
         "crew",
         FieldReport{drawing::device(flood.network, name), std::nullopt, Finding::intact, ""}});
  EXPECT_EQ(flood.onset(kNow + std::chrono::minutes{1}), std::nullopt);
  EXPECT_THAT(flood.desk.advance(kNow + std::chrono::minutes{1}).book.outages, IsEmpty());
}

TEST(WaterOnset, TheStreamSeesItRiseAsAFullPassDoes) {
  constexpr std::uint64_t kSeed = 90;
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Flood flood;
    flood.desk.water = with_depth(with_depth(Water{}, .2, std::chrono::hours{4}, "a"),
                                  random.uniform(.8, 3), std::chrono::hours{2}, "b");
    Time now = kNow - std::chrono::hours{5};
    StreamingLocaliser stream{flood.forest, flood.desk.water, flood.desk.settings,
                              EvidenceBook{flood.network}, now};
    for (int i = 0; i < 20; ++i) {
      SCOPED_TRACE("item " + std::to_string(i));
      now += std::chrono::minutes{random.between(0, 30)};
      stream.advance(now);
      const Id<UsagePoint> point{static_cast<std::uint32_t>(random.below(13))};
      const Id<Device> device{
          static_cast<std::uint32_t>(random.below(flood.network.devices().size()))};
      if (random.chance(.3)) stream.record({"", now, {}, "", PingResult{point, random.chance(.5)}});
      if (random.chance(.2))
        stream.record({"", now, {}, "", FieldReport{device, {}, Finding::intact, {}}});
      const LocaliserInput input{flood.forest, stream.evidence(), flood.desk.water, now};
      const EvidenceView view{input, flood.desk.settings};
      for (const TreePosterior& tree : localise(view, flood.forest.roots()).trees) {
        EXPECT_EQ(stream.onset(tree.root), tree.onset);
        for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
          const Id<InferenceZone> zone{z};
          EXPECT_NEAR(stream.prior(zone), tree(tree.prior, zone), 1e-12) << "zone " << z;
          EXPECT_NEAR(stream.log_likelihood(zone), tree(tree.log_likelihood, zone), 1e-9)
              << "zone " << z;
          EXPECT_NEAR(stream.p_active(zone), tree(tree.p_active, zone), 1e-9) << "zone " << z;
        }
      }
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace gridmend::water_onset_test
