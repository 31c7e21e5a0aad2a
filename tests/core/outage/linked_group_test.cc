#include "core/outage/linked_group.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/random.h"
#include "core/outage/branch_silence.h"
#include "core/outage/evidence_view.h"
#include "core/outage/localiser.h"
#include "core/outage/sum_product.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::linked_group_test {
namespace {

using drawing::device;
using drawing::usage_point;

// T6 has no supply; T5 is fed from elsewhere.
constexpr const char* kNetwork = R"(
S==B1==a==F1==b==T1(3)
b==T2(1)
a==F2==c==T3(1)
S2==B2==e==T5(1)
e==L1/==f==T6(1)
)";

InferenceForest contract(const NetworkModel& network) {
  return InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
}

LeafEvidence random_leaf(Random& random) {
  const auto log_rate = [&random] { return std::log(random.uniform(1e-3, 1)); };
  return {log_rate(), log_rate(), log_rate(), log_rate(), random.chance(.6), random.chance(.2)};
}

// Where one usage point may hang, in words: with which zone it lives, and how likely that is.
struct Hangs {
  double probability = 0;
  int lives_with = 0;  // a zone; -1 always, -2 never
  bool declared = false;
};

struct Case {
  std::vector<std::uint32_t> parent;
  std::vector<double> prior, lambda;
  std::size_t zone = 0;
  std::vector<LeafEvidence> leaves;
  std::vector<std::vector<Hangs>> hangs;
  GroupSettings settings;
  std::size_t on_drop = 0;  // leaves of the zone that share a drop, the first of them
  double drop_open = 0;
  // A zone that was reported open, behind which the group hangs wherever it hangs; -1: none.
  int branch = -1;
  BranchSilence::Settings together;
};

// Sums over every device, the group's concentrator, and for each leaf over where it hangs, its
// premises and, elsewhere, its own concentrator.
class Enumeration {
 public:
  explicit Enumeration(const Case& made) : made_(made) {
    const std::size_t n = made.parent.size();
    live.assign(n, 0);
    out.assign(made.leaves.size(), 0);
    for (std::size_t open = 0; open < (std::size_t{1} << n); ++open) {
      std::vector<bool> lit(n);
      double weight = 1;
      for (std::size_t z = 0; z < n; ++z) {
        const bool is_open = (open >> z & 1) != 0;
        lit[z] = !is_open && (made.parent[z] == kNoParent || lit[made.parent[z]]);
        weight *= is_open ? made.prior[z] : 1 - made.prior[z];
        if (lit[z]) weight *= std::exp(made.lambda[z]);
      }
      if (made.branch >= 0 && !lit[static_cast<std::size_t>(made.branch)]) {
        add_together(lit, weight);
        weight *= 1 - made.together.links_down - made.together.unreachable;
      }
      for (const bool down : {false, true}) {
        const double term = weight * kappa(lit[made.zone], down);
        add(lit, term * (1 - made.drop_open), down, false);
        if (made.drop_open > 0) add(lit, term * made.drop_open, down, true);
      }
    }
    for (double& sum : live) sum /= total;
    for (double& sum : out) sum /= total;
  }

  double total = 0;
  std::vector<double> live, out;

 private:
  double kappa(bool lit, bool down) const {
    const double k = lit ? made_.settings.down_if_live : made_.settings.down_if_dead;
    return down ? k : 1 - k;
  }

  static double says(const LeafEvidence& leaf, bool dead, bool down) {
    if (down && !leaf.link_silent) return 0;
    const double link = down ? 0 : dead ? leaf.link_dead : leaf.link_live;
    return std::exp(link + (dead ? leaf.other_dead : leaf.other_live));
  }

  // The evidence of a leaf, with its supply dead or not.
  double leaf_sum(std::size_t u, const std::vector<bool>& lit, bool group_down, bool drop_open,
                  bool dead) const {
    double sum = 0;
    for (const Hangs& place : made_.hangs[u]) {
      const bool fed = place.lives_with == -1 ||
                       (place.lives_with >= 0 && lit[static_cast<std::size_t>(place.lives_with)]);
      const double premises = made_.settings.premises;
      const bool cut_off = place.declared && drop_open && u < made_.on_drop;
      const double p_dead = fed && !cut_off ? premises : 1;
      const double p = place.probability * (dead ? p_dead : 1 - p_dead);
      if (place.declared) {
        sum += p * says(made_.leaves[u], dead, group_down);
      } else {
        sum += p * kappa(fed, false) * says(made_.leaves[u], dead, false);
        sum += p * kappa(fed, true) * says(made_.leaves[u], dead, true);
      }
    }
    return sum;
  }

  // All dead, and nothing comes from there.
  void add_together(const std::vector<bool>& lit, double weight) {
    double links = made_.together.links_down, nobody = made_.together.unreachable;
    for (const LeafEvidence& leaf : made_.leaves) {
      links *= says(leaf, true, true);
      nobody *= leaf.link_silent && !leaf.called ? 1 : 0;
    }
    const double term = weight * (links + nobody);
    total += term;
    for (std::size_t z = 0; z < lit.size(); ++z) live[z] += lit[z] ? term : 0;
    for (double& sum : out) sum += term;
  }

