#include "core/outage/epoch_localiser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/refined_posterior.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::epoch_localiser_test {
namespace {

using drawing::draw;
using ::testing::SizeIs;

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

Time after(double minutes) { return kOnset + from_seconds(60 * minutes); }

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(2)
         |       |
         |       n3--T2(2)
         |
         n4--T3(2)
)";

struct Street {
  explicit Street(std::string_view drawn = kFeeder) : network(draw(drawn)) {}

  NetworkModel network;
  InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  EvidenceBook book{network};
  LocaliserSettings settings;
  Water water;

  Id<InferenceZone> zone(const std::string& name) const {
    return forest.zone_of(drawing::device(network, name));
  }
  void gasp(const std::string& usage_point, double minute) {
    book.record({"", after(minute), {}, "", LastGasp{drawing::usage_point(network, usage_point)}});
  }
  void open(const std::string& name, double minute) {
    book.record({"",
                 after(minute),
                 {},
                 "",
                 SwitchPosition{drawing::device(network, name), PhaseSet::abc()}});
  }
  EvidenceView view(double minute) const {
    return {LocaliserInput{forest, book, water, after(minute)}, settings};
  }
};

Evidence random_item(Random& random, Id<UsagePoint> id) {
  const Time time = after(random.uniform(0, 40));
  switch (random.below(5)) {
    case 0:
      return {"", time, {}, "", TroubleCall{id, {}, {}, {}}};
    case 1:
      return {"", time, {}, "", PingResult{id, random.chance(.5)}};
    case 2:
      return {"", time, {}, "", PowerUp{id}};
    default:
      return {"", time, {}, "", LastGasp{id}};
  }
}

TEST(EpochLocaliser, InOneEpochItSaysWhatLocaliseSays) {
  constexpr std::uint64_t kSeed = 41;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Street street;
    street.settings.reliability.group_down_if_dead = random.uniform(0, .6);
    for (std::uint32_t i = 0; i < 8; ++i) {
      street.book.record(
          random_item(random, Id<UsagePoint>{static_cast<std::uint32_t>(random.below(6))}));
    }
    street.gasp("T1.1", 1);
    for (const char* name : {"B1", "F1", "T3"}) {
      if (random.chance(.3)) street.open(name, random.uniform(0, 30));
    }
    const EvidenceView view = street.view(45);
    const Id<InferenceZone> root = street.forest.roots().front();
    const Posterior plain = localise(view, street.forest.roots());
    const TreePosterior& tree = plain.trees.front();
    if (!tree.onset) continue;
    const EpochPosterior epochs = localise_epochs(view, root, {{*tree.onset}});
    for (std::uint32_t z = root.index; z < tree.end(); ++z) {
      const Id<InferenceZone> zone{z};
      EXPECT_NEAR(epochs.p_live(zone), tree(tree.p_live, zone), 1e-9);
      EXPECT_NEAR(epochs.p_active(zone), tree(tree.p_active, zone), 1e-9);
      EXPECT_NEAR(epochs.p_open(zone), tree(tree.p_open, zone), 1e-9);
      EXPECT_EQ(epochs.cut[z - root.index], tree.cut[z - root.index]);
    }
    if (HasFailure()) return;
  }
}

// One usage point's evidence in two epochs, in words of its own.
struct Told {
  bool gasped = false;
  bool early = false;  // the gasp came in the first epoch
  bool answered_between = false;
  bool called_early = false;
  bool called_late = false;
};

class TwoEpochs {
 public:
  static constexpr double kSecond = 20;  // minute
  static constexpr double kNow = 40;
  explicit TwoEpochs(const ReliabilityParameters& r) : r_(r) {}

