#include "data/ingest/water_reader.h"

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <set>

#include "data/ingest/gdal_session.h"
#include "data/ingest/gis_writer.h"
#include "data/ingest/toml_values.h"
#include "data/ingest/water_source.h"

namespace gridmend {
namespace {

using toml_values::refuse_node;
using toml_values::Refused;
using toml_values::text_of;

bool is_vector_file(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 7> kSuffixes = {".geojson", ".geojsonl", ".json", ".shp",
                                                         ".fgb",     ".gpkg",     ".gdb"};
  const std::string suffix = lower_case_suffix(path);
  return std::ranges::find(kSuffixes, suffix) != kSuffixes.end();
}

// A pipe or a device would be read for ever.
bool is_file_or_geodatabase(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) ||
         std::filesystem::is_directory(path, error);
}

double amount_of(const toml::node& node, std::string_view key) {
  const auto number = node.value<double>();
  if (number && std::isfinite(*number) && *number >= 0) return *number;
  refuse_node(node, "'" + std::string{key} + "' must be a number, 0 or greater");
}

bool bool_of(const toml::node& node, std::string_view key) {
  const auto said = node.value_exact<bool>();
  if (!said) refuse_node(node, "'" + std::string{key} + "' must be true or false");
  return *said;
}

Time time_of(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    if (const auto time = parse_rfc3339(text->get())) return *time;
  }
  if (const auto* date_time = node.as_date_time(); date_time && date_time->get().offset) {
    const toml::date_time& t = date_time->get();
    const std::chrono::year_month_day day{std::chrono::year{t.date.year},
                                          std::chrono::month{t.date.month},
                                          std::chrono::day{t.date.day}};
    return std::chrono::sys_days{day} + std::chrono::hours{t.time.hour} +
           std::chrono::minutes{t.time.minute - t.offset->minutes} +
           std::chrono::seconds{t.time.second} +
           std::chrono::duration_cast<Duration>(std::chrono::nanoseconds{t.time.nanosecond});
  }
  refuse_node(node, "'time' must be a date and time with its offset, as 2026-07-20T02:00:00Z");
}

struct SliceEntry {
  std::string id;
  std::optional<Time> time;
  std::filesystem::path file;
  WaterFileSettings settings;
  std::int64_t line = 0;
};

void read_key(std::string_view key, const toml::node& value, SliceEntry& entry) {
  if (key == "id") {
    entry.id = text_of(value, key);
  } else if (key == "time") {
    entry.time = time_of(value);
  } else if (key == "file") {
    entry.file = text_of(value, key);
  } else if (key == "layer") {
    entry.settings.layer = text_of(value, key);
  } else if (key == "depth_column") {
    entry.settings.depth_column = text_of(value, key);
  } else if (key == "depth_sigma_m") {
    entry.settings.depth_sigma_m = amount_of(value, key);
  } else if (key == "depth_m") {
    entry.settings.depth_m = amount_of(value, key);
  } else if (key == "outside_depth_m") {
    entry.settings.outside_depth_m = amount_of(value, key);
  } else if (key == "nodata_depth_m") {
    entry.settings.nodata_depth_m = amount_of(value, key);
  } else if (key == "dry_elsewhere") {
    entry.settings.dry_elsewhere = bool_of(value, key);
  } else if (key == "nodata_unknown") {
    entry.settings.nodata_unknown = bool_of(value, key);
  } else if (key == "half_width_m") {
    entry.settings.half_width_m = amount_of(value, key);
  } else if (key == "scale") {
    entry.settings.scale = amount_of(value, key);
  } else if (key == "band") {
    entry.settings.band = static_cast<int>(std::min(amount_of(value, key), 1e6));
  } else {
    refuse_node(value, "[[slice]] has an unknown key '" + std::string{key} + "'");
  }
}

std::vector<SliceEntry> read_entries(const toml::table& table) {
  std::vector<SliceEntry> entries;
  std::set<std::string> ids;
  for (const auto& [key, value] : table) {
    if (key != "slice") refuse_node(value, "unknown key '" + std::string{key.str()} + "'");
    const auto* array = value.as_array();
    if (array == nullptr) refuse_node(value, "'slice' must be written [[slice]]");
    for (const toml::node& item : *array) {
      const auto* slice = item.as_table();
      if (slice == nullptr) refuse_node(item, "'slice' must be written [[slice]]");
      SliceEntry entry;
      for (const auto& [name, setting] : *slice) read_key(name.str(), setting, entry);
      if (!entry.time) refuse_node(item, "[[slice]] lacks 'time'");
      if (entry.file.empty()) refuse_node(item, "[[slice]] lacks 'file'");
      if (entry.id.empty()) entry.id = entry.file.stem().string();
      if (!ids.insert(entry.id).second) {
        refuse_node(item, "two slices have the id '" + entry.id + "'");
      }
      entries.push_back(std::move(entry));
    }
  }
  if (entries.empty()) throw Refused{"names no [[slice]]"};
  return entries;
}

