#pragma once

#include <vector>

#include "core/outage/evidence.h"
#include "core/outage/outage.h"
#include "service/engine/draft.h"

namespace gridmend {

// What this switch position energises, as far as the draft knows, although it is unsafe to energise
// (core/outage/energisation.h): the device itself when it is closed under voltage, and everything
// that gets supply by it and has none now. Most dangerous first: under water before not inspected,
// then by depth. Empty for an opening and where there is no water. O(network).
std::vector<UnsafeToEnergise> energised_unsafely(const Workbench& bench,
                                                 const SwitchPosition& position);

// failed_precondition UNSAFE_TO_ENERGISE when there is any and no operator overrides it.
Result<void> check_energising(const Workbench& bench, const SwitchPosition& position,
                              bool override_unsafe);

}  // namespace gridmend
