#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "routing/tour/benchmark_reader.h"
#include "routing/tour/objective.h"
#include "routing/tour/planner.h"
#include "tests/routing/tour/subset_optimum.h"

namespace gridmend::reference_values_test {
namespace {

const std::string kDirectory = std::string(GRIDMEND_SOURCE_DIR) + "/../shared/data/benchmarks/";

DispatchProblem load(const std::string& file, int crews) {
  std::ifstream in(kDirectory + file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const Result<Benchmark> benchmark = read_benchmark(text, Distances::as_the_format_rounds);
  EXPECT_TRUE(benchmark) << file;
  if (!benchmark) return {};
  return crews == 0 ? repairman_problem(*benchmark) : fleet_problem(*benchmark, crews);
}

bool are_here() { return std::filesystem::exists(kDirectory + "trp/gr17.tsp"); }

// Published optima of the travelling repairman with k crews that do not come home.
struct FleetValues {
  const char* name;
  double value[4];  // k = 1..4
};
constexpr FleetValues kFleets[] = {{"burma14", {16160, 9070, 6492, 5875}},
                                   {"ulysses16", {32493, 16574, 12643, 11206}},
                                   {"gr17", {10845, 5669, 4479, 4207}}};

TEST(ReferenceValues, ThePlannerReachesTheExactValuesOfSmallFleets) {
  if (!are_here()) GTEST_SKIP() << "no benchmarks in ../shared/data";
  for (const FleetValues& fleet : kFleets) {
    for (int crews = 1; crews <= 4; ++crews) {
      const DispatchProblem problem = load(std::string("trp/") + fleet.name + ".tsp", crews);
      const DispatchPlan plan =
          plan_dispatch(problem, {.seed = 1, .time_limit_s = 1e6, .iteration_limit = 3000});
      EXPECT_TRUE(check_plan(problem, plan));
      EXPECT_TRUE(plan.unserved.empty());
      EXPECT_EQ(plan.objective, fleet.value[crews - 1]) << fleet.name << ' ' << crews;
    }
  }
}

TEST(ReferenceValues, TheSubsetProgrammeConfirmsThem) {
  if (!are_here()) GTEST_SKIP() << "no benchmarks in ../shared/data";
  for (int crews = 1; crews <= 4; ++crews) {
    EXPECT_EQ(testing::subset_optimum(load("trp/burma14.tsp", crews)), kFleets[0].value[crews - 1]);
  }
  EXPECT_EQ(testing::subset_optimum(load("trp/ulysses16.tsp", 2)), kFleets[1].value[1]);
  EXPECT_EQ(testing::subset_optimum(load("trp/gr17.tsp", 1)), kFleets[2].value[0]);
}

TEST(ReferenceValues, AMiddlingRepairmanIsNearlySolvedInAFewThousandIterations) {
  if (!are_here()) GTEST_SKIP() << "no benchmarks in ../shared/data";
  const DispatchProblem problem = load("trp/dantzig42.tsp", 0);
  const DispatchPlan plan =
      plan_dispatch(problem, {.seed = 1, .time_limit_s = 1e6, .iteration_limit = 5000});
  EXPECT_GE(plan.objective, 12528);
  EXPECT_LE(plan.objective, 12528 * 1.02);
}

}  // namespace
}  // namespace gridmend::reference_values_test
