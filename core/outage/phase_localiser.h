#pragma once

#include <optional>
#include <vector>

#include "core/outage/evidence_view.h"
#include "core/outage/phase_group.h"
#include "core/outage/phase_product.h"

namespace gridmend {

// Does anything in the tree open phase by phase? Where nothing does, every zone has all its phases
// or none, and localise() says all there is to say, in a twentieth of the time. O(zones).
bool opens_by_phases(const InferenceForest& forest, Id<InferenceZone> root);

// What is believed about one tree, phase by phase. Arrays run over its zones: entry i is zone
// root.index + i. Phase sets are those of PhaseSet::live_bits.
struct PhasePosterior {
  Id<InferenceZone> root;
  std::optional<Time> onset;
  std::vector<PhaseZone> zones;          // priors, reports folded in
  std::vector<ByPhases> log_likelihood;  // log P(all heard in the zone | live on exactly t)
  PhaseMarginals marginals;
  PhaseExplanation best;

  std::uint32_t entry(Id<InferenceZone> zone) const { return zone.index - root.index; }
  // P(the zone's device is open on at least one of these phases); of unknown phase: open at all.
  double p_open_on(Id<InferenceZone> zone, std::uint8_t phases) const;
  // P(it keeps at least one of them dark that reaches it).
  double p_active_on(Id<InferenceZone> zone, std::uint8_t phases) const;
  // P(all of these phases of the zone are live).
  double p_live_on(Id<InferenceZone> zone, std::uint8_t phases) const;
};

// The exact posterior and the most probable explanation of one tree, phases told apart:
// - what opens its phases together (InferenceZone::gang_operated), meshed zones and sources: all or
//   nothing, with the prior of localise();
// - the rest phase by phase (single_phase_zone with DevicePriorSettings::phases_together), open on
//   any phase with the prior of localise(). Reports name phases where they do: an open position its
//   open phases, a report about one of several side by side those of that one;
// - a zone of unknown phase, which phase, unless something behind it is known to be on one;
// - customers by phase_wish().
// A usage point with suspected links counts for its own zone with the probability that the record
// is right, and as one that lives for the rest; calls that name no usage point count in their zones
// (EvidenceView::zone_calls) on each of its phases alike. O(zones + usage points of the tree).
PhasePosterior localise_phases(const EvidenceView& view, Id<InferenceZone> root);

// How the zone's device opens, open on any phase with probability q and nothing reported of it;
// `placed` is its entry of PhasePosterior::zones.
PhaseZone unreported_opening(const EvidenceView& view, Id<InferenceZone> zone,
                             const PhaseZone& placed, double q);
// What is reported of the device, for its being open on exactly these phases against closed.
ReportShares phase_report_shares(const EvidenceView& view, Id<InferenceZone> zone,
                                 const PhaseZone& placed, std::uint8_t open);
// What calls that name no usage point, log_ratio live over dead, say of a zone live on these phases
// against a dead one.
double call_log_ratio(double log_ratio, std::uint8_t carries, std::uint8_t live_phases);

// How the usage point lives on its zone's phases: on its own (all of them, or one of them that
// nobody knows), or where its record has none that the zone has (legs of a split secondary), on
// all the zone's feeding phases together; on whatever there is in a zone of unknown phase.
PhaseWish phase_wish(const InferenceForest& forest, Id<UsagePoint> usage_point);

// For usage_points_in_order of one zone of the tree.
std::vector<PhaseGroup::Out> usage_point_p_out(const EvidenceView& view,
                                               const PhasePosterior& posterior,
                                               Id<InferenceZone> zone);

}  // namespace gridmend
