#pragma once

#include "core/base/error.h"
#include "data/ingest/source_name.h"
#include "data/ingest/water_reader.h"

namespace gridmend {

// The two kinds of files behind read_water_slice(): each fills its part of the slice.

// Puts the grid into the slice, and a note of cells without a value that count as dry.
Result<void> read_depth_raster(const std::filesystem::path& path, const WaterFileSettings& settings,
                               WaterImport& import);

// Appends polygons to the slice and what was left out to the defects.
Result<void> read_depth_features(const std::filesystem::path& path,
                                 const WaterFileSettings& settings, WaterImport& import);

// Which of an archive's files is meant, as GDAL is told of it: the depths, else the extent, that
// Copernicus EMS delivers; `layer`, the name of its file without the ending, where there are
// several. Nothing is unpacked to disk.
Result<std::filesystem::path> find_in_water_archive(const std::filesystem::path& zip,
                                                    const std::string& layer);

// Depths beyond this are no flood but a value that stands for "no data".
inline constexpr double kDeepestWater_m = 500;

inline tl::unexpected<Error> refuse_water(const std::filesystem::path& path, std::string reason,
                                          std::string message, std::string layer = {},
                                          std::string feature = {}, std::string column = {}) {
  return refuse_at({source_name(path), std::move(layer), std::move(feature), std::move(column)},
                   ErrorCode::invalid_argument, std::move(reason), std::move(message));
}

}  // namespace gridmend
