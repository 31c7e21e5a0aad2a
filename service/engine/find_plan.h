#pragma once

#include <functional>
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

// The same, unless the world has moved on so far that nobody can adopt it: `is_wanted` is asked
// once the search is over, before the plan is put into words. nullopt: it is not.
Result<std::optional<journal::v1::AdoptPlan>> find_wanted_plan(
    const World& world, Time now, const EngineSettings& settings, std::string cause,
    std::stop_token stop, const std::function<bool()>& is_wanted);

}  // namespace gridmend
