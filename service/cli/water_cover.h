#pragma once

#include <optional>

#include "service/cli/water_parts.h"

namespace gridmend {

// Of a picture that takes several parts, one layer under the picture's own id that nowhere says
// less than they do: what holds until all of them are there, and is to be taken away then. Of a
// grid the cells are larger, as deep as the deepest that they touch; polygons stay as they are
// where they fit, else they are cells, too. None where there is one part, or no water.
std::optional<WaterSlice> water_cover(const WaterSlice& slice, const WaterPartLimits& limits = {});

}  // namespace gridmend
