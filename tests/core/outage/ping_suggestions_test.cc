#include "core/outage/ping_suggestions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/outage_builder.h"
#include "core/outage/patrol_suggestions.h"
#include "core/outage/ping_candidates.h"
#include "core/outage/tree_search.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::ping_suggestions_test {
namespace {

using drawing::draw;
using ::testing::HasSubstr;

constexpr std::uint64_t kSeed = 20260720;
const Time kOnset = *parse_rfc3339("2026-07-20T02:00:00Z");
const Time kNow = kOnset + std::chrono::hours{1};

constexpr std::string_view kFeeder = R"(
  S==B1--n1--F1--n2--T1(2)
         |       |
         |       n3--T2(1,hospital)
         |
         n4--L1--n5--T3(2)
)";

// Two of T3's customers share a service drop.
constexpr std::string_view kWithDrop = R"(
  S==B1--n1--F1--n2--T1(2)
         |       |
         |       n3--T2(1,hospital)
         |
         n4--L1--n5--T3--n6(1)--H1--n7(2)
)";

struct Desk {
  std::string_view drawing = kFeeder;
  NetworkModel network = draw(drawing);
  InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  EvidenceBook book{network};
  Water water{};
  LocaliserSettings settings = timeless();

  // All that will be heard is in.
  static LocaliserSettings timeless() {
    LocaliserSettings settings;
    settings.reliability.last_gasp_half_time = {};
    settings.reliability.call_half_time = {};
    settings.reliability.call_lead = {};
    settings.patrols.suspect_at = 0;
    return settings;
  }

  Id<UsagePoint> meter(std::string_view mrid) const { return drawing::usage_point(network, mrid); }
  void gasp(std::string_view mrid) {
    book.record({"", kOnset, kOnset, "test", LastGasp{meter(mrid)}});
  }
  void answer(std::string_view mrid, bool answered) {
    const Time heard = kNow - std::chrono::minutes{1};
    book.record({"", heard, heard, "test", PingResult{meter(mrid), answered}});
  }
  EvidenceView view() const { return {{forest, book, water, kNow}, settings}; }
  std::vector<PingSuggestion> suggest(std::size_t count) const {
    const EvidenceView seen = view();
    return suggest_pings(seen, localise(seen, forest.roots()), count);
  }
  std::vector<std::string> names(std::size_t count) const {
    std::vector<std::string> names;
    for (const PingSuggestion& one : suggest(count)) {
      names.emplace_back(network.mrid(one.usage_point));
    }
    return names;
  }
};

// The whole model once more, by enumeration: devices, concentrators, drops, premises, answers,
// orders.
class Oracle {
 public:
  using Answers = std::map<std::size_t, bool>;  // by usage point

  Oracle(const Desk& desk, std::vector<bool> gasped, std::vector<bool> called,
         std::vector<bool> unanswered)
      : desk_(desk),
        gasped_(std::move(gasped)),
        called_(std::move(called)),
        unanswered_(std::move(unanswered)) {
    const EvidenceView view = desk.view();
    for (std::uint32_t z = 0; z < desk.forest.zones().size(); ++z) {
      prior_.push_back(view.prior(Id<InferenceZone>{z}).before_reports);
    }
    evidence_ = total(losses({}));
  }

  // Of these meters, asked together.
  double gain(const std::vector<std::size_t>& asked) const {
    double after = 0;
    for (std::size_t bits = 0; bits < (std::size_t{1} << asked.size()); ++bits) {
      Answers answers;
      for (std::size_t i = 0; i < asked.size(); ++i) answers[asked[i]] = (bits >> i & 1U) != 0;
      after += best_cost(losses(answers));
    }
    return best_cost(losses({})) - after;
  }
  double p_answer(std::size_t asked) const { return total(losses({{asked, true}})) / evidence_; }
  std::size_t group(std::size_t point) const {
    return desk_.forest.zone_of(Id<UsagePoint>{point}).index;
  }

 private:
  struct Losses {
    std::vector<double> of_zone;
    double all = 0;
  };

  static double total(const Losses& losses) { return losses.all; }

