#pragma once

#include <string_view>

#include "core/base/error.h"
#include "core/hazard/water.h"
#include "gridmend/v1/hazard.pb.h"
#include "routing/road/road_conditions.h"

namespace gridmend {

// Refuses, by field: an absent id or time, a grid whose sizes do not match or that is not on the
// earth, more than 1,000,000 cells or 10,000 polygons, rings that are not closed, depths that are
// no numbers or negative, a layer that says nothing. What is accepted passes validate(WaterSlice).
Result<WaterSlice> to_domain(const v1::WaterLayer& layer, std::string_view at = {});

// Refuses, by field: no positions or more than 10,000, a time that cannot be, an end before the
// beginning. An empty id stays empty; an absent `from` becomes `now`.
Result<RoadClosure> to_domain(const v1::RoadClosure& closure, Time now, std::string_view at = {});

v1::WaterLayer to_proto(const WaterSlice& slice, bool with_depths);
v1::RoadClosure to_proto(const RoadClosure& closure);

}  // namespace gridmend
