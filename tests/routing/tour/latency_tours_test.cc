#include "routing/tour/latency_tours.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "routing/tour/latency_descent.h"
#include "routing/tour/moves/double_bridge.h"
#include "routing/tour/moves/or_opt.h"
#include "routing/tour/moves/stop_exchange.h"
#include "routing/tour/moves/tail_exchange.h"
#include "routing/tour/moves/two_opt.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::latency_tours_test {
namespace {

using Recombination = LatencyTours::Recombination;

constexpr Id<DispatchCrew> kOne{0};
constexpr Id<DispatchCrew> kOther{1};

// Two crews with everything plain tours may have: two vehicle classes, travel times that need not
// be symmetric, skills, ways home that count, shifts, capacities, penalties for changes.
DispatchProblem plain_problem(int tasks, Random& random) {
  DispatchProblem problem = testing::make_problem({.tasks = tasks, .crews = 2}, random);
  for (TravelMatrix& travel : problem.travel) {
    std::vector<double> seconds(std::size_t{problem.sites} * problem.sites);
    std::generate(seconds.begin(), seconds.end(), [&] { return random.between(1, 99); });
    travel = TravelMatrix(problem.sites, std::move(seconds));
  }
  const bool are_alike = random.chance(0.5);
  for (std::size_t c = 0; c < 2; ++c) {
    DispatchCrew& crew = problem.crews[c];
    crew.matrix = are_alike ? 0 : static_cast<std::uint32_t>(c);
    if (random.chance(0.5)) crew.end_site = Id<Site>{0};
    crew.return_weight = random.between(0, 5);
    crew.start_time = random.between(0, 9);
    crew.shift_end = random.chance(0.5) ? 800 : kNever;
    crew.capacity = random.chance(0.5) ? tasks : kNever;
    if (random.chance(0.7)) crew.skills.add(Skill::cable);
  }
  for (DispatchTask& task : problem.tasks) {
    task.duration = random.between(0, 30);
    task.weight = random.between(0, 9);
    task.demand = random.between(0, 2);
    if (random.chance(0.1)) task.skills.add(Skill::cable);
    if (are_alike || random.chance(0.8)) continue;
    task.held_by = Id<DispatchCrew>{random.below(2)};
    task.change_penalty = random.between(0, 500);
  }
  return problem;
}

class LatencyToursTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  LatencyToursTest()
      : random_(GetParam()), problem_(plain_problem(random_.between(2, 9), random_)) {}

  // A random plan that can be carried out; empty tours if none is found.
  CrewSequences draw_plan() {
    for (int tries = 0; tries < 200; ++tries) {
      CrewSequences plan(2);
      std::vector<std::size_t> tasks(problem_.tasks.size());
      std::iota(tasks.begin(), tasks.end(), std::size_t{0});
      for (std::size_t i = tasks.size(); i > 1; --i) {
        std::swap(tasks[i - 1], tasks[random_.below(i)]);
      }
      for (const std::size_t task : tasks) plan[random_.below(2)].emplace_back(task);
      if (time_sequences(problem_, plan)) return plan;
    }
    return CrewSequences(2);
  }

  // Infinite: it cannot be carried out.
  double objective(const CrewSequences& plan) const {
    const auto timed = time_sequences(problem_, plan);
    return timed ? timed->objective : kNever;
  }

  static std::vector<Id<DispatchTask>> laid(const CrewSequences& plan,
                                            const LatencyTours::NewTour& tour) {
    const auto& old = plan[tour.crew().index];
    std::vector<Id<DispatchTask>> stops(old.begin(), old.begin() + tour.kept());
    for (const LatencyTours::Stretch& stretch : tour.stretches()) {
      const auto& from = plan[stretch.crew.index];
      const auto begun = static_cast<std::ptrdiff_t>(stops.size());
      stops.insert(stops.end(), from.begin() + stretch.first - 1, from.begin() + stretch.last);
      if (stretch.turned) std::reverse(stops.begin() + begun, stops.end());
    }
    return stops;
  }

  static CrewSequences recombined(const CrewSequences& plan, const Recombination& change) {
    CrewSequences next = plan;
    next[change.one.crew().index] = laid(plan, change.one);
    if (change.other.crew().valid()) next[change.other.crew().index] = laid(plan, change.other);
    return next;
  }

  static std::vector<Id<DispatchTask>> all_tasks(const CrewSequences& plan) {
    std::vector<Id<DispatchTask>> all;
    for (const auto& tour : plan) all.insert(all.end(), tour.begin(), tour.end());
    std::sort(all.begin(), all.end());
    return all;
  }

  // The price of the change is what the plain objective says, and no stop is lost.
  void expect_true(const LatencyTours& tours, const CrewSequences& plan,
                   const Recombination& change) const {
    const CrewSequences next = recombined(plan, change);
    EXPECT_EQ(all_tasks(next), all_tasks(plan)) << "no stop is lost";
    const double price = tours.price(change);
    const double after = objective(next);
    if (std::isfinite(after)) {
      EXPECT_NEAR(price, after - objective(plan), 1e-6) << testing::describe_problem(problem_);
    } else {
      EXPECT_EQ(price, kNever) << testing::describe_problem(problem_);
    }
  }

  Random random_;
  DispatchProblem problem_;
};

