#include "data/ingest/gis_writer.h"

#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include <array>
#include <utility>

#include "core/base/check.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/letter_case.h"

namespace gridmend {
namespace {

constexpr std::size_t kFeaturesInTransaction = 200'000;

struct Format {
  std::string_view suffix;
  const char* driver;
  bool many_layers;
};
constexpr std::array<Format, 5> kFormats = {{{".gpkg", "GPKG", true},
                                             {".geojson", "GeoJSON", false},
                                             {".fgb", "FlatGeobuf", false},
                                             {".csv", "CSV", false},
                                             {".shp", "ESRI Shapefile", false}}};

const Format* find_format(const std::filesystem::path& path) {
  const std::string suffix = lower_case_suffix(path);
  for (const Format& format : kFormats) {
    if (suffix == format.suffix) return &format;
  }
  return nullptr;
}

ErrorPlace place_of(const std::filesystem::path& path, std::string layer = {}) {
  return {.file = path.string(), .layer = std::move(layer), .feature_id = {}, .column = {}};
}

OGRwkbGeometryType wkb_type(GisGeometryType type) {
  switch (type) {
    case GisGeometryType::none:
      return wkbNone;
    case GisGeometryType::point:
      return wkbPoint;
    case GisGeometryType::line_string:
      return wkbLineString;
    case GisGeometryType::polygon:
      return wkbPolygon;
    case GisGeometryType::any:
      return wkbUnknown;
  }
  return wkbNone;
}

OGRFieldType field_type(GisColumnType type) {
  switch (type) {
    case GisColumnType::text:
      return OFTString;
    case GisColumnType::integer:
      return OFTInteger64;
    case GisColumnType::real:
      return OFTReal;
    case GisColumnType::flag:
      return OFTInteger;
  }
  return OFTString;
}

void set_field(OGRFeatureH feature, int column, const GisValue& value, std::string& scratch) {
  struct Visitor {
    OGRFeatureH feature;
    int column;
    std::string& scratch;
    void operator()(std::monostate) const { OGR_F_SetFieldNull(feature, column); }
    void operator()(std::string_view text) const {
      scratch.assign(text);
      OGR_F_SetFieldString(feature, column, scratch.c_str());
    }
    void operator()(std::int64_t number) const { OGR_F_SetFieldInteger64(feature, column, number); }
    void operator()(double number) const { OGR_F_SetFieldDouble(feature, column, number); }
    void operator()(bool flag) const { OGR_F_SetFieldInteger(feature, column, flag ? 1 : 0); }
  };
  std::visit(Visitor{feature, column, scratch}, value);
}

OGRGeometryH make_geometry(GisGeometryType type, std::span<const Position> positions) {
  if (type == GisGeometryType::any) {
    type = positions.size() == 1 ? GisGeometryType::point : GisGeometryType::line_string;
  }
  OGRGeometryH geometry = OGR_G_CreateGeometry(wkb_type(type));
  OGRGeometryH line = geometry;
  if (type == GisGeometryType::polygon) line = OGR_G_CreateGeometry(wkbLinearRing);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    OGR_G_SetPoint_2D(line, static_cast<int>(i), positions[i].longitude_deg,
                      positions[i].latitude_deg);
  }
  if (type == GisGeometryType::polygon) OGR_G_AddGeometryDirectly(geometry, line);
  return geometry;
}

class StringList {
 public:
  ~StringList() { CSLDestroy(list_); }
  StringList() = default;
  StringList(const StringList&) = delete;
  StringList& operator=(const StringList&) = delete;
  void set(const char* name, const char* value) { list_ = CSLSetNameValue(list_, name, value); }
  char** get() const { return list_; }

 private:
  char** list_ = nullptr;
};

}  // namespace

struct GisWriter::State {
  struct Layer {
    OGRLayerH layer = nullptr;
    OGRFeatureH feature = nullptr;  // one, written again and again
    GisLayerDefinition definition;
  };

  std::filesystem::path path;
  const Format* format = nullptr;
  Options options;
  GDALDatasetH dataset = nullptr;
  OGRSpatialReferenceH wgs84 = nullptr;
  std::vector<Layer> layers;
  std::size_t in_transaction = 0;
  bool transactions = false;
  std::string scratch;

  ~State() {
    GdalErrors errors;
    for (const Layer& layer : layers) OGR_F_Destroy(layer.feature);
    if (dataset != nullptr) GDALClose(dataset);
    if (wgs84 != nullptr) OSRRelease(wgs84);
  }

  tl::unexpected<Error> refused(const GdalErrors& errors, const std::string& layer) const {
    return refuse_at(place_of(path, layer), ErrorCode::unavailable, "GIS_WRITE",
                     "cannot be written: " + errors.message("GDAL does not say why"));
  }
};

GisWriter::GisWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
GisWriter::~GisWriter() = default;
GisWriter::GisWriter(GisWriter&&) noexcept = default;
GisWriter& GisWriter::operator=(GisWriter&&) noexcept = default;

std::string lower_case_suffix(const std::filesystem::path& path) {
  return lower_case(path.extension().string());
}

