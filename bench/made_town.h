#pragma once

#include <cstdint>
#include <memory>

#include "core/base/random.h"
#include "data/region/region.h"

namespace gridmend {

// Blocks of 90 m with a transformer in the middle of each and its 50 customers around it; four
// transformers a fuse, a hundred a feeder. Every customer is on a known phase, one in five hundred
// on another transformer than recorded. Ids are "D0", "D1", ... and "UC0", "UC1", ... in order.
std::shared_ptr<const Region> made_town(std::uint32_t usage_points, Random& random);

}  // namespace gridmend
