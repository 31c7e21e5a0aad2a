#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"

namespace gridmend {

// The data sets that a source consists of, as GDAL opens them, in order of name: the file or .gdb
// itself, the files of a folder, or what lies in a .zip. Refuses what this user may not read
// (SOURCE_NOT_READABLE), an empty file and a folder or .zip
// without any (SOURCE_EMPTY), a pipe or a device (SOURCE_NOT_A_FILE), a link that leads out of the
// folder (SOURCE_LINK_OUTSIDE), a .zip that declares more than a map can be or has too many files
// (SOURCE_ZIP_BOMB), more data sets than can be open together (SOURCE_TOO_MANY_FILES).
Result<std::vector<std::string>> find_datasets(const std::string& path, const ErrorPlace& place);

// The same for what a user names: a folder without any of its own stands for the one archive or the
// one folder in it that has some. Refuses a folder with several (SOURCE_AMBIGUOUS), naming them.
Result<std::vector<std::string>> find_datasets_below(const std::string& path,
                                                     const ErrorPlace& place);

// The format has one layer a file, and the file's name is the layer's.
bool file_is_layer(const std::string& path);

}  // namespace gridmend
