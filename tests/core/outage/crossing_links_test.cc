#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/evidence_view.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::crossing_links_test {
namespace {

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");
const Time kNow = kOnset + std::chrono::hours{1};

// Two feeders that meet at a street corner.
constexpr std::string_view kCorner = R"(
  S==B1--n1--T1(3)
         |
         n2--T3(2)

  S2==B2--n4--T2(2)
)";
const std::array<std::string, 5> kDevices{"B1", "T1", "T3", "B2", "T2"};

struct Corner {
  NetworkModel network = drawing::draw(kCorner);
  SwitchState switches{network};
  InferenceForest forest = InferenceForest::contract(SupplyForest::derive(network, switches));
  EvidenceBook book{network};
  Water dry;
  LocaliserSettings settings;
  SuspectedLinks links;

  Corner() {
    settings.priors.premises = 0;
    settings.priors.overhead_per_km = settings.priors.underground_per_km = 0;
    settings.reliability.last_gasp_half_time = settings.reliability.call_half_time = {};
    settings.reliability.call_lead = {};
  }
  LocaliserInput input() const { return {forest, book, dry, kNow, links}; }
  Id<InferenceZone> zone(const std::string& device) const {
    return forest.zone_of(drawing::device(network, device));
  }
  void suspect(const std::vector<std::string>& meters, float probability) {
    std::vector<SuspectedLink> rows;
    for (const std::string& meter : meters)
      rows.push_back({drawing::usage_point(network, meter), drawing::device(network, "T1"),
                      drawing::device(network, "T2"), probability});
    auto made = SuspectedLinks::from_rows(std::move(rows), network);
    ASSERT_TRUE(made);
    links = *made;
  }
};

struct Meter {
  int transformer;  // in kDevices
  bool gasped, called;
  double hangs_on_t2 = 0;
};

// Everything that may be so: what is open, whose concentrator is down, where each doubted meter
// hangs (elsewhere behind a concentrator of its own).
class Enumeration {
 public:
  std::array<double, 5> live{};
  double total = 0;

  // `elsewhere_lives`: as if whatever hangs elsewhere had light, whatever is open there.
  Enumeration(const Corner& corner, const std::vector<Meter>& meters, bool elsewhere_lives = false)
      : r_(corner.settings.reliability) {
    const auto& kind = corner.settings.priors.by_kind;
    const double breaker = kind[static_cast<std::size_t>(DeviceKind::breaker)];
    const double transformer = kind[static_cast<std::size_t>(DeviceKind::power_transformer)];
    const std::array<double, 5> priors{breaker, transformer, transformer, breaker, transformer};
    for (unsigned x = 0; x < 256; ++x) {
      const auto bit = [x](unsigned i) { return (x >> i & 1) != 0; };
      std::array<bool, 5> lit{};
      double w = 1;
      for (unsigned i = 0; i < 5; ++i) w *= bit(i) ? priors[i] : 1 - priors[i];
      lit[0] = !bit(0);
      lit[1] = lit[0] && !bit(1);
      lit[2] = lit[0] && !bit(2);
      lit[3] = !bit(3);
      lit[4] = lit[3] && !bit(4);
      const std::array<bool, 5> down{false, bit(5), bit(6), false, bit(7)};
      for (const std::size_t t : {1U, 2U, 4U}) w *= kappa(lit[t], down[t]);
      for (const Meter& meter : meters) {
        const auto t = static_cast<std::size_t>(meter.transformer);
        const double declared = says(meter, lit[t], down[t]);
        const bool there = elsewhere_lives || lit[4];
        const double alone = kappa(there, false) * says(meter, there, false) +
                             kappa(there, true) * says(meter, there, true);
        w *= (1 - meter.hangs_on_t2) * declared + meter.hangs_on_t2 * alone;
      }
      total += w;
      for (std::size_t i = 0; i < 5; ++i) live[i] += lit[i] ? w : 0;
    }
    for (double& p : live) p /= total;
  }

 private:
  double kappa(bool lit, bool down) const {
    const double k = lit ? r_.group_down_if_live : r_.group_down_if_dead;
    return down ? k : 1 - k;
  }
  double says(const Meter& meter, bool lit, bool down) const {
    const double gasp = lit ? r_.last_gasp_false : r_.last_gasp_reach;
    const double call = lit ? r_.call_false : r_.call_rate;
    const double link = down ? (meter.gasped ? 0 : 1) : (meter.gasped ? gasp : 1 - gasp);
    return link * (meter.called ? call : 1 - call);
  }
  const ReliabilityParameters& r_;
};

