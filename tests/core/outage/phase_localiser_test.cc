#include "core/outage/phase_localiser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::phase_localiser_test {
namespace {

using drawing::device;
using drawing::usage_point;

const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");

// Customers on known phases, on all three and on one nobody knows; a lateral on B, one on an
// unknown phase, a split secondary between A and B.
constexpr std::string_view kFeeder = R"(
S==B1==a==F1==b==T1(1:A,1:ABC,1:?ABC)
b==F2[B]==c==T2[B](1)
b==F3[?ABC]==d==T3[?ABC](1)
a==T4[AB>s1s2](1)
)";

InferenceForest contract(const NetworkModel& network) {
  return InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
}

// What one customer's signals are worth, in probabilities.
struct Item {
  double link_live = 1, link_dead = 1, other_live = 1, other_dead = 1, other_partly = 1;
  bool silent = true;
};

// Rates of the settings are written out again here.
Item random_item(Random& random, EvidenceBook& book, Id<UsagePoint> id,
                 const ReliabilityParameters& r, double minutes) {
  const double gasps = r.last_gasp_reach * (1 - std::exp2(-minutes * 60 / 10));
  const double calls = r.call_rate * (1 - std::exp2(-minutes / 30));
  Item item;
  item.link_live = 1 - r.last_gasp_false;
  item.link_dead = 1 - gasps;
  item.other_live = 1 - r.call_false;
  item.other_dead = item.other_partly = 1 - calls;
  const Time soon = kOnset + std::chrono::seconds{30};
  const auto kind = random.below(5);
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
  }
  if (!random.chance(.4)) return item;
  const auto complaint = static_cast<Complaint>(random.below(3));
  const Time called = kOnset + r.call_lead + std::chrono::seconds{1};
  book.record({"", called, {}, "", TroubleCall{id, {}, complaint, {}}});
  const bool no_light = complaint == Complaint::no_light;
  const double other = complaint == Complaint::dim ? r.dim_call_share : r.partial_call_share;
  item.other_live = r.call_false;
  item.other_dead = calls * (no_light ? 1 : other);
  item.other_partly = calls * (no_light ? r.partial_call_share : 1);
  return item;
}

// One zone in words: its feed, whether it opens phase by phase, and the phases it may be on.
struct Part {
  const char* device = "";
  int parent = -1;
  bool by_phases = false;
  std::vector<unsigned> on;  // each equally likely
  double q = 0;
};

// A customer: the zone, and the ways he may be connected, each equally likely.
struct Customer {
  const char* name = "";
  int part = 0;
  std::vector<unsigned> on;
  bool needs_all = false;  // dead unless all are live
  Item item;
};

class Enumeration {
 public:
  std::vector<Part> parts;
  std::vector<Customer> customers;
  double premises = 0, kappa_live = 0, kappa_dead = 0, together = 0;

  double total = 0;
  std::vector<ByPhases> live, active, open;
  std::vector<double> dead, partly;

  void run() {
    live = active = open = std::vector<ByPhases>(parts.size(), ByPhases{});
    dead = partly = std::vector<double>(customers.size(), 0);
    live_.resize(parts.size());
    open_.resize(parts.size());
    cut_.resize(parts.size());
    go(0, 1);
    for (auto* columns : {&live, &active, &open}) {
      for (ByPhases& column : *columns) {
        for (double& sum : column) sum /= total;
      }
    }
    for (auto* column : {&dead, &partly}) {
      for (double& sum : *column) sum /= total;
    }
  }

 private:
  // P(open set | by its prior); a common cause first, then each phase alone.
  double p_open(const Part& part, unsigned on, unsigned opened) const {
    if (!part.by_phases) return opened == 0 ? 1 - part.q : opened == on ? part.q : 0;
    const double common = part.q * together;
    const double closed = std::pow((1 - part.q) / (1 - common), 1.0 / std::popcount(on));
    double alone = 1 - common;
    for (unsigned phase = 1; phase < 8; phase *= 2) {
      if ((on & phase) == 0) continue;
      alone *= (opened & phase) != 0 ? 1 - closed : closed;
    }
    return alone + (opened == on ? common : 0);
  }

  void go(std::size_t v, double weight) {
    if (weight == 0) return;
    if (v == parts.size()) return finish(weight);
    const Part& part = parts[v];
    const unsigned feed = part.parent < 0 ? 7 : live_[static_cast<std::size_t>(part.parent)];
    for (const unsigned on : part.on) {
      for (unsigned opened = 0; opened < 8; ++opened) {
        if ((opened & on) != opened) continue;
        live_[v] = feed & on & ~opened;
        cut_[v] = feed & opened;
        open_[v] = opened;
        go(v + 1, weight / static_cast<double>(part.on.size()) * p_open(part, on, opened));
      }
    }
  }

