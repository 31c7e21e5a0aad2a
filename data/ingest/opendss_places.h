#pragma once

#include <optional>
#include <vector>

#include "core/base/error.h"
#include "data/ingest/opendss_buses.h"
#include "data/ingest/opendss_translator.h"

namespace gridmend {

// Where buses stand on earth, by number of bus; nullopt: the model does not say. What was assumed
// of the numbers, and those that come to stand nowhere on earth, are findings. Where the numbers
// are lengths of an undeclared system and a file of longitudes and latitudes lies beside the
// model's own (SMART-DS has one), that is taken instead.
Result<std::vector<std::optional<Position>>> place_dss_buses(const DssTranslation& of,
                                                             DssBuses& buses);

}  // namespace gridmend
