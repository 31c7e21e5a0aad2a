#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "gridmend/journal/v1/journal.pb.h"
#include "service/engine/engine_settings.h"

namespace gridmend {

// Builds the problem of this world, has it planned by the policy, and answers what there is to
// adopt. Refuses with what validate() finds in the problem (internal: the state let it through).
Result<journal::v1::AdoptPlan> find_plan(const World& world, Time now,
                                         const EngineSettings& settings, std::string cause,
                                         std::stop_token stop = {});

}  // namespace gridmend
