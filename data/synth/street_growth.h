#pragma once

#include <cstdint>

#include "data/synth/river.h"
#include "data/synth/street_plan.h"

namespace gridmend {

// How much town so many usage points make: streets that leave a believable number of them along
// each stretch (8 in a village, 50 in a city of a million, growing slowly).
struct TownSize {
  double streets = 0;          // stretches of street wanted
  double spacing_m = 0;        // between parallel streets
  double reach_m = 0;          // from the middle to the edge along the river
  double merged_share = 0.15;  // local streets that two blocks do without
};
TownSize town_size(std::uint64_t usage_points);

// Streets of a riverside town: a grid bent along the river's banks and ruffled by the ground, finer
// in its old middle, frayed at its edge, tied together by bridges; a railway on one bank that few
// streets pass, in underpasses and over bridges. Connected, strongly so with its one-ways. The
// middle of the town lies on the river. O(streets).
StreetPlan grow_streets(const TownSize& size, const River& river, const TownFrame& frame,
                        std::uint64_t seed);

}  // namespace gridmend
