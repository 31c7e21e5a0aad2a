// Many more tasks than the crews' shifts have room for.

#include <gtest/gtest.h>

#include <algorithm>

#include "routing/tour/construction.h"
#include "routing/tour/insertion.h"
#include "routing/tour/moves/insertion_order.h"
#include "routing/tour/objective.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::crowd_test {
namespace {

using testing::ProblemOnALine;

constexpr std::size_t kTasks = 400;

// Two crews for a tenth of the work.
DispatchProblem crowded() {
  std::vector<double> posts;
  for (int i = 0; i < 50; ++i) posts.push_back(i);
  ProblemOnALine line(posts);
  for (int c = 0; c < 2; ++c) line.crew("c" + std::to_string(c), 25).shift_end = 300;
  for (std::size_t t = 0; t < kTasks; ++t) {
    line.task("t" + std::to_string(t), static_cast<int>(t * 7 % 50), 10,
              1 + static_cast<double>(t * 13 % 29));
  }
  return line.problem();
}

std::vector<Id<DispatchTask>> all_tasks() {
  std::vector<Id<DispatchTask>> tasks;
  for (std::size_t t = 0; t < kTasks; ++t) tasks.emplace_back(t);
  return tasks;
}

TEST(Crowd, WhatWasTakenOutGetsItsTurnAndOthersInTheirTurn) {
  const DispatchProblem problem = crowded();
  const ProblemIndex index(problem);
  InsertionOrder order(index);
  Random random(3);
  std::vector<char> had_turn(kTasks, 0);
  const auto is_absent = [](Id<DispatchTask> task) { return task.index % 2 == 0; };
  const std::vector<Id<DispatchTask>> removed{Id<DispatchTask>{10}, Id<DispatchTask>{310}};
  for (int round = 0; round < 60; ++round) {
    std::vector<Id<DispatchTask>> drawn = order.draw(removed, is_absent, random);
    EXPECT_EQ(drawn.size(), removed.size() + InsertionOrder::kOthers);
    std::ranges::sort(drawn);
    EXPECT_EQ(std::ranges::adjacent_find(drawn), drawn.end()) << "each once";
    EXPECT_TRUE(std::ranges::all_of(drawn, is_absent));
    EXPECT_TRUE(std::ranges::includes(drawn, removed));
    for (const Id<DispatchTask> task : drawn) had_turn[task.index] = 1;
  }
  EXPECT_EQ(std::ranges::count(had_turn, 1), static_cast<std::ptrdiff_t>(kTasks / 2));
}

TEST(Crowd, AFewAbsentTasksAllGetTheirTurn) {
  const DispatchProblem problem = crowded();
  const ProblemIndex index(problem);
  InsertionOrder order(index);
  Random random(3);
  const auto is_absent = [](Id<DispatchTask> task) { return task.index < 50; };
  EXPECT_EQ(order.draw({Id<DispatchTask>{1}}, is_absent, random).size(), 50U);
}

// Whatever the time, nothing is left out that a tour still has room for, and time is well spent.
TEST(Crowd, AFirstPlanOfLittleTimeIsWhole) {
  const DispatchProblem problem = crowded();
  const ProblemIndex index(problem);
  double least_dark = kNever;
  for (const double most_slots : {0., 100., 1000., kNever}) {
    Schedule schedule(index);
    insert_in_order(schedule, all_tasks(), most_slots);
    const auto plan = time_sequences(problem, schedule.sequences());
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->unserved.empty());
    SlotPricer pricer(schedule);
    for (const UnservedTask& left_out : plan->unserved) {
      pricer.look_at(left_out.task);
      for (std::size_t c = 0; c < problem.crews.size(); ++c) {
        EXPECT_EQ(pricer.cheapest(Id<DispatchCrew>{c}).cost, kNever) << most_slots;
      }
    }
    least_dark = std::min(least_dark, plan->unserved_weight);
  }
  const DispatchPlan searched =
      plan_dispatch(problem, {.seed = 1, .time_limit_s = 1e6, .iteration_limit = 20'000});
  EXPECT_LT(searched.unserved_weight, least_dark);
}

// The heaviest tasks, all at one place: nobody could do better than to serve those.
TEST(Crowd, TheSearchFindsTheHeaviestOfACrowd) {
  ProblemOnALine line({0, 10});
  line.crew("c", 0).shift_end = 10 + 5 * 10;
  for (std::size_t t = 0; t < kTasks; ++t) {
    line.task("t" + std::to_string(t), 1, 10, t % 80 == 79 ? 100 : 1 + static_cast<double>(t % 7));
  }
  double all = 0;
  for (const DispatchTask& task : line.problem().tasks) all += task.weight;
  const CrewSequences light{{Id<DispatchTask>{0}, Id<DispatchTask>{1}, Id<DispatchTask>{2},
                             Id<DispatchTask>{3}, Id<DispatchTask>{4}}};
  const DispatchPlan plan = replan_dispatch(
      line.problem(), light, {.seed = 2, .time_limit_s = 1e6, .iteration_limit = 5'000});
  EXPECT_EQ(plan.unserved_weight, all - 5 * 100);
}

}  // namespace
}  // namespace gridmend::crowd_test