  // 0 dead, 1 partly, 2 live.
  static int gets(const Customer& customer, unsigned on, unsigned live) {
    if ((on & live) == on) return 2;
    return (on & live) == 0 || customer.needs_all ? 0 : 1;
  }

  // P(signals, ends in `state`; any when negative).
  double leaf(const Customer& customer, unsigned zone_live, bool down, int state) const {
    const Item& item = customer.item;
    if (down && !item.silent) return 0;
    double sum = 0;
    for (const unsigned on : customer.on) {
      for (const bool broken : {false, true}) {
        // In a zone of unknown phase: on whatever there is.
        const unsigned wanted = on == 0 ? (zone_live != 0 ? zone_live : 7) : on;
        const int ends = broken ? 0 : gets(customer, wanted, zone_live);
        if (state >= 0 && ends != state) continue;
        double p = (broken ? premises : 1 - premises) / static_cast<double>(customer.on.size());
        if (!down) p *= ends == 0 ? item.link_dead : item.link_live;
        p *= ends == 0 ? item.other_dead : ends == 1 ? item.other_partly : item.other_live;
        sum += p;
      }
    }
    return sum;
  }

  void finish(double weight) {
    // Every zone with customers has one concentrator.
    std::vector<double> zone_sum(parts.size(), 1);
    std::vector<double> dead_share(customers.size()), partly_share(customers.size());
    for (std::size_t v = 0; v < parts.size(); ++v) {
      double sum = 0;
      for (const bool down : {false, true}) {
        const double kappa = live_[v] != 0 ? kappa_live : kappa_dead;
        double product = down ? kappa : 1 - kappa;
        for (const Customer& c : customers) {
          if (c.part == static_cast<int>(v)) product *= leaf(c, live_[v], down, -1);
        }
        sum += product;
        for (std::size_t u = 0; u < customers.size(); ++u) {
          if (customers[u].part != static_cast<int>(v) || product == 0) continue;
          const double whole = leaf(customers[u], live_[v], down, -1);
          dead_share[u] += product * leaf(customers[u], live_[v], down, 0) / whole;
          partly_share[u] += product * leaf(customers[u], live_[v], down, 1) / whole;
        }
      }
      zone_sum[v] = sum;
      weight *= sum;
    }
    total += weight;
    for (std::size_t v = 0; v < parts.size(); ++v) {
      live[v][live_[v]] += weight;
      active[v][cut_[v]] += weight;
      open[v][open_[v]] += weight;
    }
    for (std::size_t u = 0; u < customers.size(); ++u) {
      const double zone = zone_sum[static_cast<std::size_t>(customers[u].part)];
      dead[u] += weight * dead_share[u] / zone;
      partly[u] += weight * partly_share[u] / zone;
    }
  }

  std::vector<unsigned> live_, open_, cut_;
};

Enumeration feeder_model() {
  Enumeration model;
  model.parts = {{"B1", -1, false, {7}, 0}, {"F1", 0, true, {7}, 0},
                 {"T1", 1, true, {7}, 0},   {"F2", 1, false, {2}, 0},
                 {"T2", 3, false, {2}, 0},  {"F3", 1, false, {1, 2, 4}, 0},
                 {"T3", 5, false, {7}, 0},  {"T4", 0, true, {3}, 0}};
  model.customers = {{"T1.1", 2, {1}, false, {}},       {"T1.2", 2, {7}, false, {}},
                     {"T1.3", 2, {1, 2, 4}, false, {}}, {"T2.1", 4, {2}, false, {}},
                     {"T3.1", 6, {0}, false, {}},       {"T4.1", 7, {3}, true, {}}};
  return model;
}

void expect_equal(const ByPhases& found, const ByPhases& expected, const char* name) {
  for (std::size_t t = 0; t < 8; ++t) EXPECT_NEAR(found[t], expected[t], 1e-9) << name << ' ' << t;
}

