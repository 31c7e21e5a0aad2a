#include "data/ingest/vector_source.h"

#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include <algorithm>
#include <utility>

#include "core/base/printable.h"
#include "data/ingest/csv_soundness.h"
#include "data/ingest/database_opening.h"
#include "data/ingest/dataset_opening.h"
#include "data/ingest/feature_reader.h"
#include "data/ingest/foreign_names.h"
#include "data/ingest/gdal_handles.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/source_name.h"
#include "data/ingest/source_paths.h"
#include "data/ingest/source_texts.h"
#include "data/ingest/untrusted_sqlite.h"

namespace gridmend {
namespace {

constexpr int kMostErrorsInARow = 100'000;
constexpr std::size_t kShapefileNameLength = 10;

// A GeoPackage remembers how many rows a layer has, which programs that know nothing of GDAL's
// record leave as it was; under a filter they are counted.
std::int64_t rows_of(OGRLayerH layer) {
  OGR_L_SetAttributeFilter(layer, "1 = 1");
  const std::int64_t rows = OGR_L_GetFeatureCount(layer, TRUE);
  OGR_L_SetAttributeFilter(layer, nullptr);
  return rows;
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

// Of a data set in a folder or an archive, from there on.
std::string inner_path(const std::string& path, const std::string& source) {
  if (path.starts_with(source + "/")) return path.substr(source.size() + 1);
  const auto end = path.find("}/");
  return path.starts_with("/vsizip/{") && end != std::string::npos ? path.substr(end + 2)
                                                                   : file_name(path);
}

// The same of all, as people know them.
std::vector<std::string> inner_paths(const std::vector<std::string>& paths,
                                     const std::string& source) {
  std::vector<std::string> names;
  bool archived = false;
  for (const std::string& path : paths) {
    names.push_back(inner_path(path, source));
    archived = archived || path.starts_with("/vsizip/");
  }
  return archived ? decoded_archive_names(std::move(names)) : decoded_names(std::move(names), {});
}

// Formats whose texts are bytes of an encoding that only the file's maker knows.
bool may_be_coded(GDALDatasetH dataset, OGRLayerH layer) {
  const std::string_view driver = GDALGetDriverShortName(GDALGetDatasetDriver(dataset));
  if (driver == "MapInfo File") return OGR_L_TestCapability(layer, OLCStringsAsUTF8) == 0;
  return driver == "ESRI Shapefile" || driver == "CSV";
}

// What a .cpg beside a Shapefile says, else the language byte of its table; empty: neither does.
std::string encoding_beside(const std::string& path) {
  const std::string base = path.substr(0, path.rfind('.'));
  for (const char* suffix : {".cpg", ".CPG", ".cst"}) {
    if (std::string said = first_line_of(base + suffix); !said.empty()) return said;
  }
  constexpr int kLanguageAt = 29;
  for (const char* suffix : {".dbf", ".DBF"}) {
    VSILFILE* file = VSIFOpenL((base + suffix).c_str(), "rb");
    if (file == nullptr) continue;
    unsigned char language = 0;
    const bool read =
        VSIFSeekL(file, kLanguageAt, SEEK_SET) == 0 && VSIFReadL(&language, 1, 1, file) == 1;
    VSIFCloseL(file);
    return read ? std::string{encoding_of_dbf_language(language)} : std::string{};
  }
  return {};
}

std::string system_of(OGRLayerH layer) {
  OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(layer);
  if (srs == nullptr) return {};
  const char* name = OSRGetName(srs);
  return name == nullptr ? "unnamed" : name;
}

tl::unexpected<Error> unsafe(const ErrorPlace& place, const UntrustedSqlite& sqlite) {
  return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_UNSAFE",
                   "is not read further: " + sqlite.refusal());
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
  const std::string wanted = lower_case(column);
  const std::string cut = short_names ? wanted.substr(0, kShapefileNameLength) : wanted;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string there = lower_case(columns[i]);
    if (there == wanted || there == cut) return i;
  }
  if (!short_names) return std::nullopt;
  // Ten letters of the file are three to five Chinese characters, by its encoding.
  constexpr std::size_t kThreeCharacters = 9;
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string there = lower_case(columns[i]);
    const bool beyond_ascii = std::ranges::any_of(there, [](char c) { return c < 0; });
    if (!beyond_ascii || there.size() < kThreeCharacters || !wanted.starts_with(there)) continue;
    if (found) return std::nullopt;
    found = i;
  }
  return found;
}

