#include "core/outage/switch_topologies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/outage/topology_localiser.h"
#include "tests/core/outage/outage_desk.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend {
namespace {

using drawing::draw;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

Time after(double minutes) { return kOnset + from_seconds(60 * minutes); }

// L3 and L5 stand open between three feeders.
constexpr std::string_view kTown = R"(
  S==B1--n1(2)--L1--n2(2)--L2--n3(3)--L3/--n4(2)--L4--n5(2)--B2==S2
  n2--L5/--n6(2)--B3==S3
)";

struct Town {
  NetworkModel network = draw(kTown);
  OutageDesk desk{network};

  Town() {
    desk.settings.priors.overhead_per_km = 0;  // lines fail whoever feeds them
    desk.settings.switching.tie_closed = .2;
  }
  Id<Device> device(std::string_view name) const { return drawing::device(network, name); }
  void hear(Time time, EvidenceKind kind) { desk.hear({"", time, {}, "", std::move(kind)}); }
  void doubt(const std::string& name, double minute = -60) {
    SwitchPosition position;
    position.device = device(name);
    position.origin = PositionOrigin::operator_entry;
    position.unknown = true;
    hear(after(minute), position);
  }
  void open(const std::string& name, double minute, SwitchingReason reason) {
    hear(after(minute),
         SwitchPosition{device(name), PhaseSet::abc(), PositionOrigin::operator_entry, reason});
  }
  void hear_at_random(Random& random) {
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      if (random.chance(.3)) hear(after(random.uniform(0, 2)), LastGasp{id});
      if (random.chance(.3)) hear(after(random.uniform(3, 20)), PingResult{id, random.chance(.6)});
    }
  }
};

// Everything about one picture that outlives the calls.
struct Looked {
  explicit Looked(const Town& town, double minute, unsigned threads = 1)
      : forest(InferenceForest::contract(SupplyForest::derive(town.network, town.desk.switches))),
        switching(
            SwitchTopologies::derive({forest, town.desk.evidence, town.desk.water, after(minute)},
                                     town.desk.switches, town.desk.settings)),
        view(LocaliserInput{forest,
                            town.desk.evidence,
                            town.desk.water,
                            after(minute),
                            {},
                            threads,
                            &switching},
             town.desk.settings),
        posterior(localise(view, forest.roots())) {}

  InferenceForest forest;
  SwitchTopologies switching;
  EvidenceView view;
  Posterior posterior;
};

// The whole network, device by device, by plain recursion.
class Enumeration {
 public:
  Enumeration(const Town& town, const Looked& looked) : town_(town), looked_(looked) {
    for (const Id<Device> id : town.network.devices().ids()) {
      if (interrupts_supply(town.network.devices()[id].kind)) devices_.push_back(id);
    }
    // Evidence by connectivity node, as it is read for the zone on record.
    const Joint& joint = *looked.switching.joints()[0];
    for (const Id<ConnectivityNode> node : town.network.nodes().ids()) {
      const auto here = town.network.usage_points_at(node);
      if (here.empty()) continue;
      const Id<InferenceZone> zone = looked.forest.zone_of(node);
      if (zone.valid()) {
        heard_[node] = looked.view.log_likelihood(zone);
        continue;
      }
      for (std::uint32_t part = 0; part < joint.parts.size(); ++part) {
        const auto own = joint.usage_points_in(part);
        if (!own.empty() && town.network.usage_points()[own.front()].node == node)
          heard_[node] = UnsuppliedPart{looked.view, joint, part}.log_likelihood();
      }
    }
    for (const Id<Device> id : devices_) {
      const Id<InferenceZone> zone = looked.forest.zone_of(id);
      const auto kind = static_cast<std::size_t>(town.network.devices()[id].kind);
      prior_[id] = zone.valid() ? looked.view.prior(zone).probability
                                : town.desk.settings.priors.by_kind[kind];
    }
  }

  void run() {
    std::set<Id<Device>> open;
    for (const Id<Device> id : devices_) {
      if (!town_.desk.switches.conducts(id)) open.insert(id);
    }
    stand(0, open, {}, 1);
    for (auto& [node, sum] : live) sum /= total;
    for (auto* sums : {&active, &opened, &closed}) {
      for (auto& [id, sum] : *sums) sum /= total;
    }
  }

