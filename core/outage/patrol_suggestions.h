#pragma once

#include <vector>

#include "core/outage/evidence_view.h"

namespace gridmend {

// A device to look at.
struct PatrolSuggestion {
  Id<InferenceZone> zone;  // that it heads
  double p_active = 0;
  double minutes = 0;       // to get there, look and walk its lines
  double gain_minutes = 0;  // InformationValue::first_look_gain; negative: better gone to later
};

// Which devices to look at next, at most `count`, by falling gain: what going there first saves
// against going down the list of suspects of its tree as it stands; where that is the same, what
// the list would reach first.
//
// Suspects of the list and devices ahead of them come into question. With `around` only suspects in
// line with it and devices ahead of those. Trees without an onset need no patrol. O(trees' zones
// and usage points, times suspects for each device).
std::vector<PatrolSuggestion> suggest_patrols(const EvidenceView& view, const Posterior& posterior,
                                              std::size_t count, Id<InferenceZone> around = {});

}  // namespace gridmend
