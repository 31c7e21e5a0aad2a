#pragma once

#include <optional>
#include <string>

#include "data/ingest/region_import.h"

namespace gridmend {

// What an import tells its user: what came in by layer and kind, who is supplied, defects by class
// with the customers they touch, and the few to mend first.
std::string import_text(const RegionImport& import, const std::string& output);

// The same as one document: `output`, `written`, `region` (as `inspect --json`), `layers`,
// `usage_points`, `roads`, `defects` (`total`, by severity, `by_class`, `first_to_mend`,
// `of_many_features`),
// `suspected_links`, `refusal` (null or reason and message), `changes` (null, or as `inspect
// --compare --json` says it). `changes_json` is that document or empty.
std::string import_json(const RegionImport& import, const std::string& output, bool written,
                        const std::string& changes_json);

// For a source that could not be read at all: only `output`, `written` and `refusal`.
std::string import_json(const Error& error, const std::string& output);

}  // namespace gridmend
