#pragma once

#include <cstddef>

#include "core/outage/localiser.h"
#include "core/outage/outage_book.h"

namespace gridmend {

// Takes out of the book the calls that say nothing of now any more, though nobody settled them. A
// call has lost its force when
//
//   * it is older than OutageSettings::calls_kept, or
//   * in its tree signs of death were heard that a pause longer than OutageSettings::call_pause
//     parts from it: two calls belong together only where something joins them.
//
// Of who called repeatedly the calls before the newest lose theirs one by one, by when their slots
// of CallTimes begin: as if each had been looked at while it was the newest.
//
// Calls of who lies in a confirmed or partially restored outage keep theirs as long as that stands.
// Of calls that name no usage point the same holds, where it holds for every place they may come
// from; age is forget_calls()'s business there. Ends no outage: one that was listed by them stays.
//
// `input.evidence` is what `book` holds. How many? O(1) where no call is old enough, else O(usage
// points and devices heard).
std::size_t expire_calls(const LocaliserInput& input, const OutageBook& outages,
                         const OutageSettings& settings, EvidenceBook& book);

}  // namespace gridmend
