#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/source_description.h"

namespace gridmend {

// A source of layers, or a model in a format of its own.
using DescribedSource = std::variant<SourceDescription, ModelDescription>;

// For a terminal; of layers with a profile to fill in.
std::string description_text(const DescribedSource& source);

// What `import --describe --json` prints, one document: `sources` in the order of the region, and
// `refusal` (null, or reason and message of the source after them).
//  - `kind` "layers": `name`, `layers`, `shipped_profile` (that reads it when none is named; or
//    null), `profile` (TOML to fill in). A layer has `name`, `file`,
//    `features` (null: unknown before it is read), `geometry` (as GDAL names it), `crs` (null: it
//    does not say), `area` (of the features looked at; `west_deg`, `south_deg`, `east_deg`,
//    `north_deg`; or null), `looked_at`, `remarks`, `refusal` (why it cannot be read; or null), and
//    `columns`: `name`, `type`, `can_be_read`, `filled` (of those looked at), `examples`;
//  - `kind` "model": `name`, `format`, `files`, `classes` with `name`, `objects`, `remark`.
// Keys are added in later versions, none is taken away or given another meaning.
std::string description_json(const std::vector<DescribedSource>& sources,
                             const std::optional<Error>& refusal);

}  // namespace gridmend
