#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>

#include "routing/tour/schedule.h"

namespace gridmend {

struct SearchLimits {
  std::chrono::steady_clock::time_point began;
  double seconds = 0;
  std::uint64_t iterations = UINT64_MAX;
  std::stop_token stop;
  bool starts_cold = false;  // the first plan is good: stay near it
  std::function<void(double seconds, const PlanValue&)> on_better = {};  // may be empty
};

struct SearchResult {
  CrewSequences sequences;
  PlanValue value;
  double seconds_to_best = 0;
};

// Improves a schedule by ruin and recreate under simulated annealing, with a descent through whole
// tours where the problem is plain. The temperature falls with the share of the limit used: of the
// iterations if they are limited (then the result depends on the seed alone), of the time if not.
// Returns the best schedule seen, the given one included.
SearchResult search(const ProblemIndex& index, const CrewSequences& first, std::uint64_t seed,
                    const SearchLimits& limits);

}  // namespace gridmend