Result<void> check_only_one(const FeatureSource& source, std::size_t layer) {
  constexpr std::size_t kMostNamed = 4;
  const std::string& name = source.layers().at(layer).name;
  std::size_t called_so = 0;
  std::string files;
  for (const VectorLayer& other : source.layers()) {
    if (lower_case(other.name) != lower_case(name)) continue;
    if (++called_so <= kMostNamed) files += (files.empty() ? "" : ", ") + other.file;
  }
  if (called_so < 2) return {};
  if (called_so > kMostNamed) files += ", ...";
  return refuse_at({source.name(), name, {}, {}}, ErrorCode::invalid_argument, "LAYER_AMBIGUOUS",
                   std::to_string(called_so) + " layers are called so, in " + files +
                       ": rename all but one, or name each file or folder in a REGION.toml");
}

struct VectorSource::State {
  struct Handle {
    std::size_t dataset;
    int layer;
  };
  std::string name;
  SourceLimits limits;
  std::optional<DatabaseWords> database;
  std::vector<Dataset> datasets;
  std::vector<std::string> paths;  // by data set, as GDAL opens it
  std::vector<Handle> handles;     // by layer
  std::vector<VectorLayer> layers;
  std::vector<std::string> damage;  // by layer: why GDAL shows it as empty; mostly nothing
  SourceCoordinates coordinates;
  std::string encoding;  // declared of all layers
  std::optional<std::int64_t> first_look_rows;
  std::optional<bool> chinese;         // by the looks of its texts; none: nobody has looked yet
  std::vector<std::string> encodings;  // by layer, as the files say
  std::vector<std::vector<std::string>> raw_columns;  // by layer, of formats that may be coded
  std::vector<std::vector<LayerFinding>> findings;    // by layer

  ErrorPlace place(std::size_t layer) const {
    return {
        .file = layers[layer].file, .layer = layers[layer].name, .feature_id = {}, .column = {}};
  }
  // `called`: what its only layer is; empty: as it says.
  void add_dataset(Dataset dataset, const std::string& path, const std::string& name,
                   const std::string& file);
  void name_columns(std::size_t layer);
  bool looks_chinese();
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

void VectorSource::State::name_columns(std::size_t layer) {
  if (raw_columns[layer].empty()) return;
  layers[layer].columns =
      decoded_names(raw_columns[layer], encoding.empty() ? encodings[layer] : encoding);
}

bool VectorSource::State::looks_chinese() {
  if (chinese) return *chinese;
  SourceTexts texts;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (raw_columns[i].empty() || !encodings[i].empty() || !damage[i].empty()) continue;
    for (const std::string& column : raw_columns[i]) texts.add(column);
    // Of a CSV GDAL says but once what it cannot read, to whoever reads first.
    if (!layers[i].short_names) continue;
    texts.add_first_of(GDALDatasetGetLayer(datasets[handles[i].dataset].get(), handles[i].layer));
  }
  chinese = texts.chinese();
  return *chinese;
}

