#pragma once

#include <memory>

#include "gridmend/v1/crew.pb.h"
#include "gridmend/v1/dispatch.pb.h"
#include "gridmend/v1/outage.pb.h"
#include "service/handlers/watch_hub.h"

namespace gridmend {

// What each Watch call shows. Refused: a filter that cannot be read, an unknown crew.
Result<std::unique_ptr<WatchSource>> make_outage_watch(const World& world,
                                                       const v1::WatchOutagesRequest& request);
Result<std::unique_ptr<WatchSource>> make_plan_watch(const World& world,
                                                     const v1::WatchPlanRequest& request);
Result<std::unique_ptr<WatchSource>> make_assignment_watch(
    const World& world, const v1::WatchAssignmentsRequest& request);

}  // namespace gridmend
