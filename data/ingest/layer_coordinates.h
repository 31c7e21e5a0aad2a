#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/source_coordinates.h"
#include "data/region/defect.h"

namespace gridmend {

// What was found out about a layer as a whole; becomes a defect of the layer.
struct LayerFinding {
  DefectClass defect_class = DefectClass::coordinates_assumed;
  DefectSeverity severity = DefectSeverity::warning;
  std::string message;
  std::string action;
};

struct SettledLayer {
  CoordinateConversion conversion;
  std::vector<LayerFinding> findings;
};

// Settles how the numbers of a layer come to WGS 84. What is declared wins over `srs` (a GDAL
// handle that stays the caller's, or null). Then the numbers of `sample` have a say, where only one
// reading of them is possible:
//  - no reference system: degrees are WGS 84; eastings with the number of a Gauss-Kruger zone are
//    CGCS2000; anything else is refused (LAYER_CRS) with what to declare;
//  - latitude first, or northing first, where only that lies in the system's area of use;
//  - eastings with their zone's number in a system without it, and the reverse; with another zone's
//    number they are refused;
//  - degrees under a projected system are degrees; metres under a geographic one are refused.
// Each is a finding, and so is an accuracy worse than 2 m of the way from the datum to WGS 84. An
// empty sample decides nothing. Refuses what CoordinateConversion::create refuses.
Result<SettledLayer> settle_layer(void* srs, const SourceCoordinates& declared,
                                  std::span<const Position> sample, const ErrorPlace& place);

}  // namespace gridmend