  double meter(std::size_t u, bool lit, bool up, const Answers& answers) const {
    const ReliabilityParameters& r = desk_.settings.reliability;
    double p =
        called_[u] ? (lit ? r.call_false : r.call_rate) : 1 - (lit ? r.call_false : r.call_rate);
    const auto asked = answers.find(u);
    if (!up) return gasped_[u] || (asked != answers.end() && asked->second) ? 0 : p;
    const double gasp = lit ? r.last_gasp_false : r.last_gasp_reach;
    p *= gasped_[u] ? gasp : 1 - gasp;
    const double yes = lit ? 1 - r.ping_lost : r.ping_false;
    if (unanswered_[u]) p *= 1 - yes;
    if (asked == answers.end()) return p;
    return p * (asked->second ? yes : 1 - yes);
  }

  // A transformer's meters share its concentrator, some of them a service drop.
  double zone_evidence(std::uint32_t zone, bool live, const Answers& answers) const {
    const auto points = desk_.forest.own_usage_points(Id<InferenceZone>{zone});
    if (points.empty()) return 1;
    const ReliabilityParameters& r = desk_.settings.reliability;
    const double premises = desk_.settings.priors.premises;
    double sum = 0;
    for (const bool up : {true, false}) {
      for (const bool drop_open : {true, false}) {
        const double down = live ? r.group_down_if_live : r.group_down_if_dead;
        double product = up ? 1 - down : down;
        product *= drop_open ? premises : 1 - premises;
        for (const Id<UsagePoint> id : points) {
          const bool fed = live && !(drop_open && desk_.forest.shared_drop(id).valid());
          const double dead = meter(id.index, false, up, answers);
          const double lit = meter(id.index, true, up, answers);
          product *= fed ? (1 - premises) * lit + premises * dead : dead;
        }
        sum += product;
      }
    }
    return sum;
  }

  Losses losses(const Answers& answers) const {
    const std::size_t zones = prior_.size();
    Losses losses{std::vector<double>(zones, 0), 0};
    for (std::uint32_t bits = 0; bits < (1U << zones); ++bits) {
      std::vector<bool> live(zones), active(zones);
      double p = 1;
      for (std::uint32_t v = 0; v < zones; ++v) {
        const bool open = (bits >> v & 1U) != 0;
        const Id<InferenceZone> parent = desk_.forest.zones()[v].parent;
        const bool fed = !parent.valid() || live[parent.index];
        live[v] = fed && !open;
        active[v] = fed && open;
        p *= (open ? prior_[v] : 1 - prior_[v]) * zone_evidence(v, live[v], answers);
      }
      losses.all += p;
      for (std::uint32_t v = 0; v < zones; ++v) {
        if (active[v]) losses.of_zone[v] += p * weight(v);
      }
    }
    return losses;
  }

  double weight(std::uint32_t zone) const {
    double sum = 0;
    for (const Id<UsagePoint> id : desk_.forest.usage_points_behind(Id<InferenceZone>{zone})) {
      const UsagePoint& point = desk_.network.usage_points()[id];
      sum += desk_.settings.weights.weight[static_cast<std::size_t>(point.category)];
    }
    return sum;
  }

  double minutes(std::uint32_t zone) const {
    const InferenceZone& record = desk_.forest.zones()[zone];
    return 15 + 12 * static_cast<double>(record.overhead_m) / 1000;
  }

  double best_cost(const Losses& losses) const {
    std::vector<std::uint32_t> order;
    for (std::uint32_t v = 0; v < prior_.size(); ++v) order.push_back(v);
    double best = 1e300;
    do {
      double reached = 0, cost = 0;
      for (const std::uint32_t v : order) {
        reached += minutes(v);
        cost += losses.of_zone[v] * reached;
      }
      best = std::min(best, cost);
    } while (std::next_permutation(order.begin(), order.end()));
    return evidence_ > 0 ? best / evidence_ : best;
  }

  const Desk& desk_;
  std::vector<bool> gasped_, called_, unanswered_;
  std::vector<double> prior_;
  double evidence_ = 0;
};