void VectorSource::State::add_dataset(Dataset dataset, const std::string& path,
                                      const std::string& called, const std::string& file) {
  GdalErrors errors;
  const UntrustedSqlite sqlite;
  const int count = GDALDatasetGetLayerCount(dataset.get());
  for (int i = 0; i < count; ++i) {
    OGRLayerH layer = GDALDatasetGetLayer(dataset.get(), i);
    if (layer == nullptr) continue;
    errors.clear();
    VectorLayer description;
    description.name =
        !called.empty() && count == 1 ? called : decoded_names({OGR_L_GetName(layer)}, {}).front();
    description.file = file;
    // A database would count every row of every table, wanted or not.
    description.features = database ? -1 : OGR_L_GetFeatureCount(layer, FALSE);
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    damage.push_back(description.features <= 0 ? errors.message({}) : std::string{});
    description.short_names =
        std::string_view{GDALGetDriverShortName(GDALGetDatasetDriver(dataset.get()))} ==
        "ESRI Shapefile";
    if (description.short_names) {
      const bool table = lower_case(path).ends_with(".dbf");
      description.without_table = !table && !has_part(path, ".dbf");
      description.without_shapes = table && has_part(path, ".shx");
    }
    std::string encoding_said = description.short_names ? encoding_beside(path) : std::string{};
    if (!TextDecoder::create(encoding_said)) encoding_said.clear();
    encodings.push_back(std::move(encoding_said));
    for (int field = 0; field < OGR_FD_GetFieldCount(definition); ++field) {
      description.columns.emplace_back(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, field)));
      description.column_types.emplace_back(
          OGR_GetFieldTypeName(OGR_Fld_GetType(OGR_FD_GetFieldDefn(definition, field))));
    }
    // The key of a table is no field to GDAL.
    if (const std::string key = OGR_L_GetFIDColumn(layer); !key.empty()) {
      description.key_column = description.columns.size();
      description.columns.push_back(decoded_names({key}, {}).front());
      description.column_types.emplace_back("Integer64");
    }
    description.geometry = OGRGeometryTypeToName(OGR_L_GetGeomType(layer));
    // That of a view is that of its first row, and may take long.
    if (!database) description.crs = system_of(layer);
    description.has_geometry = OGR_L_GetGeomType(layer) != wkbNone;
    handles.push_back({datasets.size(), i});
    const bool coded = may_be_coded(dataset.get(), layer);
    raw_columns.push_back(coded ? description.columns : std::vector<std::string>{});
    layers.push_back(std::move(description));
    findings.emplace_back();
    name_columns(layers.size() - 1);
  }
  datasets.push_back(std::move(dataset));
  paths.push_back(path);
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
    state->database = *DatabaseWords::parse(path);
    const ErrorPlace place{.file = state->name, .layer = {}, .feature_id = {}, .column = {}};
    const int layers = GDALDatasetGetLayerCount(dataset->get());
    if (layers == 0) {
      return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_EMPTY",
                       "has no tables that this user may see");
    }
    if (static_cast<std::size_t>(layers) > limits.layers) {
      return refuse_at(place, ErrorCode::failed_precondition, "IMPORT_LAYER_LIMIT",
                       "has more than " + std::to_string(limits.layers) +
                           " tables and views; name their schemas: schemas=network,meters");
    }
    state->add_dataset(std::move(*dataset), path.string(), {}, state->name);
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
  const auto paths = find_datasets_below(text, place);
  if (!paths) return unexpected(paths.error());
  auto state = std::make_unique<State>();
  state->name = source_name(path);
  state->limits = limits;
  const bool several = paths->size() > 1 || paths->front() != text;
  const std::vector<std::string> names = inner_paths(*paths, text);
  for (std::size_t i = 0; i < paths->size(); ++i) {
    const std::string& dataset_path = (*paths)[i];
    const std::string file = paths->size() == 1 ? state->name : state->name + "/" + names[i];
    auto dataset = open_dataset(
        dataset_path,
        {.file = dataset_path == text ? text : file, .layer = {}, .feature_id = {}, .column = {}});
    if (!dataset) return unexpected(dataset.error());
    const bool named_by_file = several && file_is_layer(dataset_path);
    state->add_dataset(std::move(*dataset), dataset_path,
                       named_by_file ? stem(names[i]) : std::string{}, printable(file));
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
  const std::string wanted = lower_case(name);
  for (std::size_t i = 0; i < state_->layers.size(); ++i) {
    if (lower_case(state_->layers[i].name) == wanted) return i;
  }
  return std::nullopt;
}

void VectorSource::declare(const SourceCoordinates& coordinates, std::string encoding) {
  state_->coordinates = coordinates;
  state_->encoding = std::move(encoding);
  for (std::size_t layer = 0; layer < state_->layers.size(); ++layer) state_->name_columns(layer);
}

void VectorSource::look_at_first(std::int64_t rows) {
  state_->first_look_rows = rows;
  if (state_->database) hurry_database(state_->datasets.front().get());
}

std::vector<LayerFinding> VectorSource::take_findings(std::size_t layer) const {
  return std::exchange(state_->findings.at(layer), {});
}

Result<void> VectorSource::read(
    std::size_t layer, std::span<const ColumnRequest> columns,
    const std::function<Result<void>(const VectorFeature&)>& visit) const {
  return read_placed(layer, columns, {}, visit);
}