  double total = 0;
  std::size_t topologies = 0;
  std::map<Id<ConnectivityNode>, double> live;
  std::map<Id<Device>, double> active, opened, closed;

 private:
  const Device& device(Id<Device> id) const { return town_.network.devices()[id]; }

  void stand(std::size_t next, std::set<Id<Device>> open, std::vector<Id<Device>> closing,
             double prior) {
    const auto doubted = looked_.switching.doubted();
    if (next == doubted.size()) return close(open, closing, prior);
    const DoubtedSwitch& doubt = doubted[next];
    std::set<Id<Device>> with = open, without = open;
    with.insert(doubt.device);
    without.erase(doubt.device);
    stand(next + 1, with, closing, prior * (1 - doubt.closed_before));
    if (doubt.recorded_open) {
      closing.push_back(doubt.device);
      stand(next + 1, with, closing, prior * doubt.closed_before);
    } else {
      stand(next + 1, without, closing, prior * doubt.closed_before);
    }
  }

  void close(std::set<Id<Device>> open, std::vector<Id<Device>> closing, double prior) {
    if (closing.empty()) return weigh(open, prior);
    const Id<Device> closes = closing.front();
    closing.erase(closing.begin());
    std::vector<Id<Device>> ring;
    for (const Id<Device> id : devices_) {
      if (open.contains(id)) continue;
      // On the ring is what parts the two ends.
      std::set<Id<Device>> cut = open;
      if (!joined(open, closes)) break;
      cut.insert(id);
      if (!joined(cut, closes)) ring.push_back(id);
    }
    std::erase_if(ring, [&](Id<Device> id) {
      return std::ranges::any_of(looked_.switching.doubted(),
                                 [&](const auto& doubt) { return doubt.device == id; });
    });
    const bool rings = joined(open, closes);
    open.erase(closes);
    if (!rings) return close(open, closing, prior);
    for (const Id<Device> point : ring) {
      std::set<Id<Device>> next = open;
      next.insert(point);
      close(next, closing, prior / static_cast<double>(ring.size()));
    }
  }

  std::set<Id<ConnectivityNode>> reach(const std::set<Id<Device>>& open,
                                       std::set<Id<ConnectivityNode>> from) const {
    std::vector<Id<ConnectivityNode>> todo{from.begin(), from.end()};
    while (!todo.empty()) {
      const Id<ConnectivityNode> node = todo.back();
      todo.pop_back();
      for (const auto [id, opposite] : town_.network.incident(node)) {
        if (!open.contains(id) && from.insert(opposite).second) todo.push_back(opposite);
      }
    }
    return from;
  }
  std::set<Id<ConnectivityNode>> sources() const {
    std::set<Id<ConnectivityNode>> nodes;
    for (const Feeder& feeder : town_.network.feeders()) nodes.insert(feeder.source_node);
    return nodes;
  }
  bool joined(const std::set<Id<Device>>& open, Id<Device> id) const {
    const auto all = reach(open, sources());
    const auto one = reach(open, {device(id).from});
    return (all.contains(device(id).from) && all.contains(device(id).to)) ||
           one.contains(device(id).to);
  }

  void weigh(const std::set<Id<Device>>& open, double prior) {
    ++topologies;
    const auto supplied = reach(open, sources());
    for (unsigned x = 0; x < (1u << devices_.size()); ++x) {
      std::set<Id<Device>> broken = open;
      double weight = prior;
      for (std::size_t i = 0; i < devices_.size(); ++i) {
        const bool fails = (x >> i & 1) != 0;
        weight *= fails ? prior_[devices_[i]] : 1 - prior_[devices_[i]];
        if (fails) broken.insert(devices_[i]);
      }
      const auto lit = reach(broken, sources());
      for (const auto& [node, log_likelihood] : heard_) {
        if (lit.contains(node)) weight *= std::exp(log_likelihood);
      }
      total += weight;
      for (const auto& [node, log_likelihood] : heard_)
        live[node] += lit.contains(node) ? weight : 0;
      for (std::size_t i = 0; i < devices_.size(); ++i) {
        const Id<Device> id = devices_[i];
        const bool from = lit.contains(device(id).from), to = lit.contains(device(id).to);
        // A switch that stands open keeps dark whom nothing else could feed.
        const bool lone = supplied.contains(device(id).from) != supplied.contains(device(id).to);
        const bool is_open = broken.contains(id);
        closed[id] += open.contains(id) ? 0 : weight;
        opened[id] += is_open ? weight : 0;
        active[id] += is_open && from != to && (!open.contains(id) || lone) ? weight : 0;
      }
    }
  }

