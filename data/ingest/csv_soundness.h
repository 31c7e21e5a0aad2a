#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/layer_coordinates.h"

namespace gridmend {

// Looks at the text of a CSV beside GDAL, which reads whatever stands there as a table: a quote too
// many makes one value of all rows up to the next. `columns` are those GDAL found in its first row,
// `path` is as GDAL's file system opens it. Refuses by name and line (CSV_BROKEN): a NUL, a quote
// that is not closed, one that stands inside a value or is followed by text where the value
// goes over several lines, and more values than columns in most rows. Findings, severe, with the
// first lines: rows with more or fewer values than columns, values with lines in them that look
// like rows. Lines are ended by LF, CR or both. O(bytes), in pieces.
Result<std::vector<LayerFinding>> check_csv(const std::string& path, std::size_t columns,
                                            const ErrorPlace& place);

}  // namespace gridmend
