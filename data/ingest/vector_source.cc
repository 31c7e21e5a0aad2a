#include "data/ingest/vector_source.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "core/base/printable.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/source_name.h"
#include "data/ingest/source_paths.h"
#include "data/ingest/spatial_reference.h"
#include "data/ingest/untrusted_sqlite.h"

namespace gridmend {
namespace {

constexpr const char* kDrivers[] = {"GPKG",        "GeoJSON",    "GeoJSONSeq", "ESRI Shapefile",
                                    "OpenFileGDB", "FlatGeobuf", "CSV",        "MapInfo File",
                                    nullptr};

constexpr int kMostErrorsInARow = 100'000;
constexpr std::size_t kShapefileNameLength = 10;
std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string file_name(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const auto slash = path.rfind('/');
  return std::string{slash == std::string_view::npos ? path : path.substr(slash + 1)};
}

std::string stem(std::string_view path) {
  const std::string name = file_name(path);
  return name.substr(0, name.rfind('.'));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

struct DatasetCloser {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
using Dataset = std::unique_ptr<void, DatasetCloser>;

struct FeatureDestroyer {
  void operator()(void* feature) const { OGR_F_Destroy(static_cast<OGRFeatureH>(feature)); }
};

// Beside a GeoPackage that another program is writing to.
bool has_unfinished_changes(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path + "-wal", error);
  return !error && size > 0;
}

const char* const* options_for(const std::string& path) {
  static constexpr const char* kCsv[] = {
      "X_POSSIBLE_NAMES=X,longitude,lon", "Y_POSSIBLE_NAMES=Y,latitude,lat",
      "GEOM_POSSIBLE_NAMES=WKT,geometry", "KEEP_GEOM_COLUMNS=NO", nullptr};
  // Otherwise reading a database in write-ahead mode writes beside it.
  static constexpr const char* kGeoPackage[] = {"IMMUTABLE=YES", nullptr};
  if (lower(path).ends_with(".csv")) return kCsv;
  return lower(path).ends_with(".gpkg") && !has_unfinished_changes(path) ? kGeoPackage : nullptr;
}

Result<Dataset> open_dataset(const std::string& path, ErrorPlace place) {
  GdalErrors errors;
  const UntrustedSqlite sqlite;
  Dataset dataset{GDALOpenEx(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, kDrivers,
                             options_for(path), nullptr)};
  if (dataset == nullptr && !sqlite.refusal().empty()) {
    return refuse_at(std::move(place), ErrorCode::invalid_argument, "SOURCE_UNSAFE",
                     "is not opened: " + sqlite.refusal());
  }
  if (dataset == nullptr) {
    const char* hint = has_unfinished_changes(path)
                           ? "; another program has changes in its -wal file: close that, or copy "
                             "the map with sqlite3's .backup"
                           : "";
    return refuse_at(
        std::move(place), ErrorCode::invalid_argument, "SOURCE_FORMAT",
        "cannot be read: " + errors.message("it is damaged or of a format that is not supported") +
            hint);
  }
  return dataset;
}

// Nothing but reading is done in its sessions.
Result<Dataset> open_database(const std::filesystem::path& source) {
  constexpr const char* kDatabaseDrivers[] = {"PostgreSQL", nullptr};
  constexpr const char* kReadOnly[] = {
      "LIST_ALL_TABLES=YES",  // feeders have no place
      "PRELUDE_STATEMENTS=SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", nullptr};
  const auto words = DatabaseWords::parse(source);
  if (!words) return unexpected(words.error());
  GdalErrors errors;
  Dataset dataset{GDALOpenEx(source.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, kDatabaseDrivers,
                             kReadOnly, nullptr)};
  if (dataset != nullptr) return dataset;
  return refuse_at(
      {words->name(), {}, {}, {}}, ErrorCode::unavailable, "DATABASE_UNAVAILABLE",
      "cannot be read: " + words->without_secrets(errors.message("no reason is given")));
}

// Null: the layer is in WGS 84 already, or does not say (then it has to be: positions are checked).
Result<Transformation> transformation_of(OGRLayerH layer, const ErrorPlace& place) {
  OGRSpatialReferenceH declared = OGR_L_GetSpatialRef(layer);
  if (declared == nullptr) return Transformation{};
  return transformation_to_wgs84(declared, place);
}

// Appends the vertices of points and lines; false for geometries that are neither.
bool append_vertices(OGRGeometryH geometry, std::vector<Position>& vertices,
                     std::vector<std::size_t>& line_ends) {
  switch (OGR_GT_Flatten(OGR_G_GetGeometryType(geometry))) {
    case wkbPoint:
    case wkbLineString: {
      const auto count = static_cast<std::size_t>(OGR_G_GetPointCount(geometry));
      const std::size_t first = vertices.size();
      vertices.resize(first + count);
      if (count == 0) return true;
      Position* begin = vertices.data() + first;
      OGR_G_GetPoints(geometry, &begin->longitude_deg, sizeof(Position), &begin->latitude_deg,
                      sizeof(Position), nullptr, 0);
      if (count > 1) line_ends.push_back(vertices.size());
      return true;
    }
    case wkbMultiPoint:
      return OGR_G_GetGeometryCount(geometry) == 0 ||
             append_vertices(OGR_G_GetGeometryRef(geometry, 0), vertices, line_ends);
    case wkbMultiLineString: {
      for (int i = 0; i < OGR_G_GetGeometryCount(geometry); ++i) {
        if (!append_vertices(OGR_G_GetGeometryRef(geometry, i), vertices, line_ends)) return false;
      }
      return true;
    }
    case wkbPolygon:
    case wkbMultiPolygon: {
      OGRGeometryH centroid = OGR_G_CreateGeometry(wkbPoint);
      const bool found = OGR_G_Centroid(geometry, centroid) == OGRERR_NONE &&
                         append_vertices(centroid, vertices, line_ends);
      OGR_G_DestroyGeometry(centroid);
      return found;
    }
    default:
      return false;
  }
}

// Of a polygon, or a multipolygon's first.
void append_outline(OGRGeometryH geometry, std::vector<Position>& outline) {
  const auto type = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
  if ((type != wkbPolygon && type != wkbMultiPolygon) || OGR_G_GetGeometryCount(geometry) == 0) {
    return;
  }
  OGRGeometryH part = OGR_G_GetGeometryRef(geometry, 0);
  if (type == wkbMultiPolygon) return append_outline(part, outline);
  std::vector<std::size_t> ends;
  append_vertices(part, outline, ends);
}

// Finds the columns of a request in a layer and holds one feature's values at a time.
class FeatureReader final : public VectorFeature {
 public:
  FeatureReader(std::span<const ColumnRequest> request, Transformation transformation)
      : columns_(request.size()), transformation_(std::move(transformation)) {}

  Result<void> bind(OGRLayerH layer, const VectorLayer& description,
                    std::span<const ColumnRequest> request, const ErrorPlace& place,
                    bool text_only);
  void load(OGRFeatureH feature);

  std::int64_t number() const override { return number_; }
  std::string_view text(std::size_t column) const override { return columns_.at(column).text; }
  std::optional<double> number(std::size_t column) const override {
    return columns_.at(column).number;
  }
  std::span<const Position> geometry() const override { return vertices_; }
  std::span<const std::size_t> line_ends() const override { return line_ends_; }
  std::span<const Position> outline() const override { return outline_; }
  bool geometry_invalid() const override { return geometry_invalid_; }
  std::optional<std::size_t> repaired_column() const override { return repaired_column_; }

 private:
  struct Column {
    int field = -1;
    OGRFieldType type = OFTString;
    bool numeric = false;  // wanted as a number or a flag
    std::string_view text;
    std::optional<double> number;
    std::string storage;
  };

  void load_column(OGRFeatureH feature, std::size_t index);
  void load_geometry(OGRFeatureH feature);

  std::vector<Column> columns_;
  Transformation transformation_;
  std::int64_t number_ = -1;
  std::vector<Position> vertices_;
  std::vector<std::size_t> line_ends_;
  std::vector<Position> outline_;
  bool geometry_invalid_ = false;
  std::optional<std::size_t> repaired_column_;
};

bool type_fits(OGRFieldType type, ColumnKind kind, bool text_only) {
  switch (type) {
    case OFTString:
      return kind != ColumnKind::number || text_only;
    case OFTInteger:
    case OFTInteger64:
      return true;
    case OFTReal:
      return kind == ColumnKind::number;
    default:
      return false;
  }
}

Result<void> FeatureReader::bind(OGRLayerH layer, const VectorLayer& description,
                                 std::span<const ColumnRequest> request, const ErrorPlace& place,
                                 bool text_only) {
  OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
  std::vector<bool> wanted(static_cast<std::size_t>(OGR_FD_GetFieldCount(definition)), false);
  for (std::size_t i = 0; i < request.size(); ++i) {
    ErrorPlace at = place;
    at.column = request[i].name;
    Column& column = columns_[i];
    if (const auto field = description.find_column(request[i].name)) {
      column.field = static_cast<int>(*field);
    }
    if (column.field < 0) {
      if (request[i].optional) continue;
      return refuse_at(std::move(at), ErrorCode::invalid_argument, "COLUMN_MISSING",
                       "the layer has no such column");
    }
    wanted[static_cast<std::size_t>(column.field)] = true;
    column.type = OGR_Fld_GetType(OGR_FD_GetFieldDefn(definition, column.field));
    column.numeric = request[i].kind != ColumnKind::text;
    if (!type_fits(column.type, request[i].kind, text_only)) {
      return refuse_at(std::move(at), ErrorCode::invalid_argument, "COLUMN_TYPE",
                       std::string{"is of type "} + OGR_GetFieldTypeName(column.type) + ", not a " +
                           std::string{to_string(request[i].kind)});
    }
  }
  // Whole tables of meter readings stand beside the few columns that matter.
  char** ignored = nullptr;
  for (std::size_t field = 0; field < wanted.size(); ++field) {
    if (wanted[field]) continue;
    ignored = CSLAddString(
        ignored, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, static_cast<int>(field))));
  }
  if (OGR_L_TestCapability(layer, OLCIgnoreFields) != 0) {
    OGR_L_SetIgnoredFields(layer, const_cast<const char**>(ignored));
  }
  CSLDestroy(ignored);
  return {};
}

void FeatureReader::load(OGRFeatureH feature) {
  number_ = OGR_F_GetFID(feature);
  repaired_column_.reset();
  for (std::size_t i = 0; i < columns_.size(); ++i) load_column(feature, i);
  load_geometry(feature);
}

void FeatureReader::load_column(OGRFeatureH feature, std::size_t index) {
  Column& column = columns_[index];
  column.text = {};
  column.number.reset();
  if (column.field < 0 || OGR_F_IsFieldSetAndNotNull(feature, column.field) == 0) return;
  if (column.type == OFTReal) {
    const double value = OGR_F_GetFieldAsDouble(feature, column.field);
    if (std::isfinite(value)) column.number = value;
    return;
  }
  if (column.type == OFTInteger || column.type == OFTInteger64) {
    const GIntBig value = OGR_F_GetFieldAsInteger64(feature, column.field);
    column.number = static_cast<double>(value);
    column.storage = std::to_string(value);
    column.text = column.storage;
    return;
  }
  column.text = trimmed(OGR_F_GetFieldAsString(feature, column.field));
  if (auto repaired = repair_utf8(column.text)) {
    column.storage = std::move(*repaired);
    column.text = column.storage;
    if (!repaired_column_) repaired_column_ = index;
  }
  if (!column.numeric) return;
  double value = 0;
  const char* end = column.text.data() + column.text.size();
  const auto [stopped, error] = std::from_chars(column.text.data(), end, value);
  if (error == std::errc{} && stopped == end && std::isfinite(value)) column.number = value;
}

void FeatureReader::load_geometry(OGRFeatureH feature) {
  vertices_.clear();
  line_ends_.clear();
  outline_.clear();
  geometry_invalid_ = false;
  OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
  if (geometry == nullptr || OGR_G_IsEmpty(geometry) != 0) return;
  OGRGeometryH linear = OGR_G_HasCurveGeometry(geometry, TRUE) != 0
                            ? OGR_G_GetLinearGeometry(geometry, 0, nullptr)
                            : nullptr;
  geometry_invalid_ =
      !append_vertices(linear != nullptr ? linear : geometry, vertices_, line_ends_);
  append_outline(linear != nullptr ? linear : geometry, outline_);
  if (linear != nullptr) OGR_G_DestroyGeometry(linear);
  const auto finite = [](const Position& p) {
    return std::isfinite(p.longitude_deg) && std::isfinite(p.latitude_deg);
  };
  geometry_invalid_ = geometry_invalid_ || !std::ranges::all_of(vertices_, finite);
  if (!geometry_invalid_ && transformation_ != nullptr && !vertices_.empty()) {
    transform(transformation_, vertices_);
    geometry_invalid_ = !std::ranges::all_of(vertices_, finite);
  }
  if (transformation_ != nullptr && !outline_.empty()) transform(transformation_, outline_);
  if (geometry_invalid_ || !std::ranges::all_of(outline_, finite)) outline_.clear();
  if (!geometry_invalid_) return;
  vertices_.clear();
  line_ends_.clear();
}

}  // namespace

