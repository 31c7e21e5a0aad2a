#pragma once

#include "routing/tour/objective.h"

namespace gridmend::testing {

// The best value over every way to leave tasks out, assign them to crews (as many as each needs)
// and order them, each timed by time_sequences(). For at most seven tasks.
PlanValue exhaustive_optimum(const DispatchProblem& problem);

}  // namespace gridmend::testing
