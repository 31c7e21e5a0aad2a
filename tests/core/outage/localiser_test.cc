#include "core/outage/localiser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/evidence_view.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::localiser_test {
namespace {

using drawing::draw;

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(2)
         |       |
         |       n3--T2(1)
         |
         n4--L1--n5--T3(2)
)";

// The model in words of its own: parameters, a parent table, and sums over everything there is.
struct Item {
  double link_live = 1, link_dead = 1, other_live = 1, other_dead = 1;
  bool silent = true;
  bool called = false;
};

class Enumerator {
 public:
  std::vector<int> parent;  // of each device
  std::vector<double> prior;
  std::vector<int> device_of;  // of each usage point: the zone it lies in
  std::vector<int> group_of;   // of each usage point
  std::vector<Item> items;
  double premises = 0, kappa_live = 0, kappa_dead = 0;
  // Somebody reported these open: of such a branch that is dead, all links are down together, or
  // nobody can be heard.
  std::vector<std::size_t> reported;
  double links_down = 0, unreachable = 0;

  double total = 0;
  std::vector<double> live, active, open, out;

  void run() {
    const std::size_t n = parent.size(), m = items.size();
    live = active = open = std::vector<double>(n, 0);
    out = std::vector<double>(m, 0);
    for (unsigned x = 0; x < (1u << n); ++x) {
      std::vector<bool> fed(n), lit(n);
      double weight = 1;
      for (std::size_t v = 0; v < n; ++v) {
        const bool is_open = (x >> v & 1) != 0;
        fed[v] = parent[v] < 0 || lit[static_cast<std::size_t>(parent[v])];
        lit[v] = fed[v] && !is_open;
        weight *= is_open ? prior[v] : 1 - prior[v];
      }
      add_branches(x, weight, fed, lit);
    }
    for (auto* sums : {&live, &active, &open, &out}) {
      for (double& sum : *sums) sum /= total;
    }
  }

 private:
  enum Cause { apart, links, nobody };

  // Every cause of silence each reported branch may have.
  void add_branches(unsigned x, double weight, const std::vector<bool>& fed,
                    const std::vector<bool>& lit) {
    std::size_t ways = 1;
    for (std::size_t r = 0; r < reported.size(); ++r) ways *= 3;
    for (std::size_t way = 0; way < ways; ++way) {
      double w = weight;
      std::vector<Cause> cause(parent.size(), apart);
      std::size_t rest = way;
      for (const std::size_t v : reported) {
        cause[v] = static_cast<Cause>(rest % 3);
        rest /= 3;
        const double chance[] = {1 - links_down - unreachable, links_down, unreachable};
        w *= lit[v] ? (cause[v] == apart ? 1 : 0) : chance[cause[v]];
      }
      // What is the case ahead is the case behind.
      for (std::size_t v = 0; v < parent.size(); ++v) {
        const Cause above = parent[v] < 0 ? apart : cause[static_cast<std::size_t>(parent[v])];
        if (above != apart) cause[v] = above;
      }
      if (w > 0) add_leaves(x, w, fed, lit, cause);
    }
  }

  void add_leaves(unsigned x, double weight, const std::vector<bool>& fed,
                  const std::vector<bool>& lit, const std::vector<Cause>& cause) {
    const std::size_t m = items.size();
    int groups = 0;
    for (const int group : group_of) groups = std::max(groups, group + 1);
    for (unsigned dead = 0; dead < (1u << m); ++dead) {
      for (unsigned down = 0; down < (1u << groups); ++down) {
        double w = weight;
        std::vector<bool> seen(static_cast<std::size_t>(groups), false);
        for (std::size_t u = 0; u < m; ++u) {
          const bool zone_lit = lit[static_cast<std::size_t>(device_of[u])];
          const auto group = static_cast<std::size_t>(group_of[u]);
          const bool is_down = (down >> group & 1) != 0;
          if (!seen[group]) {
            const double kappa = zone_lit ? kappa_live : kappa_dead;
            w *= is_down ? kappa : 1 - kappa;
            seen[group] = true;
          }
          const bool broken = (dead >> u & 1) != 0;
          const bool is_lit = zone_lit && !broken;
          w *= broken ? premises : 1 - premises;
          const Cause because = cause[static_cast<std::size_t>(device_of[u])];
          if (because == nobody) {
            w *= items[u].silent && !items[u].called ? 1 : 0;
            continue;
          }
          w *= is_lit ? items[u].other_live : items[u].other_dead;
          if (is_down || because == links) {
            w *= items[u].silent ? 1 : 0;
          } else {
            w *= is_lit ? items[u].link_live : items[u].link_dead;
          }
        }
        note(x, dead, w, fed, lit);
      }
    }
  }

