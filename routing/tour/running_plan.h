#pragma once

#include <vector>

#include "routing/tour/schedule.h"

namespace gridmend {

// Lays a plan that is running into a schedule that holds at most the started tasks: each crew's
// tasks in their order, several crews' tasks for all that have them. What cannot be any more - the
// crew is unable, a window or a shift would not hold, a prerequisite is missing - stays absent.
// O(tasks) insertions.
void lay_out_running(Schedule& schedule, const CrewSequences& running);

}  // namespace gridmend
