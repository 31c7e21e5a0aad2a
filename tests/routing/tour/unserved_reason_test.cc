#include "routing/tour/unserved_reason.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "routing/tour/objective.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::unserved_reason_test {
namespace {

using testing::ProblemOnALine;

struct Case {
  const char* reason;
  std::function<void(DispatchProblem&)> spoil;  // task 0; two crews; travel 10 to it
};

DispatchProblem servable() {
  ProblemOnALine line({0, 10});
  line.crew("a", 0);
  line.crew("b", 0);
  line.task("x", 1, 20);
  line.task("y", 1, 20);
  return line.problem();
}

TEST(UnservedReason, EachObstacleHasItsWord) {
  const std::vector<Case> cases = {
      {"no_crew", [](auto& p) { p.crews.clear(); }},
      {"never_opens", [](auto& p) { p.tasks[0].earliest = kNever; }},
      {"no_skilled_crew", [](auto& p) { p.tasks[0].skills.add(Skill::boat); }},
      {"pinned_crew_unable",
       [](auto& p) {
         p.tasks[0].pinned_to = Id<DispatchCrew>{0};
         p.tasks[0].skills.add(Skill::boat);
         p.crews[1].skills.add(Skill::boat);
       }},
      {"over_capacity",
       [](auto& p) {
         p.tasks[0].demand = 5;
         for (auto& crew : p.crews) crew.capacity = 4;
       }},
      {"no_material",
       [](auto& p) {
         p.tasks[0].demand = 3;
         for (auto& crew : p.crews) crew.capacity = 4, crew.load = 2;
       }},
      {"no_material",
       [](auto& p) {
         p.sites = 3;  // the depot lies where nobody gets to
         p.travel[0] = TravelMatrix(3, {0, 10, kNever, 10, 0, kNever, kNever, kNever, 0});
         p.depots.push_back({"yard", Id<Site>{2}, 60});
         p.tasks[0].demand = 3;
         for (auto& crew : p.crews) crew.capacity = 4, crew.load = 2;
       }},
      {"no_material",
       [](auto& p) {
         p.depots.push_back({"yard", Id<Site>{0}, 60, 100, 150});  // it closes while they load
         p.tasks[0].demand = 3;
         for (auto& crew : p.crews) crew.capacity = 4, crew.load = 2;
       }},
      {"unreachable",
       [](auto& p) {
         p.travel[0] = TravelMatrix(2, {0, kNever, kNever, 0});
       }},
      {"too_few_crews", [](auto& p) { p.tasks[0].crews_needed = 3; }},
      {"prerequisite_unserved",
       [](auto& p) {
         p.tasks[0].hard_after = {Id<DispatchTask>{1}};
         p.tasks[1].skills.add(Skill::tree);
       }},
      {"deadline_too_early", [](auto& p) { p.tasks[0].deadline = 9; }},
      {"shift_too_short",
       [](auto& p) {
         for (auto& crew : p.crews) crew.shift_end = 29;
       }},
      {"no_room",
       [](auto& p) {
         p.tasks[1].pinned_to = p.tasks[0].pinned_to = Id<DispatchCrew>{0};
         p.tasks[1].weight = 50;
         p.crews[0].shift_end = 40;
       }},
  };
  for (const Case& one : cases) {
    DispatchProblem problem = servable();
    one.spoil(problem);
    ASSERT_TRUE(validate(problem)) << one.reason;
    for (const bool naive : {false, true}) {
      const DispatchPlan plan =
          naive ? plan_naively(problem) : plan_dispatch(problem, {.time_limit_s = 0.1});
      ASSERT_TRUE(check_plan(problem, plan)) << one.reason;
      ASSERT_FALSE(plan.unserved.empty()) << one.reason;
      if (std::string_view(one.reason) == "no_room" && naive) continue;  // it serves x first
      EXPECT_EQ(plan.unserved[0].task, Id<DispatchTask>{0});
      EXPECT_EQ(plan.unserved[0].reason, one.reason);
      EXPECT_FALSE(plan.unserved[0].details.empty());
    }
  }
}

}  // namespace
}  // namespace gridmend::unserved_reason_test