  void note(unsigned x, unsigned dead, double w, const std::vector<bool>& fed,
            const std::vector<bool>& lit) {
    total += w;
    for (std::size_t v = 0; v < lit.size(); ++v) {
      const bool is_open = (x >> v & 1) != 0;
      if (lit[v]) live[v] += w;
      if (is_open) open[v] += w;
      if (is_open && fed[v]) active[v] += w;
    }
    for (std::size_t u = 0; u < items.size(); ++u) {
      const bool zone_lit = lit[static_cast<std::size_t>(device_of[u])];
      if (!zone_lit || (dead >> u & 1) != 0) out[u] += w;
    }
  }
};

// Kinds of random evidence; rates of the settings are written out again here.
Item random_item(Random& random, EvidenceBook& book, Id<UsagePoint> id,
                 const ReliabilityParameters& r, double minutes, bool quiet) {
  const double gasps = r.last_gasp_reach * (1 - std::exp2(-minutes * 60 / 10));
  const double calls = r.call_rate * (1 - std::exp2(-minutes / 30));
  const Time soon = kOnset + std::chrono::seconds{30};
  Item item;
  item.link_live = 1 - r.last_gasp_false;
  item.link_dead = 1 - gasps;
  item.other_live = 1 - r.call_false;
  item.other_dead = 1 - calls;
  const auto kind = quiet ? 2 + random.below(4) : random.below(6);
  if (kind == 0) {
    book.record({"", kOnset, {}, "", LastGasp{id}});
    item.link_live = r.last_gasp_false;
    item.link_dead = r.last_gasp_reach;
    item.silent = false;
  } else if (kind == 1) {
    book.record({"", soon, {}, "", PingResult{id, true}});
    item.link_live *= 1 - r.ping_lost;
    item.link_dead *= r.ping_false;
    item.silent = false;
  } else if (kind == 2) {
    book.record({"", soon, {}, "", PingResult{id, false}});
    item.link_live *= r.ping_lost;
    item.link_dead *= 1 - r.ping_false;
  }
  if (!quiet && random.chance(.25)) {
    item.called = true;
    book.record(
        {"", kOnset + r.call_lead + std::chrono::seconds{1}, {}, "", TroubleCall{id, {}, {}, {}}});
    item.other_live = r.call_false;
    item.other_dead = calls;
  }
  return item;
}

