#include "data/ingest/source_paths.h"

#include <cpl_string.h>
#include <cpl_vsi.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string_view>

namespace gridmend {
namespace {

// Files of a folder that are layers; others (metadata, indexes, licences) are nobody's business.
constexpr std::array<std::string_view, 9> kLayerSuffixes = {
    ".gpkg", ".geojson", ".geojsonl", ".shp", ".dbf", ".gdb", ".fgb", ".csv", ".tab"};
// Formats in which the file is the layer and its name the layer's.
constexpr std::array<std::string_view, 7> kOneLayerSuffixes = {
    ".geojson", ".geojsonl", ".shp", ".dbf", ".fgb", ".csv", ".tab"};
constexpr int kDeepestFolderInZip = 4;

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool has_suffix(std::string_view path, std::span<const std::string_view> suffixes) {
  const std::string name = lower(path);
  return std::ranges::any_of(suffixes, [&](std::string_view s) { return name.ends_with(s); });
}

// Everything below `folder` of a zip that is a data set, in order of name.
void find_in_zip(const std::string& folder, int depth, std::vector<std::string>& found) {
  char** names = VSIReadDir(folder.c_str());
  std::vector<std::string> sorted;
  for (int i = 0; i < CSLCount(names); ++i) sorted.emplace_back(names[i]);
  CSLDestroy(names);
  std::ranges::sort(sorted);
  for (const std::string& name : sorted) {
    if (name == "." || name == "..") continue;
    const std::string path = folder + "/" + name;
    if (has_suffix(name, kLayerSuffixes)) {
      found.push_back(path);
      continue;
    }
    VSIStatBufL status;
    if (depth < kDeepestFolderInZip && VSIStatL(path.c_str(), &status) == 0 &&
        VSI_ISDIR(status.st_mode)) {
      find_in_zip(path, depth + 1, found);
    }
  }
}

// A .dbf is a layer of its own only where it is not the table of a .shp or .tab.
void drop_tables_of_others(std::vector<std::string>& paths) {
  const auto base = [](const std::string& path) { return lower(path.substr(0, path.rfind('.'))); };
  std::vector<std::string> shapes;
  for (const std::string& path : paths) {
    if (has_suffix(path, std::array<std::string_view, 2>{".shp", ".tab"}))
      shapes.push_back(base(path));
  }
  std::erase_if(paths, [&](const std::string& path) {
    return has_suffix(path, std::array<std::string_view, 1>{".dbf"}) &&
           std::ranges::find(shapes, base(path)) != shapes.end();
  });
}

}  // namespace

bool file_is_layer(const std::string& path) { return has_suffix(path, kOneLayerSuffixes); }

Result<std::vector<std::string>> find_datasets(const std::string& path, const ErrorPlace& place) {
  std::error_code error;
  std::vector<std::string> found;
  if (std::filesystem::is_directory(path, error)) {
    if (has_suffix(path, std::array<std::string_view, 1>{".gdb"})) return {{path}};
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (has_suffix(entry.path().string(), kLayerSuffixes)) found.push_back(entry.path().string());
    }
    std::ranges::sort(found);
    drop_tables_of_others(found);
    if (!found.empty()) return found;
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_EMPTY",
                     "is a folder without a .gpkg, .gdb, .geojson, .shp, .fgb or .csv");
  }
  if (std::filesystem::file_size(path, error) == 0) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_EMPTY", "is an empty file");
  }
  if (!has_suffix(path, std::array<std::string_view, 1>{".zip"})) return {{path}};
  find_in_zip("/vsizip/{" + std::filesystem::absolute(path).string() + "}", 0, found);
  if (!found.empty()) return found;
  return refuse_at(
      place, ErrorCode::invalid_argument, "SOURCE_EMPTY",
      "is not a .zip that can be read, or has no .gdb, .gpkg, .shp, .geojson, .fgb or .csv in it");
}

}  // namespace gridmend
