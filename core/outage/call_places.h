#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/network/place_index.h"
#include "core/outage/evidence.h"
#include "core/outage/settings.h"

namespace gridmend {

// Whom a call may come from that names no usage point. Probabilities fall by a factor e with every
// position_spread_m from the position, and with every address_spread of likeness from the likest
// address; of both, where a like address lies within position_reach_m of the position, it is their
// product, else the position alone. What is left to 1 is "somebody else": position_elsewhere, and
// more the farther the nearest of them is (or the less like the likest). By id; empty when nobody
// is near or like enough. `places` must be of `network`.
std::vector<CallPlace> call_places(const NetworkModel& network, const PlaceIndex& places,
                                   std::optional<Position> position, std::string_view address,
                                   const CallPlaceSettings& settings);

// What is needed to place calls, for those who read them.
struct CallPlacer {
  const PlaceIndex& places;
  const CallPlaceSettings& settings;
};

}  // namespace gridmend