std::string_view to_string(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::text:
      return "text";
    case ColumnKind::number:
      return "number";
    case ColumnKind::flag:
      return "flag";
  }
  return "text";
}

std::optional<std::size_t> VectorLayer::find_column(std::string_view column) const {
  const std::string wanted = lower(column);
  const std::string cut = short_names ? wanted.substr(0, kShapefileNameLength) : wanted;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string there = lower(columns[i]);
    if (there == wanted || there == cut) return i;
  }
  return std::nullopt;
}

struct VectorSource::State {
  struct Handle {
    std::size_t dataset;
    int layer;
  };
  std::string name;
  SourceLimits limits;
  bool database = false;  // what is in it may change while it is read
  std::vector<Dataset> datasets;
  std::vector<Handle> handles;  // by layer
  std::vector<VectorLayer> layers;
  std::vector<std::string> damage;  // by layer: why GDAL shows it as empty; mostly nothing

  ErrorPlace place(std::size_t layer) const {
    return {
        .file = layers[layer].file, .layer = layers[layer].name, .feature_id = {}, .column = {}};
  }
  void add_dataset(Dataset dataset, const std::string& path, bool named_by_file, std::string file);
  Result<void> within_limits(std::size_t layer, std::int64_t read,
                             const VectorFeature& feature) const;
};

