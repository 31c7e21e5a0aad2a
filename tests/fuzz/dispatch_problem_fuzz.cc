// A stand-alone problem for `gridmend plan`, as JSON. What is taken is sound, is planned by every
// habit and by the planner, each plan can be carried out, and is written as JSON, GeoJSON and SVG.

#include "core/base/check.h"
#include "routing/tour/objective.h"
#include "routing/tour/plan_gantt.h"
#include "routing/tour/plan_geojson.h"
#include "routing/tour/planner.h"
#include "routing/tour/problem_file.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  if (size > 20'000) return 0;
  const auto file = read_problem_file(text_of(data, size));
  if (!file) {
    GRIDMEND_CHECK(!file.error().reason.empty(), "a refusal has a reason");
    GRIDMEND_CHECK(!file.error().message.empty(), "a refusal is a sentence");
    return 0;
  }
  const DispatchProblem& problem = file->problem;
  GRIDMEND_CHECK(validate(problem), "a problem that is taken is sound");
  if (problem.tasks.size() > 30 || problem.crews.size() > 30 || problem.sites > 60) return 0;
  const DispatchPlan plans[] = {
      plan_dispatch(problem, {.time_limit_s = 1, .iteration_limit = 5}),
      plan_naively(problem),
      plan_naively(problem, DispatchHabit::largest_first),
      plan_naively(problem, DispatchHabit::nearest_task),
  };
  for (const DispatchPlan& plan : plans) {
    GRIDMEND_CHECK(check_plan(problem, plan), "a plan can be carried out");
    for (const UnservedTask& task : plan.unserved)
      GRIDMEND_CHECK(!task.reason.empty(), "what is left out has a reason");
    GRIDMEND_CHECK(!write_plan_json(problem, plan).empty(), "a plan is written");
    GRIDMEND_CHECK(!write_plan_gantt(problem, plan).empty(), "a plan is drawn");
    GRIDMEND_CHECK(!write_plan_geojson(problem, plan, file->places).empty(), "on a map too");
  }
  return 0;
}
