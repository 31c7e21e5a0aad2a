// flood.toml, with one sound raster beside it that an input may name: water.asc.

#include <fstream>

#include "core/base/check.h"
#include "data/ingest/water_reader.h"
#include "tests/fuzz/fuzz_file.h"

namespace {

void lay_water_beside(const gridmend::FuzzFile& file) {
  std::ofstream{file.folder() / "water.asc"} << "ncols 2\nnrows 2\nxllcorner 8\nyllcorner 49\n"
                                                "cellsize 0.001\nNODATA_value -9\n0.5 1\n-9 2\n";
  std::ofstream{file.folder() / "water.prj"}
      << "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],"
         "PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const FuzzFile file{"flood.toml"};
  static const bool laid = (lay_water_beside(file), true);
  static_cast<void>(laid);
  file.write({data, size});
  const auto flood = read_flood(file.path());
  if (flood) {
    GRIDMEND_CHECK(!flood->slices.empty(), "a flood has a slice");
    const Water water = flood->water();
    static_cast<void>(water);
  } else {
    GRIDMEND_CHECK(!flood.error().reason.empty(), "a refusal has a reason");
  }
  return 0;
}
