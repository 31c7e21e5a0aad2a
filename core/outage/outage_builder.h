#pragma once

#include <span>
#include <vector>

#include "core/network/switch_state.h"
#include "core/outage/evidence_view.h"
#include "core/outage/outage.h"
#include "core/outage/refined_posterior.h"

namespace gridmend {

// An outage as one posterior shows it: everything but id, status and history.
struct OutageCandidate {
  Outage outage;
  Id<InferenceZone> zone;  // that the probable device heads; none for what was switched off
};

// A device that a present outage is blamed on: another on the way to or from the source is listed
// in its place only when that beats it by OutageSettings::device_margin, or when its own p_active
// is below withdraw_below. While it `dwells` only the latter counts.
struct HeldDevice {
  Id<InferenceZone> zone;  // that it heads
  bool dwells = false;
};

// Candidates of the given trees, by zone: every active cut of the most probable explanation with
// usage points behind it, every further zone with p_active >= predict_at, then usage points that
// are probably dark by themselves though their zone is live. Trees without an onset have none.
//
// Where phases were told apart, a candidate has the phases its device keeps from its zone, and of
// the usage points behind it those that lose something by that: on a phase nobody knows, those that
// are more probably without it than not. A cut behind another is listed for what the one above
// leaves it. Who has some of his phases only counts as without supply, whatever his meter says.
//
// Over time (RefinedPosterior::epochs), what took its zone first is a candidate though something
// above it has opened since, and the one above leaves its usage points to it.
//
// Trees that may be switched in several ways (Posterior::joints) are listed by the likeliest of
// them: see add_joint_outages().
//
// `held`, by zone: not looked at where phases were told apart, over time, or in several ways.
std::vector<OutageCandidate> build_candidates(const EvidenceView& view,
                                              const RefinedPosterior& posterior,
                                              std::span<const HeldDevice> held = {});

// Adds to candidates, of trees and of what stands open by order, how their usage points may be fed
// otherwise than on record (Outage::fed_through), and says so; what stands open by order has as
// many dark as the joint's topologies leave dark. O(candidates * usage points of the joints).
void tell_possible_feeds(const EvidenceView& view, const Posterior& posterior,
                         std::span<OutageCandidate> candidates);

// What stands open by order, and whom it leaves without supply: one candidate an island, blamed on
// the opening ordered first.
std::vector<OutageCandidate> build_switched_off(const LocaliserInput& input,
                                                const SwitchState& switches,
                                                const LocaliserSettings& settings);

// What stands open by order on some phases only, and who loses something by that; a usage point is
// in one of them at most. What they say of being dark is explained: inference is to hear it no
// more.
std::vector<OutageCandidate> build_phases_switched_off(const LocaliserInput& input,
                                                       const SwitchState& switches,
                                                       const LocaliserSettings& settings);

}  // namespace gridmend
