#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace gridmend {

// The files of one OpenDSS model, named below a root with '/' between the parts. Nothing outside
// the root can be named; there is no network and no device file behind it.
class DssFiles {
 public:
  virtual ~DssFiles() = default;

  // The file of this name as it is spelt where it lies; the case of letters does not matter.
  virtual std::optional<std::string> find(std::string_view path) const = 0;
  // What `find` answered. Refuses (FILE_UNREADABLE) what cannot be read and (FILE_TOO_LARGE) what
  // has more than `most_bytes`.
  virtual Result<std::string> read(const std::string& path, std::size_t most_bytes) const = 0;
  // Files below `folder` (empty: the root) that `find` could answer, in order of name; those at
  // most `deepest` folders further down, a bounded number of them.
  virtual std::vector<std::string> list(std::string_view folder, int deepest) const = 0;
};

// The files below a folder of this machine. Regular ones with a suffix that OpenDSS models have
// (.dss, .txt, .csv, .dat, .inc), not hidden, and not led out of the root by a symbolic link: an
// import does not show what else lies there.
std::unique_ptr<DssFiles> files_below(const std::filesystem::path& root);
// Those in a .zip. Refuses what read_zip_directory does.
Result<std::unique_ptr<DssFiles>> files_in_zip(const std::filesystem::path& zip);
// Those given: text by name.
std::unique_ptr<DssFiles> files_in_memory(std::map<std::string, std::string> texts);

// What a model calls `requested` while it stands in `folder`: either separator, "." and "..".
// nullopt: outside the root, or absolute.
std::optional<std::string> resolve_dss_path(std::string_view folder, std::string_view requested);
bool is_absolute_dss_path(std::string_view requested);
// "a/b" of "a/b/c.dss"; empty at the root.
std::string_view folder_of_dss_path(std::string_view path);
// "c.dss", behind either separator.
std::string_view name_of_dss_path(std::string_view path);

}  // namespace gridmend
