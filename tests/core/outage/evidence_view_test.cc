#include "core/outage/evidence_view.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/after_restoration.h"
#include "core/outage/source_estimates.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::evidence_view_test {
namespace {

const Time kNow = *parse_rfc3339("2026-07-20T08:00:00Z");

constexpr std::string_view kNetwork = R"(
  S==B1--n1--F1--n2--T1--n3(5)
         |           |
         |           n4--H1--n5(2)
         |           |
         |           n6--H2--n7(3)
         n8--T2(6)
  S2==B2--m1--F3--T5(4)
          |
          m2--T6(2)--m3--H3--m4(3)
                     |
                     m5--H4--m6(9)
)";

struct Town {
  NetworkModel network = drawing::draw(kNetwork);
  InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  EvidenceBook book{network};
  Water dry;
  LocaliserSettings settings;

  LocaliserInput input(unsigned threads = 1) const {
    return {forest, book, dry, kNow, {}, threads};
  }

  // Of the last hours, so that signs of life are from before the onset, fresh or old.
  void hear(Random& random) {
    const double talkative = random.uniform(.05, .9);
    const double hours = random.chance(.5) ? .4 : 8;
    const auto some_time = [&] { return kNow - from_seconds(3600 * random.uniform(-.01, hours)); };
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      if (!random.chance(talkative)) continue;
      if (random.chance(.7)) book.record({"", some_time(), {}, "", MeterReading{id, .2, {}}});
      if (random.chance(.2)) book.record({"", some_time(), {}, "", LastGasp{id}});
      if (random.chance(.3))
        book.record({"", some_time(), {}, "", PingResult{id, random.chance(.5)}});
      if (random.chance(.1)) book.record({"", some_time(), {}, "", TroubleCall{id, {}, {}, {}}});
      for (int i = 0; random.chance(.1) && i < 8; ++i)
        book.record({"", some_time(), {}, "", LastGasp{id}});
    }
    const char* reported[] = {"F1", "T2", "H1", "H3"};
    for (const char* device : reported) {
      if (!random.chance(.15)) continue;
      const Finding finding = random.chance(.5) ? Finding::restored : Finding::open;
      book.record({"",
                   some_time(),
                   {},
                   "",
                   FieldReport{drawing::device(network, device), {}, finding, {}}});
    }
  }
};

template <class Check>
void in_many_towns(int rounds, Check check) {
  constexpr std::uint64_t kSeed = 37;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Town town;
    town.settings.priors.premises = random.uniform(0, .1);
    town.hear(random);
    check(town, random);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(EvidenceView, KnowsOfEveryUsagePointWhatItsTreesReaderWouldFind) {
  std::map<std::size_t, int> met;
  in_many_towns(500, [&](const Town& town, Random&) {
    const EvidenceView view{town.input(), town.settings};
    for (const Id<UsagePoint> id : town.network.usage_points().ids()) {
      const MeterEvidence* meter = town.book.find(id);
      const LeafReader reader = view.reader(town.forest.root_of(town.forest.zone_of(id)));
      const std::size_t says =
          reader.plain(meter == nullptr ? MeterEvidence{} : *meter, view.restored_at(id));
      EXPECT_EQ(view.said(id), says);
      ++met[says];
    }
  });
  // A last gasp and a sign of life are never both left.
  EXPECT_EQ(met.size(), LeafReader::kPlain + 1 - 2);
  for (const auto& [says, times] : met) EXPECT_GT(times, 20) << says;
}

// Leaf by leaf, none of them taken for another.
double log_ratio_of(const EvidenceView& view, const HeardGroup& heard, const LeafReader& reader) {
  const InferenceForest& forest = view.input().forest;
  const std::span<const Id<UsagePoint>> group = view.members(heard);
  const DiedSince since = view.died_since(group, reader);
  GroupAccumulator product{view.group_settings()};
  std::map<Id<Device>, DropLeaves> drops;
  for (const Id<UsagePoint> id : group) {
    const Id<Device> drop = forest.shared_drop(id);
    const DiedSince of_drop =
        drop.valid() ? view.died_since(forest.usage_points_on(drop), reader) : DiedSince{};
    const LeafEvidence leaf =
        reader.read(view.input().evidence.find(id), view.restored_at(id), since, of_drop);
    if (!drop.valid()) {
      product.add(leaf);
      continue;
    }
    DropLeaves& leaves = drops[drop];
    leaves.open = view.drop_open(drop);
    leaves.died_since = of_drop.share;
    GroupAccumulator with{view.group_settings()};
    with.add(leaves.product);
    with.add(leaf);
    leaves.product = with.product();
  }
  for (const auto& [drop, leaves] : drops) product.add(leaves);
  GroupSettings settings = view.group_settings();
  if (came_back(view, forest.zone_of(group.front())))
    settings = after_restoration(settings, product.product());
  return group_likelihood(product.product(), settings, since.share).log_ratio();
}

TEST(EvidenceView, ReadsGroupsAsTheirLeavesOneByOne) {
  int since_died = 0;
  in_many_towns(500, [&](const Town& town, Random&) {
    const EvidenceView view{town.input(), town.settings};
    for (std::uint32_t z = 0; z < town.forest.zones().size(); ++z) {
      const Id<InferenceZone> zone{z};
      const LeafReader reader = view.reader(town.forest.root_of(zone));
      view.visit_readings(zone, [&](const HeardGroup& heard) {
        const double expected = log_ratio_of(view, heard, reader);
        EXPECT_NEAR(heard.likelihood.log_ratio(), expected, 1e-10 * (1 + std::abs(expected)));
        if (reader.died_since(heard.newest).share > 0) ++since_died;
      });
    }
  });
  EXPECT_GT(since_died, 50) << "in some groups all signs of life are old";
}

// By rates that a storm's evidence may correct, from what another view has seen and on any number
// of threads.
TEST(EvidenceView, IsTheSameToTheLastBitFromAnotherViewAndOnManyThreads) {
  in_many_towns(100, [&](const Town& town, Random& random) {
    LocaliserSettings believed = town.settings;
    believed.reliability.last_gasp_false = random.uniform(.002, .1);
    believed.reliability.call_false = random.uniform(.0005, .02);
    believed.reliability.group_down_if_dead = random.uniform(.1, .6);
    const EvidenceView told{town.input(), town.settings};
    for (const Id<InferenceZone> root : town.forest.roots()) (void)told.log_likelihood(root);
    const EvidenceView from{told, believed}, anew{town.input(4), believed};
    for (std::uint32_t z = 0; z < town.forest.zones().size(); ++z) {
      const Id<InferenceZone> zone{z};
      EXPECT_EQ(from.log_likelihood(zone), anew.log_likelihood(zone));
      EXPECT_EQ(from.prior(zone).probability, anew.prior(zone).probability);
    }
    const SourceEstimates one = estimate_sources(from, town.settings);
    const SourceEstimates many = estimate_sources(anew, town.settings);
    EXPECT_EQ(one.last_gasp_false, many.last_gasp_false);
    EXPECT_EQ(one.call_false, many.call_false);
    EXPECT_EQ(one.live_meters, many.live_meters);
    EXPECT_EQ(one.sources.calls, many.sources.calls);
  });
}

}  // namespace
}  // namespace gridmend::evidence_view_test