Result<void> VectorSource::read_placed(
    std::size_t layer, std::span<const ColumnRequest> columns, const GeometryColumns& geometry,
    const std::function<Result<void>(const VectorFeature&)>& visit) const {
  const State::Handle& handle = state_->handles.at(layer);
  const ErrorPlace place = state_->place(layer);
  if (const std::string& damage = state_->damage.at(layer); !damage.empty()) {
    return refuse_at(place, ErrorCode::invalid_argument, "LAYER_DAMAGED",
                     "cannot be read: " + printable(damage));
  }
  // A layer of nothing need not have columns: GeoJSON knows them by its features.
  if (state_->layers[layer].features == 0 && state_->layers[layer].columns.empty()) return {};
  GDALDatasetH dataset = state_->datasets[handle.dataset].get();
  OGRLayerH ogr_layer = GDALDatasetGetLayer(dataset, handle.layer);
  const std::string_view driver = GDALGetDriverShortName(GDALGetDatasetDriver(dataset));
  const bool coded = may_be_coded(dataset, ogr_layer);
  const bool said = !state_->encoding.empty() || !state_->encodings[layer].empty();
  const LayerReading reading{
      .layer = &state_->layers[layer],
      .place = place,
      .text_only = driver == "CSV",
      .may_be_coded = coded,
      .database = state_->database ? &*state_->database : nullptr,
      .chinese = coded && !said && state_->looks_chinese(),
      .encoding = state_->encoding.empty() ? state_->encodings[layer] : state_->encoding,
      .first_look_rows = state_->first_look_rows};
  std::optional<LayerQuery> query;
  if (state_->database) query.emplace(dataset, ogr_layer);
  if (state_->database && geometry.wkt.empty() && geometry.x.empty()) {
    auto one = check_one_reference_system(dataset, ogr_layer, *state_->database, place);
    if (!one) return one;
  }
  const UntrustedSqlite sqlite{kMostTimeOfARow};
  auto created =
      FeatureReader::create(dataset, ogr_layer, reading, columns, geometry, state_->coordinates);
  if (!sqlite.refusal().empty()) return unsafe(place, sqlite);
  if (!created) return unexpected(created.error());
  FeatureReader& reader = *created;
  if (state_->database) state_->layers[layer].crs = system_of(ogr_layer);
  std::vector<LayerFinding> of_table;
  if (driver == "CSV" && !state_->first_look_rows) {
    auto checked =
        check_csv(state_->paths[handle.dataset], state_->layers[layer].columns.size(), place);
    if (!checked) return unexpected(checked.error());
    of_table = std::move(*checked);
  }
  const auto tell = [&] {
    state_->findings[layer] = reader.findings();
    state_->findings[layer].insert(state_->findings[layer].end(), of_table.begin(), of_table.end());
  };
  tell();

  GdalErrors errors;
  OGR_L_ResetReading(ogr_layer);
  std::int64_t read = 0;
  int errors_in_a_row = 0;
  std::string first_error;
  while (true) {
    sqlite.next_row();
    errors.clear();  // what is said about a feature is told by the feature; the end counts
    const std::unique_ptr<void, FeatureDestroyer> feature{OGR_L_GetNextFeature(ogr_layer)};
    if (feature == nullptr) break;
    // What the header of a table promises and the table does not hold is given out as empty.
    errors_in_a_row = errors.any() ? errors_in_a_row + 1 : 0;
    if (first_error.empty()) first_error = errors.message({});
    if (errors_in_a_row > kMostErrorsInARow) break;
    ++read;
    reader.load(feature.get(), errors.warnings());
    if (auto within = state_->within_limits(layer, read, reader); !within) return within;
    if (auto visited = visit(reader); !visited) return visited;
  }
  tell();
  if (!first_error.empty()) {
    // Drivers that read ahead say it before its feature comes: which one it is nobody knows.
    const bool by_line = driver == "GeoJSONSeq";
    state_->findings[layer].push_back(
        {DefectClass::invalid_geometry, DefectSeverity::warning,
         (by_line ? "has lines that cannot be read: "
                  : "not all that is written in it can be read: ") +
             printable(first_error),
         by_line ? "their features were left out; correct them where they were made"
                 : "those features are without it; correct them where they were made"});
  }
  std::int64_t declared = state_->layers[layer].features;
  if (read < declared && driver == "GPKG") {
    sqlite.next_row();
    declared = rows_of(ogr_layer);
  }
  if (!sqlite.refusal().empty()) return unsafe(place, sqlite);
  if (errors.any() && state_->database) {
    return refuse_query(*state_->database, place, read, errors.message({}));
  }
  if (errors.any() || (read < declared && !state_->database)) {
    // What counted the features may have stopped at the same place.
    return refuse_at(place, ErrorCode::invalid_argument, "LAYER_DAMAGED",
                     "breaks off after " + std::to_string(read) +
                         (declared > read ? " of " + std::to_string(declared) : std::string{}) +
                         " features: " + errors.message("the rest cannot be read"));
  }
  return {};
}

}  // namespace gridmend
