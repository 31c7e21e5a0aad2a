#include "data/ingest/opendss_files.h"

#include <cpl_vsi.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <unordered_map>
#include <utility>

#include "data/ingest/gdal_session.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/zip_directory.h"

namespace gridmend {
namespace {

constexpr std::array<std::string_view, 5> kScriptSuffixes = {".dss", ".txt", ".csv", ".dat",
                                                             ".inc"};
constexpr std::size_t kMostEntries = 100'000;  // of a folder

bool is_model_file(std::string_view path) {
  const std::string name = lower_case(path);
  if (name.starts_with('.') || name.find("/.") != std::string::npos) return false;
  return std::ranges::any_of(kScriptSuffixes,
                             [&](std::string_view s) { return name.ends_with(s); });
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::string below(const std::string& folder, const std::string& name) {
  std::string path = folder;
  if (!path.empty()) path += '/';
  path += name;
  return path;
}

tl::unexpected<Error> unreadable(const std::string& path) {
  return refuse_at({.file = path, .layer = {}, .feature_id = {}, .column = {}},
                   ErrorCode::invalid_argument, "FILE_UNREADABLE", "cannot be read");
}

tl::unexpected<Error> too_large(const std::string& path, std::size_t most_bytes) {
  return refuse_at({.file = path, .layer = {}, .feature_id = {}, .column = {}},
                   ErrorCode::failed_precondition, "FILE_TOO_LARGE",
                   "has more than the " + std::to_string(most_bytes) + " bytes left to read");
}

// Names that are known beforehand, by their lower-case spelling.
class NamedFiles : public DssFiles {
 public:
  std::optional<std::string> find(std::string_view path) const override {
    const auto found = spelling_.find(lower_case(path));
    if (found == spelling_.end()) return std::nullopt;
    return found->second;
  }
  std::vector<std::string> list(std::string_view folder, int deepest) const override {
    std::vector<std::string> found;
    const std::string prefix = folder.empty() ? "" : lower_case(folder) + "/";
    for (const auto& [key, path] : spelling_) {
      if (!key.starts_with(prefix)) continue;
      const auto depth =
          std::count(key.begin() + static_cast<std::ptrdiff_t>(prefix.size()), key.end(), '/');
      if (depth <= deepest) found.push_back(path);
    }
    return found;
  }

 protected:
  void add(const std::string& path) { spelling_.try_emplace(lower_case(path), path); }

 private:
  std::map<std::string, std::string> spelling_;
};

class MemoryFiles final : public NamedFiles {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> texts) : texts_(std::move(texts)) {
    for (const auto& [path, text] : texts_) add(path);
  }
  Result<std::string> read(const std::string& path, std::size_t most_bytes) const override {
    const auto found = texts_.find(path);
    if (found == texts_.end()) return unreadable(path);
    if (found->second.size() > most_bytes) return too_large(path, most_bytes);
    return found->second;
  }

 private:
  std::map<std::string, std::string> texts_;
};

// What lies in a .zip, through GDAL.
class ZipFiles final : public NamedFiles {
 public:
  static Result<std::unique_ptr<DssFiles>> open(const std::filesystem::path& zip) {
    const auto listed = read_zip_directory(zip);
    if (!listed) return unexpected(listed.error());
    auto files = std::make_unique<ZipFiles>();
    files->root_ = "/vsizip/{" + std::filesystem::absolute(zip).string() + "}";
    for (const ZippedFile& file : *listed) {
      if (!file.folder && is_model_file(file.name)) files->add(file.name);
    }
    return files;
  }

  Result<std::string> read(const std::string& path, std::size_t most_bytes) const override {
    const GdalErrors errors;
    VSILFILE* file = VSIFOpenL((root_ + "/" + path).c_str(), "rb");
    if (file == nullptr) return unreadable(path);
    std::string text;
    std::size_t read = 1;
    // As it comes, whatever size the .zip declares.
    while (read > 0 && text.size() <= most_bytes) {
      const std::size_t had = text.size();
      text.resize(had + kBlock);
      read = VSIFReadL(text.data() + had, 1, kBlock, file);
      text.resize(had + read);
    }
    VSIFCloseL(file);
    if (text.size() > most_bytes) return too_large(path, most_bytes);
    return text;
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 20U;
  std::string root_;
};

class FolderFiles final : public DssFiles {
 public:
  explicit FolderFiles(const std::filesystem::path& root) {
    std::error_code error;
    root_ = std::filesystem::canonical(root, error);
  }

