#include "data/ingest/database_opening.h"

#include <gdal.h>
#include <ogr_api.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "data/ingest/gdal_handles.h"
#include "data/ingest/gdal_session.h"

namespace gridmend {
namespace {

// What a server may not know is no reason to refuse it. Tables are read in the order of their rows,
// so that the same table gives the same region.
constexpr const char* kPrelude =
    "PRELUDE_STATEMENTS="
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
    "SET synchronize_seqscans = off;"
    // A block that fails takes back what was set in it: each setting has its own.
    "DO $$BEGIN"
    " BEGIN"
    "  IF current_setting('statement_timeout') = '0' THEN"
    "   PERFORM set_config('statement_timeout', '10min', false);"
    "  END IF;"
    " EXCEPTION WHEN OTHERS THEN NULL;"
    " END;"
    " BEGIN"
    "  IF current_setting('client_connection_check_interval') = '0' THEN"
    "   PERFORM set_config('client_connection_check_interval', '5s', false);"
    "  END IF;"
    " EXCEPTION WHEN OTHERS THEN NULL;"
    " END;"
    " END$$";

constexpr const char* kHurry =
    "DO $$BEGIN"
    " IF current_setting('statement_timeout') = '10min' THEN"
    "  PERFORM set_config('statement_timeout', '30s', false);"
    " END IF;"
    " END$$";

// A text as SQL writes it.
std::string literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'') literal += c;
    literal += c;
  }
  return literal + "'";
}

using Rows = std::vector<std::vector<std::string>>;

Result<Rows> ask(GDALDatasetH dataset, const std::string& sql, const DatabaseWords& words,
                 const ErrorPlace& place) {
  GdalErrors errors;
  OGRLayerH answer = GDALDatasetExecuteSQL(dataset, sql.c_str(), nullptr, nullptr);
  Rows rows;
  while (answer != nullptr) {
    const std::unique_ptr<void, FeatureDestroyer> row{OGR_L_GetNextFeature(answer)};
    if (row == nullptr) break;
    auto* feature = static_cast<OGRFeatureH>(row.get());
    std::vector<std::string>& texts = rows.emplace_back();
    for (int i = 0; i < OGR_F_GetFieldCount(feature); ++i) {
      texts.emplace_back(OGR_F_GetFieldAsString(feature, i));
    }
  }
  if (answer != nullptr) GDALDatasetReleaseResultSet(dataset, answer);
  if (errors.any()) return refuse_query(words, place, 0, errors.message({}));
  return rows;
}

// What GDAL calls a table without its schema.
std::string active_schema(const DatabaseWords& words) {
  if (const auto active = words.value("active_schema")) return *active;
  const auto schemas = words.value("schemas");
  return schemas && schemas->find(',') == std::string::npos ? *schemas : "public";
}

}  // namespace

Result<Dataset> open_database(const std::filesystem::path& source) {
  constexpr const char* kDatabaseDrivers[] = {"PostgreSQL", nullptr};
  constexpr const char* kOptions[] = {"LIST_ALL_TABLES=YES",  // feeders have no place
                                      kPrelude, nullptr};
  const auto words = DatabaseWords::parse(source);
  if (!words) return unexpected(words.error());
  GdalErrors errors;
  Dataset dataset{GDALOpenEx(words->connection().c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY,
                             kDatabaseDrivers, kOptions, nullptr)};
  if (dataset != nullptr && GDALDatasetStartTransaction(dataset.get(), FALSE) == OGRERR_NONE) {
    return dataset;
  }
  return refuse_at(
      {words->name(), {}, {}, {}}, ErrorCode::unavailable, "DATABASE_UNAVAILABLE",
      "cannot be read: " + words->without_secrets(errors.message("no reason is given")));
}

void hurry_database(void* dataset) {
  GdalErrors errors;
  GDALDatasetExecuteSQL(dataset, kHurry, nullptr, nullptr);
}

// Everything is read only, so that nothing is lost by going back.
LayerQuery::LayerQuery(void* dataset, void* layer) : dataset_(dataset), layer_(layer) {
  GdalErrors errors;
  GDALDatasetExecuteSQL(dataset_, "SAVEPOINT layer_query", nullptr, nullptr);
}

LayerQuery::~LayerQuery() {
  GdalErrors errors;
  OGR_L_ResetReading(static_cast<OGRLayerH>(layer_));
  GDALDatasetExecuteSQL(dataset_, "ROLLBACK TO SAVEPOINT layer_query", nullptr, nullptr);
  GDALDatasetExecuteSQL(dataset_, "RELEASE SAVEPOINT layer_query", nullptr, nullptr);
}

Result<void> check_one_reference_system(void* dataset, void* layer, const DatabaseWords& words,
                                        const ErrorPlace& place) {
  auto* handle = static_cast<OGRLayerH>(layer);
  const std::string column = OGR_L_GetGeometryColumn(handle);
  if (OGR_L_GetGeomType(handle) == wkbNone || column.empty()) return {};
  const std::string name = literal(OGR_L_GetName(handle));
  const auto declared =
      ask(dataset,
          "SELECT format('%I.%I', f_table_schema, f_table_name) AS relation, "
          "format('%I', f_geometry_column) AS shape "
          "FROM geometry_columns WHERE srid = 0 AND f_geometry_column = " +
              literal(column) + " AND (f_table_schema || '.' || f_table_name = " + name +
              " OR f_table_schema = " + literal(active_schema(words)) +
              " AND f_table_name = " + name + ")",
          words, place);
  if (!declared) return unexpected(declared.error());
  if (declared->empty()) return {};
  const std::string& geometry = declared->front().at(1);
  const auto systems =
      ask(dataset,
          "SELECT DISTINCT ST_SRID(" + geometry + ")::text FROM " + declared->front().at(0) +
              " WHERE " + geometry + " IS NOT NULL ORDER BY 1",
          words, place);
  if (!systems) return unexpected(systems.error());
  if (systems->size() < 2) return {};
  std::string all;
  for (const auto& row : *systems) all += (all.empty() ? "" : ", ") + row.at(0);
  return refuse_at(place, ErrorCode::invalid_argument, "LAYER_CRS",
                   "column '" + column + "' holds geometries of several reference systems (SRID " +
                       all + "): read a view that brings them to one, with ST_Transform(" +
                       geometry + ", 4326)");
}

tl::unexpected<Error> refuse_query(const DatabaseWords& words, const ErrorPlace& place,
                                   std::int64_t rows, std::string said) {
  said = words.without_secrets(std::move(said));
  std::string message = rows > 0 ? "breaks off after " + std::to_string(rows) + " rows: " + said
                                 : "cannot be read: " + said;
  if (said.find("statement timeout") != std::string::npos) {
    message +=
        "; a view that needs longer is given it by PGOPTIONS='-c statement_timeout=1h' before the "
        "command, or is made a table first";
  }
  return refuse_at(place, ErrorCode::unavailable, "DATABASE_UNAVAILABLE", std::move(message));
}

}  // namespace gridmend