TEST_P(LatencyToursTest, EveryRecombinationCostsWhatTheObjectiveSays) {
  const ProblemIndex index(problem_);
  LatencyTours tours(index);
  const CrewSequences plan = draw_plan();
  ASSERT_TRUE(tours.lay_out(plan));
  const std::uint32_t stops = tours.stops(kOne);
  const std::uint32_t others = tours.stops(kOther);
  for (std::uint32_t i = 1; i <= stops; ++i) {
    for (std::uint32_t j = i; j <= stops; ++j) {
      for (const bool turned : {false, true}) {
        Recombination turn(kOne, i - 1);
        turn.one.then(kOne, i, j, turned).then(kOne, j + 1, stops);
        expect_true(tours, plan, turn);
        for (std::uint32_t behind = 0; behind <= others; ++behind) {
          Recombination give(kOther, behind, kOne, i - 1);
          give.one.then(kOne, i, j, turned).then(kOther, behind + 1, others);
          give.other.then(kOne, j + 1, stops);
          expect_true(tours, plan, give);
        }
      }
    }
  }
}

TEST_P(LatencyToursTest, EverySlotCostsWhatTheObjectiveSays) {
  const ProblemIndex index(problem_);
  CrewSequences plan = draw_plan();
  if (plan[0].empty()) GTEST_SKIP() << "nothing to take out";
  const Id<DispatchTask> task = plan[0].front();
  LatencyTours tours(index);
  ASSERT_TRUE(tours.lay_out(plan));
  if (!tours.remove(std::vector{task})) GTEST_SKIP() << "travel times off the triangle";
  plan[0].erase(plan[0].begin());
  const PlanValue before = tours.value();
  EXPECT_EQ(before.unserved_tasks, problem_.tasks.size() - all_tasks(plan).size());
  for (const Id<DispatchCrew> crew : {kOne, kOther}) {
    for (std::uint32_t place = 1; place <= tours.stops(crew) + 1; ++place) {
      CrewSequences next = plan;
      next[crew.index].insert(next[crew.index].begin() + place - 1, task);
      const double price = tours.price(task, crew, place);
      if (!std::isfinite(objective(next))) {
        EXPECT_EQ(price, kNever) << testing::describe_problem(problem_);
        continue;
      }
      EXPECT_NEAR(price, objective(next) - objective(plan), 1e-6);
      LatencyTours other(index);
      ASSERT_TRUE(other.lay_out(plan));
      other.insert(task, crew, place);
      EXPECT_EQ(other.sequences(), next);
      EXPECT_NEAR(other.objective(), objective(next), 1e-6);
    }
  }
}

TEST_P(LatencyToursTest, EveryMoveKeepsAllStopsAndSaysItsPrice) {
  const ProblemIndex index(problem_);
  LatencyTours tours(index);
  const CrewSequences plan = draw_plan();
  ASSERT_TRUE(tours.lay_out(plan));
  for (const auto consider :
       {&TwoOpt::consider, &OrOpt::consider, &StopExchange::consider, &TailExchange::consider}) {
    for (const Id<DispatchCrew> crew : {kOne, kOther}) {
      for (const Id<DispatchCrew> near : {kOne, kOther}) {
        for (std::uint32_t place = 1; place <= tours.stops(crew); ++place) {
          for (std::uint32_t to = 0; to <= tours.stops(near) + 1; ++to) {
            if (crew == near && place == to) continue;
            Recombination best;
            best.change = kNever;
            consider(tours, {crew, place, near, to}, best);
            if (!best.one.crew().valid()) continue;
            EXPECT_EQ(best.change, tours.price(best));
            expect_true(tours, plan, best);
          }
        }
      }
    }
  }
  for (int i = 0; i < 20; ++i) {
    if (const auto kick = DoubleBridge::draw(tours, random_)) expect_true(tours, plan, *kick);
  }
}

TEST_P(LatencyToursTest, ADescentGainsUntilNoExchangeOfTwoStopsGains) {
  const ProblemIndex index(problem_);
  LatencyTours tours(index);
  const CrewSequences plan = draw_plan();
  ASSERT_TRUE(tours.lay_out(plan));
  LatencyDescent descent(index);
  for (int round = 0; round < 20; ++round) {
    const double before = tours.objective();
    for (const Id<DispatchCrew> crew : {kOne, kOther}) {
      for (std::uint32_t p = 1; p <= tours.stops(crew); ++p) descent.look_around(tours, crew, p);
    }
    descent.run(tours);
    EXPECT_LE(tours.objective(), before);
    if (tours.objective() == before) break;
  }
  const CrewSequences found = tours.sequences();
  EXPECT_EQ(all_tasks(found), all_tasks(plan));
  EXPECT_NEAR(objective(found), tours.objective(), 1e-6);
  for (std::size_t c = 0; c < 2; ++c) {
    for (std::size_t a = 0; a < found[c].size(); ++a) {
      for (std::size_t b = a + 1; b < found[c].size(); ++b) {
        CrewSequences exchanged = found;
        std::swap(exchanged[c][a], exchanged[c][b]);
        EXPECT_GE(objective(exchanged), tours.objective() - 1e-6) << "a neighbour is better";
      }
    }
  }
}

TEST_P(LatencyToursTest, RollingBackRestoresEveryFigure) {
  const ProblemIndex index(problem_);
  LatencyTours tours(index);
  const CrewSequences plan = draw_plan();
  ASSERT_TRUE(tours.lay_out(plan));
  tours.remember();
  const PlanValue value = tours.value();
  for (const auto& tour : plan) {
    for (const Id<DispatchTask> task : tour) {
      static_cast<void>(tours.remove(std::vector{task}));
      EXPECT_FALSE(tours.is_present(task));
      tours.roll_back();
      EXPECT_EQ(tours.value(), value);
      EXPECT_EQ(tours.sequences(), plan);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LatencyToursTest, ::testing::Range<std::uint64_t>(1, 80));

}  // namespace
}  // namespace gridmend::latency_tours_test
