#include "data/ingest/misread_numbers.h"

#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <memory>

#include "data/ingest/gdal_handles.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/untrusted_sqlite.h"

namespace gridmend {
namespace {

constexpr std::string_view kInvalidType = "Invalid value type found in record ";
constexpr std::chrono::minutes kMostTimeOfATable{10};

std::string in_marks(std::string_view name, char mark) {
  std::string text{mark};
  for (const char c : name) {
    if (c == mark) text += mark;
    text += c;
  }
  return text + mark;
}

// The answer to a query, while it lives.
class Answer {
 public:
  Answer(GDALDatasetH dataset, const std::string& sql)
      : dataset_(dataset), layer_(GDALDatasetExecuteSQL(dataset, sql.c_str(), nullptr, nullptr)) {}
  ~Answer() {
    if (layer_ != nullptr) GDALDatasetReleaseResultSet(dataset_, layer_);
  }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  std::unique_ptr<void, FeatureDestroyer> next() const {
    return std::unique_ptr<void, FeatureDestroyer>{
        layer_ == nullptr ? nullptr : OGR_L_GetNextFeature(layer_)};
  }

 private:
  GDALDatasetH dataset_;
  OGRLayerH layer_;
};

struct DbfTable {
  struct Column {
    std::size_t begin = 0;  // in the record
    std::size_t bytes = 0;
  };
  std::vector<Column> columns;
  std::int64_t records = 0;
  std::size_t record_bytes = 0;
};

std::size_t little_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

// The file stands at the first record then; nothing when it is damaged.
std::optional<DbfTable> read_dbf_head(VSILFILE* file) {
  constexpr std::size_t kHeadBytes = 32;
  std::string head(kHeadBytes, '\0');
  if (VSIFReadL(head.data(), 1, head.size(), file) != head.size()) return std::nullopt;
  const std::string_view bytes = head;
  DbfTable table;
  table.records = static_cast<std::int64_t>(little_endian(bytes.substr(4, 4)));
  const std::size_t head_bytes = little_endian(bytes.substr(8, 2));
  table.record_bytes = little_endian(bytes.substr(10, 2));
  if (head_bytes < kHeadBytes || table.record_bytes == 0) return std::nullopt;
  std::string columns(head_bytes - kHeadBytes, '\0');
  if (VSIFReadL(columns.data(), 1, columns.size(), file) != columns.size()) return std::nullopt;
  std::size_t begin = 1;
  for (std::size_t at = 0; at + kHeadBytes <= columns.size() && columns[at] != '\r';
       at += kHeadBytes) {
    const std::size_t width = static_cast<unsigned char>(columns[at + 16]);
    table.columns.push_back({begin, width});
    begin += width;
    if (begin > table.record_bytes) return std::nullopt;
  }
  return table;
}

// Blanks, and the stars that some write for what does not fit, are no value at all.
bool is_dbf_number(std::string_view text) {
  const auto begin = text.find_first_not_of(std::string_view{" \0", 2});
  if (begin == std::string_view::npos) return true;
  text = text.substr(begin, text.find_last_not_of(std::string_view{" \0", 2}) - begin + 1);
  if (text.find_first_not_of('*') == std::string_view::npos) return true;
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return end == text.data() + text.size() && error != std::errc::invalid_argument;
}

bool has_zeros_before(std::string_view text) {
  const auto begin = text.find_first_not_of(std::string_view{" \0", 2});
  if (begin == std::string_view::npos) return false;
  text = text.substr(begin, text.find_last_not_of(std::string_view{" \0", 2}) - begin + 1);
  return text.size() > 1 && text.front() == '0' &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A condition that ends the walk through a table after so many rows; none where all are wanted.
std::string among_first(const std::string& table, const std::string& key, std::int64_t rows) {
  if (rows == std::numeric_limits<std::int64_t>::max()) return {};
  return " AND " + key + " <= coalesce((SELECT " + key + " FROM " + table + " ORDER BY " + key +
         " LIMIT 1 OFFSET " + std::to_string(rows - 1) + "), 9223372036854775807)";
}

}  // namespace

MisreadNumbers::MisreadNumbers(void* layer, std::span<const int> fields) {
  OGRFeatureDefnH definition = OGR_L_GetLayerDefn(static_cast<OGRLayerH>(layer));
  layer_ = OGR_FD_GetName(definition);
  for (const int field : fields) {
    OGRFieldDefnH column = OGR_FD_GetFieldDefn(definition, field);
    const OGRFieldType type = OGR_Fld_GetType(column);
    if (type != OFTReal && type != OFTInteger && type != OFTInteger64) continue;
    fields_.push_back({field, OGR_Fld_GetNameRef(column)});
  }
}

void MisreadNumbers::look_through(void* dataset, void* layer, std::int64_t rows) {
  if (fields_.empty()) return;
  const std::string_view driver = GDALGetDriverShortName(GDALGetDatasetDriver(dataset));
  if (driver == "GPKG") look_through_table(dataset, layer, rows);
  if (driver != "ESRI Shapefile") return;
  const std::string path = GDALGetDescription(dataset);
  const std::string base = path.substr(0, path.rfind('.'));
  VSIStatBufL status;
  for (const char* suffix : {".dbf", ".DBF"}) {
    if (VSIStatL((base + suffix).c_str(), &status) == 0)
      return look_through_dbf(base + suffix, rows);
  }
}

void MisreadNumbers::look_through_dbf(const std::string& path, std::int64_t rows) {
  const GdalErrors quiet;
  const std::unique_ptr<VSILFILE, FileCloser> file{VSIFOpenL(path.c_str(), "rb")};
  if (file == nullptr) return;
  const std::optional<DbfTable> table = read_dbf_head(file.get());
  if (!table) return;
  std::string record(table->record_bytes, ' ');
  for (std::int64_t number = 0; number < std::min(table->records, rows); ++number) {
    if (VSIFReadL(record.data(), 1, record.size(), file.get()) != record.size()) return;
    for (const Field& field : fields_) {
      const auto column = static_cast<std::size_t>(field.number);
      if (column >= table->columns.size()) continue;
      const DbfTable::Column& place = table->columns[column];
      const std::string_view text = std::string_view{record}.substr(place.begin, place.bytes);
      if (!is_dbf_number(text)) texts_[{number, field.number}] = text;
      if (!has_zeros_before(text)) continue;
      Found& padded = padded_[field.number];
      if (padded.count++ == 0) padded.first = text;
    }
  }
}

void MisreadNumbers::look_through_table(void* dataset_handle, void* layer_handle,
                                        std::int64_t rows) {
  auto* dataset = static_cast<GDALDatasetH>(dataset_handle);
  const std::string key = OGR_L_GetFIDColumn(static_cast<OGRLayerH>(layer_handle));
  if (key.empty()) return;
  const GdalErrors quiet;  // what is damaged is told when it is read in earnest
  const UntrustedSqlite sqlite{kMostTimeOfATable};
  const Answer is_table{dataset, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = " +
                                     in_marks(layer_, '\'')};
  if (is_table.next() == nullptr) return;
  std::string values, any;
  for (const Field& field : fields_) {
    const std::string name = in_marks(field.name, '"');
    const std::string is_text = "typeof(" + name + ") IN ('text', 'blob')";
    values += ", CASE WHEN " + is_text + " THEN CAST(" + name + " AS TEXT) END";
    any += (any.empty() ? "" : " OR ") + is_text;
  }
  const Answer found{dataset, "SELECT CAST(" + in_marks(key, '"') + " AS TEXT)" + values +
                                  " FROM " + in_marks(layer_, '"') + " WHERE (" + any + ")" +
                                  among_first(in_marks(layer_, '"'), in_marks(key, '"'), rows)};
  while (const auto row = found.next()) {
    sqlite.next_row();
    auto* feature = static_cast<OGRFeatureH>(row.get());
    const std::int64_t number = OGR_F_GetFieldAsInteger64(feature, 0);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const int column = static_cast<int>(i) + 1;
      if (OGR_F_IsFieldSetAndNotNull(feature, column) == 0) continue;
      texts_[{number, fields_[i].number}] = OGR_F_GetFieldAsString(feature, column);
    }
  }
}

void MisreadNumbers::heed(std::span<const std::string> warnings) {
  for (const std::string& warning : warnings) {
    if (!warning.starts_with(kInvalidType)) continue;
    for (const Field& field : fields_) {
      if (warning.find(" for field " + field.name + ".") != std::string::npos) {
        broken_promise_ = field.name;
      }
    }
  }
}

std::map<std::string, MisreadNumbers::Found> MisreadNumbers::by_field() const {
  std::map<std::string, Found> found;
  for (const Field& field : fields_) {
    Found of_field;
    for (const auto& [place, text] : texts_) {
      if (place.second != field.number) continue;
      if (of_field.count++ == 0) of_field.first = text;
    }
    if (of_field.count > 0) found.emplace(field.name, std::move(of_field));
  }
  return found;
}

MisreadNumbers::Found MisreadNumbers::padded(int field) const {
  const auto found = padded_.find(field);
  return found == padded_.end() ? Found{} : found->second;
}

const std::string* MisreadNumbers::text(std::int64_t feature, int field) const {
  if (texts_.empty()) return nullptr;
  const auto found = texts_.find({feature, field});
  return found == texts_.end() ? nullptr : &found->second;
}

}  // namespace gridmend
