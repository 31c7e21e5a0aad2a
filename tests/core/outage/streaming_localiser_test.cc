#include "core/outage/streaming_localiser.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/evidence_view.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::streaming_localiser_test {
namespace {

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

constexpr std::string_view kNetwork = R"(
  S==B1--n1--F1--n2--T1(20)
         |       |
         |       n3--T2(3)
         |
         n4--L1--n5--R1--n6--T3(2)
                         |
                         n7--F2--T4(5)
  S2==B2--m1--F3--T5(4)
          |
          m2--T6(2)--m3--H1--m4(3)
                     |
                     m5--H2--m6(2)
)";

InferenceForest contract(const NetworkModel& network) {
  return InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
}

Evidence random_item(Random& random, const NetworkModel& network, Time now) {
  const Id<UsagePoint> point{
      static_cast<std::uint32_t>(random.below(network.usage_points().size()))};
  const Id<Device> device{static_cast<std::uint32_t>(random.below(network.devices().size()))};
  // Mostly of the last minutes; some late by an hour, some by a clock that runs ahead.
  Time time = now - std::chrono::seconds{random.between(0, 300)};
  if (random.chance(.1)) time = now - std::chrono::minutes{random.between(5, 90)};
  if (random.chance(.1)) time = now + std::chrono::seconds{random.between(0, 240)};
  EvidenceKind kind = LastGasp{point};
  switch (random.below(12)) {
    case 0:
      kind = PowerUp{point};
      break;
    case 1:
    case 2:
      kind = PingResult{point, random.chance(.5)};
      break;
    case 3:
    case 4:
      kind = TroubleCall{point, {}, static_cast<Complaint>(random.below(4)), {}};
      break;
    case 5:
      kind = MeterReading{point, random.chance(.7) ? 1. : 0.,
                          std::chrono::minutes{random.chance(.5) ? 15 : 0}};
      break;
    case 6:
      kind = SwitchPosition{device, random.chance(.5) ? PhaseSet::abc() : PhaseSet::none(),
                            static_cast<PositionOrigin>(random.below(3)), SwitchingReason::unknown};
      break;
    case 7:
      kind = FieldReport{device, {}, static_cast<Finding>(random.below(5)), {}};
      break;
    case 8:
      // Some of it was seen so long ago that it says little, or nothing.
      if (random.chance(.3)) time = now - std::chrono::minutes{random.between(10, 1000)};
      kind = FaultIndicator{device, random.chance(.7)};
      break;
    default:
      break;
  }
  return {"", time, {}, "", kind};
}

// A call that names no usage point, mostly from a place that was heard of before.
Evidence call_from_somewhere(Random& random, const NetworkModel& network, Time now) {
  TroubleCall call;
  const auto some = [&] { return static_cast<std::uint32_t>(random.below(9) * 5); };
  std::set<std::uint32_t> places;
  for (auto n = 1 + random.below(4); n > 0; --n)
    places.insert(some() % static_cast<std::uint32_t>(network.usage_points().size()));
  double left = random.uniform(.5, 1);
  for (const std::uint32_t place : places) {
    const double probability = left * random.uniform(.2, .9);
    left -= probability;
    call.places.push_back({Id<UsagePoint>{place}, probability});
  }
  if (random.chance(.1)) call.complaint = Complaint::partial;
  Evidence item = random_item(random, network, now);
  item.kind = std::move(call);
  return item;
}

// The device of an outage that has closed, or of one that was withdrawn.
void settle_some_device(Random& random, const NetworkModel& network, Time now,
                        StreamingLocaliser& stream) {
  const char* const names[] = {"F1", "B2", "R1"};
  stream.device_settled(drawing::device(network, names[random.below(3)]), now,
                        random.chance(.5) ? Finding::restored : Finding::intact);
}

SuspectedLinks random_links(Random& random, const NetworkModel& network) {
  const char* transformers[] = {"T1", "T2", "T3", "T4", "T5", "T6"};
  std::vector<SuspectedLink> rows;
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const Id<Device> declared = network.usage_points()[id].transformer;
    double left = 1;
    for (const char* name : transformers) {
      const Id<Device> other = drawing::device(network, name);
      if (other == declared || !random.chance(.06)) continue;
      const double probability = left * random.uniform(.1, .9);
      left -= probability;
      rows.push_back({id, declared, other, static_cast<float>(probability)});
    }
  }
  auto links = SuspectedLinks::from_rows(std::move(rows), network);
  EXPECT_TRUE(links) << describe(links.error());
  return *links;
}

