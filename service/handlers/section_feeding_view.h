#pragma once

#include "core/base/error.h"
#include "gridmend/v1/network.pb.h"
#include "service/engine/world.h"

namespace gridmend {

// How sections are fed, normally and under the present switch positions; those fed otherwise than
// normally unless all are asked for. O(sections), and O(network) once a switch position.
Result<v1::ListSectionFeedingResponse> list_section_feeding(
    const World& world, const v1::ListSectionFeedingRequest& request);

}  // namespace gridmend