Result<void> VectorSource::State::within_limits(std::size_t layer, std::int64_t read,
                                                const VectorFeature& feature) const {
  if (read > limits.features) return check_feature_count(limits, read, place(layer));
  if (feature.geometry().size() > limits.vertices) {
    ErrorPlace at = place(layer);
    at.feature_id = std::to_string(feature.number());
    return check_vertex_count(limits, feature.geometry().size(), at);
  }
  return {};
}

void VectorSource::State::add_dataset(Dataset dataset, const std::string& path, bool named_by_file,
                                      std::string file) {
  GdalErrors errors;
  const UntrustedSqlite sqlite;
  const int count = GDALDatasetGetLayerCount(dataset.get());
  for (int i = 0; i < count; ++i) {
    OGRLayerH layer = GDALDatasetGetLayer(dataset.get(), i);
    if (layer == nullptr) continue;
    errors.clear();
    VectorLayer description;
    description.name = named_by_file && count == 1 ? stem(path) : OGR_L_GetName(layer);
    description.file = file;
    // A database would count every row of every table, wanted or not.
    description.features = database ? -1 : OGR_L_GetFeatureCount(layer, FALSE);
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    for (int field = 0; field < OGR_FD_GetFieldCount(definition); ++field) {
      description.columns.emplace_back(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, field)));
    }
    description.short_names =
        std::string_view{GDALGetDriverShortName(GDALGetDatasetDriver(dataset.get()))} ==
        "ESRI Shapefile";
    description.has_geometry = OGR_L_GetGeomType(layer) != wkbNone;
    handles.push_back({datasets.size(), i});
    damage.push_back(description.features <= 0 ? errors.message({}) : std::string{});
    layers.push_back(std::move(description));
  }
  datasets.push_back(std::move(dataset));
}

