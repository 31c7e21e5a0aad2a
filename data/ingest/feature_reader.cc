#include "data/ingest/feature_reader.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "core/base/printable.h"
#include "data/ingest/database_opening.h"
#include "data/ingest/gdal_handles.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/untrusted_sqlite.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

// Enough to tell degrees from metres and one encoding from another.
constexpr int kSampledFeatures = 1000;
constexpr std::size_t kSampledVertices = 20'000;

OGRLayerH layer_of(void* layer) { return static_cast<OGRLayerH>(layer); }
OGRFeatureH feature_under(void* feature) { return static_cast<OGRFeatureH>(feature); }

bool type_fits(OGRFieldType type, ColumnKind kind) {
  switch (type) {
    case OFTString:
    case OFTInteger:
    case OFTInteger64:
      return true;
    case OFTReal:
      return kind != ColumnKind::flag;
    default:
      return false;
  }
}

// What the codes of a field's coded domain mean; empty for a field without one.
std::map<std::string, std::string, std::less<>> domain_of(GDALDatasetH dataset,
                                                          OGRFieldDefnH field) {
  std::map<std::string, std::string, std::less<>> meanings;
  const char* name = OGR_Fld_GetDomainName(field);
  if (name == nullptr || *name == '\0') return meanings;
  const OGRFieldDomainH domain = GDALDatasetGetFieldDomain(dataset, name);
  if (domain == nullptr || OGR_FldDomain_GetDomainType(domain) != OFDT_CODED) return meanings;
  const OGRCodedValue* value = OGR_CodedFldDomain_GetEnumeration(domain);
  for (; value != nullptr && value->pszCode != nullptr; ++value) {
    if (value->pszValue != nullptr) meanings.emplace(value->pszCode, value->pszValue);
  }
  return meanings;
}

}  // namespace

Result<FeatureReader> FeatureReader::create(void* dataset, void* layer, const LayerReading& reading,
                                            std::span<const ColumnRequest> request,
                                            const GeometryColumns& geometry,
                                            const SourceCoordinates& coordinates) {
  FeatureReader reader{reading, request.size()};
  if (auto bound = reader.bind(dataset, layer, request, geometry); !bound) {
    return unexpected(bound.error());
  }
  if (auto settled = reader.settle(layer, coordinates); !settled) {
    return unexpected(settled.error());
  }
  return reader;
}

Result<void> FeatureReader::bind_column(void* dataset, void* layer, const ColumnRequest& request,
                                        Column& column) const {
  ErrorPlace at = reading_.place;
  at.column = request.name;
  if (const auto field = reading_.layer->find_column(request.name)) {
    column.key = field == reading_.layer->key_column;
    if (column.key) return {};
    column.field = static_cast<int>(*field);
  }
  if (column.field < 0) {
    if (request.optional) return {};
    return refuse_at(std::move(at), ErrorCode::invalid_argument, "COLUMN_MISSING",
                     reading_.layer->without_table
                         ? "the layer has no such column; the .dbf with its columns is missing"
                         : "the layer has no such column");
  }
  OGRFieldDefnH field = OGR_FD_GetFieldDefn(OGR_L_GetLayerDefn(layer_of(layer)), column.field);
  const OGRFieldType type = OGR_Fld_GetType(field);
  column.type = type;
  column.numeric = request.kind != ColumnKind::text;
  if (request.coded_domain) column.meanings = domain_of(dataset, field);
  column.written_numbers =
      type == OFTString && request.kind == ColumnKind::number && !reading_.text_only;
  column.real_ids = type == OFTReal && request.kind == ColumnKind::text;
  if (type_fits(type, request.kind)) return {};
  return refuse_at(std::move(at), ErrorCode::invalid_argument, "COLUMN_TYPE",
                   std::string{"is of type "} + OGR_GetFieldTypeName(type) + ", not a " +
                       std::string{to_string(request.kind)});
}

// A column of texts may hold numbers, and one of real numbers ids; where none of the first values
// is what is wanted, it is the wrong column.
Result<void> FeatureReader::check_first_values() const {
  for (const Column& column : columns_) {
    const bool other = column.written_numbers || column.real_ids;
    if (!other || column.values_seen == 0 || column.values_taken > 0) continue;
    ErrorPlace at = reading_.place;
    at.column = reading_.layer->columns.at(static_cast<std::size_t>(column.field));
    const std::string seen = std::to_string(column.values_seen);
    return refuse_at(std::move(at), ErrorCode::invalid_argument, "COLUMN_TYPE",
                     column.real_ids ? "is of type Real, not a text, and none of its first " +
                                           seen + " values is a whole number"
                                     : "is of type String, and none of its first " + seen +
                                           " values is a number");
  }
  return {};
}