  const Town& town_;
  const Looked& looked_;
  std::vector<Id<Device>> devices_;
  std::map<Id<ConnectivityNode>, double> heard_;
  std::map<Id<Device>, double> prior_;
};

void expect_as_enumerated(const Town& town, const Looked& looked) {
  ASSERT_THAT(looked.switching.joints(), SizeIs(1));
  const Joint& joint = *looked.switching.joints()[0];
  const JointPosterior& joined = looked.posterior.joints[0];
  Enumeration all{town, looked};
  all.run();
  EXPECT_EQ(joint.topologies.size(), all.topologies);
  for (std::uint32_t part = 0; part < joint.parts.size(); ++part) {
    const auto own = joint.usage_points_in(part);
    if (own.empty()) continue;
    const Id<ConnectivityNode> node = town.network.usage_points()[own.front()].node;
    EXPECT_NEAR(joined.p_live[part], all.live[node], 1e-9) << town.network.mrid(node);
  }
  for (std::size_t c = 0; c < joint.devices.size(); ++c) {
    const Id<Device> id = joint.devices[c];
    EXPECT_NEAR(joined.p_active[c], all.active[id], 1e-9) << town.network.mrid(id);
    EXPECT_NEAR(joined.p_open[c], all.opened[id], 1e-9) << town.network.mrid(id);
    const Id<InferenceZone> zone = looked.forest.zone_of(id);
    if (!zone.valid()) continue;
    const TreePosterior& tree = *looked.posterior.tree_of(looked.forest.root_of(zone));
    EXPECT_NEAR(tree(tree.p_active, zone), all.active[id], 1e-9) << town.network.mrid(id);
    EXPECT_NEAR(tree(tree.p_open, zone), all.opened[id], 1e-9) << town.network.mrid(id);
  }
  for (std::size_t i = 0; i < joint.doubted.size(); ++i)
    EXPECT_NEAR(joined.closed[i], all.closed[joint.doubted[i].device], 1e-9);
}

TEST(SwitchTopologies, TwoTiesOfUnknownPositionAgreeWithEnumeration) {
  constexpr std::uint64_t kSeed = 71;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Town town;
    town.doubt("L3");
    town.doubt("L5");
    if (random.chance(.3)) town.doubt("L2");
    town.hear_at_random(random);
    expect_as_enumerated(town, Looked{town, 30});
    if (HasFailure()) return;
  }
}

TEST(SwitchTopologies, AnIslandThatShowsSignsOfLifeAgreesWithEnumeration) {
  constexpr std::uint64_t kSeed = 72;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Town town;
    town.open("L1", -5, SwitchingReason::restoration);
    town.hear_at_random(random);
    town.hear(after(25), PowerUp{drawing::usage_point(town.network, "n3.1")});
    expect_as_enumerated(town, Looked{town, 30});
    if (HasFailure()) return;
  }
}

TEST(SwitchTopologies, NothingIsDoubtedWithoutAReason) {
  Town town;
  Random random{5};
  town.hear_at_random(random);
  const Looked looked{town, 30};
  EXPECT_TRUE(looked.switching.empty());
  EXPECT_THAT(looked.posterior.joints, IsEmpty());
  // An ordered opening alone, nobody lives behind it.
  town.open("L1", 25, SwitchingReason::de_energised_for_safety);
  EXPECT_TRUE((Looked{town, 30}.switching.empty()));
}

// Telemetry that repeats an ordered opening does not make it a later one: what lived in between
// lived behind it.
TEST(SwitchTopologies, AnIslandIsDarkSinceItsOrderAndNotSinceItsLastTelemetry) {
  Town town;
  town.open("L1", -5, SwitchingReason::restoration);
  town.hear(after(10), PowerUp{drawing::usage_point(town.network, "n3.1")});
  const std::size_t doubted = Looked{town, 30}.switching.doubted().size();
  EXPECT_GT(doubted, 0U);
  town.hear(after(25), SwitchPosition{town.device("L1"), PhaseSet::abc()});
  EXPECT_EQ((Looked{town, 30}.switching.doubted().size()), doubted);
}