  std::optional<std::string> find(std::string_view path) const override {
    if (!is_model_file(path)) return std::nullopt;
    std::string found;
    for (const std::string& part : parts_of(path)) {
      if (part.starts_with('.')) return std::nullopt;
      // Where names differ by case alone, the one asked for is taken.
      std::string as_asked = below(found, part);
      std::error_code error;
      if (std::filesystem::exists(root_ / as_asked, error)) {
        found = std::move(as_asked);
        continue;
      }
      const auto& names = names_in(found);
      const auto spelling = names.find(lower_case(part));
      if (spelling == names.end()) return std::nullopt;
      found = below(found, spelling->second);
    }
    if (!is_inside(root_ / found)) return std::nullopt;
    return found;
  }

  Result<std::string> read(const std::string& path, std::size_t most_bytes) const override {
    std::error_code error;
    const auto size = std::filesystem::file_size(root_ / path, error);
    if (error) return unreadable(path);
    if (size > most_bytes) return too_large(path, most_bytes);
    std::ifstream stream{root_ / path, std::ios::binary};
    std::string text(size, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(size));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (!stream && text.empty() && size > 0) return unreadable(path);
    return text;
  }

  std::vector<std::string> list(std::string_view folder, int deepest) const override {
    std::vector<std::string> found;
    std::size_t looked_at = 0;
    list_into(std::string{folder}, deepest, looked_at, found);
    std::ranges::sort(found);
    return found;
  }

 private:
  // Hidden files are nobody's model.
  const std::unordered_map<std::string, std::string>& names_in(const std::string& folder) const {
    const auto [at, added] = listings_.try_emplace(folder);
    if (!added) return at->second;
    std::error_code error;
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root_ / folder, error)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with('.')) names.push_back(name);
      if (names.size() >= kMostEntries) break;
    }
    std::ranges::sort(names);
    for (const std::string& name : names) at->second.try_emplace(lower_case(name), name);
    return at->second;
  }

  bool is_inside(const std::filesystem::path& path) const {
    std::error_code error;
    const auto real = std::filesystem::canonical(path, error);
    if (error || !std::filesystem::is_regular_file(real, error)) return false;
    const auto [root_end, unused] =
        std::mismatch(root_.begin(), root_.end(), real.begin(), real.end());
    return root_end == root_.end() && is_model_file(real.filename().string());
  }

  void list_into(const std::string& folder, int deepest, std::size_t& looked_at,
                 std::vector<std::string>& found) const {
    std::vector<std::string> folders;
    for (const auto& [unused, name] : names_in(folder)) {
      if (++looked_at > kMostEntries) return;
      const std::string path = below(folder, name);
      std::error_code error;
      const bool is_folder = std::filesystem::is_directory(root_ / path, error) &&
                             !std::filesystem::is_symlink(root_ / path, error);
      if (is_folder) {
        folders.push_back(path);
      } else if (is_model_file(name) && is_inside(root_ / path)) {
        found.push_back(path);
      }
    }
    if (deepest <= 0) return;
    std::ranges::sort(folders);
    for (const std::string& below : folders) list_into(below, deepest - 1, looked_at, found);
  }

  std::filesystem::path root_;
  mutable std::unordered_map<std::string, std::unordered_map<std::string, std::string>> listings_;
};

}  // namespace

std::unique_ptr<DssFiles> files_below(const std::filesystem::path& root) {
  return std::make_unique<FolderFiles>(root);
}

Result<std::unique_ptr<DssFiles>> files_in_zip(const std::filesystem::path& zip) {
  return ZipFiles::open(zip);
}

std::unique_ptr<DssFiles> files_in_memory(std::map<std::string, std::string> texts) {
  return std::make_unique<MemoryFiles>(std::move(texts));
}

bool is_absolute_dss_path(std::string_view requested) {
  if (requested.starts_with('/') || requested.starts_with('\\')) return true;
  return requested.size() >= 2 && requested[1] == ':';
}

std::optional<std::string> resolve_dss_path(std::string_view folder, std::string_view requested) {
  if (is_absolute_dss_path(requested) || requested.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::string slashed{requested};
  std::ranges::replace(slashed, '\\', '/');
  std::vector<std::string> parts = parts_of(folder);
  for (const std::string& part : parts_of(slashed)) {
    if (part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : "/") + part;
  return path;
}

std::string_view folder_of_dss_path(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view name_of_dss_path(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace gridmend
