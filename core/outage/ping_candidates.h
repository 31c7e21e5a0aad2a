#pragma once

#include <vector>

#include "core/outage/evidence_view.h"
#include "core/outage/value_of_information.h"

namespace gridmend {

// A meter worth considering to ask. Meters of one communication group whose evidence says the same
// are alike: one stands for all.
struct PingCandidate {
  Id<UsagePoint> usage_point;
  Id<InferenceZone> zone;
  PingQuestion question;  // levels are places from the tree's root
  double p_premises = 0;  // P(dead by itself | its zone lives, all that was heard)
};

// Of the zone's usage points, one of each kind in each group, in order: those that neither answered
// a ping or showed life since the tree's onset nor have an unanswered ping on them.
//
// What an answer says, exactly, of the state s of the zone, given all that was heard: the group's
// likelihood with the answer among this meter's link evidence, over that without it,
//   P(e | s) = l_e(s) / l(s),
// the group's having died together since its last sign of life included (DiedSince), so an answer
// shows that the concentrator is up, silence that it may be down; the meter's own
// premises and the service drop it shares are summed out.
//
// Usage points of groups in which links are suspected (LinkedGroup) are not asked: their answer
// speaks of several zones. O(usage points of the zone).
std::vector<PingCandidate> ping_candidates(const EvidenceView& view, const TreePosterior& tree,
                                           Id<InferenceZone> zone, const LeafReader& reader);

}  // namespace gridmend
