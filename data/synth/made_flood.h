#pragma once

#include <cstdint>
#include <vector>

#include "core/hazard/water.h"
#include "core/network/network_model.h"
#include "data/synth/storm.h"

namespace gridmend {

// A flood for a region of which no terrain is known: a band of water along a line through the
// region's middle, deepest in its axis, that rises to its peak and falls again. It is plausible in
// shape and time, not in place: no elevation is behind it. Same seed, same flood. Empty when the
// network has no positions or the peak depth is 0.
std::vector<WaterSlice> make_flood(const NetworkModel& network, const Storm& storm,
                                   std::uint64_t seed);

}  // namespace gridmend