// What a silent meter says includes that its group may have died since it was last heard.
TEST(PingSuggestions, AskAGroupThatMayHaveDiedSinceItsLastSignOfLife) {
  Desk desk;
  desk.gasp("T2.1");
  const Time alive = kOnset + std::chrono::minutes{1};
  desk.book.record({"", alive, alive, "test", PowerUp{desk.meter("T1.1")}});
  const Id<InferenceZone> zone = desk.forest.zone_of(desk.meter("T1.2"));
  const auto log_likelihood = [&] {
    const EvidenceView view = desk.view();
    return view.log_likelihood_apart(zone);  // of its own group
  };
  const EvidenceView view = desk.view();
  const Posterior posterior = localise(view, desk.forest.roots());
  const TreePosterior& tree = *posterior.tree_of(desk.forest.root_of(zone));
  const std::vector<PingCandidate> candidates =
      ping_candidates(view, tree, zone, view.reader(tree.root));
  ASSERT_EQ(candidates.size(), 1u);
  ASSERT_EQ(candidates[0].usage_point, desk.meter("T1.2"));
  const std::vector<double>& unanswered = candidates[0].question.unanswered;
  const double before = log_likelihood();
  desk.answer("T1.2", false);
  EXPECT_NEAR(log_likelihood() - before, std::log(unanswered[0] / unanswered[1]), 1e-9);
}

TEST(PingSuggestions, SaveWhatEnumerationSaysAndNoOtherMeterSavesMore) {
  int suggested = 0, seconds = 0, again = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    Random random = Random{kSeed}.fork(number);
    Desk desk{number % 2 == 0 ? kFeeder : kWithDrop};
    ASSERT_EQ(desk.forest.shared_drops().size(), number % 2);
    desk.settings.priors.premises = random.uniform(0, .05);
    desk.settings.reliability.last_gasp_reach = random.uniform(.1, .9);
    desk.settings.reliability.group_down_if_dead = random.uniform(0, .4);
    // Every third round some have been asked before, long enough ago to be asked again.
    desk.settings.patrols.ask_again = std::chrono::minutes{30};
    std::vector<bool> gasped, called, unanswered;
    for (const Id<UsagePoint> id : desk.network.usage_points().ids()) {
      unanswered.push_back(number % 3 == 2 && random.chance(.5));
      if (unanswered.back()) desk.book.record({"", kOnset, kOnset, "", PingResult{id, false}});
      gasped.push_back(random.chance(.3) || id.index == number % 5);
      called.push_back(random.chance(.2));
      if (gasped.back()) desk.book.record({"", kOnset, kOnset, "", LastGasp{id}});
      if (called.back()) desk.book.record({"", kOnset, kOnset, "", TroubleCall{id, {}, {}, {}}});
    }
    const Oracle oracle{desk, gasped, called, unanswered};
    const std::vector<PingSuggestion> pings = desk.suggest(2);
    double best = 0;
    for (std::size_t u = 0; u < gasped.size(); ++u) best = std::max(best, oracle.gain({u}));
    const std::string where = "seed " + std::to_string(kSeed) + " case " + std::to_string(number);
    if (pings.empty()) {
      EXPECT_LT(best, 1e-6) << where;
      continue;
    }
    ++suggested;
    const std::size_t first = pings[0].usage_point.index;
    again += unanswered[first] ? 1 : 0;
    ASSERT_NEAR(pings[0].gain_minutes, best, 1e-9 * (1 + best)) << where;
    ASSERT_NEAR(oracle.gain({first}), best, 1e-9 * (1 + best)) << where;
    ASSERT_NEAR(pings[0].p_answer, oracle.p_answer(first), 1e-9) << where;
    if (pings.size() < 2) continue;
    ++seconds;
    double then = 0;
    for (std::size_t u = 0; u < gasped.size(); ++u) {
      if (oracle.group(u) != oracle.group(first)) then = std::max(then, oracle.gain({first, u}));
    }
    ASSERT_NEAR(pings[1].gain_minutes, then - best, 1e-8 * (1 + then)) << where;
  }
  EXPECT_GT(suggested, 40);
  EXPECT_GT(seconds, 20);
  EXPECT_GT(again, 2);
}