Result<void> FeatureReader::bind(void* dataset, void* layer, std::span<const ColumnRequest> request,
                                 const GeometryColumns& geometry) {
  for (std::size_t i = 0; i < request.size(); ++i) {
    if (auto bound = bind_column(dataset, layer, request[i], columns_[i]); !bound) return bound;
  }
  const auto bind_geometry = [&](const std::string& name, ColumnKind kind,
                                 std::optional<Column>& column) -> Result<void> {
    if (name.empty()) return {};
    column = Column{};
    return bind_column(dataset, layer, {name, kind}, *column);
  };
  if (auto bound = bind_geometry(geometry.wkt, ColumnKind::text, wkt_); !bound) return bound;
  for (auto [name, column] : {std::pair{&geometry.x, &x_}, std::pair{&geometry.y, &y_}}) {
    if (auto bound = bind_geometry(*name, ColumnKind::number, *column); !bound) return bound;
  }
  find_position_texts(geometry);
  look_at_columns();
  ignore_other_fields(layer);
  look_for_misread_numbers(dataset, layer);
  return {};
}

void FeatureReader::find_position_texts(const GeometryColumns& geometry) {
  const bool named = !geometry.wkt.empty() || !geometry.x.empty();
  if (!reading_.text_only || !reading_.layer->has_geometry || named) return;
  // Those that the CSV is opened with.
  constexpr std::string_view kNames[] = {"WKT", "geometry", "X",       "longitude",
                                         "lon", "Y",        "latitude"};
  for (const std::string_view name : kNames) {
    const auto field = reading_.layer->find_column(name);
    if (!field) continue;
    Column& column = position_texts_.emplace_back();
    column.field = static_cast<int>(*field);
    column.type = OFTString;
  }
}

// CSV and Shapefile may call several columns by one name; types are the word of a file beside a
// CSV.
void FeatureReader::look_at_columns() {
  const std::vector<std::string>& names = reading_.layer->columns;
  std::map<std::string, int> called_so;
  // Names of columns are one without regard to case.
  for (const std::string& name : names) ++called_so[lower_case(name)];
  for (const Column& column : columns_) {
    if (column.field < 0) continue;
    const std::string& name = names.at(static_cast<std::size_t>(column.field));
    const bool by_type_file = reading_.text_only && column.type != OFTString && !column.numeric;
    if (by_type_file && !reading_.first_look_rows) {
      column_findings_.push_back({DefectClass::unknown_value, DefectSeverity::note,
                                  "the .csvt beside it says that column '" + name +
                                      "' holds numbers, and it is read as text",
                                  "zeros before a number are lost; delete the .csvt to keep them"});
    }
    int& namesakes = called_so[lower_case(name)];
    if (namesakes < 2) continue;
    column_findings_.push_back({DefectClass::unknown_value, DefectSeverity::warning,
                                std::to_string(namesakes) + " columns are called '" + name + "'",
                                "the first of them was read"});
    namesakes = 0;  // told
  }
}

void FeatureReader::look_for_misread_numbers(void* dataset, void* layer) {
  std::vector<int> fields;
  for (const Column& column : columns_) {
    if (column.field >= 0) fields.push_back(column.field);
  }
  for (const auto* column : {&x_, &y_}) {
    if (*column) fields.push_back((*column)->field);
  }
  misread_.emplace(layer, fields);
  misread_->look_through(
      dataset, layer, reading_.first_look_rows.value_or(std::numeric_limits<std::int64_t>::max()));
}

// Whole tables of meter readings stand beside the few columns that matter.
void FeatureReader::ignore_other_fields(void* layer) const {
  OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer_of(layer));
  std::vector<bool> wanted(static_cast<std::size_t>(OGR_FD_GetFieldCount(definition)), false);
  const auto want = [&wanted](const Column& column) {
    if (column.field >= 0) wanted[static_cast<std::size_t>(column.field)] = true;
  };
  for (const Column& column : columns_) want(column);
  for (const Column& column : position_texts_) want(column);
  for (const auto* column : {&x_, &y_, &wkt_}) {
    if (*column) want(**column);
  }
  char** ignored = nullptr;
  const auto name_of = [definition](std::size_t field) {
    return OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, static_cast<int>(field)));
  };
  // Fields are ignored by name: that of a namesake would take the wanted one with it.
  std::set<std::string> wanted_names;
  for (std::size_t field = 0; field < wanted.size(); ++field) {
    if (wanted[field]) wanted_names.insert(lower_case(name_of(field)));
  }
  for (std::size_t field = 0; field < wanted.size(); ++field) {
    const char* name = name_of(field);
    if (!wanted_names.contains(lower_case(name))) ignored = CSLAddString(ignored, name);
  }
  if (OGR_L_TestCapability(layer_of(layer), OLCIgnoreFields) != 0) {
    OGR_L_SetIgnoredFields(layer_of(layer), const_cast<const char**>(ignored));
  }
  CSLDestroy(ignored);
}

