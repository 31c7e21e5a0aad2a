#pragma once

// What an import brought in, as text to keep as a golden: counts by kind, who is supplied by which
// feeder, islands, loops, defects by class and severity. No paths, no times.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "data/ingest/region_import.h"

namespace gridmend::golden {

// Under the normal switch positions.
std::string import_summary(const RegionImport& import);

// Imports `spec` and compares its summary with tests/golden/NAME (import_bdgd_mux.txt). `proof`
// goes before it, a '#' a line: which script or figure of the format's own says the same, and how
// far.
void expect_import(std::string_view name, const RegionSpec& spec, std::string_view proof);

// A file of the data sets that may lie beside the source tree; nullopt: skip the test and say so.
std::optional<std::filesystem::path> shared_data(std::string_view relative);

}  // namespace gridmend::golden