VectorSource::VectorSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
VectorSource::~VectorSource() = default;
VectorSource::VectorSource(VectorSource&&) noexcept = default;
VectorSource& VectorSource::operator=(VectorSource&&) noexcept = default;

Result<VectorSource> VectorSource::open(const std::filesystem::path& path, SourceLimits limits) {
  prepare_gdal();
  if (is_database(path)) {
    auto dataset = open_database(path);
    if (!dataset) return unexpected(dataset.error());
    auto state = std::make_unique<State>();
    state->name = source_name(path);
    state->limits = limits;
    state->database = true;
    state->add_dataset(std::move(*dataset), path.string(), false, state->name);
    return VectorSource{std::move(state)};
  }
  std::string text = path.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  ErrorPlace place{.file = text, .layer = {}, .feature_id = {}, .column = {}};
  if (text.starts_with("/vsi") || text.find("://") != std::string::npos) {
    return refuse_at(std::move(place), ErrorCode::invalid_argument, "SOURCE_NETWORK",
                     "is not a local file; download it first");
  }
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return refuse_at(std::move(place), ErrorCode::not_found, "SOURCE_NOT_FOUND",
                     "there is no such file or folder");
  }
  const auto paths = find_datasets(text, place);
  if (!paths) return unexpected(paths.error());
  auto state = std::make_unique<State>();
  state->name = source_name(path);
  state->limits = limits;
  const bool several = paths->size() > 1 || paths->front() != text;
  for (const std::string& dataset_path : *paths) {
    const std::string file =
        paths->size() == 1 ? state->name : state->name + "/" + file_name(dataset_path);
    auto dataset = open_dataset(
        dataset_path,
        {.file = dataset_path == text ? text : file, .layer = {}, .feature_id = {}, .column = {}});
    if (!dataset) return unexpected(dataset.error());
    state->add_dataset(std::move(*dataset), dataset_path, several && file_is_layer(dataset_path),
                       printable(file));
    if (state->layers.size() > limits.layers) {
      return refuse_at(std::move(place), ErrorCode::failed_precondition, "IMPORT_LAYER_LIMIT",
                       "has more than " + std::to_string(limits.layers) + " layers");
    }
  }
  if (state->layers.empty()) {
    return refuse_at(std::move(place), ErrorCode::invalid_argument, "SOURCE_EMPTY",
                     "has no layers");
  }
  return VectorSource{std::move(state)};
}

