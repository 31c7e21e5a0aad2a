#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>

#include "core/base/printable.h"
#include "routing/tour/benchmark_reader.h"
#include "routing/tour/plan_gantt.h"
#include "routing/tour/plan_geojson.h"
#include "routing/tour/planner.h"
#include "routing/tour/problem_file.h"
#include "service/cli/commands.h"
#include "service/cli/refusal.h"

namespace gridmend {
namespace {

struct PlanOptions {
  std::string file;
  std::string output;
  std::string geojson;
  std::string gantt;
  std::string distances;
  int crews = 0;
  bool progress = false;
  std::string time_limit = "10s";
  std::uint64_t seed = 1;
  std::uint64_t iterations = 0;
  unsigned threads = 2;
  bool json = false;
};

// "10s", "500ms", "2m", "1h" or a plain number of seconds.
std::optional<double> parse_seconds(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc{} || !(value >= 0) || value > 1e6) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (unit.empty() || unit == "s") return value;
  if (unit == "ms") return value / 1000;
  if (unit == "m" || unit == "min") return value * 60;
  if (unit == "h") return value * 3600;
  return std::nullopt;
}

std::string check_time_limit(const std::string& text) {
  return parse_seconds(text) ? "" : "'" + text + "' is no time: write 10s, 500ms or 2m";
}

std::optional<std::string> read_all(const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return std::nullopt;
  return text;
}

ExitCode refuse_file(const PlanOptions& options, Error error) {
  std::fprintf(stderr, "gridmend: %s: %s%s%s\n", printable(options.file).c_str(),
               printable(error.field).c_str(), error.field.empty() ? "" : ": ",
               printable(error.message).c_str());
  error.place.file = options.file;
  if (options.json) std::printf("%s\n", refusal_json(error).c_str());
  return exit_code_of(error);
}

void print_tours(const DispatchProblem& problem, const DispatchPlan& plan) {
  std::printf("\n%-16s %6s %12s %12s\n", "crew", "stops", "first at", "last done");
  for (const DispatchTour& tour : plan.tours) {
    if (tour.stops.empty()) continue;
    std::printf("%-16s %6zu %12.1f %12.1f\n", printable(problem.crews[tour.crew.index].id).c_str(),
                tour.stops.size(), tour.stops.front().arrival, tour.stops.back().completion);
  }
  if (plan.unserved.empty()) return;
  std::printf("\nunserved\n");
  for (const UnservedTask& task : plan.unserved) {
    std::printf("%-16s %s: %s\n", printable(problem.tasks[task.task.index].id).c_str(),
                task.reason.c_str(), printable(task.details).c_str());
  }
}

// The naive dispatcher has no time limit: it is asked only where its answer takes half a second.
bool is_quickly_planned_naively(const DispatchProblem& problem) {
  constexpr double kMostSteps = 2.5e8;
  const auto tasks = static_cast<double>(problem.tasks.size());
  return tasks * tasks * static_cast<double>(problem.crews.size()) <= kMostSteps;
}

void print_naive(const DispatchProblem& problem, const DispatchPlan& plan) {
  const DispatchPlan naive = plan_naively(problem);
  std::printf("first come, first served: %.10g, %zu unserved", naive.objective,
              naive.unserved.size());
  const bool comparable = naive.unserved.size() == plan.unserved.size() &&
                          naive.unserved_weight == plan.unserved_weight && naive.objective > 0;
  if (comparable)
    std::printf("; the plan saves %.1f %%", 100 * (1 - plan.objective / naive.objective));
  std::printf("\n");
}

void print_summary(const DispatchProblem& problem, const DispatchPlan& plan) {
  const auto busy = std::count_if(plan.tours.begin(), plan.tours.end(),
                                  [](const DispatchTour& tour) { return !tour.stops.empty(); });
  std::printf("tasks: %zu, unserved: %zu; crews: %zu, sent out: %td\n", problem.tasks.size(),
              plan.unserved.size(), problem.crews.size(), busy);
  std::printf("harm %.10g (weight x seconds), found after %.2f s\n", plan.objective,
              plan.seconds_to_best);
  if (is_quickly_planned_naively(problem)) print_naive(problem, plan);
  print_tours(problem, plan);
}

// No file name: nothing to write.
bool write_file(const std::string& file, const std::string& text) {
  if (file.empty()) return true;
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) std::fprintf(stderr, "gridmend: %s: cannot be written\n", file.c_str());
  return static_cast<bool>(out);
}

ExitCode write_plan(const ProblemFile& file, const DispatchPlan& plan, const PlanOptions& options) {
  const std::string json = write_plan_json(file.problem, plan) + "\n";
  if (options.json) std::fwrite(json.data(), 1, json.size(), stdout);
  bool written = write_file(options.output, json);
  if (!options.geojson.empty()) {
    if (file.places.empty()) {
      std::fprintf(stderr, "gridmend: %s: warning: no coordinates, so no geometries in %s\n",
                   options.file.c_str(), options.geojson.c_str());
    }
    written =
        write_file(options.geojson, write_plan_geojson(file.problem, plan, file.places)) && written;
  }
  if (!options.gantt.empty()) {
    written = write_file(options.gantt, write_plan_gantt(file.problem, plan)) && written;
  }
  return written ? ExitCode::done : ExitCode::machine_failed;
}

