#pragma once

#include <string_view>

#include "gridmend/v1/dispatch.pb.h"
#include "service/engine/dispatch_builder.h"

namespace gridmend {

// Why the plan in force gives this task to its crew at its place in the tour, and what the next
// best crew and place would cost: the plan's tours as they stand in `world`, timed from `now`,
// every other place tried. not_found WORK_TASK_UNKNOWN; failed_precondition WORK_TASK_FINAL. As
// slow as a travel matrix and O(stops^2).
Result<v1::TaskExplanation> explain_task(const World& world, Time now,
                                         const EngineSettings& settings, std::string_view task);

}  // namespace gridmend