Result<std::vector<SliceEntry>> read_manifest(const std::filesystem::path& path) {
  const auto refused = [&path](std::string message) {
    return refuse_at({source_name(path), {}, {}, {}}, ErrorCode::invalid_argument, "FLOOD_INVALID",
                     std::move(message));
  };
  try {
    return read_entries(toml::parse_file(path.string()));
  } catch (const toml::parse_error& error) {
    return refused("line " + std::to_string(error.source().begin.line) + ": " +
                   std::string{error.description()});
  } catch (const std::bad_alloc&) {
    throw;  // says nothing about the file
  } catch (const Refused& refusal) {
    return refused(refusal.message);
  } catch (const std::exception& error) {
    return refused(error.what());
  }
}

// The earth without the picture.
DepthPolygon all_but(const DepthGrid& grid, double depth_m) {
  const auto ring = [](double west, double north, double east, double south) {
    return Polyline{{west, north}, {east, north}, {east, south}, {west, south}, {west, north}};
  };
  return {{ring(-180, 90, 180, -90),
           ring(grid.west_deg, grid.north_deg, grid.east_deg(), grid.south_deg())},
          depth_m};
}

// Nullptr, or which settings cannot be meant together.
const char* contradiction_in(const WaterFileSettings& settings) {
  if (settings.nodata_unknown && settings.nodata_depth_m)
    return "nodata_depth_m says what is in cells that nodata_unknown says nothing of";
  if (settings.dry_elsewhere && settings.nodata_unknown)
    return "dry_elsewhere has those cells dry that nodata_unknown says nothing of";
  if (settings.dry_elsewhere && settings.outside_depth_m > 0)
    return "outside_depth_m has water where dry_elsewhere has none";
  return nullptr;
}

Result<WaterImport> read_file(const std::filesystem::path& path, std::string id, Time valid_at,
                              const WaterFileSettings& settings) {
  for (const double depth_m : {settings.outside_depth_m, settings.nodata_depth_m.value_or(0)}) {
    if (depth_m >= 0 && depth_m <= kDeepestWater_m) continue;
    return refuse_water(path, "WATER_DEPTH", "outside_depth_m and nodata_depth_m are 0 to 500");
  }
  if (const char* fault = contradiction_in(settings)) {
    return refuse_water(path, "WATER_SETTINGS", fault);
  }
  WaterImport import;
  import.slice.id = std::move(id);
  import.slice.valid_at = valid_at;
  import.slice.depth_sigma_m = settings.depth_sigma_m;
  import.slice.dry_elsewhere = settings.dry_elsewhere;
  if (is_vector_file(path)) {
    if (auto read = read_depth_features(path, settings, import); !read) {
      return unexpected(read.error());
    }
  } else {
    if (auto read = read_depth_raster(path, settings, import); !read) {
      return unexpected(read.error());
    }
    if (settings.outside_depth_m > 0) {
      import.slice.polygons.push_back(all_but(*import.slice.grid, settings.outside_depth_m));
      import.slice.dry_elsewhere = true;  // than in its cells and beside them
    }
  }
  if (auto valid = validate(import.slice); !valid) {
    valid.error().place.file = source_name(path);
    return unexpected(valid.error());
  }
  return import;
}

}  // namespace

Result<WaterImport> read_water_slice(const std::filesystem::path& path, std::string id,
                                     Time valid_at, const WaterFileSettings& settings) {
  prepare_gdal();
  const std::string text = path.string();
  if (text.starts_with("/vsi") || text.find("://") != std::string::npos ||
      !is_file_or_geodatabase(path)) {
    return refuse_at({text, {}, {}, {}}, ErrorCode::not_found, "WATER_FILE_NOT_FOUND",
                     "there is no such file on this machine");
  }
  if (const std::string suffix = lower_case_suffix(path); suffix == ".vrt") {
    return refuse_water(path, "WATER_FILE_FORMAT",
                        "is a list of other files, which is not followed: give the raster itself, "
                        "or make one of them (gdal_translate)");
  } else if (suffix == ".zip") {
    const auto inside = find_in_water_archive(path, settings.layer);
    if (!inside) return unexpected(inside.error());
    WaterFileSettings of_layer = settings;
    of_layer.layer.clear();
    return read_file(*inside, std::move(id), valid_at, of_layer);
  }
  return read_file(path, std::move(id), valid_at, settings);
}

Water FloodImport::water() const {
  Water water;
  for (const WaterSlice& slice : slices) water = water.with_slice(slice);
  return water;
}

Result<FloodImport> read_flood(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return refuse_at({source_name(path), {}, {}, {}}, ErrorCode::not_found, "FLOOD_NOT_FOUND",
                     "there is no such file");
  }
  const auto entries = read_manifest(path);
  if (!entries) return unexpected(entries.error());
  FloodImport flood;
  for (const SliceEntry& entry : *entries) {
    auto read =
        read_water_slice(path.parent_path() / entry.file, entry.id, *entry.time, entry.settings);
    if (!read) return unexpected(read.error());
    flood.slices.push_back(std::move(read->slice));
    std::ranges::move(read->defects, std::back_inserter(flood.defects));
    std::ranges::move(read->notes, std::back_inserter(flood.notes));
  }
  std::ranges::stable_sort(flood.slices, {}, [](const WaterSlice& s) {
    return std::pair{s.valid_at, std::string_view{s.id}};
  });
  return flood;
}

}  // namespace gridmend
