#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "gridmend/journal/v1/journal.pb.h"
#include "service/engine/engine_settings.h"

namespace gridmend {

// Builds the problem of this world, has it planned by the policy - from the plan in force where
// crews hold one - and answers what there is to adopt, with what it changes, why and for what gain.
// Refuses with what validate() finds in the problem (internal: the state let it through).
Result<journal::v1::AdoptPlan> find_plan(const World& world, Time now,
                                         const EngineSettings& settings, std::string cause,
                                         std::stop_token stop = {});

}  // namespace gridmend
