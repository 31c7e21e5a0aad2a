#include <cpl_conv.h>
#include <gdal.h>
#include <gdal_alg.h>
#include <ogr_srs_api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/base/printable.h"
#include "data/ingest/dataset_opening.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/gis_writer.h"
#include "data/ingest/spatial_reference.h"
#include "data/ingest/untrusted_sqlite.h"
#include "data/ingest/water_source.h"

namespace gridmend {
namespace {

// No VRT and nothing else that may point elsewhere.
constexpr const char* kWaterRasterDrivers[] = {
    "GTiff", "AAIGrid", "GRASSASCIIGrid", "HFA", "EHdr", "ENVI", "ERS",     "RST", "SAGA", "GSAG",
    "GSBG",  "GS7BG",   "GPKG",           "XYZ", "ZMap", "AIG",  "USGSDEM", "PNG", nullptr};
// Its library believes what a file declares before it looks; only for files that say what they are.
constexpr const char* kNetCdfDrivers[] = {"netCDF", nullptr};

const char* const* drivers_for(const std::filesystem::path& path) {
  const std::string suffix = lower_case_suffix(path);
  return suffix == ".nc" || suffix == ".nc4" || suffix == ".cdf" ? kNetCdfDrivers
                                                                 : kWaterRasterDrivers;
}

constexpr float kSaysNothing = std::numeric_limits<float>::quiet_NaN();

// Beside the file's own cells, where a grid of longitudes and latitudes has some.
float outside(const WaterFileSettings& settings) {
  return settings.outside_depth_m > 0 ? static_cast<float>(settings.outside_depth_m) : kSaysNothing;
}

using Dataset = std::unique_ptr<void, DatasetCloser>;

struct TransformerDestroyer {
  void operator()(void* transformer) const { GDALDestroyGenImgProjTransformer(transformer); }
};
using Transformer = std::unique_ptr<void, TransformerDestroyer>;

std::string in_millions(double cells) {
  return std::to_string(static_cast<std::int64_t>(cells / 1e6));
}

// The band's values in metres, row by row; 0 where dry.
struct SourceRaster {
  int columns = 0;
  int rows = 0;
  std::vector<float> depth_m;
  std::size_t without_value = 0;
};

Result<SourceRaster> read_band(GDALDatasetH dataset, const std::filesystem::path& path,
                               const WaterFileSettings& settings) {
  SourceRaster raster{GDALGetRasterXSize(dataset), GDALGetRasterYSize(dataset), {}, 0};
  if (static_cast<double>(raster.columns) * raster.rows > settings.most_cells) {
    return refuse_water(path, "WATER_TOO_LARGE",
                        "has more than " + in_millions(settings.most_cells) +
                            " million cells; cut it to the region first");
  }
  GDALRasterBandH band = settings.band >= 1 && settings.band <= GDALGetRasterCount(dataset)
                             ? GDALGetRasterBand(dataset, settings.band)
                             : nullptr;
  if (band == nullptr) {
    return refuse_water(path, "WATER_BAND",
                        "has no band " + std::to_string(settings.band) + " (there are " +
                            std::to_string(GDALGetRasterCount(dataset)) + ")");
  }
  raster.depth_m.resize(static_cast<std::size_t>(raster.columns) * raster.rows);
  GdalErrors errors;
  if (GDALRasterIO(band, GF_Read, 0, 0, raster.columns, raster.rows, raster.depth_m.data(),
                   raster.columns, raster.rows, GDT_Float32, 0, 0) != CE_None) {
    return refuse_water(path, "WATER_FILE_FORMAT", "breaks off: " + errors.message("unreadable"));
  }
  int has_nodata = 0;
  const auto nodata = static_cast<float>(GDALGetRasterNoDataValue(band, &has_nodata));
  int ignored = 0;
  const double scale = GDALGetRasterScale(band, &ignored) * settings.scale;
  const double offset = GDALGetRasterOffset(band, &ignored) * settings.scale;
  for (float& value : raster.depth_m) {
    if (std::isnan(value) || (has_nodata != 0 && value == nodata)) {
      value = settings.nodata_unknown ? kSaysNothing
                                      : static_cast<float>(settings.nodata_depth_m.value_or(0));
      ++raster.without_value;
      continue;
    }
    const double depth = static_cast<double>(value) * scale + offset;
    value = depth > 0 ? static_cast<float>(depth) : 0;
    if (depth > kDeepestWater_m) {
      return refuse_water(path, "WATER_DEPTH",
                          "has a depth of " + std::to_string(depth) +
                              " m: a value for 'no data' that the file does not declare?");
    }
  }
  return raster;
}

// An affine transform without rotation whose axes are longitude and latitude needs no warping.
bool is_plain_grid(const double (&g)[6], OGRSpatialReferenceH from, OGRSpatialReferenceH to) {
  return g[2] == 0 && g[4] == 0 && g[1] > 0 && g[5] < 0 && OSRIsSame(from, to) != 0;
}

bool lies_on_earth(const double (&g)[6], int columns, int rows) {
  bool inside = true;
  for (const double column : {0.0, static_cast<double>(columns)}) {
    for (const double row : {0.0, static_cast<double>(rows)}) {
      inside = inside && can_be_transformed(g[0] + column * g[1] + row * g[2],
                                            g[3] + column * g[4] + row * g[5]);
    }
  }
  return inside;
}

Result<DepthGrid> warp(GDALDatasetH dataset, SourceRaster&& raster, const char* wgs84,
                       const std::filesystem::path& path, const WaterFileSettings& settings) {
  GdalErrors errors;
  const auto refused = [&] {
    return refuse_water(path, "WATER_CRS",
                        "cannot be brought to WGS 84: " + errors.message("PROJ does not say why"));
  };
  const Transformer suggest{
      GDALCreateGenImgProjTransformer(dataset, nullptr, nullptr, wgs84, FALSE, 0, 1)};
  double g[6] = {};
  int columns = 0;
  int rows = 0;
  if (suggest == nullptr || GDALSuggestedWarpOutput(dataset, GDALGenImgProjTransform, suggest.get(),
                                                    g, &columns, &rows) != CE_None) {
    return refused();
  }
  if (static_cast<double>(columns) * rows > settings.most_cells || columns < 1 || rows < 1) {
    return refuse_water(
        path, "WATER_TOO_LARGE",
        "has more than " + in_millions(settings.most_cells) + " million cells in WGS 84");
  }
  GDALSetGenImgProjTransformerDstGeoTransform(suggest.get(), g);
  DepthGrid grid{g[0],
                 g[3],
                 g[1],
                 -g[5],
                 static_cast<std::uint32_t>(columns),
                 static_cast<std::uint32_t>(rows),
                 {}};
  grid.depth_m.reserve(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  const auto width = static_cast<std::size_t>(columns);
  std::vector<double> x(width), y(width), z(width);
  std::vector<int> found(width);
  for (int row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < width; ++column) {
      x[column] = static_cast<double>(column) + 0.5;
      y[column] = row + 0.5;
    }
    std::ranges::fill(z, 0.0);
    GDALGenImgProjTransform(suggest.get(), TRUE, columns, x.data(), y.data(), z.data(),
                            found.data());
    for (std::size_t column = 0; column < width; ++column) {
      const bool inside = found[column] != 0 && x[column] >= 0 && x[column] < raster.columns &&
                          y[column] >= 0 && y[column] < raster.rows;
      grid.depth_m.push_back(inside ? raster.depth_m[static_cast<std::size_t>(y[column]) *
                                                         static_cast<std::size_t>(raster.columns) +
                                                     static_cast<std::size_t>(x[column])]
                                    : outside(settings));
    }
  }
  return grid;
}

Result<DepthGrid> to_grid(GDALDatasetH dataset, SourceRaster&& raster, const double (&g)[6],
                          const char* declared, const std::filesystem::path& path,
                          const WaterFileSettings& settings) {
  const std::unique_ptr<void, void (*)(void*)> from{OSRNewSpatialReference(declared), OSRRelease};
  const std::unique_ptr<void, void (*)(void*)> to{OSRNewSpatialReference(SRS_WKT_WGS84_LAT_LONG),
                                                  OSRRelease};
  OSRSetAxisMappingStrategy(from.get(), OAMS_TRADITIONAL_GIS_ORDER);
  OSRSetAxisMappingStrategy(to.get(), OAMS_TRADITIONAL_GIS_ORDER);
  if (is_plain_grid(g, from.get(), to.get())) {
    return DepthGrid{g[0],
                     g[3],
                     g[1],
                     -g[5],
                     static_cast<std::uint32_t>(raster.columns),
                     static_cast<std::uint32_t>(raster.rows),
                     std::move(raster.depth_m)};
  }
  return warp(dataset, std::move(raster), SRS_WKT_WGS84_LAT_LONG, path, settings);
}

void note_cells_without_value(const SourceRaster& raster, const std::filesystem::path& path,
                              WaterImport& import) {
  if (raster.without_value == 0) return;
  import.notes.push_back({DefectClass::unknown_value,
                          DefectSeverity::note,
                          {source_name(path), {}, {}, {}},
                          with_commas(raster.without_value) + " of " +
                              with_commas(raster.depth_m.size()) + " cells have no value",
                          "they count as dry, for nothing is said of them",
                          std::nullopt});
}

}  // namespace

Result<void> read_depth_raster(const std::filesystem::path& path, const WaterFileSettings& settings,
                               WaterImport& import) {
  GdalErrors errors;
  const UntrustedSqlite sqlite;  // a raster may be a GeoPackage
  // A text grid whose first values are whole numbers would have whole numbers only.
  CPLSetThreadLocalConfigOption("AAIGRID_DATATYPE", "Float64");
  const Dataset dataset{GDALOpenEx(path.string().c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY,
                                   drivers_for(path), nullptr, nullptr)};
  CPLSetThreadLocalConfigOption("AAIGRID_DATATYPE", nullptr);
  if (dataset == nullptr) {
    return refuse_water(path, "WATER_FILE_FORMAT",
                        "cannot be read as a raster: " +
                            errors.message("damaged, or a format that is not supported"));
  }
  const char* declared = GDALGetProjectionRef(dataset.get());
  double g[6] = {};
  if (declared == nullptr || *declared == '\0' ||
      GDALGetGeoTransform(dataset.get(), g) != CE_None) {
    return refuse_water(path, "WATER_CRS_MISSING",
                        "does not say where it lies (no coordinate reference system)");
  }
  if (!lies_on_earth(g, GDALGetRasterXSize(dataset.get()), GDALGetRasterYSize(dataset.get()))) {
    return refuse_water(path, "WATER_CRS", "declares corners that are nowhere on earth");
  }
  auto raster = read_band(dataset.get(), path, settings);
  if (!raster) return unexpected(raster.error());
  const bool unsaid =
      !settings.nodata_depth_m && !settings.nodata_unknown && !settings.dry_elsewhere;
  if (unsaid) note_cells_without_value(*raster, path, import);
  auto grid = to_grid(dataset.get(), std::move(*raster), g, declared, path, settings);
  if (!grid) return unexpected(grid.error());
  import.slice.grid = std::move(*grid);
  return {};
}

}  // namespace gridmend