Result<ProblemFile> read_problem(const std::string& text, const PlanOptions& options) {
  if (!is_benchmark(text)) return read_problem_file(text);
  Distances distances = customary_distances(text);
  if (options.distances == "real") distances = Distances::real;
  if (options.distances == "rounded") distances = Distances::as_the_format_rounds;
  Result<Benchmark> benchmark = read_benchmark(text, distances);
  if (!benchmark) return unexpected(benchmark.error());
  ProblemFile file{benchmark_problem(*benchmark, options.crews), {}, {}};
  file.places = std::move(benchmark->places);
  for (const std::string& limit : benchmark->left_out) {
    file.warnings.push_back(limit + ": the limit is not kept");
  }
  std::ranges::copy(benchmark->notes, std::back_inserter(file.warnings));
  if (Result<void> sound = validate(file.problem); !sound) return unexpected(sound.error());
  return file;
}

// While it lives, the first SIGINT or SIGTERM asks for a stop; one that comes a second later or
// after that ends the program (timeout(1) sends each twice). Threads that are started meanwhile
// leave signals to it.
class StopOnSignal {
 public:
  StopOnSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    waiting_ = std::jthread([this](const std::stop_token& over) { wait(over); });
  }
  ~StopOnSignal() {
    waiting_.request_stop();
    waiting_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait(const std::stop_token& over) {
    using std::chrono::steady_clock;
    constexpr timespec kBreath{0, 50'000'000};
    std::optional<steady_clock::time_point> patient_until;
    while (!over.stop_requested() && (!patient_until || steady_clock::now() < *patient_until)) {
      if (sigtimedwait(&signals_, nullptr, &kBreath) < 0) continue;
      source_.request_stop();
      if (!patient_until) patient_until = steady_clock::now() + std::chrono::seconds{1};
    }
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    while (!over.stop_requested()) nanosleep(&kBreath, nullptr);
  }

  sigset_t signals_{};
  sigset_t before_{};
  std::stop_source source_;
  std::jthread waiting_;
};

void show_plan_progress(const PlanProgress& progress) {
  std::fprintf(stderr, "gridmend: %8.2f s  harm %.10g  unserved %zu\n", progress.seconds,
               progress.objective, progress.unserved_tasks);
}

ExitCode run_plan(const PlanOptions& options) {
  const std::optional<std::string> text = read_all(options.file);
  if (!text) {
    return refuse_file(options,
                       refuse(ErrorCode::not_found, "FILE_NOT_READABLE", "cannot be read").value());
  }
  const Result<ProblemFile> file = read_problem(*text, options);
  if (!file) return refuse_file(options, file.error());
  for (const std::string& warning : file->warnings) {
    std::fprintf(stderr, "gridmend: %s: warning: %s\n", options.file.c_str(), warning.c_str());
  }
  PlannerSettings settings;
  settings.seed = options.seed;
  settings.time_limit_s = parse_seconds(options.time_limit).value_or(0);
  settings.threads = options.threads;
  if (options.iterations > 0) settings.iteration_limit = options.iterations;
  if (options.progress) settings.on_progress = show_plan_progress;
  DispatchPlan plan;
  bool interrupted = false;
  {
    const StopOnSignal stop;
    plan = plan_dispatch(file->problem, settings, stop.token());
    interrupted = stop.token().stop_requested();
  }
  if (interrupted) std::fprintf(stderr, "gridmend: interrupted: the best plan so far\n");
  const ExitCode written = write_plan(*file, plan, options);
  if (!options.json) print_summary(file->problem, plan);
  return interrupted && written == ExitCode::done ? ExitCode::interrupted : written;
}

}  // namespace

void add_plan_command(CLI::App& app, CommandOutcome& outcome) {
  const auto options = std::make_shared<PlanOptions>();
  CLI::App* const command =
      app.add_subcommand("plan", "Plan crew tours for a stand-alone problem file");
  command
      ->add_option("FILE", options->file,
                   "Problem as JSON, TSPLIB, VRPLIB or Solomon's form; '-' reads standard input")
      ->required();
  command->add_option("--time-limit", options->time_limit, "When to stop searching: 10s, 500ms, 2m")
      ->check(check_time_limit)
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Seed of the search")->capture_default_str();
  command->add_option("--iterations", options->iterations,
                      "Stop after so many iterations too: the same seed then gives the same plan");
  command->add_option("--threads", options->threads, "Independent searches side by side")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("-o,--output", options->output, "Also write the plan as JSON to this file");
  command->add_option("--geojson", options->geojson,
                      "Write tours and stops as GeoJSON to this file");
  command->add_option("--gantt", options->gantt, "Write a Gantt chart as SVG to this file");
  command
      ->add_option("--crews", options->crews,
                   "TSPLIB, VRPLIB: so many crews from the first place, ways home free (else one "
                   "crew whose way home counts, or as many as the file says or needs)")
      ->check(CLI::Range(1, 12'000));
  command
      ->add_option("--distances", options->distances,
                   "TSPLIB, VRPLIB: 'rounded' or 'real' (else real where there are demands)")
      ->check(CLI::IsMember({"rounded", "real"}));
  command->add_flag("--progress", options->progress, "Tell of better plans on standard error");
  command->add_flag("--json", options->json, "Print the plan as JSON instead of a summary");
  command->callback([options, &outcome] { outcome.exit_code = run_plan(*options); });
}

}  // namespace gridmend
