#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/hazard/water.h"

namespace gridmend {

// What one PutWater call takes.
struct WaterPartLimits {
  std::uint32_t side_cells = 1000;  // of a grid, in either direction
  std::size_t polygons = 10'000;
  std::size_t positions = 200'000;  // of all polygons together
};

bool fits_one_call(const WaterSlice& slice, const WaterPartLimits& limits = {});

// A picture of the water as slices of the same time that each fit one call; together they say what
// it said. One that fits is left as it is. Else its wet tiles become "ID#ROW-COLUMN", on a lattice
// that starts at the grid's north-west, and its polygons "ID#p1", "ID#p2", ...: a later picture of
// the same grid replaces them tile by tile. The last part is "ID#e", dry cells as far as the whole
// grid reaches: what is in no tile was seen to be dry, and a server counts the roads outside by it.
// Its cells have no value where the grid has one without; tiles that have some of these, and
// others, are sent too. It is not there where polygons say what is outside of the grid and all else
// is dry.
std::vector<WaterSlice> water_parts(WaterSlice slice, const WaterPartLimits& limits = {});

// Has water_parts() made the layer of this id of a picture of that id? So too the picture itself.
bool is_part_of(std::string_view layer, std::string_view picture);
// The picture that a layer of this id would be a part of.
std::optional<std::string_view> picture_of_part(std::string_view layer);
// Is it the part that says how far the picture reaches?
bool is_extent(std::string_view layer);

}  // namespace gridmend
