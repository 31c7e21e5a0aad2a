#pragma once

#include <cstddef>
#include <vector>

#include "core/hazard/water.h"

namespace gridmend {

// What one PutWater call takes.
struct WaterPartLimits {
  std::uint32_t side_cells = 1000;  // of a grid, in either direction
  std::size_t polygons = 10'000;
  std::size_t positions = 200'000;  // of all polygons together
};

// A picture of the water as slices of the same time that each fit one call; together they say what
// it said. One that fits is left as it is. Else its wet tiles become "ID#ROW-COLUMN", on a lattice
// that starts at the grid's north-west, and its polygons "ID#p1", "ID#p2", ...: a later picture of
// the same grid replaces them tile by tile. A picture without any water becomes one of a single dry
// cell, which a server takes.
std::vector<WaterSlice> water_parts(WaterSlice slice, const WaterPartLimits& limits = {});

// A picture that says "dry": it replaces a part that is no longer there.
WaterSlice dry_water(std::string id, Time valid_at);

}  // namespace gridmend
