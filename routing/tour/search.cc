#include "routing/tour/search.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "routing/tour/moves/blinking_insertion.h"
#include "routing/tour/moves/string_removal.h"
#include "routing/tour/plain_search.h"
#include "routing/tour/seconds_since.h"

namespace gridmend {
namespace {

// Longest way and work a crew can be sent on at once: what one task can delay others by, doubled.
double longest_detour(const DispatchProblem& problem) {
  double way = 0;
  for (const TravelMatrix& travel : problem.travel) {
    for (std::uint32_t from = 0; from < travel.sites(); ++from) {
      for (std::uint32_t to = 0; to < travel.sites(); ++to) {
        if (travel.reachable(from, to)) way = std::max(way, travel(from, to));
      }
    }
  }
  double work = 0;
  for (const DispatchTask& task : problem.tasks) work = std::max(work, task.duration);
  return 2 * way + work;
}

class Annealing {
 public:
  Annealing(const ProblemIndex& index, const CrewSequences& first, std::uint64_t seed,
            const SearchLimits& limits)
      : index_(index),
        limits_(limits),
        random_(seed),
        schedule_(index),
        removal_(index),
        insertion_(index) {
    GRIDMEND_CHECK(schedule_.lay_out(first), "the first plan is feasible");
    schedule_.remember();
    best_ = {schedule_.sequences(), schedule_.value(), 0};
    const double detour = longest_detour(index.problem());
    double weight = 0;
    for (const DispatchTask& task : index.problem().tasks) weight += task.weight;
    task_price_ = 1 + weight * detour;
    weight_price_ = detour * static_cast<double>(index.problem().tasks.size());
    energy_ = energy();
  }

  SearchResult run() {
    for (std::uint64_t i = 0; i < limits_.iterations; ++i) {
      const double elapsed = seconds_since(limits_.began);
      if (elapsed >= limits_.seconds || limits_.stop.stop_requested()) break;
      if (i == 0) begun_after_ = elapsed;
      step(temperature(i, elapsed));
    }
    return std::move(best_);
  }

 private:
  // Temperatures as shares of the objective a task, for tours of one stop: the longer the tours,
  // the more tasks one insertion delays. How many iterations a task it takes to make good use of
  // the highest one.
  static constexpr double kHot = 2;
  static constexpr double kCold = 0.005;
  static constexpr double kIterationsATask = 200;
  static constexpr double kColdestStart = 0.01;
  static constexpr double kFewTasks = 12;

  // Falls geometrically with the share of the limit used. A search too short for its problem starts
  // colder: it would only lose the first plan's order otherwise.
  double temperature(std::uint64_t done, double elapsed) const {
    const double tasks =
        static_cast<double>(std::max<std::size_t>(1, index_.problem().tasks.size()));
    const double count = static_cast<double>(done);
    double used = count / static_cast<double>(limits_.iterations);
    double expected = static_cast<double>(limits_.iterations);
    if (limits_.iterations == UINT64_MAX) {
      used = elapsed / limits_.seconds;
      const double spent = std::max(elapsed - begun_after_, 1e-6);
      expected = (count + 1) * (limits_.seconds - begun_after_) / spent;
    }
    // One task's delay is the less of the whole, the more there are: a large plan is shaken to
    // pieces by what a small one needs.
    const double hottest =
        limits_.starts_cold ? kColdestStart : std::clamp(kFewTasks / tasks, kColdestStart, 1.0);
    const double scale = std::clamp(expected / (kIterationsATask * tasks), kColdestStart, hottest);
    const double crews = static_cast<double>(index_.problem().crews.size());
    const double stops = std::max(1.0, tasks / std::max(1.0, crews));
    const double hot = kHot * std::sqrt(stops);
    const double cold = kCold * stops;
    return scale * hot * std::pow(cold / hot, used) * best_.value.objective / tasks;
  }

  double energy() const {
    const PlanValue value = schedule_.value();
    return value.objective + weight_price_ * value.unserved_weight +
           task_price_ * static_cast<double>(value.unserved_tasks);
  }

  void step(double temperature) {
    if (!removal_.apply(schedule_, random_)) return schedule_.roll_back();
    insertion_.apply(schedule_, removal_.removed(), random_);
    const double next = energy();
    if (next >= energy_ - temperature * std::log(random_.uniform())) return schedule_.roll_back();
    energy_ = next;
    schedule_.remember();
    const PlanValue value = schedule_.value();
    if (!(value < best_.value)) return;
    best_ = {schedule_.sequences(), value, seconds_since(limits_.began)};
    if (limits_.on_better) limits_.on_better(best_.seconds_to_best, value);
  }

  const ProblemIndex& index_;
  const SearchLimits& limits_;
  Random random_;
  Schedule schedule_;
  StringRemoval removal_;
  BlinkingInsertion insertion_;
  SearchResult best_;
  double energy_ = 0;
  double begun_after_ = 0;
  double task_price_ = 0;
  double weight_price_ = 0;
};

}  // namespace

SearchResult search(const ProblemIndex& index, const CrewSequences& first, std::uint64_t seed,
                    const SearchLimits& limits) {
  if (index.is_plain()) return search_plain(index, first, seed, limits);
  return Annealing(index, first, seed, limits).run();
}

}  // namespace gridmend