  // The link's and the call's P(. | died in epoch k); k = 2: lives.
  double link(const Told& told, int k) const {
    const double eps = r_.last_gasp_false, rho = r_.last_gasp_reach;
    const double reach = rho * (1 - std::exp2(-(kNow - began(k)) * 60 / 10));
    double p = 0;
    if (k == 2) {
      p = told.gasped ? eps : 1 - eps;
    } else if (!told.gasped) {
      p = 1 - reach;
    } else if (told.early == (k == 0)) {
      p = rho;
    } else {
      p = eps * (1 - reach) / (1 - eps);  // beside its own, which did not arrive
    }
    // Ten minutes after the first epoch began it answered.
    if (told.answered_between) p *= k == 0 ? r_.ping_false : 1 - r_.ping_lost;
    return p;
  }
  // What was said before its zone died, where nobody in it can be heard since.
  double unreachable(const Told& told, int k) const {
    const bool link_since =
        (told.gasped && (k == 0 || !told.early)) || (told.answered_between && k == 0);
    const bool called_since = told.called_late || (told.called_early && k == 0);
    if (link_since || called_since) return 0;
    return (told.gasped ? r_.last_gasp_false / (1 - r_.last_gasp_false) : 1) *
           (told.answered_between ? 1 - r_.ping_lost : 1) *
           (told.called_early ? r_.call_false / (1 - r_.call_false) : 1);
  }
  // Nothing arrives while the concentrator is down; what came before its zone died says nothing of
  // that, and is as of a live meter.
  double link_while_down(const Told& told, int k) const {
    if (k != 1) return told.gasped || told.answered_between ? 0 : 1;
    if (told.gasped && !told.early) return 0;
    return (told.gasped ? r_.last_gasp_false / (1 - r_.last_gasp_false) : 1) *
           (told.answered_between ? 1 - r_.ping_lost : 1);
  }
  double call(const Told& told, int k) const {
    const double rate = r_.call_rate * (1 - std::exp2(-(kNow - began(k)) / 30));
    if (k == 2) return told.called_early || told.called_late ? r_.call_false : 1 - r_.call_false;
    if (told.called_late || (told.called_early && k == 0)) return rate;
    if (told.called_early) return r_.call_false * (1 - rate) / (1 - r_.call_false);
    return 1 - rate;
  }

 private:
  static double began(int k) { return k == 1 ? kSecond : 0; }
  const ReliabilityParameters& r_;
};

// A zone's evidence, given the epoch of its death and the common cause of its silence: 0 none, 1
// links, 2 nobody can be heard. Every transformer's meters are one group.
double zone_said(std::size_t zone, int k, int cause,
                 const std::vector<std::pair<std::string, int>>& points,
                 const std::vector<Told>& told, const TwoEpochs& model,
                 const LocaliserSettings& settings) {
  if (zone < 2) return 1;
  const double kappa =
      k == 2 ? settings.reliability.group_down_if_live : settings.reliability.group_down_if_dead;
  double up = 1 - kappa, down = kappa, links_down = 1, unreachable = 1;
  for (std::size_t u = 0; u < points.size(); ++u) {
    if (points[u].second != static_cast<int>(zone)) continue;
    const double silent = model.link_while_down(told[u], k) * model.call(told[u], k);
    up *= model.link(told[u], k) * model.call(told[u], k);
    down *= silent;
    links_down *= silent;
    unreachable *= model.unreachable(told[u], k);
  }
  return cause == 0 ? up + down : cause == 1 ? links_down : unreachable;
}

// Zone by zone, every cause that a reported one may have which died, unless it died with what is
// ahead of it and that has one already.
template <class Said>
double all_causes(std::size_t v, const std::vector<int>& parent, const std::vector<int>& died,
                  const std::vector<bool>& reported, std::vector<int> cause,
                  const ReliabilityParameters& r, const Said& said) {
  if (v == parent.size()) return 1;
  const auto rest = [&](int own) {
    cause[v] = own;
    return said(v, own) * all_causes(v + 1, parent, died, reported, cause, r, said);
  };
  if (died[v] == 2) return rest(0);
  const auto ahead = static_cast<std::size_t>(std::max(parent[v], 0));
  const int inherited = parent[v] >= 0 && died[ahead] == died[v] ? cause[ahead] : 0;
  if (inherited != 0 || !reported[v]) return rest(inherited);
  return (1 - r.branch_links_down - r.branch_unreachable) * rest(0) +
         r.branch_links_down * rest(1) + r.branch_unreachable * rest(2);
}

