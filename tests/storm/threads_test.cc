#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

#include "core/outage/evidence_view.h"
#include "core/outage/outage_book.h"
#include "tests/storm/reference_storm.h"

namespace gridmend::storm::threads_test {
namespace {

constexpr int kFeeders = 16;  // enough that every part of a pass is worth several threads

// Bit by bit: -0 is not 0.
std::vector<std::uint64_t> bits(const std::vector<double>& column) {
  std::vector<std::uint64_t> words;
  for (const double value : column) words.push_back(std::bit_cast<std::uint64_t>(value));
  return words;
}

Storm heard_storm(std::uint64_t seed) {
  Random random{seed};
  Storm storm = make_storm(random, {.last_gasp_reach = .6, .call_rate = .2}, kFeeders);
  const std::size_t count = storm.network.usage_points().size();
  for (int i = 0; i < 300; ++i) {
    const Id<UsagePoint> one{random.below(count)}, other{random.below(count)};
    const Time heard = storm.at - from_seconds(random.uniform(0, 3600));
    storm.evidence.record({"", heard, {}, "ami", PingResult{one, random.chance(.7)}});
    storm.evidence.record({"", heard, {}, "ami", PowerUp{other}});
  }
  // Calls that name nobody go over from tree to tree.
  for (int i = 0; i < 40; ++i) {
    TroubleCall call;
    const Id<UsagePoint> first{random.below(count / 2)},
        second{count / 2 + random.below(count / 2)};
    call.places = {{first, .5}, {second, .4}};
    call.complaint = random.chance(.3) ? Complaint::partial : Complaint::no_light;
    storm.evidence.record({"", storm.at - from_seconds(random.uniform(0, 3600)), {}, "call", call});
  }
  return storm;
}

void expect_same(const TreePosterior& a, const TreePosterior& b) {
  ASSERT_EQ(a.root, b.root);
  EXPECT_EQ(a.onset, b.onset);
  EXPECT_EQ(bits(a.prior), bits(b.prior));
  EXPECT_EQ(bits(a.log_likelihood), bits(b.log_likelihood));
  EXPECT_EQ(bits(a.p_live), bits(b.p_live));
  EXPECT_EQ(bits(a.p_active), bits(b.p_active));
  EXPECT_EQ(bits(a.p_open), bits(b.p_open));
  EXPECT_EQ(bits(a.p_cut_if_fed), bits(b.p_cut_if_fed));
  EXPECT_EQ(a.cut, b.cut);
}

void expect_same(const Outage& a, const Outage& b) {
  ASSERT_EQ(a.id, b.id);
  EXPECT_EQ(a.status, b.status) << a.id;
  EXPECT_EQ(a.probable.device, b.probable.device) << a.id;
  EXPECT_EQ(a.probable.usage_point, b.probable.usage_point) << a.id;
  EXPECT_EQ(bits({a.probable.p_active, a.expected_customers, a.weight, a.tell_apart.gain_minutes}),
            bits({b.probable.p_active, b.expected_customers, b.weight, b.tell_apart.gain_minutes}))
      << a.id;
  EXPECT_TRUE(a.affected == b.affected && a.dark == b.dark) << a.id;
  EXPECT_EQ(a.explanation_en, b.explanation_en);
  EXPECT_EQ(a.tell_apart.sentence_en, b.tell_apart.sentence_en);
  ASSERT_EQ(a.why.size(), b.why.size()) << a.id;
  for (std::size_t i = 0; i < a.why.size(); ++i) {
    EXPECT_EQ(a.why[i].kind, b.why[i].kind);
    EXPECT_EQ(bits({a.why[i].log_odds}), bits({b.why[i].log_odds})) << a.id;
  }
}

class Threads : public testing::TestWithParam<unsigned> {};

TEST_P(Threads, FindTheSamePosteriorAsOneToTheLastBit) {
  const std::uint64_t seed = 20261129;
  const Storm storm = heard_storm(seed);
  const SwitchState switches{storm.network};
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(storm.network, switches));
  const LocaliserSettings settings;
  const Water water;
  LocaliserInput input{forest, storm.evidence, water, storm.at};
  const Posterior alone = localise(input, forest.roots(), settings);
  input.threads = GetParam();
  const Posterior together = localise(input, forest.roots(), settings);
  ASSERT_EQ(alone.trees.size(), together.trees.size());
  for (std::size_t i = 0; i < alone.trees.size(); ++i)
    expect_same(alone.trees[i], together.trees[i]);
}

TEST_P(Threads, FindTheSameOutagesAsOneToTheLastBit) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Storm storm = heard_storm(seed);
    const SwitchState switches{storm.network};
    const InferenceForest forest =
        InferenceForest::contract(SupplyForest::derive(storm.network, switches));
    const LocaliserSettings settings;
    const Water water;
    OutageBook alone, together;
    for (int look = 0; look < 3; ++look) {
      LocaliserInput input{forest, storm.evidence, water,
                           storm.at + std::chrono::minutes{7 * look}};
      alone = update_outages(input, switches, alone, settings).book;
      input.threads = GetParam();
      together = update_outages(input, switches, together, settings).book;
      ASSERT_EQ(alone.outages.size(), together.outages.size());
      EXPECT_GT(alone.outages.size(), 30u);
      for (std::size_t i = 0; i < alone.outages.size(); ++i)
        expect_same(alone.outages[i], together.outages[i]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfAnyNumber, Threads, testing::Values(2u, 3u, 8u));

}  // namespace
}  // namespace gridmend::storm::threads_test