TEST(Localise, AgreesWithEnumerationOfTheWholeModel) {
  constexpr std::uint64_t kSeed = 1366;
  const NetworkModel network = draw(kFeeder);
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  const std::vector<std::string> devices{"B1", "F1", "T1", "T2", "L1", "T3"};
  int silent_branches = 0;
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    LocaliserSettings settings;
    for (double& q : settings.priors.by_kind) q = random.uniform(.001, .5);
    settings.reliability.branch_links_down = random.uniform(0, .4);
    settings.reliability.branch_unreachable = random.chance(.2) ? 0 : random.uniform(0, .4);
    settings.priors.overhead_per_km = settings.priors.underground_per_km = 0;
    settings.priors.premises = random.uniform(0, .2);
    settings.reliability.group_down_if_live = random.uniform(0, .3);
    settings.reliability.group_down_if_dead = random.uniform(0, .6);
    const double minutes = random.uniform(7, 25);
    Enumerator model;
    model.parent = {-1, 0, 1, 1, 0, 4};
    model.premises = settings.priors.premises;
    model.kappa_live = settings.reliability.group_down_if_live;
    model.kappa_dead = settings.reliability.group_down_if_dead;
    for (const std::string& name : devices) {
      const Device& device = network.devices()[drawing::device(network, name)];
      model.prior.push_back(settings.priors.by_kind[static_cast<std::size_t>(device.kind)]);
    }
    EvidenceBook book{network};
    model.links_down = settings.reliability.branch_links_down;
    model.unreachable = settings.reliability.branch_unreachable;
    for (std::size_t v = 0; round % 2 == 1 && v < devices.size(); ++v) {
      if (model.reported.size() == 3 || !random.chance(.4)) continue;
      model.reported.push_back(v);
      const Id<Device> device = drawing::device(network, devices[v]);
      book.record({"", kOnset, {}, "", SwitchPosition{device, PhaseSet::abc()}});
      const double q = model.prior[v];
      const ReportReliability& open = settings.reliability.scada_open;
      model.prior[v] = q * open.if_open / (q * open.if_open + (1 - q) * open.if_closed);
    }
    // Some rounds begin with fault current that nobody has reported open yet.
    const bool indicated = model.reported.empty() && round % 4 == 2;
    if (indicated) {
      const std::size_t v = random.below(devices.size());
      book.record({"", kOnset, {}, "", FaultIndicator{drawing::device(network, devices[v]), true}});
      const double q = model.prior[v];
      const ReportReliability& passed = settings.reliability.indicator_passed;
      model.prior[v] = q * passed.if_open / (q * passed.if_open + (1 - q) * passed.if_closed);
    }
    const bool quiet = (!model.reported.empty() || indicated) && random.chance(.6);
    silent_branches += quiet ? 1 : 0;
    const std::vector<std::pair<std::string, int>> points{
        {"T1.1", 2}, {"T1.2", 2}, {"T2.1", 3}, {"T3.1", 5}, {"T3.2", 5}};
    for (const auto& [name, zone] : points) {
      const Id<UsagePoint> id = drawing::usage_point(network, name);
      model.items.push_back(random_item(random, book, id, settings.reliability, minutes, quiet));
      model.device_of.push_back(zone);
      model.group_of.push_back(zone == 2 ? 0 : zone == 3 ? 1 : 2);
    }
    // The onset is the same for every kind: a report, an indicator, or somebody's last gasp.
    if (model.reported.empty() && !indicated) {
      const Id<UsagePoint> first = drawing::usage_point(network, "T1.1");
      book.record({"", kOnset, {}, "", LastGasp{first}});
      Item& item = model.items.front();
      if (book.find(first)->live > kOnset) continue;  // taken back: another onset
      item.link_live = settings.reliability.last_gasp_false *
                       (book.find(first)->dead_ping() ? settings.reliability.ping_lost : 1);
      item.link_dead = settings.reliability.last_gasp_reach *
                       (book.find(first)->dead_ping() ? 1 - settings.reliability.ping_false : 1);
      item.silent = false;
    }
    model.run();
    const LocaliserInput input{forest, book, Water{}, kOnset + from_seconds(60 * minutes)};
    const Posterior posterior = localise(input, forest.roots(), settings);
    ASSERT_EQ(posterior.trees.size(), 1u);
    const TreePosterior& tree = posterior.trees.front();
    ASSERT_EQ(tree.onset, kOnset);
    for (std::size_t v = 0; v < devices.size(); ++v) {
      const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, devices[v]));
      EXPECT_NEAR(tree(tree.p_live, zone), model.live[v], 1e-9) << devices[v];
      EXPECT_NEAR(tree(tree.p_active, zone), model.active[v], 1e-9) << devices[v];
      EXPECT_NEAR(tree(tree.p_open, zone), model.open[v], 1e-9) << devices[v];
    }
    for (std::size_t u = 0; u < points.size(); ++u) {
      const Id<UsagePoint> id = drawing::usage_point(network, points[u].first);
      const Id<InferenceZone> zone = forest.zone_of(id);
      const auto own = forest.own_usage_points(zone);
      const auto p_out = usage_point_p_out(input, tree, zone, settings);
      const auto place = std::ranges::find(own, id) - own.begin();
      EXPECT_NEAR(p_out[static_cast<std::size_t>(place)], model.out[u], 1e-9) << points[u].first;
      const EvidenceView view{input, settings};
      EXPECT_EQ(usage_point_p_out(view, tree, zone, std::span{&id, 1}).front(),
                p_out[static_cast<std::size_t>(place)]);
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(silent_branches, 50);
}

