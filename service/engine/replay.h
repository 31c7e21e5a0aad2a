#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "service/engine/state.h"
#include "service/store/region_store.h"
#include "service/store/store.h"

namespace gridmend {

// The region a journal begins with: `given` when it is that one or the journal is new, else the one
// of that id in `regions`. Either may be null. Refuses: a journal of another region where the first
// one is not found (failed_precondition, STORE_OF_ANOTHER_REGION), one whose first region is not
// found and none was given (REGION_MISSING), a new journal without a region (REGION_NOT_GIVEN).
Result<std::shared_ptr<const Region>> first_region(const Store& store,
                                                   std::shared_ptr<const Region> given,
                                                   RegionStore* regions);

// A region that was given although the journal has never held it: STORE_OF_ANOTHER_REGION.
Result<void> check_given_region(const State& state, const Region* given);

// Applies the journal to a fresh state on its first region, record by record, up to and including
// `until`. Regions that the journal goes on with are taken from `regions`. Refuses a journal of
// another region (failed_precondition, STORE_OF_ANOTHER_REGION), a damaged record (internal,
// JOURNAL_DAMAGED), a newer schema (failed_precondition, JOURNAL_TOO_NEW), a region that is not
// there (failed_precondition, REGION_MISSING, with its id), and a record that this program does not
// accept any more (internal, JOURNAL_DIVERGES): always with its sequence as place.feature_id.
// `progress`, when given, hears of every record.
Result<void> replay(const Store& store, State& state, RegionStore* regions = nullptr,
                    std::optional<Time> until = std::nullopt,
                    const std::function<void(std::uint64_t)>& progress = {});

}  // namespace gridmend
