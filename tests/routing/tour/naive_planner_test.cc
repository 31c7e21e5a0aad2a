#include <gtest/gtest.h>

#include "routing/tour/objective.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend {
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
}  // namespace gridmend
