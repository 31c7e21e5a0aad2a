#include "routing/tour/planner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/base/random.h"
#include "routing/tour/construction.h"
#include "routing/tour/finished_plan.h"
#include "routing/tour/horn_order.h"
#include "routing/tour/running_plan.h"
#include "routing/tour/search.h"
#include "routing/tour/seconds_since.h"

namespace gridmend {
namespace {

using Construct = std::function<void(Schedule&, const std::vector<Id<DispatchTask>>&)>;

// Slots that a construction prices in a second, about; it may take as long as the search, and
// some seconds at least. By numbers of tasks and crews, not by the clock: a seed gives one plan.
constexpr double kSlotsASecond = 1e7;
constexpr double kLeast_s = 6;
constexpr double kMost_s = 600;
// Ways of larger matrices come from memory, not from a cache: a slot takes so many times as long.
constexpr double kCachedWays = 8e6;
constexpr double kUncached = 8;

double slots_in_time(const DispatchProblem& problem, double time_limit_s) {
  const double ways = static_cast<double>(problem.sites) * problem.sites;
  return kSlotsASecond * std::clamp(time_limit_s, kLeast_s, kMost_s) /
         (ways <= kCachedWays ? 1 : kUncached);
}

// Constructions that are done in time, or as far as there is time.
std::vector<Construct> affordable(const DispatchProblem& problem, double time_limit_s) {
  const auto tasks = static_cast<double>(problem.tasks.size());
  const auto crews = static_cast<double>(std::max<std::size_t>(problem.crews.size(), 1));
  const double most = slots_in_time(problem, time_limit_s);
  std::vector<Construct> made{append_in_order};
  made.emplace_back([most](Schedule& schedule, const std::vector<Id<DispatchTask>>& order) {
    insert_in_order(schedule, order, most);
  });
  if (tasks * tasks / 2 * (1 + tasks / crews) <= most) made.emplace_back(insert_by_regret);
  return made;
}

// The best of the constructions; the first of equal ones.
DispatchPlan seed_plan(const ProblemIndex& index, double time_limit_s) {
  const std::vector<Id<DispatchTask>> order = horn_order(index.problem(), processing_times(index));
  DispatchPlan best;
  bool first = true;
  for (const Construct& construct : affordable(index.problem(), time_limit_s)) {
    Schedule schedule(index);
    place_started(schedule);
    construct(schedule, order);
    DispatchPlan plan = finished_plan(index, schedule.sequences());
    if (first || value_of(plan) < value_of(best)) best = std::move(plan);
    first = false;
  }
  return best;
}

// The running plan as far as it still can be; the rest where it adds the least harm.
DispatchPlan kept_plan(const ProblemIndex& index, const CrewSequences& running,
                       double time_limit_s) {
  Schedule schedule(index);
  place_started(schedule);
  lay_out_running(schedule, running);
  insert_in_order(schedule, horn_order(index.problem(), processing_times(index)),
                  slots_in_time(index.problem(), time_limit_s));
  return finished_plan(index, schedule.sequences());
}

// One search a start, each with its own stream of the seed; the best, the first of equal ones.
SearchResult best_search(const ProblemIndex& index, const CrewSequences& first,
                         const PlannerSettings& settings, const SearchLimits& limits) {
  const unsigned starts = std::max(1U, settings.threads);
  std::vector<SearchResult> results(starts);
  SearchLimits silent = limits;
  silent.on_better = {};
  const auto run = [&](unsigned start) {
    const std::uint64_t seed = Random(settings.seed).fork(start)();
    results[start] = search(index, first, seed, start == 0 ? limits : silent);
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned start = 1; start < starts; ++start) threads.emplace_back(run, start);
    run(0);
  }
  return *std::min_element(
      results.begin(), results.end(),
      [](const SearchResult& a, const SearchResult& b) { return a.value < b.value; });
}

// A handful of tasks has been tried in every order long before a time limit made for hundreds.
std::uint64_t enough_iterations(const DispatchProblem& problem) {
  constexpr std::size_t kFew = 12;
  const std::size_t tasks = problem.tasks.size();
  if (tasks <= 1 || problem.crews.empty()) return 0;
  return tasks < kFew ? std::uint64_t{500} << tasks : UINT64_MAX;
}

bool is_same(const PlanValue& a, const PlanValue& b) {
  const double scale = std::max({1.0, a.objective, b.objective});
  return a.unserved_tasks == b.unserved_tasks &&
         std::abs(a.objective - b.objective) <= 1e-6 * scale;
}

// Passes progress on, the first and then at most a few times a second.
std::function<void(double, const PlanValue&)> teller(const PlannerSettings& settings) {
  if (!settings.on_progress) return {};
  constexpr double kEvery = 0.25;
  return [tell = settings.on_progress, last = -kEvery](double seconds,
                                                       const PlanValue& value) mutable {
    if (seconds < last + kEvery) return;
    last = seconds;
    tell({seconds, value.objective, value.unserved_tasks});
  };
}

using Moment = std::chrono::steady_clock::time_point;

bool has_time(const PlannerSettings& settings) {
  return settings.time_limit_s > 0 && settings.iteration_limit > 0;
}

DispatchPlan improved(const ProblemIndex& index, DispatchPlan plan, Moment began, bool is_running,
                      const PlannerSettings& settings, std::stop_token stop) {
  const DispatchProblem& problem = index.problem();
  plan.seconds_to_best = seconds_since(began);
  const PlanValue first = value_of(plan);
  const double first_penalties = plan.penalties;
  const SearchLimits limits{began,
                            settings.time_limit_s,
                            std::min(settings.iteration_limit, enough_iterations(problem)),
                            std::move(stop),
                            is_running,
                            teller(settings)};
  if (limits.on_better) limits.on_better(plan.seconds_to_best, value_of(plan));
  if (has_time(settings)) {
    const SearchResult found = best_search(index, sequences_of(problem, plan), settings, limits);
    if (found.value < value_of(plan)) {
      plan = finished_plan(index, found.sequences);
      GRIDMEND_CHECK(is_same(found.value, value_of(plan)), "the search kept true accounts");
      plan.seconds_to_best = found.seconds_to_best;
    }
  }
  plan.first_objective = first.objective;
  plan.first_penalties = first_penalties;
  plan.first_unserved_weight = first.unserved_weight;
  return plan;
}

}  // namespace

DispatchPlan plan_dispatch(const DispatchProblem& problem, const PlannerSettings& settings,
                           std::stop_token stop) {
  const Moment began = std::chrono::steady_clock::now();
  const ProblemIndex index(problem);
  return improved(index, seed_plan(index, settings.time_limit_s), began, false, settings,
                  std::move(stop));
}

DispatchPlan replan_dispatch(const DispatchProblem& problem,
                             const std::vector<std::vector<Id<DispatchTask>>>& running,
                             const PlannerSettings& settings, std::stop_token stop) {
  const Moment began = std::chrono::steady_clock::now();
  const ProblemIndex index(
      problem, has_time(settings) ? ProblemIndex::Use::search : ProblemIndex::Use::insertion);
  return improved(index, kept_plan(index, running, settings.time_limit_s), began, true, settings,
                  std::move(stop));
}

}  // namespace gridmend