TEST(PingSuggestions, AskNobodyWhenNothingSpeaksForDark) {
  EXPECT_TRUE(Desk{}.suggest(10).empty());
}

TEST(PingSuggestions, AskNobodyWhereEverythingIsKnown) {
  Desk desk;
  desk.settings.patrols.suspect_at = .001;
  for (const char* dark : {"T1.1", "T1.2", "T2.1"}) desk.gasp(dark);
  for (const char* lit : {"T3.1", "T3.2"}) desk.answer(lit, true);
  const EvidenceView view = desk.view();
  const Posterior posterior = localise(view, desk.forest.roots());
  const TreePosterior& tree = posterior.trees.front();
  const TreeSearch search{view, tree};
  const ZoneBelief belief = search.belief();
  InformationValue value{belief, search.suspects()};
  for (const PingSuggestion& one : desk.suggest(10)) {
    EXPECT_LT(one.gain_minutes, .01 * value.cost());
  }
}

TEST(PingSuggestions, NeverAskWhoAnsweredOrDidNotAndOneMeterAGroup) {
  Desk desk;
  desk.gasp("T1.1");
  const std::vector<std::string> first = desk.names(10);
  ASSERT_FALSE(first.empty());
  std::set<std::string> transformers;
  for (const std::string& meter : first) {
    EXPECT_TRUE(transformers.insert(meter.substr(0, 2)).second) << meter;
  }
  desk.answer(first[0], false);
  for (const std::string& meter : desk.names(10)) EXPECT_NE(meter, first[0]);
  EXPECT_LE(desk.names(1).size(), 1u);
  desk.settings.patrols.pings_per_tree = 1;
  EXPECT_LE(desk.names(10).size(), 1u);
  desk.settings.patrols.pings_per_tree = 0;
  EXPECT_TRUE(desk.names(10).empty());
}

// A question lost on the way is worth another, once the first has had time.
TEST(PingSuggestions, AskAgainWhoDidNotAnswerLongAgo) {
  Desk desk;
  desk.settings.reliability.last_gasp_reach = .3;
  desk.gasp("T1.1");
  desk.gasp("T1.2");
  desk.answer("T3.1", true);
  ASSERT_EQ(desk.names(3).at(0), "T2.1");
  const Id<InferenceZone> zone = desk.forest.zone_of(desk.meter("T2.1"));
  const auto asked = [&](Duration ago) {
    desk.book = EvidenceBook{desk.network};
    desk.gasp("T1.1");
    desk.book.record({"", kNow - ago, kNow - ago, "", PingResult{desk.meter("T2.1"), false}});
    const EvidenceView view = desk.view();
    const Posterior posterior = localise(view, desk.forest.roots());
    const TreePosterior& tree = *posterior.tree_of(desk.forest.root_of(zone));
    const auto candidates = ping_candidates(view, tree, zone, view.reader(tree.root));
    return std::ranges::find(candidates, desk.meter("T2.1"), &PingCandidate::usage_point) !=
           candidates.end();
  };
  EXPECT_FALSE(asked(std::chrono::minutes{5}));
  EXPECT_FALSE(asked(std::chrono::minutes{59}));
  EXPECT_TRUE(asked(std::chrono::minutes{60}));
  desk.settings.patrols.ask_again = std::chrono::minutes{30};
  EXPECT_TRUE(asked(std::chrono::minutes{30}));
  desk.settings.patrols.ask_again = std::chrono::hours{2};
  EXPECT_FALSE(asked(std::chrono::minutes{60}));
}

TEST(PingSuggestions, AskAgainOnlyWhereThatSavesSomething) {
  Desk desk;
  desk.settings.patrols.ask_again = {};
  for (const char* dark : {"T1.1", "T1.2", "T2.1"}) desk.gasp(dark);
  for (const char* lit : {"T3.1", "T3.2"}) desk.answer(lit, true);
  desk.settings.patrols.suspect_at = .1;
  for (const char* silent : {"T1.1", "T1.2", "T2.1"}) desk.answer(silent, false);
  EXPECT_TRUE(desk.suggest(10).empty());
}

