#pragma once

#include <functional>
#include <optional>

#include "service/engine/state.h"
#include "service/store/store.h"

namespace gridmend {

// Applies the journal to a fresh state, record by record, up to and including `until`. Refuses a
// journal of another region (failed_precondition, STORE_OF_ANOTHER_REGION), a damaged record
// (internal, JOURNAL_DAMAGED), a newer schema (failed_precondition, JOURNAL_TOO_NEW), and a record
// that this program does not accept any more (internal, JOURNAL_DIVERGES): always with its sequence
// as place.feature_id. `progress`, when given, hears of every record.
Result<void> replay(const Store& store, const Region& region, State& state,
                    std::optional<Time> until = std::nullopt,
                    const std::function<void(std::uint64_t)>& progress = {});

}  // namespace gridmend