TEST(PhaseLocaliser, AgreesWithEnumerationOfTheWholeModel) {
  constexpr std::uint64_t kSeed = 4821;
  const NetworkModel network = drawing::draw(kFeeder);
  const InferenceForest forest = contract(network);
  ASSERT_EQ(forest.roots().size(), 1u);
  ASSERT_TRUE(opens_by_phases(forest, forest.roots()[0]));
  int taken = 0;
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    Random random = Random{kSeed}.fork(static_cast<std::uint64_t>(round));
    LocaliserSettings settings;
    for (double& q : settings.priors.by_kind) q = random.uniform(.001, .4);
    settings.priors.overhead_per_km = settings.priors.underground_per_km = 0;
    settings.priors.phases_together = random.uniform();
    Enumeration model = feeder_model();
    model.together = settings.priors.phases_together;
    model.premises = settings.priors.premises = random.uniform(0, .2);
    model.kappa_live = settings.reliability.group_down_if_live = random.uniform(0, .3);
    model.kappa_dead = settings.reliability.group_down_if_dead = random.uniform(0, .6);
    for (Part& part : model.parts) {
      const DeviceKind kind = network.devices()[device(network, part.device)].kind;
      part.q = settings.priors.by_kind[static_cast<std::size_t>(kind)];
    }
    EvidenceBook book{network};
    const double minutes = random.uniform(7, 25);
    for (Customer& c : model.customers) {
      c.item =
          random_item(random, book, usage_point(network, c.name), settings.reliability, minutes);
    }
    const LocaliserInput input{forest, book, Water{}, kOnset + from_seconds(60 * minutes)};
    const EvidenceView view{input, settings};
    const Id<InferenceZone> root = forest.roots()[0];
    if (view.onset(root) != kOnset) continue;  // nobody's last gasp
    ++taken;
    model.run();
    const PhasePosterior posterior = localise_phases(view, root);
    for (std::size_t v = 0; v < model.parts.size(); ++v) {
      const char* name = model.parts[v].device;
      const Id<InferenceZone> zone = forest.zone_of(device(network, name));
      const std::uint32_t i = posterior.entry(zone);
      expect_equal(posterior.marginals.p_live[i], model.live[v], name);
      // On the one conductor behind a zone of unknown phase: open or not.
      if (model.parts[v].parent == 5) continue;
      expect_equal(posterior.marginals.p_active[i], model.active[v], name);
      expect_equal(posterior.marginals.p_open[i], model.open[v], name);
    }
    for (std::size_t u = 0; u < model.customers.size(); ++u) {
      const Id<UsagePoint> id = usage_point(network, model.customers[u].name);
      const Id<InferenceZone> zone = forest.zone_of(id);
      const auto own = forest.own_usage_points(zone);
      const auto place = static_cast<std::size_t>(std::ranges::find(own, id) - own.begin());
      const auto out = usage_point_p_out(view, posterior, zone);
      EXPECT_NEAR(out[place].dead, model.dead[u], 1e-9) << model.customers[u].name;
      EXPECT_NEAR(out[place].partly, model.partly[u], 1e-9) << model.customers[u].name;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(taken, 30);
}

// Where nothing opens by phases, and nobody is on a part of them, both localisers are one.
TEST(PhaseLocaliser, SaysWhatTheFastPathSaysWhereAllOpensTogether) {
  const NetworkModel network = drawing::draw(R"(
    S==B1--n1--L2--n2--F2[A]--T2[A](3)
           |
           n3--L1--n4--F3[C]--T3[C](2)
  )");
  const InferenceForest forest = contract(network);
  const Id<InferenceZone> root = forest.roots()[0];
  ASSERT_FALSE(opens_by_phases(forest, root));
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    EvidenceBook book{network};
    LocaliserSettings settings;
    for (const Id<UsagePoint> id : network.usage_points().ids()) {
      random_item(random, book, id, settings.reliability, 20);
    }
    if (random.chance(.5)) {
      book.record(
          {"", kOnset, {}, "", FieldReport{device(network, "F2"), {}, Finding::damaged, {}}});
    }
    // Up to where signs of life are old, and a group may have died since its newest.
    const LocaliserInput input{forest, book, Water{},
                               kOnset + std::chrono::minutes{random.between(20, 300)}};
    const EvidenceView view{input, settings};
    const PhasePosterior phases = localise_phases(view, root);
    const TreePosterior tree = localise(view, forest.roots()).trees.front();
    for (std::uint32_t z = root.index; z < tree.end(); ++z) {
      const Id<InferenceZone> zone{z};
      EXPECT_NEAR(1 - phases.marginals.p_live[z - root.index][0], tree(tree.p_live, zone), 1e-9);
      EXPECT_NEAR(phases.p_active_on(zone, 7), tree(tree.p_active, zone), 1e-9);
      EXPECT_NEAR(phases.p_open_on(zone, 7), tree(tree.p_open, zone), 1e-9);
      const auto scalar = usage_point_p_out(view, tree, zone);
      const auto out = usage_point_p_out(view, phases, zone);
      for (std::size_t u = 0; u < out.size(); ++u) EXPECT_NEAR(out[u].dead, scalar[u], 1e-9);
    }
    if (HasFailure()) return;
  }
}

