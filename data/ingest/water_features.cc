#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

#include "data/ingest/dataset_opening.h"
#include "data/ingest/gdal_handles.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/spatial_reference.h"
#include "data/ingest/untrusted_sqlite.h"
#include "data/ingest/water_source.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

constexpr const char* kWaterLayerDrivers[] = {
    "GPKG", "GeoJSON", "GeoJSONSeq", "ESRI Shapefile", "OpenFileGDB", "FlatGeobuf", nullptr};
// Of the layers ..._floodDepthA_... of Copernicus EMS.
constexpr const char* kEmsDepthColumn = "value";
// Round ends of a band are drawn with so many sides a quarter.
constexpr int kSidesPerQuarter = 4;

using OwnedGeometry = std::unique_ptr<void, GeometryDestroyer>;
Polyline vertices_of(OGRGeometryH line) {
  Polyline result(static_cast<std::size_t>(OGR_G_GetPointCount(line)));
  if (result.empty()) return result;
  Position* first = result.data();
  OGR_G_GetPoints(line, &first->longitude_deg, sizeof(Position), &first->latitude_deg,
                  sizeof(Position), nullptr, 0);
  return result;
}

// A depth written as a text: "0.5", or a class, of which the deeper end counts: "0.50 - 1.00",
// "below 0.5", "> 6.00".
std::optional<double> depth_of_class(std::string_view text) {
  double whole = 0;
  const auto plain = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (plain.ec == std::errc{} && plain.ptr == text.data() + text.size()) return whole;
  std::optional<double> deepest;
  while (!text.empty()) {
    const std::size_t digit = text.find_first_of("0123456789.");
    if (digit == std::string_view::npos) break;
    text.remove_prefix(digit);
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{}) {
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    deepest = std::max(deepest.value_or(number), number);
  }
  return deepest;
}

void append_polygon(OGRGeometryH polygon, double depth_m, std::vector<DepthPolygon>& polygons) {
  DepthPolygon result{{}, depth_m};
  for (int i = 0; i < OGR_G_GetGeometryCount(polygon); ++i) {
    result.rings.push_back(vertices_of(OGR_G_GetGeometryRef(polygon, i)));
  }
  if (!result.rings.empty()) polygons.push_back(std::move(result));
}

// A band around a line, drawn on a local plane so that its width is in metres.
void append_band(OGRGeometryH line, double depth_m, double half_width_m,
                 std::vector<DepthPolygon>& polygons) {
  const Polyline positions = vertices_of(line);
  if (positions.empty() || !std::ranges::all_of(positions, is_on_earth)) return;
  const LocalPlane plane{positions.front()};
  const OwnedGeometry flat{OGR_G_CreateGeometry(wkbLineString)};
  for (const Position p : positions) {
    const PlanePoint point = plane.to_plane(p);
    OGR_G_AddPoint_2D(flat.get(), point.east_m, point.north_m);
  }
  const OwnedGeometry band{OGR_G_Buffer(flat.get(), half_width_m, kSidesPerQuarter)};
  if (band == nullptr || wkbFlatten(OGR_G_GetGeometryType(band.get())) != wkbPolygon) return;
  const std::size_t before = polygons.size();
  append_polygon(band.get(), depth_m, polygons);
  for (std::size_t i = before; i < polygons.size(); ++i) {
    for (Polyline& ring : polygons[i].rings) {
      for (Position& p : ring) p = plane.to_position({p.longitude_deg, p.latitude_deg});
      if (!ring.empty()) ring.back() = ring.front();
    }
  }
}

