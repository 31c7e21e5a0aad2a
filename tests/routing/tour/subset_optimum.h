#pragma once

#include "routing/tour/dispatch_problem.h"

namespace gridmend::testing {

// The least sum of completion times over all ways to share the tasks among the problem's crews, by
// dynamic programming over subsets of tasks. For plain problems of equal crews that start together
// and do not come home, unit weights and no loads; at most 18 tasks. O(2^n n^2 + crews 3^n).
double subset_optimum(const DispatchProblem& problem);

}  // namespace gridmend::testing