TEST(EpochLocaliser, AgreesWithEnumerationOfTwoEpochs) {
  constexpr std::uint64_t kSeed = 1366;
  const std::vector<std::string> devices{"B1", "F1", "T1", "T2", "T3"};
  const std::vector<int> parent{-1, 0, 1, 1, 0};
  const std::vector<std::pair<std::string, int>> points{{"T1.1", 2}, {"T1.2", 2}, {"T2.1", 3},
                                                        {"T2.2", 3}, {"T3.1", 4}, {"T3.2", 4}};
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    Street street;
    LocaliserSettings& settings = street.settings;
    for (double& q : settings.priors.by_kind) q = random.uniform(.001, .5);
    settings.priors.overhead_per_km = settings.priors.underground_per_km = 0;
    settings.priors.premises = 0;
    settings.reliability.group_down_if_live = random.uniform(0, .3);
    settings.reliability.group_down_if_dead = random.uniform(0, .6);
    settings.reliability.live_fresh = std::chrono::hours{1};
    settings.reliability.branch_links_down = random.uniform(0, .4);
    settings.reliability.branch_unreachable = random.chance(.2) ? 0 : random.uniform(0, .4);
    std::vector<double> prior;
    for (const std::string& name : devices) {
      const auto kind = static_cast<std::size_t>(
          street.network.devices()[drawing::device(street.network, name)].kind);
      prior.push_back(settings.priors.by_kind[kind]);
    }
    // Some are reported open, and then often nobody but the first says anything.
    std::vector<bool> reported(devices.size(), false);
    for (std::size_t v = 0; round % 2 == 1 && v < devices.size(); ++v) {
      if (!random.chance(.4)) continue;
      reported[v] = true;
      street.open(devices[v], 0);
      const ReportReliability& open = settings.reliability.scada_open;
      const double q = prior[v];
      prior[v] = q * open.if_open / (q * open.if_open + (1 - q) * open.if_closed);
    }
    const double talk = round % 4 == 1 ? .2 : 1;
    std::vector<Told> told(points.size());
    for (std::size_t u = 0; u < points.size(); ++u) {
      const Id<UsagePoint> id = drawing::usage_point(street.network, points[u].first);
      Told& item = told[u];
      item.gasped = u == 0 || random.chance(.6 * talk);
      item.early = u == 0 || random.chance(.5);
      item.answered_between = !(item.gasped && item.early) && random.chance(.3 * talk);
      item.called_early = !item.answered_between && random.chance(.2 * talk);
      item.called_late = !item.called_early && random.chance(.2 * talk);
      if (item.gasped) street.gasp(points[u].first, item.early ? 0 : TwoEpochs::kSecond);
      if (item.answered_between) {
        street.book.record({"", after(10), {}, "", PingResult{id, true}});
      }
      if (item.called_early || item.called_late) {
        street.book.record(
            {"", after(item.called_early ? 8 : 30), {}, "", TroubleCall{id, {}, {}, {}}});
      }
    }
    // A call of before the sign of life that settles it is not told above; the gasp of a meter that
    // answers later neither.
    const TwoEpochs model{settings.reliability};
    const std::size_t n = devices.size();
    std::vector<double> live(n, 0), active(n, 0), open(n, 0);
    double total = 0;
    for (int x = 0; x < 243; ++x) {
      std::vector<int> opened(n), died(n);
      double weight = 1;
      int rest = x;
      for (std::size_t v = 0; v < n; ++v, rest /= 3) {
        opened[v] = rest % 3;
        const int fed = parent[v] < 0 ? 2 : died[static_cast<std::size_t>(parent[v])];
        died[v] = std::min(fed, opened[v]);
        weight *= opened[v] == 2 ? 1 - prior[v] : prior[v] / 2;
      }
      weight *= all_causes(0, parent, died, reported, std::vector<int>(n, 0), settings.reliability,
                           [&](std::size_t v, int cause) {
                             return zone_said(v, died[v], cause, points, told, model, settings);
                           });
      total += weight;
      for (std::size_t v = 0; v < n; ++v) {
        const int fed = parent[v] < 0 ? 2 : died[static_cast<std::size_t>(parent[v])];
        if (died[v] == 2) live[v] += weight;
        if (opened[v] < 2) open[v] += weight;
        if (opened[v] < 2 && fed > opened[v]) active[v] += weight;
      }
    }
    const EvidenceView view = street.view(TwoEpochs::kNow);
    const EpochPosterior posterior =
        localise_epochs(view, street.forest.roots().front(), {{after(0), after(20)}});
    for (std::size_t v = 0; v < n; ++v) {
      const Id<InferenceZone> zone = street.zone(devices[v]);
      EXPECT_NEAR(posterior.p_live(zone), live[v] / total, 1e-9) << devices[v];
      EXPECT_NEAR(posterior.p_active(zone), active[v] / total, 1e-9) << devices[v];
      EXPECT_NEAR(posterior.p_open(zone), open[v] / total, 1e-9) << devices[v];
    }
    if (HasFailure()) return;
  }
}

