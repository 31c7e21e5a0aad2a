// Crew tours on known benchmarks: bench_dispatch DIRECTORY [--seconds S] [--seeds N] [--only NAME]
// DIRECTORY holds trp/*.tsp and ccvrp/*.vrp. One line an instance: reference, found, gap in per
// cent (of the mean over the seeds too), seconds to the best plan.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "routing/tour/benchmark_reader.h"
#include "routing/tour/objective.h"
#include "routing/tour/planner.h"

namespace gridmend {
namespace {

struct Reference {
  const char* name;
  int crews;  // 0: travelling repairman with return
  double value;
};

constexpr Reference kReferences[] = {
    {"dantzig42", 0, 12528}, {"swiss42", 0, 22327},   {"att48", 0, 209320},
    {"gr48", 0, 102378},     {"hk48", 0, 247926},     {"eil51", 0, 10178},
    {"berlin52", 0, 143721}, {"brazil58", 0, 512361}, {"st70", 0, 20557},
    {"eil76", 0, 17976},     {"pr76", 0, 3455242},    {"gr96", 0, 2097170},
    {"rat99", 0, 57986},     {"kroA100", 0, 983128},  {"kroB100", 0, 986008},
    {"kroC100", 0, 961324},  {"kroD100", 0, 976965},  {"kroE100", 0, 971266},
    {"rd100", 0, 340047},    {"eil101", 0, 27513},    {"lin105", 0, 603910},
    {"pr107", 0, 2026626},   {"CMT1", 5, 2230.35},    {"CMT2", 10, 2391.63},
    {"CMT3", 8, 4045.42},    {"CMT4", 12, 4987.52},   {"CMT5", 17, 5806.02},
    {"CMT11", 7, 7314.55},   {"CMT12", 10, 3558.92},
};

struct Options {
  std::string directory;
  double seconds = 10;
  int seeds = 1;
  unsigned threads = 1;
  std::string only;
};

Result<DispatchProblem> load(const Options& options, const Reference& reference) {
  const bool repairman = reference.crews == 0;
  const std::string file = options.directory + (repairman ? "/trp/" : "/ccvrp/") + reference.name +
                           (repairman ? ".tsp" : ".vrp");
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto distances = repairman ? Distances::as_the_format_rounds : Distances::real;
  const Result<Benchmark> benchmark = read_benchmark(text, distances);
  if (!benchmark)
    return refuse(ErrorCode::not_found, "BENCHMARK", file + ": " + benchmark.error().message);
  return repairman ? repairman_problem(*benchmark) : fleet_problem(*benchmark, reference.crews);
}

bool run(const Options& options, const Reference& reference) {
  const Result<DispatchProblem> problem = load(options, reference);
  if (!problem) {
    std::fprintf(stderr, "%s\n", problem.error().message.c_str());
    return false;
  }
  double best = kNever;
  double sum = 0;
  double seconds = 0;
  for (int seed = 1; seed <= options.seeds; ++seed) {
    PlannerSettings settings;
    settings.seed = static_cast<std::uint64_t>(seed);
    settings.time_limit_s = options.seconds;
    settings.threads = options.threads;
    const DispatchPlan plan = plan_dispatch(*problem, settings);
    const Result<void> checked = check_plan(*problem, plan);
    if (!checked || !plan.unserved.empty()) {
      std::fprintf(stderr, "%s: not a whole plan\n", reference.name);
      return false;
    }
    best = std::min(best, plan.objective);
    sum += plan.objective;
    seconds += plan.seconds_to_best;
  }
  const double mean = sum / options.seeds;
  std::printf("%-10s %12.2f %12.2f %8.3f %8.3f %8.2f\n", reference.name, reference.value, best,
              100 * (best / reference.value - 1), 100 * (mean / reference.value - 1),
              seconds / options.seeds);
  std::fflush(stdout);
  return true;
}

int run_all(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--seconds" && has_value) {
      options.seconds = std::atof(argv[++i]);
    } else if (argument == "--seeds" && has_value) {
      options.seeds = std::max(1, std::atoi(argv[++i]));
    } else if (argument == "--threads" && has_value) {
      options.threads = static_cast<unsigned>(std::max(1, std::atoi(argv[++i])));
    } else if (argument == "--only" && has_value) {
      options.only = argv[++i];
    } else {
      options.directory = argument;
    }
  }
  std::printf("%-10s %12s %12s %8s %8s %8s\n", "instance", "reference", "found", "gap %", "mean %",
              "seconds");
  bool done = true;
  for (const Reference& reference : kReferences) {
    const bool wanted = std::string_view(reference.name).find(options.only) != std::string::npos;
    if (wanted) done = run(options, reference) && done;
  }
  return done ? 0 : 1;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) { return gridmend::run_all(argc, argv); }
