#pragma once

#include <memory>
#include <span>

#include "core/outage/evidence_view.h"
#include "core/outage/outage.h"
#include "core/outage/tree_search.h"

namespace gridmend {

// The one ping or look that tells an outage's suspects apart best, with its sentence: what saves
// most on the list of these suspects alone (value_of_information.h), a look less the time it takes
// while everybody waits. When neither saves anything by then, the look that would save most were it
// known for nothing. Empty with a single suspect, and when nothing could change the list.
//
// `probable` is a zone of the tree, `runners_up` devices ahead of it and behind it. Meters are
// looked for in the first zones behind each suspect that are behind no other. `layout` is the
// tree's; made when it is needed and null.
TellApart tell_apart(const EvidenceView& view, const TreePosterior& tree,
                     Id<InferenceZone> probable, std::span<const SuspectDevice> runners_up,
                     std::shared_ptr<const TreeLayout>& layout);

}  // namespace gridmend
