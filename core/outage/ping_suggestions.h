#pragma once

#include <vector>

#include "core/outage/evidence_view.h"

namespace gridmend {

// A meter to ask.
struct PingSuggestion {
  Id<UsagePoint> usage_point;
  Id<InferenceZone> zone;
  double p_out = 0;         // that it is dark, before asking
  double p_answer = 0;      // that it will answer
  double gain_minutes = 0;  // weighted customer-minutes it is expected to save (search_list.h)
};

// Which meters to ask next, at most `count`, by falling gain. Chosen one after another, each time
// the one that saves most given that the answers of those before it in its tree will be known:
// every answer those may give is a case with its own posterior, inferred once, and a gain is the
// mean over the cases. At most PatrolSettings::pings_per_tree of a tree, one of a communication
// group in a zone (they would fall silent together), none where nothing is gained: never a
// broadcast.
//
// With `around` only suspects and meters of its tree, and only suspects in line with it.
// Trees without an onset have nothing to ask. O(trees' zones and usage points, times suspects for
// each zone and case).
std::vector<PingSuggestion> suggest_pings(const EvidenceView& view, const Posterior& posterior,
                                          std::size_t count, Id<InferenceZone> around = {});

}  // namespace gridmend
