#include "routing/tour/plan_changes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::plan_changes_test {
namespace {

using testing::MadeProblem;
using testing::ProblemOnALine;

constexpr Id<DispatchTask> kFirst{0};
constexpr Id<DispatchTask> kSecond{1};
constexpr Id<DispatchTask> kThird{2};
constexpr Id<DispatchCrew> kNear{0};
constexpr Id<DispatchCrew> kFar{1};

ProblemOnALine two_crews_and_three_tasks() {
  ProblemOnALine line({0, 10, 20, 30, 100});
  line.crew("near", 0);
  line.crew("far", 4);
  line.task("first", 1, 5, 2);
  line.task("second", 2, 5, 1);
  line.task("third", 3, 5, 4);
  return line;
}

TEST(PlanChanges, APlanThatIsTheSameChangesNothing) {
  const ProblemOnALine line = two_crews_and_three_tasks();
  const CrewSequences plan = {{kFirst, kSecond}, {kThird}};
  EXPECT_TRUE(compare_plans(line.problem(), plan, plan).empty());
}

TEST(PlanChanges, EachIsNamedWithItsCrewsAndItsGain) {
  const ProblemOnALine line = two_crews_and_three_tasks();
  // first at 10-15, second at 25-30; third by the far crew at 70-75.
  const auto changes =
      compare_plans(line.problem(), {{kFirst, kSecond, kThird}, {}}, {{kFirst, kSecond}, {kThird}});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, PlanChangeKind::moved);
  EXPECT_EQ(changes[0].task, kThird);
  EXPECT_EQ(changes[0].before, kNear);
  EXPECT_EQ(changes[0].after, kFar);
  // Behind the second it would be done at 45, not at 75: the change costs 30 x weight 4.
  EXPECT_EQ(changes[0].gain, -120);
}

TEST(PlanChanges, ANewTaskGainsOverBeingDoneLast) {
  const ProblemOnALine line = two_crews_and_three_tasks();
  const auto changes =
      compare_plans(line.problem(), {{kFirst, kThird}, {}}, {{kFirst, kSecond, kThird}, {}});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, PlanChangeKind::assigned);
  EXPECT_FALSE(changes[0].before.valid());
  // On the way: second 30, third 45 x 4 = 210. Last: third 40 x 4, second 55 = 215.
  EXPECT_EQ(changes[0].gain, 5);
}

TEST(PlanChanges, AnOrderIsChangedByAsFewStopsAsCanBe) {
  ProblemOnALine line({0, 1, 2, 3, 4, 5});
  line.crew("only", 0);
  for (int site = 1; site <= 5; ++site) line.task("t" + std::to_string(site), site, 1);
  CrewSequences running(1);
  for (std::size_t t = 0; t < 5; ++t) running[0].emplace_back(t);
  CrewSequences plan = running;
  std::rotate(plan[0].begin(), plan[0].begin() + 4, plan[0].end());  // the last one first
  const auto changes = compare_plans(line.problem(), running, plan);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, PlanChangeKind::reordered);
  EXPECT_EQ(changes[0].task, Id<DispatchTask>{4});
  ASSERT_TRUE(changes[0].gain.has_value());
  EXPECT_LT(*changes[0].gain, 0) << "driving up the street first is worse";
  EXPECT_EQ(taken_back(line.problem(), running, plan, changes[0]), running);
}

TEST(PlanChanges, WhatCouldNotStayHasNoGain) {
  ProblemOnALine line = two_crews_and_three_tasks();
  line.problem().crews[0].shift_end = 32;
  const auto changes =
      compare_plans(line.problem(), {{kFirst, kSecond, kThird}, {}}, {{kFirst, kSecond}, {kThird}});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_FALSE(changes[0].gain.has_value());
}

TEST(PlanChanges, AGainIsTheDifferenceOfTwoPlansThatStandForThemselves) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const MadeProblem what{
        .tasks = 12, .crews = 3, .soft = true, .hard = true, .windows = true, .bound = true};
    const DispatchProblem problem = testing::make_problem(what, random);
    const CrewSequences running = sequences_of(
        problem, plan_dispatch(problem, {.seed = 1, .time_limit_s = 1e6, .iteration_limit = 20}));
    const CrewSequences plan = sequences_of(
        problem, plan_dispatch(problem, {.seed = 2, .time_limit_s = 1e6, .iteration_limit = 20}));
    DispatchProblem harmless = problem;
    for (DispatchTask& task : harmless.tasks) task.change_penalty = task.turn_penalty = 0;
    const auto now = time_sequences(harmless, plan);
    ASSERT_TRUE(now);
    for (const PlanChange& change : compare_plans(problem, running, plan)) {
      const CrewSequences back = taken_back(problem, running, plan, change);
      const auto then = time_sequences(harmless, back);
      if (!change.gain) continue;
      ASSERT_TRUE(then);
      EXPECT_DOUBLE_EQ(*change.gain, then->objective - now->objective);
    }
  }
}

// A crew on its way to the far end; a fault appears right beside it.
ProblemOnALine on_the_way(double weight_of_new_fault) {
  ProblemOnALine line({0, 5, 100});
  line.crew("only", 0);
  DispatchTask& far = line.task("far", 2, 10, 10);
  far.held_by = kNear;
  far.turn_penalty = 500;
  line.task("near", 1, 10, weight_of_new_fault);
  return line;
}