TEST(SwitchTopologies, ADoubtEndsWithANewerPosition) {
  Town town;
  town.doubt("L3", -60);
  EXPECT_THAT((Looked{town, 30}.switching.doubted()), SizeIs(1));
  town.hear(after(-30), SwitchPosition{town.device("L3"), PhaseSet::abc()});
  EXPECT_TRUE((Looked{town, 30}.switching.empty()));
  // What comes late does not bring it back.
  town.doubt("L3", -40);
  EXPECT_TRUE((Looked{town, 30}.switching.empty()));
}

TEST(SwitchTopologies, TwoPositionsOfOneTimeAreADoubtWhicheverCameFirst) {
  for (const bool open_first : {true, false}) {
    Town town;
    EvidenceBook& book = town.desk.evidence;
    for (const bool open : {open_first, !open_first}) {
      book.record({"",
                   after(-30),
                   {},
                   "scada",
                   SwitchPosition{town.device("L3"), open ? PhaseSet::abc() : PhaseSet::none()}});
    }
    EXPECT_TRUE(book.find(town.device("L3"))->position_doubted());
    const Looked looked{town, 30};
    ASSERT_THAT(looked.switching.doubted(), SizeIs(1));
    EXPECT_TRUE(looked.switching.doubted()[0].said);
    // An operator's word of the same time is surer.
    book.record(
        {"",
         after(-30),
         {},
         "",
         SwitchPosition{town.device("L3"), PhaseSet::abc(), PositionOrigin::operator_entry}});
    EXPECT_FALSE(book.find(town.device("L3"))->position_doubted());
  }
}

TEST(SwitchTopologies, SaysHowManyWaysAreWeighedAndWhatIsLeftOut) {
  Town town;
  town.doubt("L3");
  town.doubt("L5");
  town.desk.settings.switching.topologies = 3;
  const Looked few{town, 30};
  ASSERT_THAT(few.switching.joints(), SizeIs(1));
  double kept = 0;
  EXPECT_THAT(few.switching.joints()[0]->topologies, SizeIs(3));
  EXPECT_EQ(few.switching.doubted()[0].topologies, 3u);
  EXPECT_GT(few.switching.doubted()[0].left_out, .1);
  for (const SwitchTopology& topology : few.switching.joints()[0]->topologies)
    kept += topology.prior;
  EXPECT_NEAR(kept, 1, 1e-12);
  town.desk.settings.switching.topologies = 64;
  EXPECT_NEAR((Looked{town, 30}.switching.doubted()[0].left_out), 0, 1e-12);
  town.desk.settings.switching.by_topologies_zones = 0;
  const Looked none{town, 30};
  EXPECT_THAT(none.switching.joints(), IsEmpty());
  EXPECT_EQ(none.switching.doubted()[0].topologies, 0u);
}

TEST(SwitchTopologies, ThreadsMakeNoDifference) {
  Town town;
  Random random{9};
  town.doubt("L3");
  town.doubt("L5");
  town.hear_at_random(random);
  const Looked one{town, 30, 1}, four{town, 30, 4};
  EXPECT_EQ(one.posterior.joints[0].p_live, four.posterior.joints[0].p_live);
  EXPECT_EQ(one.posterior.joints[0].probability, four.posterior.joints[0].probability);
  for (std::size_t t = 0; t < one.posterior.trees.size(); ++t) {
    EXPECT_EQ(one.posterior.trees[t].p_live, four.posterior.trees[t].p_live);
    EXPECT_EQ(one.posterior.trees[t].cut, four.posterior.trees[t].cut);
  }
}