void expect_equal_to_full_pass(StreamingLocaliser& stream, const InferenceForest& forest,
                               const Water& water, const LocaliserSettings& settings,
                               const SuspectedLinks& links = {}) {
  const LocaliserInput input{forest, stream.evidence(), water, stream.at(), links};
  const EvidenceView view{input, settings};
  for (const TreePosterior& tree : localise(view, forest.roots()).trees) {
    EXPECT_EQ(stream.onset(tree.root), tree.onset);
    for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
      const Id<InferenceZone> zone{z};
      EXPECT_NEAR(stream.prior(zone), tree(tree.prior, zone), 1e-12) << "zone " << z;
      EXPECT_NEAR(stream.log_likelihood(zone), tree(tree.log_likelihood, zone), 1e-9)
          << "zone " << z;
      EXPECT_NEAR(stream.p_live(zone), tree(tree.p_live, zone), 1e-9) << "zone " << z;
      EXPECT_NEAR(stream.p_active(zone), tree(tree.p_active, zone), 1e-9) << "zone " << z;
      EXPECT_NEAR(stream.p_open(zone), tree(tree.p_open, zone), 1e-9) << "zone " << z;
    }
  }
}

TEST(StreamingLocaliser, AgreesWithAFullPassAfterEveryItemAndAsTimePasses) {
  constexpr std::uint64_t kSeed = 8080;
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const Water water;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    LocaliserSettings settings;
    settings.priors.premises = random.uniform(0, .05);
    settings.reliability.group_down_if_live = random.chance(.2) ? 0 : random.uniform(0, .1);
    settings.reliability.group_down_if_dead = random.uniform(0, .6);
    settings.reliability.branch_links_down = random.uniform(0, .4);
    settings.reliability.branch_unreachable = random.uniform(0, .4);
    EvidenceBook before{network};
    for (int i = 0; i < 10; ++i) before.record(random_item(random, network, kOnset));
    StreamingLocaliser stream{forest, water, settings, before, kOnset};
    std::vector<Evidence> heard;
    Time now = kOnset;
    for (int i = 0; i < 80; ++i) {
      SCOPED_TRACE("item " + std::to_string(i));
      if (random.chance(.3)) {
        now += std::chrono::seconds{random.between(0, 600)};
        if (random.chance(.05)) now += std::chrono::hours{random.between(1, 13)};
        stream.advance(now);
      }
      const bool twice = !heard.empty() && random.chance(.1);
      const Evidence item =
          twice ? heard[random.below(heard.size())] : random_item(random, network, now);
      heard.push_back(item);
      stream.record(item);
      if (random.chance(.05)) {
        const Id<UsagePoint> id{
            static_cast<std::uint32_t>(random.below(network.usage_points().size()))};
        stream.supply_confirmed(id, now);
      }
      if (random.chance(.03)) settle_some_device(random, network, now, stream);
      if (random.chance(.7)) expect_equal_to_full_pass(stream, forest, water, settings);
      if (HasFailure()) return;
    }
  }
}