Result<void> FeatureReader::settle(void* layer, const SourceCoordinates& coordinates) {
  if (!reading_.encoding.empty()) {
    decoder_ = TextDecoder::create(reading_.encoding);
    if (!decoder_) {
      return refuse_at(reading_.place, ErrorCode::invalid_argument, "ENCODING_UNKNOWN",
                       "the encoding '" + reading_.encoding + "' is not known");
    }
  }
  std::vector<Position> sample;
  {
    GdalErrors errors;  // what is damaged is told when it is read in earnest
    const UntrustedSqlite sqlite{kMostTimeOfARow};
    OGR_L_ResetReading(layer_of(layer));
    for (int i = 0; i < kSampledFeatures && sample.size() < kSampledVertices; ++i) {
      sqlite.next_row();
      const std::unique_ptr<void, FeatureDestroyer> feature{OGR_L_GetNextFeature(layer_of(layer))};
      if (feature == nullptr) {
        if (reading_.database != nullptr && errors.any())
          return refuse_query(*reading_.database, reading_.place, 0, errors.message({}));
        break;
      }
      load(feature.get(), errors.warnings());
      errors.clear();
      sample.insert(sample.end(), vertices_.begin(), vertices_.end());
      for (Column& column : columns_) {
        const bool text = !column.text.empty();
        column.values_seen += (column.real_ids ? column.number.has_value() : text) ? 1 : 0;
        const bool number = column.number || parse_written_quantity(column.text);
        column.values_taken += (column.real_ids ? text : number) ? 1 : 0;
      }
    }
  }
  for (Column& column : columns_) column.cut = 0;
  if (auto sound = check_first_values(); !sound) return sound;
  OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(layer_of(layer));
  auto settled = settle_layer(srs, coordinates, sample, reading_.place);
  if (!settled) return unexpected(settled.error());
  conversion_ = std::move(settled->conversion);
  coordinate_findings_ = std::move(settled->findings);
  zero_is_a_place_ = coordinates.origin.has_value();
  return {};
}

std::vector<LayerFinding> FeatureReader::findings() const {
  std::vector<LayerFinding> findings = coordinate_findings_;
  findings.insert(findings.end(), column_findings_.begin(), column_findings_.end());
  if (reading_.layer->without_shapes) {
    findings.push_back({DefectClass::missing_geometry, DefectSeverity::warning,
                        "the .shp that belongs to its .shx is missing",
                        "read as a table without positions"});
  }
  if (beyond_64_bits_) {
    findings.push_back({DefectClass::unknown_value, DefectSeverity::warning,
                        "column '" +
                            reading_.layer->columns.at(static_cast<std::size_t>(*beyond_64_bits_)) +
                            "' has whole numbers beyond 64 bits, whose digits are lost",
                        "read as empty; write them as texts"});
  }
  if (no_id_) {
    findings.push_back(
        {DefectClass::unknown_value, DefectSeverity::warning,
         "column '" + reading_.layer->columns.at(static_cast<std::size_t>(*no_id_)) +
             "' is one of real numbers, and some of them are not whole, or beyond 53 bits, whose "
             "digits are lost",
         "read as empty; write them as texts"});
  }
  if (guessed_ && decoder_) {
    findings.push_back({DefectClass::text_not_utf8, DefectSeverity::note,
                        "its texts are not UTF-8 and it does not say what they are",
                        "read as " + decoder_->encoding() +
                            "; declare encoding in REGION.toml or the profile if that is wrong"});
  }
  if (misread_ && misread_->broken_promise()) {
    findings.push_back(
        {DefectClass::unknown_value, DefectSeverity::warning,
         "the .csvt beside it says that column '" + *misread_->broken_promise() +
             "' holds numbers, and it does not throughout",
         "values that are no numbers were lost; delete the .csvt to have them named"});
  }
  for (const Column& column : columns_) {
    if (column.field < 0 || column.numeric || !misread_) continue;
    if (const auto padded = misread_->padded(column.field); padded.count > 0) {
      findings.push_back(
          {DefectClass::unknown_value, DefectSeverity::warning,
           "column '" + reading_.layer->columns.at(static_cast<std::size_t>(column.field)) +
               "' is declared to hold numbers, and " + with_commas(padded.count) +
               " of them are written with zeros before them, as '" +
               std::string{trimmed_text(padded.first)} + "'",
           "read as numbers, without the zeros; where they are part of ids, make the column one "
           "of texts"});
    }
  }
  for (const Column& column : columns_) {
    if (column.cut == 0) continue;
    findings.push_back(
        {DefectClass::value_out_of_range, DefectSeverity::warning,
         "column '" + reading_.layer->columns.at(static_cast<std::size_t>(column.field)) +
             "' has " + with_commas(column.cut) + (column.cut == 1 ? " text" : " texts") +
             " of more than 1 KiB, the first in feature " + std::to_string(column.first_cut),
         "cut to 1 KiB"});
  }
  if (reading_.first_look_rows && misread_) {
    for (const auto& [column, found] : misread_->by_field()) {
      const std::string first{trimmed_text(found.first)};
      findings.push_back({DefectClass::unknown_value, DefectSeverity::note,
                          "column '" + column + "' is declared to hold numbers and " +
                              std::to_string(found.count) + " of the first " +
                              with_commas(static_cast<std::uint64_t>(*reading_.first_look_rows)) +
                              " rows hold texts, as '" + repair_utf8(first).value_or(first) + "'",
                          "an import tells each"});
    }
  }
  return findings;
}

