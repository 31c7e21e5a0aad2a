#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "routing/tour/planner.h"
#include "routing/tour/problem_file.h"
#include "service/cli/commands.h"

namespace gridmend {
namespace {

struct PlanOptions {
  std::string file;
  std::string output;
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

ExitCode refuse_file(const std::string& file, const std::string& field,
                     const std::string& message) {
  std::fprintf(stderr, "gridmend: %s: %s%s%s\n", file.c_str(), field.c_str(),
               field.empty() ? "" : ": ", message.c_str());
  return ExitCode::refused;
}

void print_tours(const DispatchProblem& problem, const DispatchPlan& plan) {
  std::printf("\n%-16s %6s %12s %12s\n", "crew", "stops", "first at", "last done");
  for (const DispatchTour& tour : plan.tours) {
    if (tour.stops.empty()) continue;
    std::printf("%-16s %6zu %12.1f %12.1f\n", problem.crews[tour.crew.index].id.c_str(),
                tour.stops.size(), tour.stops.front().arrival, tour.stops.back().completion);
  }
  if (plan.unserved.empty()) return;
  std::printf("\nunserved\n");
  for (const UnservedTask& task : plan.unserved) {
    std::printf("%-16s %s: %s\n", problem.tasks[task.task.index].id.c_str(), task.reason.c_str(),
                task.details.c_str());
  }
}

void print_summary(const DispatchProblem& problem, const DispatchPlan& plan) {
  const DispatchPlan naive = plan_naively(problem);
  const auto busy = std::count_if(plan.tours.begin(), plan.tours.end(),
                                  [](const DispatchTour& tour) { return !tour.stops.empty(); });
  std::printf("tasks: %zu, unserved: %zu; crews: %zu, sent out: %td\n", problem.tasks.size(),
              plan.unserved.size(), problem.crews.size(), busy);
  std::printf("harm %.10g (weight x seconds), found after %.2f s\n", plan.objective,
              plan.seconds_to_best);
  std::printf("first come, first served: %.10g, %zu unserved", naive.objective,
              naive.unserved.size());
  const bool comparable = naive.unserved.size() == plan.unserved.size() &&
                          naive.unserved_weight == plan.unserved_weight && naive.objective > 0;
  if (comparable)
    std::printf("; the plan saves %.1f %%", 100 * (1 - plan.objective / naive.objective));
  std::printf("\n");
  print_tours(problem, plan);
}

ExitCode write_json(const DispatchProblem& problem, const DispatchPlan& plan,
                    const PlanOptions& options) {
  const std::string text = write_plan_json(problem, plan) + "\n";
  if (options.json) std::fwrite(text.data(), 1, text.size(), stdout);
  if (options.output.empty()) return ExitCode::done;
  std::ofstream out(options.output, std::ios::binary);
  out << text;
  out.close();
  if (out) return ExitCode::done;
  std::fprintf(stderr, "gridmend: %s: cannot be written\n", options.output.c_str());
  return ExitCode::machine_failed;
}

ExitCode run_plan(const PlanOptions& options) {
  const std::optional<std::string> text = read_all(options.file);
  if (!text) return refuse_file(options.file, "", "cannot be read");
  const Result<ProblemFile> file = read_problem_file(*text);
  if (!file) return refuse_file(options.file, file.error().field, file.error().message);
  for (const std::string& warning : file->warnings) {
    std::fprintf(stderr, "gridmend: %s: warning: %s\n", options.file.c_str(), warning.c_str());
  }
  PlannerSettings settings;
  settings.seed = options.seed;
  settings.time_limit_s = parse_seconds(options.time_limit).value_or(0);
  settings.threads = options.threads;
  if (options.iterations > 0) settings.iteration_limit = options.iterations;
  const DispatchPlan plan = plan_dispatch(file->problem, settings);
  if (!options.json) print_summary(file->problem, plan);
  return write_json(file->problem, plan, options);
}

}  // namespace

void add_plan_command(CLI::App& app, CommandOutcome& outcome) {
  const auto options = std::make_shared<PlanOptions>();
  CLI::App* const command =
      app.add_subcommand("plan", "Plan crew tours for a stand-alone problem file");
  command->add_option("FILE", options->file, "Problem as JSON; '-' reads standard input")
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
  command->add_flag("--json", options->json, "Print the plan as JSON instead of a summary");
  command->callback([options, &outcome] { outcome.exit_code = run_plan(*options); });
}

}  // namespace gridmend
