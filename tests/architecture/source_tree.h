#pragma once

// The source tree as text, for rules about it.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gridmend::architecture {

struct SourceFile {
  std::string path;  // from the root, with '/'
  std::string text;

  bool is_header() const { return path.ends_with(".h"); }
  bool is_cpp() const { return path.ends_with(".h") || path.ends_with(".cc"); }
  // "core/network" of "core/network/records.h"; empty for files above the second level.
  std::string folder() const;
  // "core" of "core/network/records.h".
  std::string top() const;
};

struct Include {
  std::string path;
  bool quoted = false;  // "..." and not <...>
  int line = 0;
};

std::vector<Include> includes(const SourceFile& file);

// Every text file below `root` that is part of the project, by path; builds, downloaded packages
// and what begins with a point (but .ci) are not.
std::vector<SourceFile> read_tree(const std::filesystem::path& root);

// Every folder below `root` that is part of the project, from the root.
std::vector<std::string> read_folders(const std::filesystem::path& root);

}  // namespace gridmend::architecture
