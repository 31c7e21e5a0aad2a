#pragma once

// Opens the files that GDAL reads for vector_source.h: by explicit lists of drivers, with a word on
// what to do where that fails.

#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace gridmend {

struct DatasetCloser {
  void operator()(void* dataset) const;
};
// A GDALDatasetH.
using Dataset = std::unique_ptr<void, DatasetCloser>;

// A file, or a path in an archive as GDAL names it; `place` is what errors call it. Refuses
// SOURCE_FORMAT (no driver of the list can read it, or it is damaged), SOURCE_UNSAFE.
Result<Dataset> open_dataset(const std::string& path, ErrorPlace place);

// Whether the part of a Shapefile with this suffix lies beside the others.
bool has_part(const std::string& path, std::string_view suffix);

// Without blanks around it, at most 63 bytes; empty where there is no file.
std::string first_line_of(const std::string& path);

}  // namespace gridmend