  void add(const std::vector<bool>& lit, double weight, bool down, bool drop_open) {
    const std::size_t m = made_.leaves.size();
    for (unsigned dead = 0; dead < (1u << m); ++dead) {
      double term = weight;
      for (std::size_t u = 0; u < m; ++u) {
        term *= leaf_sum(u, lit, down, drop_open, (dead >> u & 1) != 0);
      }
      total += term;
      for (std::size_t z = 0; z < lit.size(); ++z) live[z] += lit[z] ? term : 0;
      for (std::size_t u = 0; u < m; ++u) out[u] += (dead >> u & 1) != 0 ? term : 0;
    }
  }

  const Case& made_;
};

TEST(LinkedGroup, InferenceWithSharesIsWhatEnumerationOfLinksAndConcentratorsFinds) {
  constexpr std::uint64_t kSeed = 640;
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  const std::size_t n = forest.zones().size();
  ASSERT_LE(n, 9u);
  const auto zone = [&](std::string_view name) {
    return static_cast<int>(forest.zone_of(device(network, name)).index);
  };
  const std::vector<std::pair<const char*, int>> kLives = {
      {"T2", zone("F1")}, {"T3", zone("B1")}, {"T5", -1}, {"T6", -2}};
  int branches = 0;
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Case made;
    made.zone = static_cast<std::size_t>(zone("T1"));
    made.settings = {random.chance(.2) ? 0 : random.uniform(0, .3),
                     random.chance(.2) ? 0 : random.uniform(0, .5),
                     random.chance(.2) ? 0 : random.uniform(0, .9)};
    for (std::size_t z = 0; z < n; ++z) {
      const Id<InferenceZone> up = forest.zones()[z].parent;
      made.parent.push_back(up.valid() ? up.index : kNoParent);
      made.prior.push_back(random.uniform(.01, .5));
      made.lambda.push_back(random.uniform(-2, 2));
    }
    std::vector<std::vector<SuspectedLink>> rows(1 + random.below(3));
    std::vector<LinkedLeaf> leaves;
    if (random.chance(.5)) {
      made.on_drop = rows.size();
      made.drop_open = random.uniform(0, .4);
    }
    for (std::size_t u = 0; u < rows.size(); ++u) {
      const Id<UsagePoint> id = usage_point(network, "T1." + std::to_string(u + 1));
      double left = 1;
      std::vector<Hangs> hangs;
      for (const auto& [name, lives] : kLives) {
        if (!random.chance(.4)) continue;
        const auto p = static_cast<float>(random.uniform(0, .25));
        rows[u].push_back({id, device(network, "T1"), device(network, name), p});
        hangs.push_back({static_cast<double>(p), lives, false});
        left -= static_cast<double>(p);
      }
      hangs.push_back({left, zone("T1"), true});
      made.hangs.push_back(hangs);
      made.leaves.push_back(random_leaf(random));
      leaves.push_back({made.leaves.back(), rows[u]});
      if (made.on_drop > 0) {
        leaves.back().drop = device(network, "F2");  // any name will do
        leaves.back().drop_open = made.drop_open;
      }
    }
    const LinkedGroup group{forest, forest.zone_of(device(network, "T1")), leaves, made.settings};
    const std::vector<double> told = made.lambda;
    if (group.top()) {
      made.branch = zone(random.chance(.5) ? "B1" : "F1");
      made.together = {random.uniform(0, .5), random.uniform(0, .4)};
      const Id<InferenceZone> branch{made.branch};
      const BranchSilence silence{
          forest, std::span{&branch, 1}, made.together, [&group](Id<InferenceZone> at) {
            return at == *group.top() ? silent_share(group.if_all_dead()) : SilentShare{};
          }};
      // A link to T3 lives with B1, which is not behind F1.
      if (forest[*group.top()].zones_end > forest[branch].zones_end) made.branch = -1;
      made.lambda[branch.index] += silence.added(branch);
      branches += made.branch >= 0 ? 1 : 0;
    }
    for (const ZoneShare& share : group.shares()) made.lambda[share.zone.index] += share.log_ratio;
    Case bare = made;
    bare.lambda = told;
    const Enumeration all{bare};
    Marginals marginals;
    infer_marginals({made.parent, made.prior, made.lambda}, marginals);
    for (std::size_t z = 0; z < n; ++z) {
      EXPECT_NEAR(marginals.p_live[z], all.live[z], 1e-9) << "zone " << z;
    }
    std::vector<double> levels_live;
    for (const Id<InferenceZone> level : group.levels()) {
      levels_live.push_back(marginals.p_live[level.index]);
    }
    const std::vector<double> p_out = group.p_out(levels_live);
    for (std::size_t u = 0; u < leaves.size(); ++u) {
      EXPECT_NEAR(p_out[u], all.out[u], 1e-9) << "leaf " << u;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(branches, 300);
}

TEST(LinkedGroup, WithoutSuspicionItIsTheGroup) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  Random random{4};
  for (int round = 0; round < 200; ++round) {
    const GroupSettings settings{.01, .02, .3};
    GroupAccumulator accumulator{settings};
    std::vector<LinkedLeaf> leaves;
    for (int u = 0; u < 3; ++u) {
      LeafEvidence leaf = random_leaf(random);
      leaf.since_before = std::log(random.uniform(1e-3, 1));
      leaf.since_link = std::log(random.uniform(1e-3, 1));
      leaf.since_other = std::log(random.uniform(1e-3, 1));
      leaf.since_silent = random.chance(.7);
      leaves.push_back({leaf, {}});
      accumulator.add(leaf);
    }
    const double died_since = random.chance(.3) ? 0 : random.uniform(0, .9);
    const GroupLikelihood plain = accumulator.finish(died_since);
    const LinkedGroup group{forest, forest.zone_of(device(network, "T1")), leaves, settings,
                            died_since};
    ASSERT_EQ(group.shares().size(), 1u);
    EXPECT_NEAR(group.shares()[0].log_ratio, plain.log_ratio(), 1e-12);
    const std::vector<double> p_out = group.p_out(std::vector<double>{.75});
    for (std::size_t u = 0; u < leaves.size(); ++u) {
      EXPECT_NEAR(p_out[u], .25 + .75 * p_premises(leaves[u].evidence, plain, settings), 1e-12);
    }
  }
}

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