// Three-phase customers who lost one phase of three say so; the fuse lost that phase, whichever.
TEST(PhaseLocaliser, PartialCallsAreAPhaseNotAnOutage) {
  const NetworkModel network = drawing::draw("S==B1==a==F1==b==T1(3:ABC,2:A,2:B)");
  const InferenceForest forest = contract(network);
  EvidenceBook book{network};
  const LocaliserSettings settings;
  const Time called = kOnset + std::chrono::minutes{10};
  const auto say = [&](const char* name, Complaint complaint) {
    book.record({"", called, {}, "", TroubleCall{usage_point(network, name), {}, complaint, {}}});
  };
  say("T1.1", Complaint::partial);
  say("T1.2", Complaint::partial);
  say("T1.4", Complaint::no_light);
  book.record({"", kOnset, {}, "", LastGasp{usage_point(network, "T1.4")}});
  book.record({"", kOnset, {}, "", LastGasp{usage_point(network, "T1.5")}});
  for (const char* lit : {"T1.6", "T1.7"}) {
    book.record({"", called, {}, "", PingResult{usage_point(network, lit), true}});
  }
  const EvidenceView view{{forest, book, Water{}, kOnset + std::chrono::minutes{20}}, settings};
  const PhasePosterior posterior = localise_phases(view, forest.roots()[0]);
  const Id<InferenceZone> fuse = forest.zone_of(device(network, "F1"));
  const Id<InferenceZone> transformer = forest.zone_of(device(network, "T1"));
  EXPECT_GT(posterior.p_live_on(transformer, 2), .99);  // B
  EXPECT_LT(posterior.p_live_on(transformer, 1), .01);  // A
  EXPECT_GT(posterior.p_active_on(fuse, 1) + posterior.p_active_on(transformer, 1), .99);
  EXPECT_LT(posterior.p_active_on(fuse, 2), .01);
  const auto out = usage_point_p_out(view, posterior, transformer);
  EXPECT_GT(out[0].partly, .95);
  EXPECT_GT(out[4].dead, .99);  // on A
  EXPECT_EQ(posterior.best.live[posterior.entry(transformer)] & 3, 2);
}

// A crew names the phase; the other two stay what they were.
TEST(PhaseLocaliser, AReportOfOneOpenPhaseSpeaksOfThatPhase) {
  const NetworkModel network = drawing::draw("S==B1==a==F1==b==T1(3)");
  const InferenceForest forest = contract(network);
  EvidenceBook book{network};
  book.record({"",
               kOnset,
               {},
               "",
               SwitchPosition{device(network, "F1"), PhaseSet{PhaseSet::kC}, PositionOrigin::crew,
                              SwitchingReason::unknown}});
  const LocaliserSettings settings;
  const EvidenceView view{{forest, book, Water{}, kOnset + std::chrono::minutes{1}}, settings};
  const PhasePosterior posterior = localise_phases(view, forest.roots()[0]);
  const Id<InferenceZone> fuse = forest.zone_of(device(network, "F1"));
  EXPECT_GT(posterior.p_open_on(fuse, 4), .9);
  // A common cause may have taken them too, no more.
  EXPECT_LT(posterior.p_open_on(fuse, 3), .7);
}

// Three single-phase fuses side by side are one zone; damage found at one of them is on its phase.
TEST(PhaseLocaliser, AReportAboutOneOfThreeFusesSpeaksOfItsPhase) {
  const NetworkModel network = drawing::draw("S==B1==a==F1[A]==b==T1(2)\na==F2[B]==b\na==F3[C]==b");
  const InferenceForest forest = contract(network);
  const Id<InferenceZone> fuses = forest.zone_of(device(network, "F2"));
  ASSERT_EQ(forest.members(fuses).size(), 3u);
  EvidenceBook book{network};
  book.record({"", kOnset, {}, "", FieldReport{device(network, "F2"), {}, Finding::damaged, {}}});
  const LocaliserSettings settings;
  const EvidenceView view{{forest, book, Water{}, kOnset + std::chrono::minutes{1}}, settings};
  const PhasePosterior posterior = localise_phases(view, forest.roots()[0]);
  EXPECT_GT(posterior.p_open_on(fuses, 2), .3);  // against the silence behind it
  EXPECT_GT(posterior.p_open_on(fuses, 2), 1.5 * posterior.p_open_on(fuses, 1));
}

// Something behind a lateral of unknown phase is known to be on C: so is all of it.
TEST(PhaseLocaliser, APhaseKnownFartherOutIsThatOfTheWholeLateral) {
  const NetworkModel network = drawing::draw("S==B1==a==F1[?ABC]==b==T1[C](1)");
  const InferenceForest forest = contract(network);
  EvidenceBook book{network};
  book.record({"", kOnset, {}, "", LastGasp{usage_point(network, "T1.1")}});
  const LocaliserSettings settings;
  const EvidenceView view{{forest, book, Water{}, kOnset + std::chrono::minutes{1}}, settings};
  const PhasePosterior posterior = localise_phases(view, forest.roots()[0]);
  const Id<InferenceZone> fuse = forest.zone_of(device(network, "F1"));
  EXPECT_FALSE(posterior.zones[posterior.entry(fuse)].one_of);
  EXPECT_EQ(posterior.zones[posterior.entry(fuse)].carries, 4);
}

}  // namespace
}  // namespace gridmend::phase_localiser_test
