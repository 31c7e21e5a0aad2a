#include <gtest/gtest.h>

#include <cmath>

#include "routing/tour/planner.h"
#include "tests/routing/tour/exhaustive_oracle.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend {
namespace {

using testing::MadeProblem;

bool about_less(const PlanValue& a, const PlanValue& b) {
  if (std::abs(a.unserved_weight - b.unserved_weight) > 1e-9) {
    return a.unserved_weight < b.unserved_weight;
  }
  if (a.unserved_tasks != b.unserved_tasks) return a.unserved_tasks < b.unserved_tasks;
  return a.objective < b.objective - 1e-6;
}

void expect_sound(const DispatchProblem& problem, const DispatchPlan& plan,
                  const PlanValue& optimum) {
  const Result<void> checked = check_plan(problem, plan);
  EXPECT_TRUE(checked) << checked.error().reason << ' ' << checked.error().message;
  EXPECT_FALSE(about_less(value_of(plan), optimum)) << "better than every plan there is";
  for (const UnservedTask& unserved : plan.unserved) EXPECT_FALSE(unserved.reason.empty());
}

// Plans random problems of one kind and holds them against the exhaustive optimum. Returns how
// often the planner reached it.
int plan_many(const MadeProblem& what, int cases, std::uint64_t stream) {
  int optimal = 0;
  for (int i = 0; i < cases; ++i) {
    const std::uint64_t seed = stream * 100000 + static_cast<std::uint64_t>(i);
    Random random(seed);
    const DispatchProblem problem = testing::make_problem(what, random);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + testing::describe_problem(problem));
    const Result<void> valid = validate(problem);
    EXPECT_TRUE(valid) << valid.error().message;
    if (!valid) continue;
    const PlanValue optimum = testing::exhaustive_optimum(problem);
    const DispatchPlan plan = plan_dispatch(problem, {.seed = seed, .time_limit_s = 0});
    expect_sound(problem, plan, optimum);
    expect_sound(problem, plan_naively(problem), optimum);
    if (!about_less(optimum, value_of(plan))) ++optimal;
  }
  return optimal;
}

TEST(PlannerAgainstOracle, OneCrew) { EXPECT_GE(plan_many({.tasks = 6, .crews = 1}, 20, 1), 10); }

TEST(PlannerAgainstOracle, TwoCrews) { EXPECT_GE(plan_many({.tasks = 5, .crews = 2}, 30, 2), 15); }

TEST(PlannerAgainstOracle, ThreeCrewsWithSoftPrecedenceAndSkills) {
  EXPECT_GE(plan_many({.tasks = 4, .crews = 3, .soft = true, .skills = true}, 40, 3), 20);
}

TEST(PlannerAgainstOracle, WindowsAndShifts) {
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .windows = true, .shifts = true}, 40, 4), 16);
}

TEST(PlannerAgainstOracle, HardPrecedence) {
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .soft = true, .hard = true}, 40, 5), 16);
}

TEST(PlannerAgainstOracle, CrewsThatWorkTogether) {
  EXPECT_GE(plan_many({.tasks = 4, .crews = 3, .soft = true, .together = true}, 40, 6), 16);
}

TEST(PlannerAgainstOracle, PinsStartedTasksAndPenalties) {
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .soft = true, .bound = true}, 40, 7), 16);
}

TEST(PlannerAgainstOracle, EverythingAtOnce) {
  const MadeProblem all{.tasks = 4,
                        .crews = 3,
                        .soft = true,
                        .hard = true,
                        .windows = true,
                        .skills = true,
                        .together = true,
                        .shifts = true,
                        .bound = true};
  EXPECT_GE(plan_many(all, 150, 8), 60);
}

}  // namespace
}  // namespace gridmend