void FeatureReader::load(void* feature, std::span<const std::string> warnings) {
  number_ = OGR_F_GetFID(feature_under(feature));
  misread_->heed(warnings);
  repaired_column_.reset();
  for (std::size_t i = 0; i < columns_.size(); ++i) load_column(feature, columns_[i], i);
  load_geometry(feature);
}

// True: it holds a text where GDAL sees a number.
bool FeatureReader::load_misread(Column& column) {
  const std::string* text = misread_->text(number_, column.field);
  if (text == nullptr) return false;
  column.storage = repair_utf8(*text).value_or(*text);
  column.text = trimmed_text(column.storage);
  if (column.numeric) column.number = parse_written_number(column.text);
  return true;
}

void FeatureReader::load_column(void* feature, Column& column, std::size_t index) {
  column.text = {};
  column.number.reset();
  if (column.key) {
    column.number = static_cast<double>(number_);
    column.storage = std::to_string(number_);
    column.text = column.storage;
    return;
  }
  if (column.field >= 0 && load_misread(column)) return;
  if (column.field < 0 || OGR_F_IsFieldSetAndNotNull(feature_under(feature), column.field) == 0) {
    return;
  }
  if (column.type == OFTReal) return load_real(feature, column);
  if (column.type == OFTInteger || column.type == OFTInteger64) {
    load_whole_number(feature, column);
  } else {
    load_text(feature, column, index);
    if (column.numeric) column.number = parse_written_number(column.text);
  }
  if (const auto meaning = column.meanings.find(column.text); meaning != column.meanings.end()) {
    column.text = meaning->second;
  }
}

void FeatureReader::load_real(void* feature, Column& column) {
  const double value = OGR_F_GetFieldAsDouble(feature_under(feature), column.field);
  if (!std::isfinite(value)) {
    // NaN is what many write where there is no value.
    if (!std::isnan(value) && !column.real_ids) column.text = "infinite";
    return;
  }
  column.number = value;
  if (!column.real_ids) return;
  constexpr double kMostExact = 9007199254740992;  // 2^53: beyond it neighbours are one number
  if (value != std::trunc(value) || std::abs(value) >= kMostExact) {
    no_id_ = column.field;
    return;
  }
  column.storage = std::to_string(static_cast<std::int64_t>(value));
  column.text = column.storage;
  if (const auto meaning = column.meanings.find(column.text); meaning != column.meanings.end()) {
    column.text = meaning->second;
  }
}

void FeatureReader::load_whole_number(void* feature, Column& column) {
  const GIntBig value = OGR_F_GetFieldAsInteger64(feature_under(feature), column.field);
  using Limits = std::numeric_limits<GIntBig>;
  // GDAL gives these out for what lies beyond them.
  if (value == Limits::max() || value == Limits::min()) {
    beyond_64_bits_ = column.field;
    return;
  }
  column.number = static_cast<double>(value);
  column.storage = std::to_string(value);
  column.text = column.storage;
}

// Of a text that is no position GDAL makes none, without a word.
bool FeatureReader::position_is_written(void* feature) {
  return std::ranges::any_of(position_texts_, [&](const Column& column) {
    if (OGR_F_IsFieldSetAndNotNull(feature_under(feature), column.field) == 0) return false;
    return !trimmed_text(OGR_F_GetFieldAsString(feature_under(feature), column.field)).empty();
  });
}

}  // namespace gridmend