void append_geometry(OGRGeometryH geometry, double depth_m, double half_width_m,
                     std::vector<DepthPolygon>& polygons) {
  switch (wkbFlatten(OGR_G_GetGeometryType(geometry))) {
    case wkbPolygon:
      append_polygon(geometry, depth_m, polygons);
      return;
    case wkbLineString:
      append_band(geometry, depth_m, half_width_m, polygons);
      return;
    case wkbMultiPolygon:
    case wkbMultiLineString:
    case wkbGeometryCollection:
      for (int i = 0; i < OGR_G_GetGeometryCount(geometry); ++i) {
        append_geometry(OGR_G_GetGeometryRef(geometry, i), depth_m, half_width_m, polygons);
      }
      return;
    default:
      return;
  }
}

class FeatureReading {
 public:
  FeatureReading(const std::filesystem::path& path, const WaterFileSettings& settings,
                 WaterImport& import)
      : path_(path), settings_(settings), import_(import) {}

  Result<void> read(OGRLayerH layer);

 private:
  Result<void> prepare(OGRLayerH layer);
  Result<void> take(OGRFeatureH feature);
  std::optional<double> depth_of(OGRFeatureH feature) const;
  void leave_out(OGRFeatureH feature, DefectClass defect_class, std::string message) {
    import_.defects.push_back(
        {defect_class,
         DefectSeverity::warning,
         {source_name(path_), layer_, std::to_string(OGR_F_GetFID(feature)), {}},
         std::move(message),
         "left out",
         std::nullopt});
  }

  const std::filesystem::path& path_;
  const WaterFileSettings& settings_;
  WaterImport& import_;
  std::string layer_;
  int depth_field_ = -1;
  Transformation transformation_;  // null: already WGS 84
};

Result<void> FeatureReading::prepare(OGRLayerH layer) {
  layer_ = OGR_L_GetName(layer);
  depth_field_ = OGR_L_FindFieldIndex(layer, settings_.depth_column.c_str(), FALSE);
  if (depth_field_ < 0 && layer_.find("floodDepth") != std::string::npos) {
    depth_field_ = OGR_L_FindFieldIndex(layer, kEmsDepthColumn, FALSE);
  }
  if (depth_field_ < 0 && !settings_.depth_m) {
    return refuse_water(path_, "WATER_DEPTH_MISSING",
                        "the layer has no such column, and no depth is given in its place", layer_,
                        {}, settings_.depth_column);
  }
  OGRSpatialReferenceH declared = OGR_L_GetSpatialRef(layer);
  if (declared == nullptr) {
    return refuse_water(path_, "WATER_CRS_MISSING",
                        "does not say where it lies (no coordinate reference system)", layer_);
  }
  const std::unique_ptr<void, void (*)(void*)> from{OSRClone(declared), OSRRelease};
  const std::unique_ptr<void, void (*)(void*)> to{OSRNewSpatialReference(SRS_WKT_WGS84_LAT_LONG),
                                                  OSRRelease};
  OSRSetAxisMappingStrategy(from.get(), OAMS_TRADITIONAL_GIS_ORDER);
  OSRSetAxisMappingStrategy(to.get(), OAMS_TRADITIONAL_GIS_ORDER);
  if (OSRIsSame(from.get(), to.get()) != 0) return {};
  GdalErrors errors;
  transformation_.reset(OCTNewCoordinateTransformation(from.get(), to.get()));
  if (transformation_ != nullptr) return {};
  return refuse_water(path_, "WATER_CRS",
                      "cannot be brought to WGS 84: " + errors.message("PROJ does not say why"),
                      layer_);
}

std::optional<double> FeatureReading::depth_of(OGRFeatureH feature) const {
  if (depth_field_ < 0 || OGR_F_IsFieldSetAndNotNull(feature, depth_field_) == 0) {
    return settings_.depth_m;
  }
  if (OGR_Fld_GetType(OGR_F_GetFieldDefnRef(feature, depth_field_)) == OFTString) {
    const auto depth = depth_of_class(OGR_F_GetFieldAsString(feature, depth_field_));
    // What is not understood is not taken for dry.
    return depth ? *depth * settings_.scale : std::nan("");
  }
  return OGR_F_GetFieldAsDouble(feature, depth_field_) * settings_.scale;
}

