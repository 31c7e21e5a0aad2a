#include "data/ingest/dataset_opening.h"

#include <cpl_vsi.h>
#include <gdal.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/base/printable.h"
#include "core/base/trimmed.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/untrusted_sqlite.h"

namespace gridmend {
namespace {

constexpr const char* kDrivers[] = {"GPKG",        "GeoJSON",    "GeoJSONSeq", "ESRI Shapefile",
                                    "OpenFileGDB", "FlatGeobuf", "CSV",        "MapInfo File",
                                    nullptr};

// Beside a GeoPackage that another program is writing to.
bool has_unfinished_changes(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path + "-wal", error);
  return !error && size > 0;
}

const char* const* options_for(const std::string& path) {
  static constexpr const char* kCsv[] = {"X_POSSIBLE_NAMES=X,longitude,lon",
                                         "Y_POSSIBLE_NAMES=Y,latitude,lat",
                                         "GEOM_POSSIBLE_NAMES=WKT,geometry", nullptr};
  // Texts as they are: what they are in is found out here.
  static constexpr const char* kShapefile[] = {"ENCODING=", nullptr};
  // Otherwise reading a database in write-ahead mode writes beside it.
  static constexpr const char* kGeoPackage[] = {"IMMUTABLE=YES", nullptr};
  // Ids that look like dates are texts.
  static constexpr const char* kGeoJson[] = {"DATE_AS_STRING=YES", nullptr};
  const std::string name = lower_case(path);
  if (name.ends_with(".csv")) return kCsv;
  if (name.ends_with(".geojson")) return kGeoJson;
  if (name.ends_with(".shp") || name.ends_with(".dbf")) return kShapefile;
  return name.ends_with(".gpkg") && !has_unfinished_changes(path) ? kGeoPackage : nullptr;
}

// What a file is by its name whose format is left out (data/profiles/README.md); empty: none of
// these.
std::string_view format_left_out(const std::string& path) {
  constexpr std::pair<std::string_view, std::string_view> kFormats[] = {
      {".gml", "GML"},
      {".kml", "KML"},
      {".kmz", "KML"},
      {".gpx", "GPX"},
      {".dxf", "DXF"},
      {".dwg", "DWG"},
      {".dgn", "DGN"},
      {".xlsx", "an Excel table"},
      {".xls", "an Excel table"},
      {".ods", "an ODS table"},
      {".sqlite", "SQLite"},
      {".mdb", "an Access database"},
      {".topojson", "TopoJSON"},
      {".parquet", "Parquet"}};
  const std::string name = lower_case(path);
  for (const auto& [suffix, format] : kFormats) {
    if (name.ends_with(suffix)) return format;
  }
  return {};
}

// What a person can do where GDAL does not say.
std::string hint_for(const std::string& path) {
  if (has_unfinished_changes(path)) {
    return "; another program has changes in its -wal file: close that, or copy the map with "
           "sqlite3's .backup";
  }
  if (lower_case(path).ends_with(".shp") && !has_part(path, ".shx")) {
    return "; export the Shapefile again with all its parts (.shp, .shx, .dbf, .prj, .cpg)";
  }
  if (!lower_case(path).ends_with(".csv")) return {};
  const std::string line = first_line_of(path);
  if (line.starts_with("\xff\xfe") || line.starts_with("\xfe\xff")) {
    return "; it is UTF-16: save it as UTF-8";
  }
  if (line.find_first_of(",;\t|") == std::string::npos) {
    return "; its first line names no two columns with a comma, semicolon or tab between";
  }
  return {};
}

bool is_packed(const std::string& path) {
  const std::string name = lower_case(path);
  constexpr std::string_view kSuffixes[] = {".gz", ".tgz", ".tar", ".bz2",
                                            ".xz", ".zst", ".rar", ".7z"};
  return std::ranges::any_of(kSuffixes, [&](std::string_view s) { return name.ends_with(s); });
}

// Of files that are not what their name says.
std::string what_it_is(const std::string& path) {
  const std::string line = lower_case(first_line_of(path));
  if (line.starts_with("<!doctype html") || line.starts_with("<html")) {
    return "; it is a page of the web, as of an error or a login: download the file again";
  }
  if (line.starts_with("version https://git-lfs")) {
    return "; it stands for a file that Git LFS keeps: fetch that (git lfs pull)";
  }
  if (lower_case(path).ends_with(".txt")) return "; a table of texts is read as .csv: rename it";
  return {};
}

// Why a .csv is none, although GDAL takes any text for one; empty: it may be.
std::string why_no_table(const std::string& path) {
  if (!lower_case(path).ends_with(".csv")) return {};
  if (const std::string other = what_it_is(path); !other.empty()) {
    return "cannot be read" + other;
  }
  // Excel's word to itself would be taken for the names of the columns.
  const std::string line = first_line_of(path);
  if (!lower_case(line).starts_with("sep=")) return {};
  return "cannot be read: its first line, " + printable(line) +
         ", is not that of its columns: delete it";
}

// Why GDAL did not open it, and what a person can do.
std::string why_not(const std::string& path, const GdalErrors& errors) {
  if (const auto format = format_left_out(path); !format.empty()) {
    return "is " + std::string{format} +
           ", which is not read: make a GeoPackage of it (ogr2ogr network.gpkg FILE)";
  }
  if (is_packed(path)) {
    return "is packed in a way that is not opened: unpack it, or pack it as a .zip";
  }
  std::string hint = what_it_is(path);
  if (hint.empty()) hint = hint_for(path);
  if (errors.any() || !hint.empty()) {
    return "cannot be read: " +
           errors.message("it is damaged or of a format that is not supported") + hint;
  }
  return "cannot be read: it is damaged or of a format that is not supported; those are "
         "GeoPackage, "
         "File Geodatabase, Shapefile, GeoJSON, FlatGeobuf, MapInfo, CSV, CIM (.xml), OpenDSS "
         "(.dss) "
         "and OpenStreetMap (.osm, .pbf)";
}

std::string beginning_of(const std::string& path, std::size_t most_bytes) {
  VSILFILE* file = VSIFOpenL(path.c_str(), "rb");
  if (file == nullptr) return {};
  std::string text(most_bytes, '\0');
  text.resize(VSIFReadL(text.data(), 1, text.size(), file));
  VSIFCloseL(file);
  return text;
}

// MapInfo's views and seamless tables open what they name, wherever that lies.
bool shows_other_tables(const std::string& path) {
  constexpr std::size_t kLongestTab = 1 << 20;
  if (!lower_case(path).ends_with(".tab")) return false;
  const std::string text = lower_case(beginning_of(path, kLongestTab));
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view words = trimmed(std::string_view{text}.substr(begin, end - begin));
    begin = end + 1;
    if (words.starts_with("create view") || words.starts_with("open table")) return true;
    const bool seamless = words.find("\\isseamless") != std::string_view::npos;
    if (seamless && words.find("true") != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

void DatasetCloser::operator()(void* dataset) const { GDALClose(dataset); }

std::string first_line_of(const std::string& path) {
  const std::string text = beginning_of(path, 63);
  return std::string{trimmed(std::string_view{text}.substr(0, text.find_first_of("\r\n")))};
}

bool has_part(const std::string& path, std::string_view suffix) {
  const std::string base = path.substr(0, path.rfind('.'));
  std::string upper{suffix};
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  VSIStatBufL status;
  return VSIStatL((base + std::string{suffix}).c_str(), &status) == 0 ||
         VSIStatL((base + upper).c_str(), &status) == 0;
}

Result<Dataset> open_dataset(const std::string& path, ErrorPlace place) {
  if (shows_other_tables(path)) {
    return refuse_at(std::move(place), ErrorCode::invalid_argument, "SOURCE_UNSAFE",
                     "is not opened: it shows other tables, which may lie anywhere; save what it "
                     "shows as a table of its own");
  }
  GdalErrors errors;
  const UntrustedSqlite sqlite;
  if (std::string none = why_no_table(path); !none.empty()) {
    return refuse_at(std::move(place), ErrorCode::invalid_argument, "SOURCE_FORMAT",
                     std::move(none));
  }
  Dataset dataset{GDALOpenEx(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, kDrivers,
                             options_for(path), nullptr)};
  if (dataset == nullptr && !sqlite.refusal().empty()) {
    return refuse_at(std::move(place), ErrorCode::invalid_argument, "SOURCE_UNSAFE",
                     "is not opened: " + sqlite.refusal());
  }
  if (dataset == nullptr) {
    return refuse_at(std::move(place), ErrorCode::invalid_argument, "SOURCE_FORMAT",
                     why_not(path, errors));
  }
  return dataset;
}

}  // namespace gridmend