// Two of the three meters of T1 answer; one gasps, and it may as well hang on T2, whose own meter
// gasped too.
TEST(Localise, AMeterThatMayHangElsewhereBlamesThatTransformer) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  EvidenceBook book{network};
  const auto later = kOnset + std::chrono::minutes{5};
  const Id<UsagePoint> doubted = usage_point(network, "T1.3");
  book.record({"", kOnset, {}, "", LastGasp{doubted}});
  book.record({"", kOnset, {}, "", LastGasp{usage_point(network, "T2.1")}});
  book.record({"", later, {}, "", PingResult{usage_point(network, "T1.1"), true}});
  book.record({"", later, {}, "", PingResult{usage_point(network, "T1.2"), true}});
  const LocaliserSettings settings;
  const Time at = kOnset + std::chrono::minutes{10};
  const auto links = SuspectedLinks::from_rows(
      {{doubted, device(network, "T1"), device(network, "T2"), .9f}}, network);
  ASSERT_TRUE(links);
  const Id<InferenceZone> t1 = forest.zone_of(device(network, "T1"));
  const Id<InferenceZone> root = forest.root_of(t1);
  const auto p_out = [&](const SuspectedLinks& suspected) {
    const LocaliserInput input{forest, book, Water{}, at, suspected};
    const Posterior posterior = localise(input, forest.roots(), settings);
    const TreePosterior& tree = *posterior.tree_of(root);
    const Id<InferenceZone> t2 = forest.zone_of(device(network, "T2"));
    EXPECT_GT(tree(tree.p_active, t2), .5);
    const auto own = forest.own_usage_points(t1);
    const auto out = usage_point_p_out(input, tree, t1, settings);
    const auto place = std::ranges::find(own, doubted) - own.begin();
    return std::pair{out[static_cast<std::size_t>(place)],
                     tree.log_likelihood[t1.index - root.index]};
  };
  const auto [declared_out, declared] = p_out({});
  const auto [doubted_out, spread] = p_out(*links);
  EXPECT_GT(declared_out, .2);  // premises
  // T1 is the sounder for it: the gasp need not have come from behind it.
  EXPECT_GT(spread, declared + 1);
  EXPECT_GT(doubted_out, .2);
}

// The shares of a device's explanation still sum to its evidence.
TEST(Localise, ExplanationsOfDoubtedLinksSumToTheEvidence) {
  const NetworkModel network = drawing::draw(kNetwork);
  const InferenceForest forest = contract(network);
  EvidenceBook book{network};
  const Id<UsagePoint> doubted = usage_point(network, "T1.2");
  book.record({"", kOnset, {}, "", LastGasp{doubted}});
  book.record({"", kOnset, {}, "", TroubleCall{usage_point(network, "T1.1"), {}, {}, {}}});
  const auto links = SuspectedLinks::from_rows(
      {{doubted, device(network, "T1"), device(network, "T3"), .4f}}, network);
  ASSERT_TRUE(links);
  const LocaliserSettings settings;
  const Time at = kOnset + std::chrono::minutes{10};
  const EvidenceView view{{forest, book, Water{}, at, *links}, settings};
  for (const Id<InferenceZone> root : forest.roots()) {
    const LeafReader reader = view.reader(root);
    for (std::uint32_t z = root.index; z < forest[root].zones_end; ++z) {
      Shares shares;
      view.add_shares(Id<InferenceZone>{z}, reader, shares);
      double sum = 0;
      for (const double share : shares.log_odds) sum += share;
      EXPECT_NEAR(sum, -view.log_likelihood(Id<InferenceZone>{z}), 1e-9) << "zone " << z;
    }
  }
}

}  // namespace
}  // namespace gridmend::linked_group_test
