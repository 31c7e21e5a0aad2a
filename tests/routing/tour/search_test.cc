#include "routing/tour/search.h"

#include <gtest/gtest.h>

#include <stop_token>

#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::search_test {
namespace {

using testing::MadeProblem;

const MadeProblem kKinds[] = {
    {.tasks = 40, .crews = 4},
    {.tasks = 40, .crews = 4, .soft = true, .skills = true},
    {.tasks = 25, .crews = 3, .hard = true, .windows = true, .together = true},
    {.tasks = 25, .crews = 3, .soft = true, .shifts = true, .bound = true},
    {.tasks = 25, .crews = 3, .late = true},
    {.tasks = 25, .crews = 3, .soft = true, .late = true},
    {.tasks = 25, .crews = 3, .rests = true, .depots = true},
    {.tasks = 25, .crews = 3, .windows = true, .late = true, .rests = true, .closes = true},
    {.tasks = 25, .crews = 3, .hard = true, .together = true, .rests = true, .depots = true},
};

TEST(Search, TheSameSeedAndIterationsGiveTheSamePlan) {
  for (const MadeProblem& kind : kKinds) {
    Random random(5);
    const DispatchProblem problem = testing::make_problem(kind, random);
    for (const unsigned threads : {1U, 2U}) {
      const PlannerSettings settings{
          .seed = 9, .time_limit_s = 1e6, .iteration_limit = 150, .threads = threads};
      const DispatchPlan once = plan_dispatch(problem, settings);
      const DispatchPlan again = plan_dispatch(problem, settings);
      EXPECT_EQ(sequences_of(problem, once), sequences_of(problem, again));
      EXPECT_EQ(once.objective, again.objective);
    }
  }
}

TEST(Search, NeverLosesWhatTheFirstPlanHad) {
  for (const MadeProblem& kind : kKinds) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Random random(seed);
      const DispatchProblem problem = testing::make_problem(kind, random);
      const DispatchPlan first = plan_dispatch(problem, {.time_limit_s = 0});
      const DispatchPlan better =
          plan_dispatch(problem, {.seed = seed, .time_limit_s = 1e6, .iteration_limit = 100});
      EXPECT_LE(value_of(better), value_of(first));
      EXPECT_TRUE(check_plan(problem, better));
    }
  }
}

TEST(Search, AStopEndsItAtOnce) {
  Random random(3);
  const DispatchProblem problem = testing::make_problem(kKinds[0], random);
  std::stop_source source;
  source.request_stop();
  const DispatchPlan stopped = plan_dispatch(problem, {.time_limit_s = 1e6}, source.get_token());
  EXPECT_EQ(stopped.objective, plan_dispatch(problem, {.time_limit_s = 0}).objective);
}

TEST(Schedule, RollingBackRestoresEveryFigure) {
  for (const MadeProblem& kind : kKinds) {
    Random random(11);
    const DispatchProblem problem = testing::make_problem(kind, random);
    const ProblemIndex index(problem);
    Schedule schedule(index);
    ASSERT_TRUE(
        schedule.lay_out(sequences_of(problem, plan_dispatch(problem, {.time_limit_s = 0}))));
    schedule.remember();
    const PlanValue value = schedule.value();
    const CrewSequences sequences = schedule.sequences();
    for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
      const Id<DispatchTask> task{t};
      if (!schedule.is_present(task)) continue;
      static_cast<void>(schedule.remove(std::vector{task}));
      schedule.roll_back();
      ASSERT_EQ(schedule.value(), value) << "task " << t;
      ASSERT_EQ(schedule.sequences(), sequences);
    }
  }
}

}  // namespace
}  // namespace gridmend::search_test
