#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/error.h"
#include "service/engine/world.h"

namespace gridmend {

// The state a journal leaves, by replay, without a server. Refuses what replay refuses, and a
// region that is not the one the state holds now (failed_precondition, REGION_NOT_PRESENT).
Result<std::shared_ptr<const World>> replayed_world(const std::filesystem::path& state_directory,
                                                    std::shared_ptr<const Region> region);

// Sections that are fed otherwise than in normal operation, and the switches that explain it.
std::string feeding_text(const World& world);
// One JSON document with snake_case keys.
std::string feeding_json(const World& world);

}  // namespace gridmend
