// One raster of water: GeoTIFF, ASCII grid and whatever else the list of drivers knows by its
// content.

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "data/ingest/water_reader.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const FuzzFile file{"water.tif"};
  file.write({data, size});
  WaterFileSettings settings;
  settings.most_cells = 1e6;
  const auto water = read_water_slice(file.path(), "w", Time{}, settings);
  if (!water) {
    GRIDMEND_CHECK(!water.error().reason.empty(), "a refusal has a reason");
    return 0;
  }
  if (!water->slice.grid) return 0;
  const DepthGrid& grid = *water->slice.grid;
  GRIDMEND_CHECK(grid.depth_m.size() == std::size_t{grid.columns} * grid.rows, "a grid is whole");
  GRIDMEND_CHECK(std::ranges::all_of(grid.depth_m,
                                     [](float depth) { return std::isnan(depth) || depth >= 0; }),
                 "a depth is 0 or above, or there is none");
  return 0;
}
