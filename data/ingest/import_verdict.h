#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/network/network_model.h"
#include "data/ingest/check_settings.h"
#include "data/ingest/defect_log.h"
#include "data/ingest/network_builder.h"

namespace gridmend {

// Whether what came in may be used. Refuses, the first that holds: a class of defects above its
// limit (DEFECT_LIMIT), too many severe defects in all (TOO_MANY_SEVERE_DEFECTS), nobody supplied
// (NOBODY_SUPPLIED; it says what the network lacks), too many without supply (TOO_MANY_UNSUPPLIED).
std::optional<Error> refusal_of(const CheckSettings& settings, const DefectTally& tally,
                                const UsagePointLedger& ledger, std::size_t features,
                                const NetworkModel& network, const std::string& file);

}  // namespace gridmend
