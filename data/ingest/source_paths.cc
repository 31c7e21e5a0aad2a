#include "data/ingest/source_paths.h"

#include <cpl_string.h>
#include <cpl_vsi.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

namespace gridmend {
namespace {

// Files of a folder that are layers; others (metadata, indexes, licences) are nobody's business.
constexpr std::array<std::string_view, 9> kLayerSuffixes = {
    ".gpkg", ".geojson", ".geojsonl", ".shp", ".dbf", ".gdb", ".fgb", ".csv", ".tab"};
// Formats in which the file is the layer and its name the layer's.
constexpr std::array<std::string_view, 7> kOneLayerSuffixes = {
    ".geojson", ".geojsonl", ".shp", ".dbf", ".fgb", ".csv", ".tab"};
constexpr int kDeepestFolderInZip = 4;
constexpr std::size_t kMostInZip = 100'000;
// Small archives may unpack as they like; a map of a gigabyte has more to say than a 250th.
constexpr std::uint64_t kLargeZip_bytes = 1'000'000'000;
constexpr std::uint64_t kMostUnpackedOfPacked = 250;

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

// What a zip says of itself, and the data sets in it, in order of name.
class ZipListing {
 public:
  explicit ZipListing(const std::string& path) : root_("/vsizip/{" + path + "}") {
    look_into(root_, 0, false);
  }

  const std::vector<std::string>& found() const { return found_; }
  bool too_many() const { return entries_ > kMostInZip; }
  std::uint64_t declared_bytes() const { return declared_bytes_; }

 private:
  void look_into(const std::string& folder, int depth, bool in_dataset);

  std::string root_;
  std::vector<std::string> found_;
  std::size_t entries_ = 0;
  std::uint64_t declared_bytes_ = 0;
};

void ZipListing::look_into(const std::string& folder, int depth, bool in_dataset) {
  const CPLStringList names{VSIReadDir(folder.c_str())};
  std::vector<std::string> sorted{names.List(), names.List() + names.size()};
  std::ranges::sort(sorted);
  for (const std::string& name : sorted) {
    if (name == "." || name == ".." || too_many()) continue;
    ++entries_;
    const std::string path = folder + "/" + name;
    VSIStatBufL status;
    if (VSIStatL(path.c_str(), &status) != 0) continue;
    const bool is_folder = VSI_ISDIR(status.st_mode);
    if (!is_folder)
      declared_bytes_ += static_cast<std::uint64_t>(std::max<std::int64_t>(0, status.st_size));
    const bool dataset = !in_dataset && has_suffix(name, kLayerSuffixes);
    if (dataset) found_.push_back(path);
    if (is_folder && depth < kDeepestFolderInZip) {
      look_into(path, depth + 1, in_dataset || dataset);
    }
  }
}

Result<std::vector<std::string>> find_in_zip(const std::string& path, const ErrorPlace& place) {
  std::error_code error;
  const std::uint64_t packed = std::filesystem::file_size(path, error);
  const ZipListing listing{std::filesystem::absolute(path).string()};
  if (listing.too_many()) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_ZIP_BOMB",
                     "has more than " + std::to_string(kMostInZip) + " files in it");
  }
  if (listing.declared_bytes() > kLargeZip_bytes &&
      listing.declared_bytes() / kMostUnpackedOfPacked > packed) {
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_ZIP_BOMB",
                     "would become " + std::to_string(listing.declared_bytes() / 1'000'000) +
                         " MB of " + std::to_string(packed) +
                         " bytes, more than any map does; unpack it yourself if it is sound");
  }
  std::vector<std::string> found = listing.found();
  drop_tables_of_others(found);
  if (!found.empty()) return found;
  return refuse_at(
      place, ErrorCode::invalid_argument, "SOURCE_EMPTY",
      "is not a .zip that can be read, or has no .gdb, .gpkg, .shp, .geojson, .fgb or .csv in it");
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

}  // namespace

bool file_is_layer(const std::string& path) { return has_suffix(path, kOneLayerSuffixes); }

Result<std::vector<std::string>> find_datasets(const std::string& path, const ErrorPlace& place) {
  std::error_code error;
  std::vector<std::string> found;
  if (std::filesystem::is_directory(path, error)) {
    if (auto inside = stays_inside(path, place); !inside) return unexpected(inside.error());
    if (has_suffix(path, std::array<std::string_view, 1>{".gdb"})) return {{path}};
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (has_suffix(entry.path().string(), kLayerSuffixes)) found.push_back(entry.path().string());
    }
    std::ranges::sort(found);
    drop_tables_of_others(found);
    for (const std::string& dataset : found) {
      if (!std::filesystem::is_directory(dataset, error)) continue;
      if (auto inside = stays_inside(dataset, place); !inside) return unexpected(inside.error());
    }
    if (!found.empty()) return found;
    return refuse_at(place, ErrorCode::invalid_argument, "SOURCE_EMPTY",
                     "is a folder without a .gpkg, .gdb, .geojson, .shp, .fgb or .csv");
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

}  // namespace gridmend
