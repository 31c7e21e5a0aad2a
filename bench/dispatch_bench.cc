// Crew tours on known benchmarks:
//   bench_dispatch DIRECTORY [--seconds S] [--iterations I] [--seeds N] [--threads N]
//                  [--only NAME]
// DIRECTORY holds trp/*.tsp and ccvrp/*.vrp. One line an instance: reference, found, gap in per
// cent (of the mean over the seeds too), seconds to the best plan, seconds of processor time a
// seed.
//
// Crew tours in a made storm, with soft precedence and skills; with --water also a river with two
// bridges, islands that only high-water trucks reach, and tasks that have to be drained first:
//   bench_dispatch --storm CREWS TASKS [--water] [--seconds S] [--seeds N] [--threads N]
// One line a seed: seconds to the first plan; customer-minutes of the first plan, of the plan after
// S seconds and of three habits of the field; what the plan saves of the best of them; seconds to
// the first answer after a new fault.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"
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
  int storm_crews = 0;
  int storm_tasks = 0;
  bool water = false;
  double seconds = 10;
  std::uint64_t iterations = UINT64_MAX;
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

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

bool run(const Options& options, const Reference& reference) {
  const Result<DispatchProblem> problem = load(options, reference);
  if (!problem) {
    std::fprintf(stderr, "%s\n", problem.error().message.c_str());
    return false;
  }
  double best = kNever;
  double sum = 0;
  double seconds = 0;
  const double spent = processor_seconds();
  for (int seed = 1; seed <= options.seeds; ++seed) {
    PlannerSettings settings;
    settings.seed = static_cast<std::uint64_t>(seed);
    settings.time_limit_s = options.seconds;
    settings.threads = options.threads;
    settings.iteration_limit = options.iterations;
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
  std::printf("%-10s %12.2f %12.2f %8.3f %8.3f %8.2f %8.2f\n", reference.name, reference.value,
              best, 100 * (best / reference.value - 1), 100 * (mean / reference.value - 1),
              seconds / options.seeds, (processor_seconds() - spent) / options.seeds);
  std::fflush(stdout);
  return true;
}

using Places = std::vector<std::pair<double, double>>;

double distance(std::pair<double, double> a, std::pair<double, double> b) {
  return std::hypot(a.first - b.first, a.second - b.second);
}

// Nine flooded patches of 5 km across, 800 of them in seconds' units.
bool is_island(std::pair<double, double> place) {
  const double x = std::fmod(place.first, 1000) - 500;
  const double y = std::fmod(place.second, 1000) - 500;
  return std::hypot(x, y) < 200;
}

// Ways at 10 m/s: straight without water. With it, across the river by the nearer of two bridges;
// onto an island, or off it, only where the water is passed.
TravelMatrix make_ways(const Places& places, bool water, bool passes_water) {
  const std::pair<double, double> bridges[] = {{1500, 700}, {1500, 2300}};
  std::vector<double> seconds;
  for (const auto& from : places) {
    for (const auto& to : places) {
      double way = distance(from, to);
      if (water && (from.first < 1500) != (to.first < 1500)) {
        way = std::min(distance(from, bridges[0]) + distance(bridges[0], to),
                       distance(from, bridges[1]) + distance(bridges[1], to));
      }
      if (water && !passes_water && from != to && (is_island(from) || is_island(to))) way = kNever;
      seconds.push_back(way);
    }
  }
  return {static_cast<std::uint32_t>(places.size()), std::move(seconds)};
}

// A flooded task is drained first: the same place, an hour, nobody's light.
void add_draining(DispatchProblem& problem) {
  const std::size_t tasks = problem.tasks.size();
  for (std::size_t t = 0; t + 1 < tasks; t += 20) {
    DispatchTask& drain = problem.tasks[t];
    drain.site = problem.tasks[t + 1].site;
    drain.weight = 0;
    drain.duration = 3600;
    drain.after.clear();
    drain.skills = {};
    problem.tasks[t + 1].hard_after = {Id<DispatchTask>{t}};
  }
}

// A region of 30 km by 30 km, ways at 10 m/s, repairs of about 40 minutes; four in ten tasks hang
// behind another one, one in five needs a skill that a third of the crews have.
DispatchProblem make_storm(const Options& options, std::uint64_t seed) {
  Random random(seed);
  DispatchProblem problem;
  Places places;
  const auto new_place = [&] {
    places.emplace_back(random.uniform(0, 3000), random.uniform(0, 3000));
    return Id<Site>{places.size() - 1};
  };
  for (int c = 0; c < options.storm_crews; ++c) {
    DispatchCrew& crew = problem.crews.emplace_back();
    crew.start_site = new_place();
    if (random.chance(0.33)) crew.skills.add(Skill::cable);
    while (options.water && is_island(places.back())) places.back().first += 50;
    if (options.water && c % 4 == 0) crew.matrix = 1;
  }
  for (int t = 0; t < options.storm_tasks; ++t) {
    DispatchTask& task = problem.tasks.emplace_back();
    task.site = new_place();
    task.duration = random.lognormal(2400, 0.8);
    task.weight = random.lognormal(60, 1.5);
    if (random.chance(0.2)) task.skills.add(Skill::cable);
    if (t > 0 && random.chance(0.4)) {
      task.after.emplace_back(random.below(static_cast<std::uint64_t>(t)));
    }
  }
  problem.sites = static_cast<std::uint32_t>(places.size());
  problem.travel.push_back(make_ways(places, options.water, false));
  if (options.water) {
    problem.travel.push_back(make_ways(places, true, true));
    add_draining(problem);
  }
  return problem;
}

// Seconds until there is a plan again after one more fault beside a known one.
double answer_seconds(DispatchProblem problem, const DispatchPlan& running) {
  const CrewSequences sequences = sequences_of(problem, running);
  problem.tasks.push_back(problem.tasks.front());
  const DispatchPlan answer = replan_dispatch(problem, sequences, {.time_limit_s = 0});
  return answer.unserved.empty() ? answer.seconds_to_best : kNever;
}

void run_storm(const Options& options, std::uint64_t seed) {
  const DispatchProblem problem = make_storm(options, seed);
  const DispatchPlan first = plan_dispatch(problem, {.seed = seed, .time_limit_s = 0});
  const DispatchPlan best = plan_dispatch(
      problem, {.seed = seed, .time_limit_s = options.seconds, .threads = options.threads});
  std::printf("%-6llu %8.3f %12.0f %12.0f", static_cast<unsigned long long>(seed),
              first.seconds_to_best, first.objective / 60, best.objective / 60);
  double least = kNever;
  for (const auto habit :
       {DispatchHabit::first_come, DispatchHabit::nearest_task, DispatchHabit::largest_first}) {
    const DispatchPlan naive = plan_naively(problem, habit);
    const bool is_whole = naive.unserved_weight <= best.unserved_weight;
    std::printf(" %12.0f%s", naive.objective / 60, is_whole ? "" : "*");
    least = std::min(least, naive.objective);
  }
  std::printf(" %8.1f %8.3f\n", 100 * (1 - best.objective / least), answer_seconds(problem, best));
  if (!check_plan(problem, best) || !best.unserved.empty()) std::printf("NOT A WHOLE PLAN\n");
  std::fflush(stdout);
}

int run_storms(const Options& options) {
  std::printf("%-6s %8s %12s %12s %12s %12s %12s %8s %8s\n", "seed", "first s", "first", "found",
              "first come", "nearest", "largest", "saved %", "answer s");
  for (int seed = 1; seed <= options.seeds; ++seed) {
    run_storm(options, static_cast<std::uint64_t>(seed));
  }
  return 0;
}

int run_all(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--seconds" && has_value) {
      options.seconds = std::atof(argv[++i]);
    } else if (argument == "--iterations" && has_value) {
      options.iterations = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--seeds" && has_value) {
      options.seeds = std::max(1, std::atoi(argv[++i]));
    } else if (argument == "--threads" && has_value) {
      options.threads = static_cast<unsigned>(std::max(1, std::atoi(argv[++i])));
    } else if (argument == "--storm" && i + 2 < argc) {
      options.storm_crews = std::max(1, std::atoi(argv[++i]));
      options.storm_tasks = std::max(1, std::atoi(argv[++i]));
    } else if (argument == "--water") {
      options.water = true;
    } else if (argument == "--only" && has_value) {
      options.only = argv[++i];
    } else {
      options.directory = argument;
    }
  }
  if (options.storm_crews > 0) return run_storms(options);
  std::printf("%-10s %12s %12s %8s %8s %8s %8s\n", "instance", "reference", "found", "gap %",
              "mean %", "seconds", "cpu s");
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
