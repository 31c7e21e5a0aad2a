#pragma once

#include "routing/tour/schedule.h"

namespace gridmend {

// The plan of these sequences, timed afresh, every absent task with its reason. The sequences must
// be feasible.
DispatchPlan finished_plan(const ProblemIndex& index, const CrewSequences& sequences);

}  // namespace gridmend
