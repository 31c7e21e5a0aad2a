#pragma once

#include "core/outage/heard_returns.h"

namespace gridmend {

// How much more what was heard behind a zone is as if it had been dark from `from` until `back`
// than as if it had had supply all along: log P(it | dark) - log P(it | supply). -infinity when
// nobody noticed anything. `from` is kNeverHeard where it is not known. A meter that gasped again
// later says nothing of then. O(usage points behind the zone).
double was_dark(const HeardReturns& heard, Id<InferenceZone> zone, Time from, Time back);

// The same of a zone's own usage points, in a darkness that power-ups ended: was anybody of them
// heard to be dark before, and not too few for it to have been all? Power-ups say nothing of it:
// meters that are started anew send them too. O(own usage points).
bool own_were_dark(const HeardReturns& heard, Id<InferenceZone> zone, Time back);

}  // namespace gridmend