TEST(OnTheWay, ACrewIsTurnedRoundOnlyForMoreThanThePenalty) {
  // Near first: far waits 10 more (x 10 = 100), near gains 100 + 95 of waiting.
  for (const auto& [weight, turns] : {std::pair{2.0, false}, std::pair{4.0, true}}) {
    const ProblemOnALine line = on_the_way(weight);
    ASSERT_TRUE(validate(line.problem()));
    const CrewSequences running = {{kFirst}};
    const DispatchPlan plan =
        replan_dispatch(line.problem(), running, {.time_limit_s = 1e6, .iteration_limit = 50});
    EXPECT_TRUE(check_plan(line.problem(), plan));
    const CrewSequences tours = sequences_of(line.problem(), plan);
    EXPECT_EQ(tours[0].front() == kSecond, turns) << "weight " << weight;
    const auto changes = compare_plans(line.problem(), running, tours);
    const auto turned = std::find_if(changes.begin(), changes.end(), [](const PlanChange& change) {
      return change.kind == PlanChangeKind::turned_round;
    });
    ASSERT_EQ(turned != changes.end(), turns);
    if (turns) {
      EXPECT_GT(turned->gain, 500);
    }
  }
}

TEST(OnTheWay, ATurnThatGainsTooLittleIsTakenBack) {
  const ProblemOnALine line = on_the_way(4);
  const CrewSequences running = {{kFirst}};
  const auto timed = time_sequences(line.problem(), {{kSecond, kFirst}});
  ASSERT_TRUE(timed);
  EXPECT_EQ(sequences_of(line.problem(), hold_course(line.problem(), running, *timed, 500)),
            (CrewSequences{{kSecond, kFirst}}));
  const DispatchPlan held = hold_course(line.problem(), running, *timed, 5000);
  EXPECT_EQ(sequences_of(line.problem(), held), (CrewSequences{{kFirst, kSecond}}));
  EXPECT_TRUE(check_plan(line.problem(), held));
}

TEST(OnTheWay, ACrewThatCannotGetThereAnyMoreIsTurnedRoundWhateverItGains) {
  ProblemOnALine line = on_the_way(1);
  std::vector<double> seconds;
  for (std::uint32_t from = 0; from < 3; ++from) {
    for (std::uint32_t to = 0; to < 3; ++to) {
      seconds.push_back(from != to && to == 2 ? kNever : line.problem().travel[0](from, to));
    }
  }
  line.problem().travel[0] = TravelMatrix(3, seconds);
  const DispatchPlan plan =
      replan_dispatch(line.problem(), {{kFirst}}, {.time_limit_s = 1e6, .iteration_limit = 50});
  EXPECT_EQ(sequences_of(line.problem(), plan), (CrewSequences{{kSecond}}));
  ASSERT_EQ(plan.unserved.size(), 1U);
  EXPECT_EQ(plan.unserved[0].reason, "unreachable");
}

TEST(Veto, NoPlanGivesTheTaskToTheCrew) {
  ProblemOnALine line({0, 1, 100});
  line.crew("near", 0);
  line.crew("far", 2);
  line.task("task", 1, 1).vetoed = {kNear};
  const CrewSequences running = {{kFirst}, {}};
  EXPECT_EQ(time_sequences(line.problem(), running).error().reason, "VETO");
  for (const DispatchPlan& plan :
       {plan_dispatch(line.problem(), {.time_limit_s = 0}), plan_naively(line.problem()),
        replan_dispatch(line.problem(), running, {.time_limit_s = 0})}) {
    EXPECT_EQ(sequences_of(line.problem(), plan), (CrewSequences{{}, {kFirst}}));
  }
  line.problem().tasks[0].vetoed.push_back(kFar);
  EXPECT_EQ(plan_dispatch(line.problem(), {.time_limit_s = 0}).unserved.at(0).reason, "vetoed");
}

TEST(Due, AFaultWhoseBatteryEndsIsDoneInTime) {
  ProblemOnALine line({0, 10, 20, 60});
  line.crew("only", 0);
  line.task("street", 1, 10, 3);
  DispatchTask& ventilator = line.task("ventilator", 3, 10, 1);
  const PlannerSettings settings{.time_limit_s = 1e6, .iteration_limit = 50};
  EXPECT_EQ(sequences_of(line.problem(), plan_dispatch(line.problem(), settings)),
            (CrewSequences{{kFirst, kSecond}}));
  ventilator.due = 75;
  ventilator.late_weight = 100;
  const DispatchPlan plan = plan_dispatch(line.problem(), settings);
  EXPECT_EQ(sequences_of(line.problem(), plan), (CrewSequences{{kSecond, kFirst}}));
  EXPECT_EQ(plan.objective, 1 * 70 + 3 * 130);
  EXPECT_TRUE(check_plan(line.problem(), plan));
  ventilator.due = 60;
  EXPECT_EQ(plan_dispatch(line.problem(), settings).objective, 1 * 70 + 100 * 10 + 3 * 130);
}

}  // namespace
}  // namespace gridmend::plan_changes_test