Result<void> FeatureReading::take(OGRFeatureH feature) {
  const auto depth = depth_of(feature);
  if (!depth) {
    leave_out(feature, DefectClass::unknown_value, "the depth is empty");
    return {};
  }
  if (!std::isfinite(*depth) || *depth < 0 || *depth > kDeepestWater_m) {
    leave_out(feature, DefectClass::unknown_value,
              "a depth of " + number_text(*depth) + " m is not one of a flood");
    return {};
  }
  OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
  if (geometry == nullptr || OGR_G_IsEmpty(geometry) != 0) {
    leave_out(feature, DefectClass::missing_geometry, "there is no geometry");
    return {};
  }
  if (*depth == 0) return {};
  const OwnedGeometry linear{OGR_G_GetLinearGeometry(geometry, 0, nullptr)};
  WaterSlice probe{"probe", {}, std::nullopt, {}};
  OGREnvelope extent{};
  if (linear != nullptr) OGR_G_GetEnvelope(linear.get(), &extent);
  if (linear != nullptr && can_be_transformed(extent.MinX, extent.MinY) &&
      can_be_transformed(extent.MaxX, extent.MaxY) &&
      (transformation_ == nullptr ||
       OGR_G_Transform(linear.get(), static_cast<OGRCoordinateTransformationH>(
                                         transformation_.get())) == OGRERR_NONE)) {
    append_geometry(linear.get(), *depth, settings_.half_width_m, probe.polygons);
  }
  const auto valid = validate(probe);
  if (probe.polygons.empty() || !valid) {
    leave_out(feature, DefectClass::invalid_geometry,
              valid ? "the geometry is neither an area nor a line" : valid.error().message);
    return {};
  }
  std::ranges::move(probe.polygons, std::back_inserter(import_.slice.polygons));
  return {};
}

Result<void> FeatureReading::read(OGRLayerH layer) {
  if (auto prepared = prepare(layer); !prepared) return prepared;
  GdalErrors errors;
  const UntrustedSqlite sqlite{std::chrono::seconds{60}};
  OGR_L_ResetReading(layer);
  while (true) {
    sqlite.next_row();
    errors.clear();
    const std::unique_ptr<void, FeatureDestroyer> feature{OGR_L_GetNextFeature(layer)};
    if (feature == nullptr) break;
    if (auto taken = take(static_cast<OGRFeatureH>(feature.get())); !taken) return taken;
  }
  if (errors.any()) {
    return refuse_water(path_, "WATER_FILE_FORMAT", "breaks off: " + errors.message({}), layer_);
  }
  return {};
}

}  // namespace

Result<void> read_depth_features(const std::filesystem::path& path,
                                 const WaterFileSettings& settings, WaterImport& import) {
  GdalErrors errors;
  const UntrustedSqlite sqlite;
  const std::unique_ptr<void, DatasetCloser> dataset{
      GDALOpenEx(path.string().c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, kWaterLayerDrivers,
                 nullptr, nullptr)};
  if (dataset == nullptr) {
    return refuse_water(
        path, "WATER_FILE_FORMAT",
        "cannot be read: " + errors.message("damaged, or a format that is not supported"));
  }
  OGRLayerH layer = nullptr;
  if (!settings.layer.empty()) {
    layer = GDALDatasetGetLayerByName(dataset.get(), settings.layer.c_str());
  } else if (GDALDatasetGetLayerCount(dataset.get()) == 1) {
    layer = GDALDatasetGetLayer(dataset.get(), 0);
  }
  if (layer == nullptr) {
    return refuse_water(
        path, "WATER_LAYER_UNCLEAR",
        settings.layer.empty()
            ? "has " + std::to_string(GDALDatasetGetLayerCount(dataset.get())) + " layers; name one"
            : "has no such layer",
        settings.layer);
  }
  return FeatureReading{path, settings, import}.read(layer);
}

}  // namespace gridmend