TEST(EpochLocaliser, WhatOpenedFirstStaysBehindWhatOpenedAboveItLater) {
  Street street;
  street.settings.outages.epoch_items = 2;
  for (const char* point : {"T1.1", "T1.2", "T2.1"}) street.gasp(point, 0);
  for (const char* point : {"T3.1", "T3.2"}) street.gasp(point, 20);
  const EvidenceView view = street.view(30);
  const auto epochs = death_epochs(view, street.forest.roots());
  ASSERT_THAT(epochs, SizeIs(1));
  const auto& [root, when] = *epochs.begin();
  EXPECT_EQ(when.begin, (std::vector<Time>{after(0), after(20)}));
  const EpochPosterior posterior = localise_epochs(view, root, when);
  EXPECT_GT(posterior.p_active(street.zone("F1")), .9);
  EXPECT_GT(posterior.p_open(street.zone("F1")), .9);
  const Posterior plain = localise(view, street.forest.roots());
  const TreePosterior& tree = plain.trees.front();
  EXPECT_LT(tree(tree.p_open, street.zone("F1")), .5)
      << "all at once, what is open above explains it all";
  EXPECT_EQ(posterior.cut[posterior.entry(street.zone("F1"))], 1);
  EXPECT_EQ(posterior.best.opened[posterior.entry(street.zone("F1"))], 0U);
}

// A fuse blows and its customers say so; ten minutes later the relay says that the breaker opened,
// and nobody else behind it is heard. Groups that fall silent one by one would be many witnesses.
TEST(EpochLocaliser, ABreakerReportedOpenLaterStandsAgainstTheSilenceBehindIt) {
  std::string drawn = "S==B1--n0--F1--m--T0(4)\n";
  for (int i = 1; i <= 12; ++i) {
    const std::string n = std::to_string(i);
    drawn += "n0--L" + n + "--k" + n + "--T" + n + "(6)\n";
  }
  Street street{drawn};
  street.settings.outages.epoch_items = 2;
  for (const char* point : {"T0.1", "T0.2", "T0.3"}) street.gasp(point, 0);
  street.open("B1", 20);
  const auto p_active = [&street] {
    const EvidenceView view = street.view(60);
    return localise_epochs(view, street.forest.roots().front(), {{after(0), after(20)}})
        .p_active(street.zone("B1"));
  };
  EXPECT_GT(p_active(), .3);
  street.settings.reliability.branch_links_down = 0;
  street.settings.reliability.branch_unreachable = 0;
  EXPECT_LT(p_active(), .01) << "each group a witness of its own";
}

TEST(EpochLocaliser, WhatAnOpenDeviceTakesIsTheSameInAllColumns) {
  Street street;
  street.settings.outages.epoch_items = 2;
  for (const char* point : {"T1.1", "T1.2", "T2.1"}) street.gasp(point, 0);
  for (const char* point : {"T3.1", "T3.2"}) street.gasp(point, 20);
  const RefinedPosterior refined = localise_refined(street.view(30), street.forest.roots());
  ASSERT_THAT(refined.epochs, SizeIs(1));
  const TreePosterior& tree = refined.all.trees.front();
  for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
    const Id<InferenceZone> zone{z};
    const Id<InferenceZone> above = street.forest[zone].parent;
    const double fed = above.valid() ? tree(tree.p_live, above) : 1;
    EXPECT_NEAR(tree(tree.p_live, zone), fed * (1 - tree(tree.p_cut_if_fed, zone)), 1e-12);
  }
}

TEST(EpochLocaliser, ALoneLastGaspIsNoEpochAndManyBurstsAreFew) {
  Street street;
  street.settings.outages.epoch_items = 2;
  for (const char* point : {"T1.1", "T1.2"}) street.gasp(point, 0);
  street.gasp("T3.1", 30);
  EXPECT_THAT(death_epochs(street.view(60), street.forest.roots()), SizeIs(0));
  street.gasp("T3.2", 31);
  EXPECT_THAT(death_epochs(street.view(60), street.forest.roots()), SizeIs(1));
  street.gasp("T2.1", 50);
  street.gasp("T2.2", 51);
  street.settings.outages.epochs = 2;
  const auto epochs = death_epochs(street.view(60), street.forest.roots());
  ASSERT_THAT(epochs, SizeIs(1));
  EXPECT_EQ(epochs.begin()->second.begin, (std::vector<Time>{after(0), after(30)}))
      << "the two that are nearest in time are one";
}

}  // namespace
}  // namespace gridmend::epoch_localiser_test
