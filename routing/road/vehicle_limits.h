#pragma once

#include <array>

#include "core/work/crew.h"
#include "routing/hierarchy/arc_graph.h"

namespace gridmend {

// How water meets what is not level with the ground. Configuration.
struct StructureLimits {
  double bridge_deck_m = 3;    // a deck above the ground at its abutments
  double tunnel_dip_m = 1;     // a tunnel's or underpass's low point below its portals
  double ford_dip_m = 0.3;     // a ford's bed below the road that leads to it
  double deep_tunnel_m = 200;  // a longer tunnel takes water through its portals only
  friend constexpr bool operator==(const StructureLimits&, const StructureLimits&) = default;
};

// How deep each vehicle class may drive, in metres of water; a boat is the reverse: it needs at
// least its depth. Configuration; the defaults are the design's.
struct VehicleLimits {
  std::array<double, kVehicleClasses> passable_depth_m = {0.15, 0.25, 0.40, 0.50, 0.75, 0.5};
  double boat_speed_kmh = 8;
  // What it takes to turn back before water that is too deep and to find another way. A road whose
  // depth is uncertain costs this times the chance that it is too deep, for every `risk_length_m`
  // of it under water, so that it does not matter in how many pieces a map cuts a street; 0:
  // chances do not matter.
  std::array<double, kVehicleClasses> turn_back_s = {900, 900, 900, 900, 900, 900};
  double risk_length_m = 200;
  StructureLimits structures;
  friend constexpr bool operator==(const VehicleLimits&, const VehicleLimits&) = default;

  double depth_limit_m(VehicleClass vehicle_class) const {
    return passable_depth_m[static_cast<std::size_t>(vehicle_class)];
  }
  // Seconds that the chance of being turned back by water of this depth costs on the average, when
  // the true depth spreads around it normally. On wheels below the limit, in a boat above it.
  double risk_s(VehicleClass vehicle_class, double depth_m, double sigma_m) const;
};

// Speed through standing water for a light vehicle, never above `dry_kmh`:
// v = 0.0009 w^2 - 0.5529 w + 86.9448 km/h, w in mm, clamped at its minimum near 307 mm
// (Pregnolato et al. 2017). 0 m answers `dry_kmh`.
double speed_in_water_kmh(double dry_kmh, double depth_m);

// At least a millisecond: edges without length take a moment too, so that no search runs in circles
// for nothing.
Weight driving_ms(double length_m, double speed_kmh);

}  // namespace gridmend
