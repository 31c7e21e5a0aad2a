#pragma once

#include "core/outage/life_cycle.h"
#include "core/outage/refined_posterior.h"

namespace gridmend {

// Tells an outage that no candidate carries on as the posterior has it now: the probability of its
// device, the runners-up, how many of its usage points are without supply and who they are, their
// weight, the evidence and the sentence. Of those believed dark so far who shows a sign of life is
// no longer. Who is affected, since when and of what cause stays, and so does dead_items: that
// somebody spoke for it once.
//
// An operator's or a crew's word outweighs the posterior: who of its usage points gave no sign of
// life is without supply then. Nothing is told anew of what was switched off, is restored already,
// or lies in no tree that was looked at. O(usage points affected, zones behind its device).
void restate(const EvidenceView& view, const RefinedPosterior& posterior,
             const DeviceOutlook& outlook, Outage& outage);

}  // namespace gridmend
