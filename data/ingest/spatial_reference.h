#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/error.h"
#include "core/geo/position.h"

namespace gridmend {

// GDAL's handles, owned; only data/ingest uses this.

struct SpatialReferenceReleaser {
  void operator()(void* srs) const;
};
using SpatialReference = std::unique_ptr<void, SpatialReferenceReleaser>;

struct TransformationDestroyer {
  void operator()(void* transformation) const;
};
using Transformation = std::unique_ptr<void, TransformationDestroyer>;

// The reference system of a text PROJ understands, x before y; null when it does not. Never looks
// into files or the network.
SpatialReference spatial_reference(const std::string& text);

// Null: the text means WGS 84 in degrees already. Refuses CRS_UNKNOWN, LAYER_CRS.
Result<Transformation> transformation_to_wgs84(const std::string& crs, const ErrorPlace& place);
// `srs` is a GDAL handle that stays the caller's.
Result<Transformation> transformation_to_wgs84(void* srs, const ErrorPlace& place);

// Metres of the unit of a projected system; nullopt for others.
std::optional<double> metres_per_unit_of(const std::string& crs);

// Finite, and no farther out than any grid on earth reaches: GDAL goes around the earth once for
// each 360 degrees, which takes for ever from 1e300.
bool can_be_transformed(double x, double y);

// In place; what cannot be transformed becomes NaN.
void transform(const Transformation& transformation, std::span<Position> positions);

}  // namespace gridmend