// The block n2, n3 was carried by the second feeder, which tripped, though the record says the
// first carries it.
TEST(SwitchTopologies, WhoeverIsFedOtherwiseIsInTheOutageOfWhatFedThem) {
  Town town;
  town.doubt("L3");
  for (const std::string name :
       {"n2.1", "n2.2", "n3.1", "n3.2", "n3.3", "n4.1", "n4.2", "n5.1", "n5.2"}) {
    town.hear(after(0), LastGasp{drawing::usage_point(town.network, name)});
  }
  for (const std::string name : {"n1.1", "n1.2"})
    town.hear(after(8), PingResult{drawing::usage_point(town.network, name), true});
  const OutageUpdate update = town.desk.advance(after(10));
  expect_sound(update, OutageBook{});
  ASSERT_THAT(update.book.outages, SizeIs(1));
  const Outage& outage = update.book.outages[0];
  EXPECT_EQ(outage.probable.device, town.device("B2"));
  EXPECT_EQ(outage.affected.size(), 9u);
  ASSERT_THAT(outage.fed_through, SizeIs(1));
  EXPECT_EQ(outage.fed_through[0].device, town.device("L3"));
  EXPECT_GT(outage.fed_through[0].probability, .4);
  EXPECT_THAT(outage.explanation_en, HasSubstr("may be fed through load-break switch L3"));
  EXPECT_THAT(outage.explanation_zh, HasSubstr("负荷开关 L3"));
  ASSERT_THAT(update.book.doubted, SizeIs(1));
  EXPECT_GT(update.book.doubted[0].closed, .8);
  EXPECT_EQ(update.book.doubted[0].closed_before, .5);
}

TEST(SwitchTopologies, WhoeverIsFedFromElsewhereIsNotInTheOutage) {
  Town town;
  town.doubt("L3");
  for (const std::string name : {"n1.1", "n1.2"})
    town.hear(after(0), LastGasp{drawing::usage_point(town.network, name)});
  for (const std::string name : {"n2.1", "n2.2", "n3.1", "n3.2", "n3.3", "n4.1", "n5.1"})
    town.hear(after(8), PingResult{drawing::usage_point(town.network, name), true});
  const OutageUpdate update = town.desk.advance(after(10));
  expect_sound(update, OutageBook{});
  ASSERT_THAT(update.book.outages, SizeIs(1));
  EXPECT_EQ(update.book.outages[0].probable.device, town.device("B1"));
  EXPECT_EQ(update.book.outages[0].affected.size(), 2u);
  EXPECT_GT(update.book.doubted[0].closed, .95);
  // By the record alone the breaker would be thought to be closed.
  town.hear(after(9), SwitchPosition{town.device("L3"), PhaseSet::abc()});
  const OutageUpdate certain = town.desk.update(after(10));
  EXPECT_THAT(certain.book.doubted, IsEmpty());
  EXPECT_TRUE(std::ranges::none_of(certain.book.outages, [&](const Outage& outage) {
    return outage.probable.device == town.device("B1") && outage.probable.p_active > .5 &&
           takes_supply(outage.status);
  }));
}

TEST(SwitchTopologies, AnIslandSwitchedOffThatLivesIsNotDark) {
  Town town;
  town.open("L1", -5, SwitchingReason::restoration);
  for (const std::string name : {"n2.1", "n2.2", "n3.1", "n3.2", "n3.3"}) {
    town.hear(after(-5), LastGasp{drawing::usage_point(town.network, name)});
  }
  const OutageUpdate before = town.desk.advance(after(0));
  ASSERT_THAT(before.book.outages, SizeIs(1));
  EXPECT_EQ(before.book.outages[0].expected_customers, 5);
  EXPECT_THAT(before.book.outages[0].fed_through, IsEmpty());
  for (const std::string name : {"n2.1", "n2.2", "n3.1", "n3.2", "n3.3"})
    town.hear(after(3), PowerUp{drawing::usage_point(town.network, name)});
  const OutageUpdate update = town.desk.advance(after(5));
  ASSERT_THAT(update.book.outages, SizeIs(1));
  const Outage& outage = update.book.outages[0];
  EXPECT_LT(outage.expected_customers, .1);
  EXPECT_TRUE(outage.dark.empty());
  ASSERT_THAT(outage.fed_through, SizeIs(2));
  EXPECT_NEAR(outage.fed_through[0].probability + outage.fed_through[1].probability, 1, .01);
  EXPECT_THAT(outage.explanation_en, HasSubstr("may be fed through"));
}

}  // namespace
}  // namespace gridmend
