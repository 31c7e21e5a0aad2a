#pragma once

#include <span>
#include <vector>

#include "routing/tour/dispatch_problem.h"

namespace gridmend {

// Horn's order for one machine: the sequence of all tasks, each taking `processing` seconds, that
// minimises the sum of weight x completion when every task comes after its soft predecessors.
// Optimal when the precedence is a forest with at most one immediate predecessor a task (redundant
// ones do not count), which is what supply paths are; for other precedence a good order that obeys
// it. Soft precedence on one machine has the same optimum (docs/algorithms/dispatch.md).
// Equal ratios are ordered by index. O(n log n).
std::vector<Id<DispatchTask>> horn_order(const DispatchProblem& problem,
                                         std::span<const double> processing);

}  // namespace gridmend
