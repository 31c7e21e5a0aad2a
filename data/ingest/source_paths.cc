#include "data/ingest/source_paths.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "data/ingest/letter_case.h"
#include "data/ingest/zip_directory.h"

namespace gridmend {
namespace {

// Files of a folder that are layers; others (metadata, indexes, licences) are nobody's business.
constexpr std::array<std::string_view, 10> kLayerSuffixes = {
    ".gpkg", ".geojson", ".geojsonl", ".shp", ".dbf", ".gdb", ".fgb", ".csv", ".tab", ".mif"};
// Formats in which the file is the layer and its name the layer's.
constexpr std::array<std::string_view, 8> kOneLayerSuffixes = {
    ".geojson", ".geojsonl", ".shp", ".dbf", ".fgb", ".csv", ".tab", ".mif"};
constexpr std::array<std::string_view, 1> kFolderSuffixes = {".gdb"};
constexpr int kDeepestFolderInZip = 4;
// All are open at once, a Shapefile as three files.
constexpr std::size_t kMostDatasets = 1'000;
constexpr std::size_t kMostNamedFiles = 8;

bool has_suffix(std::string_view path, std::span<const std::string_view> suffixes) {
  const std::string name = lower_case(path);
  return std::ranges::any_of(suffixes, [&](std::string_view s) { return name.ends_with(s); });
}

// A .dbf is a layer of its own only where it is not the table of a .shp or .tab.
void drop_tables_of_others(std::vector<std::string>& paths) {
  const auto base = [](const std::string& path) {
    return lower_case(path.substr(0, path.rfind('.')));
  };
  std::unordered_set<std::string> shapes;
  for (const std::string& path : paths) {
    if (has_suffix(path, std::array<std::string_view, 2>{".shp", ".tab"}))
      shapes.insert(base(path));
  }
  std::erase_if(paths, [&](const std::string& path) {
    return has_suffix(path, std::array<std::string_view, 1>{".dbf"}) && shapes.contains(base(path));
  });
}

// The data set that a file of an archive is or belongs to: the first folder of its path that is a
// .gdb, else itself. Nothing for what is no layer, is hidden, or lies too deep.
std::optional<std::string> dataset_of(const ZippedFile& file) {
  std::string_view name = file.name;
  std::size_t begin = 0;
  for (int depth = 0; depth <= kDeepestFolderInZip; ++depth) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    const bool folder = end < name.size() || file.folder;
    if (part.empty() || part.starts_with('.') || part == "__MACOSX") return std::nullopt;
    if (folder ? has_suffix(part, kFolderSuffixes) : has_suffix(part, kLayerSuffixes)) {
      return std::string{name.substr(0, end)};
    }
    if (end == name.size()) return std::nullopt;
    begin = end + 1;
  }
  return std::nullopt;
}

Result<std::vector<std::string>> find_in_zip(const std::string& path, const ErrorPlace& place) {
  const auto listed = read_zip_directory(path);
  if (!listed) {
    Error error = listed.error();
    error.place = place;
    return unexpected(std::move(error));
  }
  if (const std::uint64_t unpacked = unpacked_bytes(*listed); is_zip_bomb(path, unpacked)) {
    std::error_code error;
    const std::uint64_t packed = std::filesystem::file_size(path, error);
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_ZIP_BOMB",
                     "would become " + std::to_string(unpacked / 1'000'000) + " MB of " +
                         std::to_string(packed) +
                         " bytes, more than any map does; unpack it yourself if it is sound");
  }
  const std::string root = "/vsizip/{" + std::filesystem::absolute(path).string() + "}/";
  std::set<std::string> datasets;  // paths in the archive, in order
  for (const ZippedFile& file : *listed) {
    if (auto dataset = dataset_of(file)) datasets.insert(std::move(*dataset));
  }
  std::vector<std::string> found;
  for (const std::string& dataset : datasets) found.push_back(root + dataset);
  drop_tables_of_others(found);
  if (!found.empty()) return found;
  return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_EMPTY",
                   "has no .gdb, .gpkg, .shp, .geojson, .fgb, .tab, .mif or .csv in it");
}

