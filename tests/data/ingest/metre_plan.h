#pragma once

#include "core/geo/position.h"

namespace gridmend {

// A place on a plan in metres, north of the equator.
inline Position at(double east_m, double north_m) {
  return LocalPlane{{9.0, 0.0}}.to_position({east_m, north_m});
}

}  // namespace gridmend
