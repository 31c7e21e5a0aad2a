#include "core/outage/value_of_information.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/random.h"
#include "core/outage/sum_product.h"

namespace gridmend::value_of_information_test {
namespace {

constexpr std::uint64_t kSeed = 20260720;

// A random tree in Euler-tour order with random evidence, and its posterior.
struct Case {
  std::vector<std::uint32_t> parent, zones_end;
  std::vector<double> prior, log_likelihood;
  Marginals marginals;
  std::vector<SearchSuspect> suspects;

  explicit Case(Random& random, std::uint32_t most_zones, std::uint32_t most_suspects) {
    const auto zones = 1 + static_cast<std::uint32_t>(random.below(most_zones));
    for (std::uint32_t v = 0; v < zones; ++v) {
      // A preorder: the parent is the zone before or one of its ancestors.
      std::uint32_t p = v == 0 ? kNoParent : v - 1;
      while (v > 0 && p != 0 && random.chance(.45)) p = parent[p];
      parent.push_back(p);
      prior.push_back(random.chance(.1) ? 0 : random.uniform(.001, .5));
      log_likelihood.push_back(4 * random.normal());
    }
    zones_end.assign(zones, 0);
    for (std::uint32_t v = zones; v-- > 0;) {
      zones_end[v] = std::max(zones_end[v], v + 1);
      if (v > 0) zones_end[parent[v]] = std::max(zones_end[parent[v]], zones_end[v]);
    }
    infer_marginals({parent, prior, log_likelihood}, marginals);
    for (std::uint32_t v = 0; v < zones; ++v) {
      if (suspects.size() == most_suspects || random.chance(.3)) continue;
      suspects.push_back({v, random.uniform(0, 50), random.uniform(1, 40)});
    }
  }

  ZoneBelief belief() const {
    return {parent, zones_end, prior, marginals.p_live, marginals.p_active};
  }

  PingQuestion question(Random& random) const {
    PingQuestion question;
    for (auto v = static_cast<std::uint32_t>(random.below(parent.size()));; v = parent[v]) {
      if (question.levels.empty() || random.chance(.3)) question.levels.push_back(v);
      if (v == 0) break;
    }
    for (std::size_t i = 0; i <= question.levels.size(); ++i) {
      question.answered.push_back(random.uniform());
      question.unanswered.push_back(1 - question.answered.back());
    }
    return question;
  }
};

// Every state of every device, with its posterior probability.
class Enumeration {
 public:
  struct State {
    std::vector<bool> open, live;
    double probability = 0;
  };

  explicit Enumeration(const Case& c) {
    double total = 0;
    for (std::uint32_t bits = 0; bits < (1U << c.parent.size()); ++bits) {
      State state;
      double weight = 1;
      for (std::size_t v = 0; v < c.parent.size(); ++v) {
        const bool open = (bits >> v & 1U) != 0;
        const bool fed = c.parent[v] == kNoParent || state.live[c.parent[v]];
        state.open.push_back(open);
        state.live.push_back(fed && !open);
        weight *= open ? c.prior[v] : 1 - c.prior[v];
        if (state.live[v]) weight *= std::exp(c.log_likelihood[v]);
      }
      state.probability = weight;
      total += weight;
      states_.push_back(state);
    }
    for (State& state : states_) state.probability /= total;
  }

  const std::vector<State>& states() const { return states_; }

