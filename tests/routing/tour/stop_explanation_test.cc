#include "routing/tour/stop_explanation.h"

#include <gtest/gtest.h>

#include "routing/tour/plan_changes.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::stop_explanation_test {
namespace {

using testing::MadeProblem;
using testing::ProblemOnALine;

constexpr Id<DispatchTask> kFirst{0};
constexpr Id<DispatchTask> kSecond{1};

ProblemOnALine two_crews() {
  ProblemOnALine line({0, 10, 20, 100});
  line.crew("near", 0);
  line.crew("far", 3);
  line.task("first", 1, 5, 2);
  line.task("second", 2, 5, 1);
  return line;
}

TEST(Explain, TheNextBestCrewAndPlaceAreTimedExactly) {
  const ProblemOnALine line = two_crews();
  const StopExplanation why = explain_stop(line.problem(), {{kFirst, kSecond}, {}}, kSecond);
  EXPECT_EQ(why.crew, Id<DispatchCrew>{0});
  EXPECT_EQ(why.position, 1U);
  EXPECT_EQ(why.completion, 30);
  ASSERT_TRUE(why.other_crew.has_value());
  EXPECT_EQ(why.other_crew->crew, Id<DispatchCrew>{1});
  EXPECT_EQ(why.other_crew->completion, 85);
  EXPECT_EQ(why.other_crew->extra_harm, 55);
  ASSERT_TRUE(why.other_position.has_value());
  EXPECT_EQ(why.other_position->position, 0U);
  // Second first: done at 25 instead of 30, first at 40 instead of 15, weight 2.
  EXPECT_EQ(why.other_position->extra_harm, 2 * 25 - 5);
  EXPECT_EQ(why.unable_crews, 0U);
}

TEST(Explain, CrewsThatCannotAreCounted) {
  ProblemOnALine line = two_crews();
  line.problem().tasks[1].vetoed = {Id<DispatchCrew>{1}};
  const StopExplanation why = explain_stop(line.problem(), {{kFirst, kSecond}, {}}, kSecond);
  EXPECT_FALSE(why.other_crew.has_value());
  EXPECT_EQ(why.unable_crews, 1U);
}

TEST(Explain, WhatNobodyDoesHasNoPlace) {
  const ProblemOnALine line = two_crews();
  const StopExplanation why = explain_stop(line.problem(), {{kFirst}, {}}, kSecond);
  EXPECT_FALSE(why.crew.valid());
  EXPECT_FALSE(why.other_crew.has_value());
}

// No alternative can be better than the best plan; in an optimal plan none is.
TEST(Explain, AnOptimalPlanHasNoBetterPlaceForAnything) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const MadeProblem what{.tasks = 6, .crews = 2, .soft = true, .windows = true, .late = true};
    const DispatchProblem problem = testing::make_problem(what, random);
    const DispatchPlan plan =
        plan_dispatch(problem, {.seed = seed, .time_limit_s = 1e6, .iteration_limit = 2000});
    for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
      const StopExplanation why =
          explain_stop(problem, sequences_of(problem, plan), Id<DispatchTask>{t});
      for (const auto& other : {why.other_crew, why.other_position}) {
        if (!other) continue;
        EXPECT_GE(other->extra_harm, -1e-6) << "task " << t;
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::stop_explanation_test
