#pragma once

#include <span>

#include "service/engine/travel_matrices.h"

namespace gridmend {

// How crews with boats - those whose start has the number `vehicle` - get about: a boat needs its
// depth, and its trailer the road to where it is launched, until it is out of the water again. A
// site has the longest of a few spans from `now` on - all that is looked at, then eight hours,
// four, two, one - in which water and roads stay as they are wanted from such a crew's start and
// back to a launch point. From site to site one goes on what stays for the shorter of their two
// spans. A site that floats later only is not reached. Without launch points boats never leave the
// water: only what stays for good counts.
ClassTravel travel_afloat(const World& world, Time now, Time until, const EngineSettings& settings,
                          std::span<const TravelSite> sites, std::size_t starts,
                          std::size_t vehicle);

}  // namespace gridmend