TEST(PingSuggestions, AskBehindTheFuseNextToTheDarkTransformer) {
  // T1 is dark: is it T1 alone or F1? T2's meter knows.
  Desk desk;
  desk.settings.reliability.last_gasp_reach = .3;
  desk.gasp("T1.1");
  desk.gasp("T1.2");
  desk.answer("T3.1", true);
  const std::vector<std::string> names = desk.names(3);
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names[0], "T2.1");
}

TEST(PatrolSuggestions, RankByGainAndTheListsFirstSavesNothingLess) {
  Desk desk;
  desk.settings.patrols.suspect_at = .001;
  desk.gasp("T1.1");
  desk.gasp("T3.1");
  const EvidenceView view = desk.view();
  const Posterior posterior = localise(view, desk.forest.roots());
  const auto patrols = suggest_patrols(view, posterior, 10);
  ASSERT_GE(patrols.size(), 3u);
  EXPECT_GE(patrols[0].gain_minutes, 0);
  for (std::size_t i = 1; i < patrols.size(); ++i) {
    EXPECT_LE(patrols[i].gain_minutes, patrols[i - 1].gain_minutes);
    EXPECT_GE(patrols[i].minutes, 15);
  }
  EXPECT_EQ(suggest_patrols(view, posterior, 1).size(), 1u);
  const auto elsewhere = suggest_patrols(view, posterior, 10,
                                         desk.forest.zone_of(drawing::device(desk.network, "L1")));
  for (const PatrolSuggestion& one : elsewhere) {
    EXPECT_NE(desk.network.mrid(desk.forest[one.zone].device), "T2");
  }
}

TEST(TellApart, NamesTheMeterThatKnowsInBothLanguages) {
  Desk desk;
  desk.settings.patrols.suspect_at = .001;
  desk.settings.reliability.last_gasp_reach = .3;
  desk.gasp("T1.1");
  desk.gasp("T1.2");
  desk.answer("T3.1", true);
  const EvidenceView view = desk.view();
  const auto candidates = build_candidates(view, {localise(view, desk.forest.roots()), {}, {}});
  ASSERT_EQ(candidates.size(), 1u);
  const TellApart& tell = candidates[0].outage.tell_apart;
  ASSERT_TRUE(tell.usage_point.valid());
  EXPECT_EQ(desk.network.mrid(tell.usage_point), "T2.1");
  EXPECT_GT(tell.gain_minutes, 0);
  EXPECT_THAT(tell.sentence_en, HasSubstr("Ask meter T2.1: if it answers, transformer T1 is "));
  EXPECT_THAT(tell.sentence_en, HasSubstr("if not, fuse F1 is "));
  EXPECT_THAT(tell.sentence_zh, HasSubstr("召测电表T2.1：若有应答，配电变压器 T1断开的可能性为"));
  EXPECT_THAT(tell.sentence_zh, HasSubstr("若无应答，熔断器 F1断开的可能性为"));
}

TEST(TellApart, SendsSomebodyWhereNoMeterIsLeftToAsk) {
  Desk desk;
  desk.settings.patrols.suspect_at = .001;
  desk.settings.reliability.last_gasp_reach = .3;
  desk.gasp("T1.1");
  desk.gasp("T1.2");
  for (const char* meter : {"T1.1", "T1.2", "T2.1", "T3.1", "T3.2"}) desk.answer(meter, false);
  const EvidenceView view = desk.view();
  const auto candidates = build_candidates(view, {localise(view, desk.forest.roots()), {}, {}});
  ASSERT_FALSE(candidates.empty());
  const TellApart& tell = candidates[0].outage.tell_apart;
  EXPECT_FALSE(tell.usage_point.valid());
  EXPECT_THAT(tell.sentence_en, HasSubstr("Look at "));
  EXPECT_THAT(tell.sentence_zh, HasSubstr("查看"));
}

}  // namespace
}  // namespace gridmend::ping_suggestions_test
