#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "routing/tour/objective.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::replan_test {
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

TEST(Replan, WhatAPlanSavesIsToldApartFromWhatAChangeIsMadeToCost) {
  ProblemOnALine line({0, 10, 100});
  line.crew("c", 0);
  DispatchTask& far = line.task("far", 2, 0, 1);
  far.held_by = Id<DispatchCrew>{0};
  far.turn_penalty = 1000;
  line.task("near", 1, 0, 50).held_by = Id<DispatchCrew>{0};
  const CrewSequences running = {{Id<DispatchTask>{0}, Id<DispatchTask>{1}}};
  const DispatchPlan plan = replan_dispatch(
      line.problem(), running, {.seed = 1, .time_limit_s = 1e6, .iteration_limit = 50});
  EXPECT_EQ(plan.first_objective, 100 + 50 * 190);
  EXPECT_EQ(plan.first_penalties, 0);
  EXPECT_EQ(plan.objective, 100 + 50 * 10 + 1000);
  EXPECT_EQ(plan.penalties, 1000);
}

// 10,000 tasks: no first plan looks at so many slots that a time limit means nothing.
TEST(Plan, OfTenThousandTasksIsThereSoonAfterItsTimeLimit) {
  constexpr int kTasks = 10000;
  constexpr int kPosts = 977;
  std::vector<double> posts;
  for (int i = 0; i < kPosts; ++i) posts.push_back(i);
  ProblemOnALine line(posts);
  for (int c = 0; c < 50; ++c) line.crew("c" + std::to_string(c), 0);
  for (int t = 0; t < kTasks; ++t) line.task("t" + std::to_string(t), t % kPosts, 10, 1 + t % 7);
  ASSERT_TRUE(validate(line.problem()));
  const auto began = std::chrono::steady_clock::now();
  const DispatchPlan plan = plan_dispatch(line.problem(), {.seed = 1, .time_limit_s = .1});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_TRUE(plan.unserved.empty());
  EXPECT_LT(took.count(), 120) << "minutes and more where every slot is looked at";
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
}  // namespace gridmend::replan_test