 private:
  std::vector<State> states_;
};

bool is_active(const Case& c, const Enumeration::State& state, std::uint32_t v) {
  return state.open[v] && (c.parent[v] == kNoParent || state.live[c.parent[v]]);
}

// Mean weighted minutes until the suspects that are open are reached in this order, over the
// states, each with the chance that the answer is heard in it.
double cost_of_order(const Case& c, const Enumeration& all, const std::vector<double>& heard,
                     const std::vector<std::size_t>& order) {
  double cost = 0;
  for (std::size_t s = 0; s < all.states().size(); ++s) {
    double reached = 0, minutes = 0;
    for (const std::size_t i : order) {
      reached += c.suspects[i].minutes;
      if (is_active(c, all.states()[s], c.suspects[i].zone)) {
        minutes += reached * c.suspects[i].weight;
      }
    }
    cost += all.states()[s].probability * heard[s] * minutes;
  }
  return cost;
}

// The best of all orders of the suspects but those headed by `without`, tried one by one.
double best_cost(const Case& c, const Enumeration& all, const std::vector<double>& heard,
                 std::uint32_t without = kNoParent) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < c.suspects.size(); ++i) {
    if (c.suspects[i].zone != without) order.push_back(i);
  }
  double best = cost_of_order(c, all, heard, order);
  while (std::next_permutation(order.begin(), order.end())) {
    best = std::min(best, cost_of_order(c, all, heard, order));
  }
  return best;
}

std::vector<double> chances(const Enumeration& all, const PingQuestion& question,
                            const std::vector<double>& answer) {
  std::vector<double> heard;
  for (const auto& state : all.states()) {
    std::size_t level = 0;
    while (level < question.levels.size() && !state.live[question.levels[level]]) ++level;
    heard.push_back(answer[level]);
  }
  return heard;
}

std::vector<double> seen(const Enumeration& all, std::uint32_t zone, bool open) {
  std::vector<double> heard;
  for (const auto& state : all.states()) heard.push_back(state.open[zone] == open ? 1 : 0);
  return heard;
}

double tolerance(double cost) { return 1e-9 * (1 + cost); }

TEST(InformationValue, OfAPingEqualsEnumerationOfStatesAndOrders) {
  for (std::uint64_t number = 0; number < 400; ++number) {
    Random random = Random{kSeed}.fork(number);
    const Case c{random, 8, 5};
    const Enumeration all{c};
    const std::vector<double> always(all.states().size(), 1);
    const ZoneBelief belief = c.belief();
    InformationValue value{belief, c.suspects};
    const double now = best_cost(c, all, always);
    ASSERT_NEAR(value.cost(), now, tolerance(now)) << "seed " << kSeed << " case " << number;
    for (int asked = 0; asked < 4; ++asked) {
      const PingQuestion question = c.question(random);
      const std::vector<double> yes = chances(all, question, question.answered);
      const std::vector<double> no = chances(all, question, question.unanswered);
      const double expected = now - best_cost(c, all, yes) - best_cost(c, all, no);
      ASSERT_NEAR(value.ping_gain(question), expected, tolerance(now))
          << "seed " << kSeed << " case " << number;
      double answered = 0;
      for (std::size_t s = 0; s < yes.size(); ++s) answered += yes[s] * all.states()[s].probability;
      ASSERT_NEAR(p_answered(belief, question), answered, 1e-9);
    }
  }
}

TEST(InformationValue, OfALookEqualsEnumerationOfStatesAndOrders) {
  for (std::uint64_t number = 0; number < 400; ++number) {
    Random random = Random{kSeed + 1}.fork(number);
    const Case c{random, 8, 5};
    const Enumeration all{c};
    const std::vector<double> always(all.states().size(), 1);
    const ZoneBelief belief = c.belief();
    InformationValue value{belief, c.suspects};
    const double now = best_cost(c, all, always);
    for (std::uint32_t v = 0; v < c.parent.size(); ++v) {
      const std::vector<double> open = seen(all, v, true), closed = seen(all, v, false);
      const double knowing = now - best_cost(c, all, open) - best_cost(c, all, closed);
      ASSERT_NEAR(value.look_gain(v), std::max(0.0, knowing), tolerance(now))
          << "seed " << kSeed + 1 << " case " << number << " zone " << v;
      const double minutes = random.uniform(1, 40);
      double waiting = 0;
      for (const SearchSuspect& suspect : c.suspects) {
        for (const auto& state : all.states()) {
          if (is_active(c, state, suspect.zone)) waiting += suspect.weight * state.probability;
        }
      }
      const double going =
          now - minutes * waiting - best_cost(c, all, open, v) - best_cost(c, all, closed, v);
      ASSERT_NEAR(value.first_look_gain(v, minutes), going, tolerance(now + minutes * waiting))
          << "seed " << kSeed + 1 << " case " << number << " zone " << v;
    }
  }
}