// Largest error of any zone's P(live), over random evidence of both trees; and what it would be
// if links to another tree were taken to live always.
struct WorstErrors {
  double projected = 0;
  double always_live = 0;
};
WorstErrors worst_errors(Random random, const std::vector<std::string>& doubted) {
  Corner corner;
  for (double& q : corner.settings.priors.by_kind) q = random.uniform(.01, .4);
  ReliabilityParameters& r = corner.settings.reliability;
  r.group_down_if_live = random.uniform(0, .2);
  r.group_down_if_dead = random.uniform(0, .5);
  r.last_gasp_false = random.uniform(.001, .1);
  r.call_false = random.uniform(.001, .05);
  const auto probability = static_cast<float>(random.uniform(.05, .9));
  std::vector<Meter> meters;
  for (const auto& [name, transformer] : std::vector<std::pair<std::string, int>>{{"T1.1", 1},
                                                                                  {"T1.2", 1},
                                                                                  {"T1.3", 1},
                                                                                  {"T3.1", 2},
                                                                                  {"T3.2", 2},
                                                                                  {"T2.1", 4},
                                                                                  {"T2.2", 4}}) {
    const bool is_doubted = std::ranges::find(doubted, name) != doubted.end();
    meters.push_back({transformer, name == "T1.1" || name == "T2.2" || random.chance(.4),
                      random.chance(.2), is_doubted ? static_cast<double>(probability) : 0});
    const Id<UsagePoint> id = drawing::usage_point(corner.network, name);
    if (meters.back().gasped) corner.book.record({"", kOnset, {}, "", LastGasp{id}});
    if (meters.back().called)
      corner.book.record({"", kOnset, {}, "", TroubleCall{id, {}, Complaint::no_light, {}}});
  }
  corner.suspect(doubted, probability);
  const Enumeration truth{corner, meters};
  const Posterior posterior = localise(corner.input(), corner.forest.roots(), corner.settings);
  const Enumeration always_live{corner, meters, true};
  WorstErrors worst;
  for (std::size_t i = 0; i < kDevices.size(); ++i) {
    const Id<InferenceZone> zone = corner.zone(kDevices[i]);
    const TreePosterior& tree = *posterior.tree_of(corner.forest.root_of(zone));
    const auto note = [&](double& most, double p) {
      most = std::max(most, std::abs(p - truth.live[i]));
    };
    note(worst.projected, tree(tree.p_live, zone));
    note(worst.always_live, always_live.live[i]);
  }
  return worst;
}

TEST(CrossingLinks, OneBetweenTwoTreesIsExact) {
  constexpr std::uint64_t kSeed = 61;
  for (int round = 0; round < 300; ++round) {
    const double worst =
        worst_errors(Random{kSeed}.fork(static_cast<std::uint64_t>(round)), {"T1.1"}).projected;
    ASSERT_LT(worst, 1e-9) << "seed " << kSeed << ", round " << round;
  }
}

// All meters of a group that may as well hang on the one transformer: the hardest case, for what
// they say of it belongs together.
TEST(CrossingLinks, SeveralOfOneGroupAreOffByLessThanIfTheyLivedAlways) {
  constexpr std::uint64_t kSeed = 62;
  constexpr int kRounds = 300;
  WorstErrors sum;
  for (int round = 0; round < kRounds; ++round) {
    const WorstErrors worst = worst_errors(Random{kSeed}.fork(static_cast<std::uint64_t>(round)),
                                           {"T1.1", "T1.2", "T1.3"});
    sum.projected += worst.projected / kRounds;
    sum.always_live += worst.always_live / kRounds;
  }
  EXPECT_LT(sum.projected, .07);
  EXPECT_LT(sum.projected, .4 * sum.always_live) << sum.projected << ", " << sum.always_live;
  RecordProperty("always_live", std::to_string(sum.always_live));
}

// T2 and all of its own meters are dark; the one that is recorded on T1 gasped with them.
TEST(CrossingLinks, MeterWhoseOtherTransformerIsDarkBlamesItsOwnOneNoMore) {
  Corner corner;
  for (const char* meter : {"T1.1", "T2.1", "T2.2"})
    corner.book.record({"", kOnset, {}, "", LastGasp{drawing::usage_point(corner.network, meter)}});
  const auto p_dark = [&](const char* device) {
    const Posterior posterior = localise(corner.input(), corner.forest.roots(), corner.settings);
    const Id<InferenceZone> zone = corner.zone(device);
    const TreePosterior& tree = *posterior.tree_of(corner.forest.root_of(zone));
    return 1 - tree(tree.p_live, zone);
  };
  const double before = p_dark("T1");
  corner.suspect({"T1.1"}, .5);
  EXPECT_LT(p_dark("T1"), .05 * before);
  EXPECT_GT(p_dark("T2"), .99);
}

// And where T2's own meters answer, the gasp is of T1 after all.
TEST(CrossingLinks, MeterWhoseOtherTransformerLivesBlamesItsOwnOne) {
  Corner corner;
  for (const char* meter : {"T1.1", "T1.2"})
    corner.book.record({"", kOnset, {}, "", LastGasp{drawing::usage_point(corner.network, meter)}});
  for (const char* meter : {"T2.1", "T2.2"})
    corner.book.record({"",
                        kOnset + std::chrono::minutes{50},
                        {},
                        "",
                        PingResult{drawing::usage_point(corner.network, meter), true}});
  corner.suspect({"T1.1"}, .5);
  const Posterior posterior = localise(corner.input(), corner.forest.roots(), corner.settings);
  const Id<InferenceZone> zone = corner.zone("T1");
  const TreePosterior& tree = *posterior.tree_of(corner.forest.root_of(zone));
  EXPECT_LT(tree(tree.p_live, zone), .1);
}

}  // namespace
}  // namespace gridmend::crossing_links_test
