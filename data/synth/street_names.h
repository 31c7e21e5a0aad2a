#pragma once

#include <cstddef>

#include "data/synth/street_plan.h"

namespace gridmend {

// The `number`-th name of a street of this class: never the same name twice for one class.
StreetName street_name(std::size_t number, RoadClass road_class);
// Names of substations ("城东变电站", "Chengdong Substation") and of a feeder's main street.
StreetName substation_name(std::size_t number);
StreetName town_name(std::size_t number);

}  // namespace gridmend
