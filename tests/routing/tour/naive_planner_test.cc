#include <gtest/gtest.h>

#include "routing/tour/objective.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::naive_planner_test {
namespace {

using testing::ProblemOnALine;

TEST(NaivePlan, TheFirstCallIsServedFirstByTheNearestFreeCrew) {
  //  a ----- x -- b ------------------ y
  ProblemOnALine line({0, 50, 70, 200});
  line.crew("a", 0);
  line.crew("b", 2);
  line.task("light but first", 1, 100, 1);
  line.task("heavy", 1, 1, 1000);
  line.task("far", 3, 1, 1);
  const CrewSequences sequences = sequences_of(line.problem(), plan_naively(line.problem()));
  EXPECT_EQ(sequences[1][0], Id<DispatchTask>{0}) << "b is nearer to x";
  EXPECT_EQ(sequences[0][0], Id<DispatchTask>{1}) << "a takes the next call, far as it is";
  EXPECT_EQ(sequences[0][1], Id<DispatchTask>{2}) << "a is free first";
}

TEST(NaivePlan, WaitsForAPrerequisiteAndPassesOver) {
  ProblemOnALine line({0, 10});
  line.crew("a", 0);
  line.task("repair", 1, 5).hard_after = {Id<DispatchTask>{1}};
  line.task("drain", 1, 5);
  const DispatchPlan plan = plan_naively(line.problem());
  ASSERT_EQ(plan.tours[0].stops.size(), 2U);
  EXPECT_EQ(plan.tours[0].stops[0].task, Id<DispatchTask>{1});
  EXPECT_TRUE(check_plan(line.problem(), plan));
}

TEST(NaivePlan, EachHabitHasItsOwnOrder) {
  //  crew - small - - - large - - - - - first
  ProblemOnALine line({0, 1, 10, 30});
  line.crew("a", 0);
  line.task("first", 3, 1, 2);
  line.task("small", 1, 1, 1);
  line.task("large", 2, 1, 50);
  const auto order = [&](DispatchHabit habit) {
    return sequences_of(line.problem(), plan_naively(line.problem(), habit))[0];
  };
  const Id<DispatchTask> first{0};
  const Id<DispatchTask> small{1};
  const Id<DispatchTask> large{2};
  EXPECT_EQ(order(DispatchHabit::first_come), (std::vector{first, small, large}));
  EXPECT_EQ(order(DispatchHabit::largest_first), (std::vector{large, first, small}));
  EXPECT_EQ(order(DispatchHabit::nearest_task), (std::vector{small, large, first}));
}

TEST(NaivePlan, TheNearestPairGoesFirst) {
  ProblemOnALine line({0, 50, 60, 61});
  line.crew("a", 0);
  line.crew("b", 2);
  line.task("t0", 1, 1);
  line.task("t1", 3, 1);
  const CrewSequences nearest =
      sequences_of(line.problem(), plan_naively(line.problem(), DispatchHabit::nearest_task));
  EXPECT_EQ(nearest[1], std::vector{Id<DispatchTask>{1}}) << "b is beside t1, though t0 came first";
  EXPECT_EQ(nearest[0], std::vector{Id<DispatchTask>{0}});
}

TEST(NaivePlan, EveryHabitKeepsEveryRule) {
  const testing::MadeProblem what{.tasks = 20,
                                  .crews = 4,
                                  .soft = true,
                                  .hard = true,
                                  .windows = true,
                                  .skills = true,
                                  .together = true,
                                  .shifts = true,
                                  .bound = true,
                                  .late = true,
                                  .rests = true,
                                  .depots = true};
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const DispatchProblem problem = testing::make_problem(what, random);
    for (const auto habit :
         {DispatchHabit::first_come, DispatchHabit::largest_first, DispatchHabit::nearest_task}) {
      const Result<void> checked = check_plan(problem, plan_naively(problem, habit));
      EXPECT_TRUE(checked) << checked.error().message;
    }
  }
}

TEST(NaivePlan, CostsMoreThanThePlannersOnAStorm) {
  Random random(20);
  const DispatchProblem problem =
      testing::make_problem({.tasks = 60, .crews = 6, .soft = true}, random);
  const DispatchPlan plan = plan_dispatch(problem, {.time_limit_s = 0});
  const DispatchPlan naive = plan_naively(problem);
  EXPECT_TRUE(plan.unserved.empty());
  EXPECT_TRUE(naive.unserved.empty());
  EXPECT_LT(plan.objective, 0.9 * naive.objective);
}

}  // namespace
}  // namespace gridmend::naive_planner_test