// A folder that came from elsewhere must not lead to files that did not.
Result<void> stays_inside(const std::string& folder, const ErrorPlace& place) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path home = fs::canonical(folder, error);
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code status;
    ErrorPlace at = place;
    at.file += "/" + entry.path().filename().string();
    if (entry.is_symlink(status)) {
      const fs::path target = fs::weakly_canonical(entry.path(), status);
      const auto [end, rest] = std::ranges::mismatch(home, target);
      if (end != home.end()) {
        return refuse_at(std::move(at), ErrorCode::invalid_argument, "SOURCE_LINK_OUTSIDE",
                         "is a link that leads out of the folder; copy what it leads to");
      }
    }
    if (!entry.is_regular_file(status) && !entry.is_directory(status) && entry.exists(status)) {
      return refuse_at(std::move(at), ErrorCode::invalid_argument, "SOURCE_NOT_A_FILE",
                       "is neither a file nor a folder");
    }
  }
  return {};
}

bool may_not_be_read(const std::string& path) {
  const int opened = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (opened < 0) return errno == EACCES;
  ::close(opened);
  return false;
}

Result<std::vector<std::string>> find_any(const std::string& path, const ErrorPlace& place) {
  std::error_code error;
  std::vector<std::string> found;
  if (may_not_be_read(path)) {
    return refuse_at(place, ErrorCode::permission_denied, "SOURCE_NOT_READABLE",
                     "may not be read: permission denied");
  }
  if (std::filesystem::is_directory(path, error)) {
    if (auto inside = stays_inside(path, place); !inside) return unexpected(inside.error());
    if (has_suffix(path, std::array<std::string_view, 1>{".gdb"})) return {{path}};
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (has_suffix(entry.path().string(), kLayerSuffixes)) found.push_back(entry.path().string());
    }
    std::ranges::sort(found);
    drop_tables_of_others(found);
    for (const std::string& dataset : found) {
      if (may_not_be_read(dataset)) {
        ErrorPlace at = place;
        at.file += "/" + std::filesystem::path{dataset}.filename().string();
        return refuse_at(std::move(at), ErrorCode::permission_denied, "SOURCE_NOT_READABLE",
                         "may not be read: permission denied");
      }
      if (!std::filesystem::is_directory(dataset, error)) continue;
      if (auto inside = stays_inside(dataset, place); !inside) return unexpected(inside.error());
    }
    if (!found.empty()) return found;
    return refuse_at(
        place, ErrorCode::invalid_argument, "SOURCE_EMPTY",
        "is a folder without a .gpkg, .gdb, .geojson, .shp, .fgb, .tab, .mif or .csv, without CIM "
        "and without OpenDSS; an OpenStreetMap file is named itself");
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_NOT_A_FILE",
                     "is neither a file nor a folder");
  }
  if (std::filesystem::file_size(path, error) == 0) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_EMPTY", "is an empty file");
  }
  if (!has_suffix(path, std::array<std::string_view, 1>{".zip"})) return {{path}};
  return find_in_zip(path, place);
}

}  // namespace

bool file_is_layer(const std::string& path) { return has_suffix(path, kOneLayerSuffixes); }

Result<std::vector<std::string>> find_datasets(const std::string& path, const ErrorPlace& place) {
  auto found = find_any(path, place);
  if (found && found->size() > kMostDatasets) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_TOO_MANY_FILES",
                     "has " + std::to_string(found->size()) + " files with layers, more than " +
                         std::to_string(kMostDatasets) +
                         "; join those of one kind first (ogr2ogr -append)");
  }
  return found;
}

Result<std::vector<std::string>> find_datasets_below(const std::string& path,
                                                     const ErrorPlace& place) {
  namespace fs = std::filesystem;
  auto found = find_datasets(path, place);
  std::error_code error;
  if (found || found.error().reason != "SOURCE_EMPTY" || !fs::is_directory(path, error)) {
    return found;
  }
  std::vector<std::string> inside;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    std::error_code status;
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') || entry.is_symlink(status)) continue;
    const bool may_be =
        entry.is_directory(status) || has_suffix(name, std::array<std::string_view, 1>{".zip"});
    if (may_be && find_datasets(entry.path().string(), {})) inside.push_back(name);
  }
  if (inside.empty()) return found;
  std::ranges::sort(inside);
  if (inside.size() == 1) return find_datasets(path + "/" + inside.front(), place);
  std::string names;
  for (std::size_t i = 0; i < std::min(inside.size(), kMostNamedFiles); ++i) {
    names += (i == 0 ? "" : ", ") + inside[i];
  }
  if (inside.size() > kMostNamedFiles) names += ", ...";
  return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_AMBIGUOUS",
                   "has no layers itself, and " + std::to_string(inside.size()) +
                       " folders and archives in it have: name one of them, or each in a "
                       "REGION.toml: " +
                       names);
}

}  // namespace gridmend
