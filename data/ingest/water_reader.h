#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/hazard/water.h"
#include "data/region/defect.h"

namespace gridmend {

// What a file of water means; the part that does not concern its kind is ignored.
struct WaterFileSettings {
  int band = 1;       // of a raster, from 1
  double scale = 1;   // factor to metres, of a raster's values and of a depth column
  std::string layer;  // of a vector file with several
  std::string depth_column = "depth_m";
  std::optional<double> depth_m;  // where the column is missing or empty
  double depth_sigma_m = 0;       // one standard deviation of the depths, 0 to 10
  // Metres assumed outside a raster (above 0: the slice speaks of every place) and in its cells
  // without a value; 0: those are dry, for many makers leave out what is.
  double outside_depth_m = 0;
  std::optional<double> nodata_depth_m;
  bool nodata_unknown = false;  // those cells say nothing instead
  bool dry_elsewhere = false;   // of the slice: what it shows is all the water there is
  double half_width_m = 8;      // lines become bands this wide on either side
  double most_cells = 200e6;    // of a raster, as it is and in WGS 84
};

struct WaterImport {
  WaterSlice slice;
  std::vector<Defect> defects;  // features left out
  std::vector<Defect> notes;    // cells of a raster that have no value and count as dry
};

// One slice from one file. A raster (GeoTIFF, ASCII grid, netCDF by its suffix, and others of an
// explicit list) is brought to a grid of longitudes and latitudes by nearest neighbour at its own
// resolution; values <= 0 are dry, and so, unless a depth is assumed there or it is unknown, is
// nodata; of what lies outside it says nothing (outside_depth_m and nodata_depth_m, 0 to 500). A
// vector file (GeoPackage, GeoJSON, Shapefile, FlatGeobuf) gives its polygons, and its lines as
// bands; a depth that is a text may be a class, "0.50 - 1.00", of which the deeper end counts.
// Copernicus EMS delivers depths so: of a layer
// ..._floodDepthA_... the column is known; an ..._observedEventA_... has none, give depth_m. Of its
// product as a .zip the first of these two is read where it lies in it; `layer` names the file,
// without its ending, where there are several.
// Refuses by name: WATER_FILE_NOT_FOUND, WATER_FILE_FORMAT, WATER_CRS_MISSING, WATER_CRS (PROJ
// cannot bring it to WGS 84), WATER_BAND, WATER_TOO_LARGE (more cells than allowed, or an archive
// that would unpack to more than any map does), WATER_DEPTH
// (deeper than 500 m: an undeclared nodata value), WATER_SETTINGS (two that contradict each other),
// WATER_LAYER_UNCLEAR, WATER_DEPTH_MISSING (no such column and no depth given). A file without any
// water is a dry slice.
Result<WaterImport> read_water_slice(const std::filesystem::path& path, std::string id,
                                     Time valid_at, const WaterFileSettings& settings = {});

struct FloodImport {
  std::vector<WaterSlice> slices;  // by time, then id
  std::vector<Defect> defects;
  std::vector<Defect> notes;

  Water water() const;
};

// A flood.toml (its form: core/hazard/README.md) with the files it names. Refuses (FLOOD_INVALID)
// what is not TOML, unknown keys, values of the wrong type, a time without offset, two slices of
// one id, no slice at all; and whatever its files are refused for.
Result<FloodImport> read_flood(const std::filesystem::path& path);

}  // namespace gridmend
