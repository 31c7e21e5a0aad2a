#pragma once

#include "service/engine/dispatch_builder.h"

namespace gridmend {

// What the closed tasks of this world teach about work: seconds from arrival to completion against
// those expected, by work_class(). O(tasks).
RepairTimeBook learn_repair_times(const World& world, const RepairTimePrior& prior);

// Writes into the plan when the light of each outage returns whose open tasks, and all tasks they
// come after, are in the plan's tours. Behind an assessment stands the repair that it may find
// necessary. Times are rounded up to the minute, so that a plan that moves nothing tells nothing.
void describe_restorations(const DispatchCase& dispatch, const DispatchPlan& plan,
                           const World& world, const EngineSettings& settings, v1::Plan& message);

}  // namespace gridmend