TEST(Localise, OrderAndRepetitionOfEvidenceDoNotMatter) {
  constexpr std::uint64_t kSeed = 17;
  const NetworkModel network = draw(kFeeder);
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    std::vector<Evidence> items;
    for (int i = 0; i < 30; ++i) {
      const Id<UsagePoint> point{static_cast<std::uint32_t>(random.below(5))};
      const Id<Device> device{static_cast<std::uint32_t>(random.below(network.devices().size()))};
      // Few distinct times, so that equal ones meet.
      const Time time = kOnset + std::chrono::minutes{random.between(0, 4)};
      EvidenceKind kind = LastGasp{point};
      switch (random.below(8)) {
        case 0:
          kind = PowerUp{point};
          break;
        case 1:
          kind = PingResult{point, random.chance(.5)};
          break;
        case 2:
          kind = TroubleCall{point, {}, static_cast<Complaint>(random.below(4)), {}};
          break;
        case 3:
          kind = MeterReading{point, random.chance(.5) ? 1. : 0., {}};
          break;
        case 4:
          kind = SwitchPosition{device, random.chance(.5) ? PhaseSet::abc() : PhaseSet::none(),
                                static_cast<PositionOrigin>(random.below(3)),
                                SwitchingReason::unknown};
          break;
        case 5:
          kind = FieldReport{device, {}, static_cast<Finding>(random.below(5)), {}};
          break;
        case 6:
          kind = FaultIndicator{device, random.chance(.5)};
          break;
        default:
          break;
      }
      items.push_back({"", time, {}, "", kind});
    }
    const Time at = kOnset + std::chrono::minutes{20};
    std::optional<TreePosterior> first;
    for (int order = 0; order < 4; ++order) {
      EvidenceBook book{network};
      for (const Evidence& item : items) book.record(item);
      if (order == 3) {
        for (const Evidence& item : items) book.record(item);
      }
      const Posterior posterior =
          localise({forest, book, Water{}, at}, forest.roots(), LocaliserSettings{});
      const TreePosterior& tree = posterior.trees.front();
      if (!first) first = tree;
      EXPECT_EQ(tree.onset, first->onset);
      EXPECT_EQ(tree.p_active, first->p_active);
      EXPECT_EQ(tree.p_live, first->p_live);
      for (std::size_t i = items.size(); i > 1; --i) {
        std::swap(items[i - 1], items[random.below(i)]);
      }
    }
    if (HasFailure()) return;
  }
}

TEST(Localise, AQuietTreesSilenceCountsFromTheStormsOnset) {
  const NetworkModel network = draw(R"(
    S1==B1--n1--T1(5)        S2==B2--n2--T2(5)
                                     |
                                     n3--T3(5)
  )");
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  const LocaliserSettings settings;
  const Time at = kOnset + std::chrono::minutes{10};
  const Id<InferenceZone> quiet = forest.zone_of(drawing::device(network, "B2"));
  EvidenceBook book{network};
  const auto p_quiet = [&] {
    const Posterior posterior = localise({forest, book, Water{}, at}, forest.roots(), settings);
    const TreePosterior& tree = *posterior.tree_of(forest.root_of(quiet));
    EXPECT_FALSE(tree.onset.has_value());
    return tree(tree.p_active, quiet);
  };
  const double prior = p_quiet();  // nothing speaks for dark anywhere
  EXPECT_GE(prior, settings.priors.by_kind[static_cast<std::size_t>(DeviceKind::breaker)]);
  book.record({"", kOnset, {}, "", LastGasp{drawing::usage_point(network, "T1.1")}});
  EXPECT_LT(p_quiet(), .2 * prior);
}

