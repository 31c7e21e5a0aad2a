#include "data/ingest/spatial_reference.h"

#include <ogr_spatialref.h>

#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "data/ingest/gdal_session.h"

namespace gridmend {
namespace {

SpatialReference wgs84() {
  SpatialReference srs{OSRNewSpatialReference(nullptr)};
  OSRImportFromEPSG(srs.get(), 4326);
  OSRSetAxisMappingStrategy(srs.get(), OAMS_TRADITIONAL_GIS_ORDER);
  return srs;
}

// PROJ 9.1 takes an id from its register without a look at what it is of, and ends the process
// where that is a reference of another kind, as ID["EPSG",4338] of a geographic one.
void drop_id_of_another_kind(OGRSpatialReference& srs) {
  const char* authority = srs.GetAuthorityName(nullptr);
  const char* code = srs.GetAuthorityCode(nullptr);
  if (authority == nullptr || code == nullptr) return;
  const SpatialReference of_id = spatial_reference(std::string{authority} + ":" + code);
  if (of_id == nullptr) return;
  const auto& registered = *OGRSpatialReference::FromHandle(of_id.get());
  const bool same_kind = registered.IsGeographic() == srs.IsGeographic() &&
                         registered.IsProjected() == srs.IsProjected() &&
                         registered.GetAxesCount() == srs.GetAxesCount();
  if (!same_kind && srs.GetRoot() != nullptr) srs.GetRoot()->StripNodes("AUTHORITY");
}

}  // namespace

void SpatialReferenceReleaser::operator()(void* srs) const { OSRRelease(srs); }

void TransformationDestroyer::operator()(void* transformation) const {
  OCTDestroyCoordinateTransformation(static_cast<OGRCoordinateTransformationH>(transformation));
}

SpatialReference spatial_reference(const std::string& text) {
  prepare_gdal();
  const GdalErrors errors;
  SpatialReference srs{OSRNewSpatialReference(nullptr)};
  // A text from a file may not make PROJ or GDAL open files or addresses.
  const char* options[] = {"ALLOW_NETWORK_ACCESS=NO", "ALLOW_FILE_ACCESS=NO", nullptr};
  auto* reference = OGRSpatialReference::FromHandle(srs.get());
  if (reference->SetFromUserInput(text.c_str(), options) != OGRERR_NONE) return nullptr;
  OSRSetAxisMappingStrategy(srs.get(), OAMS_TRADITIONAL_GIS_ORDER);
  return srs;
}

Result<Transformation> transformation_to_wgs84(void* srs, const ErrorPlace& place) {
  const GdalErrors errors;
  const SpatialReference from{OSRClone(srs)};
  drop_id_of_another_kind(*OGRSpatialReference::FromHandle(from.get()));
  OSRSetAxisMappingStrategy(from.get(), OAMS_TRADITIONAL_GIS_ORDER);
  const SpatialReference to = wgs84();
  if (OSRIsSame(from.get(), to.get()) != 0) return Transformation{};
  Transformation transformation{OCTNewCoordinateTransformation(from.get(), to.get())};
  if (transformation != nullptr) return transformation;
  return refuse_at(place, ErrorCode::invalid_argument, "LAYER_CRS",
                   "its coordinate reference system cannot be brought to WGS 84: " +
                       errors.message("PROJ does not say why"));
}

Result<Transformation> transformation_to_wgs84(const std::string& crs, const ErrorPlace& place) {
  const SpatialReference srs = spatial_reference(crs);
  if (srs == nullptr) {
    return refuse_at(place, ErrorCode::invalid_argument, "CRS_UNKNOWN",
                     "the crs '" + crs + "' is not known; write one like \"EPSG:4547\"");
  }
  return transformation_to_wgs84(srs.get(), place);
}

std::optional<double> metres_per_unit_of(const std::string& crs) {
  const SpatialReference srs = spatial_reference(crs);
  if (srs == nullptr || OSRIsProjected(srs.get()) == 0) return std::nullopt;
  return OSRGetLinearUnits(srs.get(), nullptr);
}

bool can_be_transformed(double x, double y) {
  constexpr double kFarthest = 1e9;
  return std::abs(x) <= kFarthest && std::abs(y) <= kFarthest;
}

void transform(const Transformation& transformation, std::span<Position> positions) {
  std::vector<double> x(positions.size()), y(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const bool sane = can_be_transformed(positions[i].longitude_deg, positions[i].latitude_deg);
    x[i] = sane ? positions[i].longitude_deg : HUGE_VAL;
    y[i] = sane ? positions[i].latitude_deg : HUGE_VAL;
  }
  std::vector<int> done(positions.size(), 0);
  OCTTransformEx(static_cast<OGRCoordinateTransformationH>(transformation.get()),
                 static_cast<int>(positions.size()), x.data(), y.data(), nullptr, done.data());
  constexpr double kNowhere = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const bool sane = x[i] != HUGE_VAL && y[i] != HUGE_VAL;
    positions[i] = done[i] != 0 && sane ? Position{x[i], y[i]} : Position{kNowhere, kNowhere};
  }
}

}  // namespace gridmend
