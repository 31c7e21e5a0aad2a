#pragma once

#include <span>
#include <vector>

#include "core/outage/device_priors.h"
#include "core/outage/evidence_book.h"
#include "core/outage/inference_forest.h"
#include "core/outage/settings.h"

namespace gridmend {

// When supply last came back to each zone, so that all behind it had been dark until then, whatever
// else had opened there; kNeverHeard. Empty when it came back nowhere. Known by
//  - a report that a device is back in service;
//  - a device that stood open for a while and was told to be closed (DeviceEvidence::closed_at),
//    where somebody behind noticed: a last gasp or a call of that while, or a power-up after it;
//    not where the device is flapping;
//  - power-ups of two of a zone's service drops that came within ReliabilityParameters::
//    back_together of each other, though nobody reported anything: the newest such burst counts, by
//    its first. Where several of the zones next behind one (or its own drops) came back so within
//    that time, it came back as a whole. What follows a return so closely is of the same one.
// What is dated after `until` is not known yet. O(zones + usage points heard, log).
std::vector<Time> supply_returns(const InferenceForest& forest, const EvidenceBook& book,
                                 std::span<const ZoneReport> reports, Time until,
                                 const ReliabilityParameters& reliability);

// The part of it that the power-ups of one zone's own usage points tell; kNeverHeard.
Time back_together(const InferenceForest& forest, const EvidenceBook& book, Id<InferenceZone> zone,
                   Time until, const ReliabilityParameters& reliability);

}  // namespace gridmend
