#include <gtest/gtest.h>

#include <cmath>

#include "routing/tour/planner.h"
#include "tests/routing/tour/exhaustive_oracle.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::planner_oracle_test {
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

struct Optimal {
  int first = 0;     // cases whose first plan is optimal already
  int searched = 0;  // cases whose plan after a short search is
};

// Plans random problems of one kind and holds them against the exhaustive optimum.
Optimal plan_many(const MadeProblem& what, int cases, std::uint64_t stream) {
  Optimal optimal;
  for (int i = 0; i < cases; ++i) {
    const std::uint64_t seed = stream * 100000 + static_cast<std::uint64_t>(i);
    Random random(seed);
    const DispatchProblem problem = testing::make_problem(what, random);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + testing::describe_problem(problem));
    const Result<void> valid = validate(problem);
    EXPECT_TRUE(valid) << valid.error().message;
    if (!valid) continue;
    const PlanValue optimum = testing::exhaustive_optimum(problem);
    const DispatchPlan first = plan_dispatch(problem, {.seed = seed, .time_limit_s = 0});
    const DispatchPlan searched =
        plan_dispatch(problem, {.seed = seed, .time_limit_s = 1e6, .iteration_limit = 300});
    expect_sound(problem, first, optimum);
    expect_sound(problem, searched, optimum);
    expect_sound(problem, plan_naively(problem), optimum);
    EXPECT_LE(value_of(searched), value_of(first));
    if (!about_less(optimum, value_of(first))) ++optimal.first;
    if (!about_less(optimum, value_of(searched))) ++optimal.searched;
  }
  std::printf("optimal of %d: %d at first, %d after a search\n", cases, optimal.first,
              optimal.searched);
  return optimal;
}

TEST(PlannerAgainstOracle, OneCrew) {
  EXPECT_EQ(plan_many({.tasks = 6, .crews = 1}, 20, 1).searched, 20);
}

TEST(PlannerAgainstOracle, TwoCrews) {
  EXPECT_EQ(plan_many({.tasks = 5, .crews = 2}, 30, 2).searched, 30);
}

TEST(PlannerAgainstOracle, ThreeCrewsWithSoftPrecedenceAndSkills) {
  const MadeProblem what{.tasks = 4, .crews = 3, .soft = true, .skills = true};
  EXPECT_EQ(plan_many(what, 40, 3).searched, 40);
}

TEST(PlannerAgainstOracle, WindowsAndShifts) {
  const MadeProblem what{.tasks = 5, .crews = 2, .windows = true, .shifts = true};
  EXPECT_GE(plan_many(what, 40, 4).searched, 39);
}

TEST(PlannerAgainstOracle, HardPrecedence) {
  const MadeProblem what{.tasks = 5, .crews = 2, .soft = true, .hard = true};
  EXPECT_GE(plan_many(what, 40, 5).searched, 37);
}

TEST(PlannerAgainstOracle, CrewsThatWorkTogether) {
  const MadeProblem what{.tasks = 4, .crews = 3, .soft = true, .together = true};
  EXPECT_GE(plan_many(what, 40, 6).searched, 38);
}

TEST(PlannerAgainstOracle, PinsStartedTasksAndPenalties) {
  const MadeProblem what{.tasks = 5, .crews = 2, .soft = true, .bound = true};
  EXPECT_GE(plan_many(what, 40, 7).searched, 39);
}

TEST(PlannerAgainstOracle, WeightsThatRise) {
  EXPECT_EQ(plan_many({.tasks = 5, .crews = 2, .late = true}, 40, 9).searched, 40);
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .soft = true, .late = true}, 40, 10).searched, 39);
}

TEST(PlannerAgainstOracle, CrewsOnTheirWayAndVetoes) {
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .bound = true}, 40, 11).searched, 39);
}

TEST(PlannerAgainstOracle, Breaks) {
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .rests = true}, 60, 12).searched, 59);
  const MadeProblem what{
      .tasks = 5, .crews = 2, .soft = true, .windows = true, .shifts = true, .rests = true};
  EXPECT_GE(plan_many(what, 60, 13).searched, 57);
}

TEST(PlannerAgainstOracle, BreaksWhereTheWayOutCloses) {
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .rests = true, .closes = true}, 60, 16).searched,
            57);
}

TEST(PlannerAgainstOracle, Depots) {
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .depots = true}, 60, 14).searched, 59);
  const MadeProblem what{
      .tasks = 5, .crews = 2, .soft = true, .late = true, .rests = true, .depots = true};
  EXPECT_GE(plan_many(what, 60, 15).searched, 57);
}

TEST(PlannerAgainstOracle, DepotsThatOpenLaterAndClose) {
  EXPECT_GE(plan_many({.tasks = 5, .crews = 2, .depots = true, .closes = true}, 60, 15).searched,
            58);
  const MadeProblem with_breaks{
      .tasks = 5, .crews = 2, .soft = true, .rests = true, .depots = true, .closes = true};
  EXPECT_GE(plan_many(with_breaks, 60, 16).searched, 57);
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
                        .bound = true,
                        .late = true,
                        .rests = true,
                        .depots = true,
                        .closes = true};
  EXPECT_GE(plan_many(all, 150, 8).searched, 145);
}

}  // namespace
}  // namespace gridmend::planner_oracle_test
