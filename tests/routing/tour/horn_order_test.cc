#include "routing/tour/horn_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "routing/tour/objective.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/exhaustive_oracle.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::horn_order_test {
namespace {

using testing::ProblemOnALine;

std::vector<double> durations(const DispatchProblem& problem) {
  std::vector<double> processing;
  for (const DispatchTask& task : problem.tasks) processing.push_back(task.duration);
  return processing;
}

// Everything in one place; each task has at most one immediate predecessor. With `chains_listed`
// the whole way up is listed, as supply paths are.
DispatchProblem forest(int tasks, bool chains_listed, Random& random) {
  ProblemOnALine line({0});
  line.crew("c", 0);
  for (int t = 0; t < tasks; ++t) {
    DispatchTask& task = line.task("t" + std::to_string(t), 0, random.between(0, 9),
                                   random.chance(0.2) ? 0 : random.between(1, 9));
    if (t == 0 || random.chance(0.3)) continue;
    const int above = random.between(0, t - 1);
    if (chains_listed) task.after = line.problem().tasks[above].after;
    line.problem().tasks[t].after.emplace_back(above);
  }
  return line.problem();
}

double objective_of(const DispatchProblem& problem, const std::vector<Id<DispatchTask>>& order) {
  const auto plan = time_sequences(problem, {order});
  EXPECT_TRUE(plan);
  return plan ? plan->objective : -1;
}

TEST(HornOrder, WithoutPrecedenceIsSmithsRule) {
  ProblemOnALine line({0});
  line.task("slow", 0, 10, 10);
  line.task("heavy", 0, 1, 5);
  line.task("light", 0, 1, 2);
  const auto order = horn_order(line.problem(), durations(line.problem()));
  EXPECT_EQ(order, (std::vector{Id<DispatchTask>{1}, Id<DispatchTask>{2}, Id<DispatchTask>{0}}));
}

TEST(HornOrder, ALightTrunkIsPulledForwardByAHeavyBranch) {
  //   trunk(p 4, w 0) -- branch(p 1, w 30)        other(p 1, w 5): 30/5 = 6 beats 5
  ProblemOnALine line({0});
  line.task("trunk", 0, 4, 0);
  line.task("branch", 0, 1, 30).after = {Id<DispatchTask>{0}};
  line.task("other", 0, 1, 5);
  const auto order = horn_order(line.problem(), durations(line.problem()));
  EXPECT_EQ(order, (std::vector{Id<DispatchTask>{0}, Id<DispatchTask>{1}, Id<DispatchTask>{2}}));
}

TEST(HornOrder, IsOptimalOnForestsOfSoftPrecedence) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const DispatchProblem problem = forest(random.between(1, 6), seed % 2 == 0, random);
    const double horn = objective_of(problem, horn_order(problem, durations(problem)));
    EXPECT_DOUBLE_EQ(horn, testing::exhaustive_optimum(problem).objective);
  }
}

TEST(HornOrder, ThePlannerIsExactlyOptimalForOneCrewWithoutTravel) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed * 7919);
    const DispatchProblem problem = forest(random.between(1, 6), seed % 2 == 0, random);
    const DispatchPlan plan = plan_dispatch(problem, {.seed = 1, .time_limit_s = 0});
    EXPECT_DOUBLE_EQ(plan.objective, testing::exhaustive_optimum(problem).objective);
  }
}

TEST(HornOrder, ObeysAnyPrecedence) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const DispatchProblem problem = testing::make_problem({.tasks = 30, .soft = true}, random);
    const auto order = horn_order(problem, durations(problem));
    std::vector<std::size_t> place(problem.tasks.size(), problem.tasks.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i].index] = i;
    for (std::size_t t = 0; t < place.size(); ++t) {
      ASSERT_LT(place[t], problem.tasks.size()) << "task " << t << " is missing";
      for (const auto before : problem.tasks[t].after) EXPECT_LT(place[before.index], place[t]);
    }
    EXPECT_EQ(order.size(), problem.tasks.size());
  }
}

TEST(HornOrder, TenThousandTasksInAChainAreOrdered) {
  ProblemOnALine line({0});
  for (int t = 0; t < 10000; ++t) {
    DispatchTask& task = line.task("t", 0, 1, t);
    if (t > 0) task.after.emplace_back(t - 1);
  }
  const auto order = horn_order(line.problem(), durations(line.problem()));
  ASSERT_EQ(order.size(), 10000U);
  EXPECT_EQ(order.front(), Id<DispatchTask>{0});
  EXPECT_EQ(order.back(), Id<DispatchTask>{9999});
}

}  // namespace
}  // namespace gridmend::horn_order_test