TEST(InformationValue, IsNeverNegativeAndTheListsFirstIsWorthGoingTo) {
  for (std::uint64_t number = 0; number < 2000; ++number) {
    Random random = Random{kSeed + 2}.fork(number);
    const Case c{random, 60, 25};
    if (c.suspects.empty()) continue;
    const ZoneBelief belief = c.belief();
    InformationValue value{belief, c.suspects};
    const double slack = tolerance(value.cost());
    ASSERT_GE(value.ping_gain(c.question(random)), 0);
    const SearchSuspect& first = c.suspects[value.order().front()];
    ASSERT_GE(value.first_look_gain(first.zone, first.minutes), -slack)
        << "seed " << kSeed + 2 << " case " << number;
  }
}

TEST(InformationValue, OfAnAnswerThatIsAlikeWhateverIsTrueIsNothing) {
  Random random{kSeed + 3};
  for (int number = 0; number < 200; ++number) {
    const Case c{random, 40, 20};
    const ZoneBelief belief = c.belief();
    InformationValue value{belief, c.suspects};
    PingQuestion question = c.question(random);
    std::ranges::fill(question.answered, .37);
    std::ranges::fill(question.unanswered, .63);
    EXPECT_NEAR(value.ping_gain(question), 0, tolerance(value.cost()));
  }
}

TEST(InformationValue, OfWhatIsCertainIsNothing) {
  // A fuse that is surely open ahead of two transformers, which nobody can tell about.
  const std::vector<std::uint32_t> parent{kNoParent, 0, 1, 1}, end{4, 4, 3, 4};
  const std::vector<double> prior{.02, 1, .01, .01}, nothing(4, 0);
  Marginals m;
  infer_marginals({parent, prior, nothing}, m);
  const ZoneBelief belief{parent, end, prior, m.p_live, m.p_active};
  const std::vector<SearchSuspect> suspects{{1, 30, 15}, {2, 10, 15}, {3, 20, 15}};
  InformationValue value{belief, suspects};
  const PingQuestion question{{2}, {.9, .001}, {.1, .999}};
  EXPECT_NEAR(value.ping_gain(question), 0, 1e-12);
  EXPECT_NEAR(value.look_gain(1), 0, 1e-12);
}

TEST(InformationValue, OfAPingGrowsWithWhatHangsOnIt) {
  // Nobody knows whether the fuse has blown or the transformer behind it: the other transformer's
  // meter tells.
  const std::vector<std::uint32_t> parent{kNoParent, 0, 1, 1}, end{4, 4, 3, 4};
  const std::vector<double> prior{.001, .05, .05, .001};
  const std::vector<double> heard{0, 0, -8, 0};
  Marginals m;
  infer_marginals({parent, prior, heard}, m);
  const ZoneBelief belief{parent, end, prior, m.p_live, m.p_active};
  const std::vector<SearchSuspect> suspects{{1, 30, 15}, {2, 10, 15}};
  InformationValue value{belief, suspects};
  const double other = value.ping_gain({{3}, {.9, .001}, {.1, .999}});
  EXPECT_GT(other, 10);
  EXPECT_LT(value.ping_gain({{2}, {.9, .001}, {.1, .999}}), other / 2);
  EXPECT_GT(value.ping_gain({{3}, {.99, .001}, {.01, .999}}), other);
  EXPECT_GT(value.look_gain(1), other);
}

TEST(SearchList, CostsWhatItsBestOrderCosts) {
  SearchList list{{10, 20, 5}};
  const std::vector<double> losses{1, 4, .1};
  EXPECT_EQ(list.order(losses), (std::vector<std::uint32_t>{1, 0, 2}));
  EXPECT_DOUBLE_EQ(list.cost(losses), 4 * 20 + 1 * 30 + .1 * 35);
  EXPECT_DOUBLE_EQ(SearchList{{}}.cost({}), 0);
}

}  // namespace
}  // namespace gridmend::value_of_information_test
