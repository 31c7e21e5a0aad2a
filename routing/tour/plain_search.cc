#include "routing/tour/plain_search.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "routing/tour/latency_descent.h"
#include "routing/tour/moves/blinking_insertion.h"
#include "routing/tour/moves/double_bridge.h"
#include "routing/tour/moves/string_removal.h"
#include "routing/tour/seconds_since.h"

namespace gridmend {
namespace {

class PlainAnnealing {
 public:
  PlainAnnealing(const ProblemIndex& index, const CrewSequences& first, std::uint64_t seed,
                 const SearchLimits& limits)
      : index_(index),
        limits_(limits),
        random_(seed),
        tours_(index),
        removal_(index),
        insertion_(index),
        descent_(index) {
    GRIDMEND_CHECK(tours_.lay_out(first), "the first plan is feasible");
    best_ = {first, tours_.value(), 0};
    current_ = best_.value;
  }

  SearchResult run() {
    for (std::uint64_t i = 0; i < limits_.iterations; ++i) {
      const double elapsed = seconds_since(limits_.began);
      if (elapsed >= limits_.seconds || limits_.stop.stop_requested()) break;
      const double used = limits_.iterations == UINT64_MAX
                              ? elapsed / limits_.seconds
                              : static_cast<double>(i) / static_cast<double>(limits_.iterations);
      step(temperature(used));
    }
    return std::move(best_);
  }

 private:
  // Temperatures as shares of the objective a task. The first half of the limit anneals from the
  // highest, which leaves a bad first plan behind; the second starts from the best plan found and
  // cooler, which searches around it.
  static constexpr double kHot = 3;
  static constexpr double kWarm = 0.3;
  static constexpr double kCold = 0.01;
  // How often a step is a double bridge, not a ruin.
  static constexpr double kBridgeRate = 0.3;

  double temperature(double used) {
    const bool is_second = used >= 0.5;
    if (is_second && !is_second_) go_back_to_best();
    is_second_ = is_second;
    const double hot = limits_.starts_cold ? kCold : is_second ? kWarm : kHot;
    const double phase = is_second ? 2 * used - 1 : 2 * used;
    const auto tasks = static_cast<double>(index_.problem().tasks.size());
    return hot * std::pow(kCold / hot, phase) * best_.value.objective / tasks;
  }

  void go_back_to_best() {
    GRIDMEND_CHECK(tours_.lay_out(best_.sequences), "the best plan is feasible");
    current_ = best_.value;
  }

  bool is_accepted(const PlanValue& next, double temperature) {
    if (next.unserved_weight != current_.unserved_weight ||
        next.unserved_tasks != current_.unserved_tasks) {
      return next < current_;
    }
    return next.objective < current_.objective - temperature * std::log(random_.uniform());
  }

  void step(double temperature) {
    if (!(random_.chance(kBridgeRate) && kick()) && !ruin()) return tours_.roll_back();
    descent_.run(tours_);
    const PlanValue next = tours_.value();
    if (!is_accepted(next, temperature)) return tours_.roll_back();
    current_ = next;
    tours_.remember();
    if (!(next < best_.value)) return;
    best_ = {tours_.sequences(), next, seconds_since(limits_.began)};
    if (limits_.on_better) limits_.on_better(best_.seconds_to_best, next);
  }

  bool kick() {
    const auto bridge = DoubleBridge::draw(tours_, random_);
    if (!bridge) return false;
    descent_.look_at_joints(tours_, *bridge);
    tours_.apply(*bridge);
    return true;
  }

  bool ruin() {
    if (!removal_.apply(tours_, random_)) return false;
    insertion_.apply(tours_, removal_.removed(), random_);
    for (const Id<DispatchTask> task : removal_.removed()) {
      if (!tours_.is_present(task)) continue;
      descent_.look_around(tours_, tours_.crew_of(task), tours_.place_of(task));
    }
    return true;
  }

  const ProblemIndex& index_;
  const SearchLimits& limits_;
  Random random_;
  LatencyTours tours_;
  StringRemoval removal_;
  BlinkingInsertion insertion_;
  LatencyDescent descent_;
  SearchResult best_;
  PlanValue current_;
  bool is_second_ = false;
};

}  // namespace

SearchResult search_plain(const ProblemIndex& index, const CrewSequences& first, std::uint64_t seed,
                          const SearchLimits& limits) {
  return PlainAnnealing(index, first, seed, limits).run();
}

}  // namespace gridmend