Result<GisWriter> GisWriter::create(const std::filesystem::path& path, Options options) {
  const Format* format = find_format(path);
  if (format == nullptr) {
    return refuse_at(place_of(path), ErrorCode::invalid_argument, "GIS_FORMAT_UNKNOWN",
                     "the suffix must be .gpkg, .geojson, .fgb, .csv or .shp");
  }
  GdalErrors errors;
  GDALDriverH driver = GDALGetDriverByName(format->driver);
  if (driver == nullptr) {
    return refuse_at(place_of(path), ErrorCode::unimplemented, "GIS_FORMAT_MISSING",
                     std::string{"this GDAL has no driver "} + format->driver);
  }
  std::error_code ignored;
  std::filesystem::remove(path, ignored);

  auto state = std::make_unique<State>();
  state->path = path;
  state->format = format;
  state->options = options;
  state->wgs84 = OSRNewSpatialReference(nullptr);
  OSRImportFromEPSG(state->wgs84, 4326);
  OSRSetAxisMappingStrategy(state->wgs84, OAMS_TRADITIONAL_GIS_ORDER);
  state->dataset = GDALCreate(driver, path.c_str(), 0, 0, 0, GDT_Unknown, nullptr);
  if (state->dataset == nullptr) return state->refused(errors, {});
  state->transactions = GDALDatasetTestCapability(state->dataset, ODsCTransactions) != 0;
  return GisWriter{std::move(state)};
}

Result<std::size_t> GisWriter::add_layer(const GisLayerDefinition& definition) {
  GRIDMEND_CHECK(state_ && state_->dataset, "the writer is open");
  State& state = *state_;
  if (!state.format->many_layers && !state.layers.empty()) {
    return refuse_at(place_of(state.path, definition.name), ErrorCode::invalid_argument,
                     "GIS_ONE_LAYER", "a file of this format has one layer");
  }
  GdalErrors errors;
  StringList options;
  if (state.format->suffix == ".gpkg") {
    options.set("SPATIAL_INDEX", state.options.spatial_index ? "YES" : "NO");
  } else if (state.format->suffix == ".fgb") {
    options.set("SPATIAL_INDEX", "NO");
  } else if (state.format->suffix == ".csv" && definition.geometry != GisGeometryType::none) {
    options.set("GEOMETRY", definition.geometry == GisGeometryType::point ? "AS_XY" : "AS_WKT");
  } else if (state.format->suffix == ".shp") {
    options.set("ENCODING", "UTF-8");
  } else if (state.format->suffix == ".geojson") {
    options.set("COORDINATE_PRECISION", "9");
  }
  OGRLayerH layer = GDALDatasetCreateLayer(state.dataset, definition.name.c_str(), state.wgs84,
                                           wkb_type(definition.geometry), options.get());
  if (layer == nullptr) return state.refused(errors, definition.name);
  for (const GisColumn& column : definition.columns) {
    OGRFieldDefnH field = OGR_Fld_Create(column.name.c_str(), field_type(column.type));
    if (column.type == GisColumnType::flag) OGR_Fld_SetSubType(field, OFSTBoolean);
    const OGRErr created = OGR_L_CreateField(layer, field, TRUE);
    OGR_Fld_Destroy(field);
    if (created != OGRERR_NONE) return state.refused(errors, definition.name);
  }
  state.layers.push_back({layer, OGR_F_Create(OGR_L_GetLayerDefn(layer)), definition});
  return state.layers.size() - 1;
}

Result<void> GisWriter::write(std::size_t layer, std::span<const GisValue> values,
                              std::span<const Position> geometry) {
  GRIDMEND_CHECK(state_ && state_->dataset && layer < state_->layers.size(), "the layer is open");
  State& state = *state_;
  State::Layer& target = state.layers[layer];
  GRIDMEND_CHECK(values.size() == target.definition.columns.size(), "one value a column");
  GdalErrors errors;
  if (state.transactions && state.in_transaction == 0 &&
      GDALDatasetStartTransaction(state.dataset, FALSE) != OGRERR_NONE) {
    return state.refused(errors, target.definition.name);
  }
  OGR_F_SetFID(target.feature, OGRNullFID);
  for (std::size_t i = 0; i < values.size(); ++i) {
    set_field(target.feature, static_cast<int>(i), values[i], state.scratch);
  }
  OGR_F_SetGeometryDirectly(target.feature,
                            geometry.empty() || target.definition.geometry == GisGeometryType::none
                                ? nullptr
                                : make_geometry(target.definition.geometry, geometry));
  if (OGR_L_CreateFeature(target.layer, target.feature) != OGRERR_NONE) {
    return state.refused(errors, target.definition.name);
  }
  if (state.transactions && ++state.in_transaction == kFeaturesInTransaction) {
    state.in_transaction = 0;
    if (GDALDatasetCommitTransaction(state.dataset) != OGRERR_NONE) {
      return state.refused(errors, target.definition.name);
    }
  }
  return {};
}

Result<void> GisWriter::close() {
  GRIDMEND_CHECK(state_ && state_->dataset, "the writer is open");
  State& state = *state_;
  GdalErrors errors;
  if (state.in_transaction > 0 && GDALDatasetCommitTransaction(state.dataset) != OGRERR_NONE) {
    return state.refused(errors, {});
  }
  state.in_transaction = 0;
  for (const State::Layer& layer : state.layers) OGR_F_Destroy(layer.feature);
  state.layers.clear();
  GDALClose(std::exchange(state.dataset, nullptr));
  if (errors.any()) return state.refused(errors, {});
  return {};
}

}  // namespace gridmend
