#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"

namespace gridmend {

// The data sets that a source consists of, as GDAL opens them, in order of name: the file or .gdb
// itself, the files of a folder, or what lies in a .zip. Refuses an empty file and a folder or .zip
// without any (SOURCE_EMPTY), a pipe or a device (SOURCE_NOT_A_FILE), a link that leads out of the
// folder (SOURCE_LINK_OUTSIDE), a .zip that declares more than a map can be (SOURCE_ZIP_BOMB).
Result<std::vector<std::string>> find_datasets(const std::string& path, const ErrorPlace& place);

// The format has one layer a file, and the file's name is the layer's.
bool file_is_layer(const std::string& path);

}  // namespace gridmend