const std::string& VectorSource::name() const { return state_->name; }
const std::vector<VectorLayer>& VectorSource::layers() const { return state_->layers; }

std::optional<std::size_t> VectorSource::find_layer(std::string_view name) const {
  const std::string wanted = lower(name);
  for (std::size_t i = 0; i < state_->layers.size(); ++i) {
    if (lower(state_->layers[i].name) == wanted) return i;
  }
  return std::nullopt;
}

Result<void> VectorSource::read(
    std::size_t layer, std::span<const ColumnRequest> columns,
    const std::function<Result<void>(const VectorFeature&)>& visit) const {
  const State::Handle& handle = state_->handles.at(layer);
  const ErrorPlace place = state_->place(layer);
  if (const std::string& damage = state_->damage.at(layer); !damage.empty()) {
    return refuse_at(place, ErrorCode::invalid_argument, "LAYER_DAMAGED",
                     "cannot be read: " + printable(damage));
  }
  GDALDatasetH dataset = state_->datasets[handle.dataset].get();
  OGRLayerH ogr_layer = GDALDatasetGetLayer(dataset, handle.layer);
  GDALDriverH driver = GDALGetDatasetDriver(dataset);
  const bool text_only = std::string_view{GDALGetDriverShortName(driver)} == "CSV";

  auto transformation = transformation_of(ogr_layer, place);
  if (!transformation) return unexpected(transformation.error());
  FeatureReader reader{columns, std::move(*transformation)};
  if (auto bound = reader.bind(ogr_layer, state_->layers[layer], columns, place, text_only); !bound)
    return bound;

  GdalErrors errors;
  const UntrustedSqlite sqlite{std::chrono::seconds{60}};
  OGR_L_ResetReading(ogr_layer);
  std::int64_t read = 0;
  int errors_in_a_row = 0;
  while (true) {
    sqlite.next_row();
    errors.clear();  // what is said about a feature is told by the feature; the end counts
    const std::unique_ptr<void, FeatureDestroyer> feature{OGR_L_GetNextFeature(ogr_layer)};
    if (feature == nullptr) break;
    // What the header of a table promises and the table does not hold is given out as empty.
    errors_in_a_row = errors.any() ? errors_in_a_row + 1 : 0;
    if (errors_in_a_row > kMostErrorsInARow) break;
    ++read;
    reader.load(static_cast<OGRFeatureH>(feature.get()));
    if (auto within = state_->within_limits(layer, read, reader); !within) return within;
    if (auto visited = visit(reader); !visited) return visited;
  }
  const std::int64_t declared = state_->layers[layer].features;
  if (!sqlite.refusal().empty()) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_UNSAFE",
                     "is not read further: " + sqlite.refusal());
  }
  if (errors.any() || (read < declared && !state_->database)) {
    return refuse_at(place, ErrorCode::invalid_argument, "LAYER_DAMAGED",
                     "breaks off after " + std::to_string(read) + " of " +
                         (declared >= 0 ? std::to_string(declared) : "an unknown number of") +
                         " features: " + errors.message("the rest cannot be read"));
  }
  return {};
}

}  // namespace gridmend
