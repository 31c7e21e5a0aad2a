#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "routing/tour/objective.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend {
namespace {

using testing::MadeProblem;
using testing::ProblemOnALine;

const MadeProblem kKinds[] = {
    {.tasks = 30, .crews = 4},
    {.tasks = 30, .crews = 4, .soft = true, .skills = true},
    {.tasks = 25, .crews = 3, .hard = true, .windows = true, .together = true},
    {.tasks = 25, .crews = 3, .soft = true, .shifts = true, .bound = true},
    {.tasks = 25, .crews = 3, .bound = true, .late = true},
    {.tasks = 25, .crews = 3, .soft = true, .rests = true, .depots = true},
    {.tasks = 25, .crews = 3, .soft = true, .windows = true, .rests = true, .closes = true},
};

TEST(Replan, ARunningPlanIsKeptWhereNothingHasChanged) {
  for (const MadeProblem& kind : kKinds) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Random random(seed);
      const DispatchProblem problem = testing::make_problem(kind, random);
      const DispatchPlan plan =
          plan_dispatch(problem, {.seed = seed, .time_limit_s = 1e6, .iteration_limit = 100});
      const CrewSequences running = sequences_of(problem, plan);
      const DispatchPlan again = replan_dispatch(problem, running, {.time_limit_s = 0});
      EXPECT_LE(value_of(again), value_of(plan));
      if (value_of(again) == value_of(plan)) {
        EXPECT_EQ(sequences_of(problem, again), running);
      }
      EXPECT_TRUE(check_plan(problem, again));
    }
  }
}

TEST(Replan, ANewFaultIsServedAndEveryoneElseKeepsHerOrder) {
  Random random(7);
  DispatchProblem problem = testing::make_problem(kKinds[1], random);
  const DispatchPlan plan =
      plan_dispatch(problem, {.seed = 3, .time_limit_s = 1e6, .iteration_limit = 200});
  ASSERT_TRUE(plan.unserved.empty());
  const CrewSequences running = sequences_of(problem, plan);
  DispatchTask fault;
  fault.id = "new";
  fault.site = problem.tasks.front().site;
  problem.tasks.push_back(fault);
  const DispatchPlan answer = replan_dispatch(problem, running, {.time_limit_s = 0});
  EXPECT_TRUE(answer.unserved.empty());
  EXPECT_TRUE(check_plan(problem, answer));
  CrewSequences kept = sequences_of(problem, answer);
  for (auto& tour : kept) std::erase(tour, Id<DispatchTask>{problem.tasks.size() - 1});
  EXPECT_EQ(kept, running);
}

TEST(Replan, WhatCannotBeAnyMoreGoesToAnotherCrew) {
  ProblemOnALine line({0, 1, 2, 3, 9});
  line.crew("a", 0);
  line.crew("b", 4);
  for (int site = 1; site <= 3; ++site) line.task("t" + std::to_string(site), site, 1);
  const CrewSequences running = {{Id<DispatchTask>{0}, Id<DispatchTask>{1}, Id<DispatchTask>{2}},
                                 {}};
  line.problem().crews[0].shift_end = 5;  // two of them, no more
  const DispatchPlan plan = replan_dispatch(line.problem(), running, {.time_limit_s = 0});
  EXPECT_TRUE(plan.unserved.empty());
  EXPECT_TRUE(check_plan(line.problem(), plan));
  EXPECT_EQ(sequences_of(line.problem(), plan),
            (CrewSequences{{Id<DispatchTask>{0}, Id<DispatchTask>{1}}, {Id<DispatchTask>{2}}}));
}

TEST(Replan, RunningPlansThatMakeNoSenseDoNoHarm) {
  for (const MadeProblem& kind : kKinds) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Random random(seed);
      const DispatchProblem problem = testing::make_problem(kind, random);
      CrewSequences running(random.below(6));
      for (auto& tour : running) {
        for (std::uint64_t i = random.below(12); i > 0; --i) {
          tour.emplace_back(random.below(problem.tasks.size() + 3));  // some twice, some unknown
        }
      }
      const DispatchPlan plan = replan_dispatch(
          problem, running, {.seed = seed, .time_limit_s = 1e6, .iteration_limit = 20});
      EXPECT_TRUE(check_plan(problem, plan));
    }
  }
}

TEST(Replan, ProgressIsToldAndOnlyGetsBetter) {
  Random random(2);
  const DispatchProblem problem = testing::make_problem(kKinds[0], random);
  std::vector<PlanProgress> told;
  PlannerSettings settings{.seed = 1, .time_limit_s = 1, .iteration_limit = 2000};
  settings.on_progress = [&](const PlanProgress& progress) { told.push_back(progress); };
  const DispatchPlan plan = plan_dispatch(problem, settings);
  ASSERT_FALSE(told.empty());
  for (std::size_t i = 1; i < told.size(); ++i) {
    EXPECT_LT(told[i].objective, told[i - 1].objective);
    EXPECT_GT(told[i].seconds, told[i - 1].seconds);
  }
  EXPECT_LE(plan.objective, told.back().objective);
}

}  // namespace
}  // namespace gridmend