// Both tie trees together: a call that may be from either feeder, a meter that may hang on a
// transformer of the other.
TEST(StreamingLocaliser, HearsCallsThatNameNobodyAndSuspectedLinksAsAFullPassDoes) {
  constexpr std::uint64_t kSeed = 8081;
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const Water water;
  std::size_t most_calls = 0;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    LocaliserSettings settings;
    settings.priors.premises = random.uniform(0, .05);
    settings.reliability.group_down_if_dead = random.uniform(0, .6);
    const SuspectedLinks links = round % 3 == 0 ? SuspectedLinks{} : random_links(random, network);
    const double calls = round % 3 == 1 ? 0 : .3;
    const auto some_item = [&](Time now) {
      return random.chance(calls) ? call_from_somewhere(random, network, now)
                                  : random_item(random, network, now);
    };
    EvidenceBook before{network};
    for (int i = 0; i < 10; ++i) before.record(some_item(kOnset));
    StreamingLocaliser stream{forest, water, settings, before, kOnset, links};
    Time now = kOnset;
    for (int i = 0; i < 60; ++i) {
      SCOPED_TRACE("item " + std::to_string(i));
      if (random.chance(.3)) {
        now += std::chrono::seconds{random.between(0, 600)};
        stream.advance(now);
      }
      stream.record(some_item(now));
      most_calls = std::max(most_calls, stream.evidence().calls().size());
      if (random.chance(.05)) {
        const Id<UsagePoint> id{
            static_cast<std::uint32_t>(random.below(network.usage_points().size()))};
        stream.supply_confirmed(id, now);
      }
      if (random.chance(.03)) settle_some_device(random, network, now, stream);
      if (random.chance(.7)) expect_equal_to_full_pass(stream, forest, water, settings, links);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(most_calls, 10U);
}

// Reports one behind another over meters that mostly say nothing: what their silence comes to
// changes with the first who says something, and with the report that is taken back.
TEST(StreamingLocaliser, HearsTheCommonSilenceOfReportedBranchesAsAFullPassDoes) {
  constexpr std::uint64_t kSeed = 8082;
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const Water water;
  const char* reported[] = {"B1", "F1", "L1", "R1", "F2", "T4", "B2", "F3"};
  std::size_t nested = 0;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    LocaliserSettings settings;
    settings.reliability.branch_links_down = random.uniform(0, .4);
    settings.reliability.branch_unreachable = random.uniform(0, .4);
    StreamingLocaliser stream{forest, water, settings, EvidenceBook{network}, kOnset};
    Time now = kOnset;
    for (int i = 0; i < 40; ++i) {
      SCOPED_TRACE("item " + std::to_string(i));
      if (random.chance(.3)) {
        now += std::chrono::seconds{random.between(0, 600)};
        stream.advance(now);
      }
      const Id<Device> device = drawing::device(network, reported[random.below(8)]);
      Evidence item{"", now, {}, "", FieldReport{device, {}, Finding::damaged, {}}};
      if (random.chance(.3))
        item.kind = FieldReport{device, {}, Finding::intact, {}};
      else if (random.chance(.4))
        item = random_item(random, network, now);
      stream.record(item);
      expect_equal_to_full_pass(stream, forest, water, settings);
      if (HasFailure()) return;
    }
    const LocaliserInput input{forest, stream.evidence(), water, stream.at()};
    nested += EvidenceView{input, settings}.reported_open().size() > 2 ? 1 : 0;
  }
  EXPECT_GT(nested, 20U);
}

// Copies of the book are taken between items, as a writer's snapshots are.
TEST(StreamingLocaliser, SnapshotsOfItsBookDoNotDisturbIt) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const Water water;
  const LocaliserSettings settings;
  Random random{6};
  StreamingLocaliser stream{forest, water, settings, EvidenceBook{network}, kOnset};
  EvidenceBook snapshot;
  for (int i = 0; i < 300; ++i) {
    stream.record(random_item(random, network, kOnset + std::chrono::seconds{i}));
    snapshot = stream.evidence();
    if (i % 10 == 0) expect_equal_to_full_pass(stream, forest, water, settings);
    if (HasFailure()) return;
  }
}

TEST(StreamingLocaliser, DoesNotDriftOverManyItems) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const Water water;
  const LocaliserSettings settings;
  Random random{5};
  StreamingLocaliser stream{forest, water, settings, EvidenceBook{network}, kOnset};
  for (int i = 0; i < 20'000; ++i) {
    stream.record(random_item(random, network, kOnset + std::chrono::seconds{i / 4}));
    stream.p_live(Id<InferenceZone>{0});  // keeps the tree fresh, so that items change it
  }
  expect_equal_to_full_pass(stream, forest, water, settings);
}

// Nobody calls from the other feeder: with every minute it is less likely to be in the dark.
TEST(StreamingLocaliser, SilenceAloneMovesThePosterior) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const Water water;
  const LocaliserSettings settings;
  StreamingLocaliser stream{forest, water, settings, EvidenceBook{network}, kOnset};
  stream.record(
      {"", kOnset, {}, "", TroubleCall{drawing::usage_point(network, "T1.1"), {}, {}, {}}});
  const Id<InferenceZone> t5 = forest.zone_of(drawing::device(network, "T5"));
  EXPECT_FALSE(stream.onset(forest.root_of(t5)));
  double last = stream.p_live(t5);
  for (int minutes = 10; minutes <= 60; minutes += 10) {
    stream.advance(kOnset + std::chrono::minutes{minutes});
    const double now = stream.p_live(t5);
    EXPECT_GT(now, last) << minutes;
    last = now;
  }
}

}  // namespace
}  // namespace gridmend::streaming_localiser_test
