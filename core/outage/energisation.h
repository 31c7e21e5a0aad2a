#pragma once

#include "core/hazard/water.h"
#include "core/outage/evidence_book.h"
#include "core/outage/outage.h"
#include "core/outage/settings.h"

namespace gridmend {

// May this device be energised at `at`, as far as water goes? Not while water reaches its live
// parts less the margin, or may by its uncertainty; nor afterwards, until somebody has found it
// sound (intact, or back in service) since the water fell, within priors.flood_memory. What a
// posterior believes has no part in it. Lines are let through: overhead ones are above, cables do
// not mind.
//
// `heard` is what is known of the device; nullptr: nothing. O(slices).
UnsafeToEnergise unsafe_to_energise(const NetworkModel& network, Id<Device> device,
                                    const Water& water, Time at, const DeviceEvidence* heard,
                                    const LocaliserSettings& settings);

}  // namespace gridmend