TEST(Localise, WithoutDarkEvidenceTheTreeIsNotLookedAt) {
  const NetworkModel network = draw(kFeeder);
  const SupplyForest supply = SupplyForest::derive(network, SwitchState{network});
  const InferenceForest forest = InferenceForest::contract(supply);
  EvidenceBook book{network};
  const LocaliserSettings settings;
  EXPECT_TRUE(trees_with_dead_evidence({forest, book, Water{}, kOnset}, settings).empty());
  book.record({"", kOnset, {}, "", PowerUp{Id<UsagePoint>{0}}});
  EXPECT_TRUE(trees_with_dead_evidence({forest, book, Water{}, kOnset}, settings).empty());
  book.record({"", kOnset, {}, "", LastGasp{Id<UsagePoint>{1}}});
  EXPECT_EQ(trees_with_dead_evidence({forest, book, Water{}, kOnset}, settings).size(), 1u);
  // Not yet: the last gasp lies in the future of that moment.
  const Time before = kOnset - std::chrono::minutes{10};
  EXPECT_TRUE(trees_with_dead_evidence({forest, book, Water{}, before}, settings).empty());
}

// Nothing that may be listed is passed over, and what is answered is what it is without a bound;
// the same of single usage points.
TEST(Localise, PassesOverOnlyDropsThatAreSurelyLessProbable) {
  constexpr std::uint64_t kSeed = 2026;
  const NetworkModel network = draw(R"(
    S==B1--n1--F1--n2--T1--n3(3)
                           |
                           n4--H1--n5(2)
                           |
                           n6--H2--n7(3)
                           |
                           n8--H3--n9(2)
  )");
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  const Id<InferenceZone> zone = forest.zone_of(drawing::device(network, "T1"));
  int passed_over = 0, listed = 0;
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    LocaliserSettings settings;
    settings.priors.premises = random.chance(.5) ? .001 : random.uniform(.001, .3);
    settings.reliability.group_down_if_live = random.chance(.5) ? .01 : random.uniform(0, .5);
    EvidenceBook book{network};
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      const Time time = kOnset + from_seconds(random.uniform(0, 500));
      if (random.chance(.3)) book.record({"", time, {}, "", PingResult{id, random.chance(.6)}});
      if (random.chance(.15)) book.record({"", time, {}, "", LastGasp{id}});
      if (random.chance(.1)) book.record({"", time, {}, "", TroubleCall{id, {}, {}, {}}});
    }
    const char* heard_of[] = {"H1", "H2", "H3"};
    if (random.chance(.2)) {
      const Id<Device> drop = drawing::device(network, heard_of[random.below(3)]);
      const Finding finding = random.chance(.5) ? Finding::open : Finding::nothing_found;
      book.record({"", kOnset, {}, "", FieldReport{drop, {}, finding, {}}});
    }
    const Water dry;
    const LocaliserInput input{forest, book, dry, kOnset + std::chrono::minutes{10}};
    const EvidenceView view{input, settings};
    const Posterior posterior = localise(view, forest.roots());
    const double least = random.uniform(.05, .95);
    std::vector<DropPosterior> all = drop_posteriors(view, posterior.trees.front(), zone);
    const std::vector<DropPosterior> some =
        drop_posteriors(view, posterior.trees.front(), zone, least);
    ASSERT_EQ(all.size(), 3U);
    passed_over += static_cast<int>(all.size() - some.size());
    for (const DropPosterior& drop : some) {
      const auto same = std::ranges::find(all, drop.drop, &DropPosterior::drop);
      ASSERT_NE(same, all.end());
      EXPECT_EQ(same->p_active, drop.p_active);
      listed += drop.p_active >= least ? 1 : 0;
      all.erase(same);
    }
    for (const DropPosterior& drop : all) EXPECT_LT(drop.p_active, least);
  }
  EXPECT_GT(passed_over, 1000);
  EXPECT_GT(listed, 50) << "some are probably open";
}

}  // namespace
}  // namespace gridmend::localiser_test
