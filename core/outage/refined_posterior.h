#pragma once

#include <map>
#include <span>

#include "core/outage/epoch_localiser.h"
#include "core/outage/phase_localiser.h"

namespace gridmend {

// Posterior of the trees looked at; of those in which phases were heard of also phase by phase, of
// others in which supply went at several times also over time. There the columns of `all` that say
// what is live or open are of the phases, or of now: p_live is P(all that the zone carries is
// live), p_active and p_open are of any phase, an active cut is of any phase; over time, what took
// its zone is active though something above has opened since.
struct RefinedPosterior {
  Posterior all;
  std::map<Id<InferenceZone>, PhasePosterior> phases;  // by root
  std::map<Id<InferenceZone>, EpochPosterior> epochs;

  const PhasePosterior* phases_of(Id<InferenceZone> root) const;
  const EpochPosterior* epochs_of(Id<InferenceZone> root) const;
};

// Where telling phases apart may change the picture: something opens by phases (opens_by_phases),
// and there is unsettled evidence of some phases but not all: a call about part of the house, a
// device seen open on some phases only, or in one zone at least two usage points on known single
// phases heard dead, and none on another phase that the zone has. Ascending roots, of `trees`.
// O(usage points and devices heard).
std::vector<Id<InferenceZone>> trees_that_hear_phases(const EvidenceView& view,
                                                      std::span<const Id<InferenceZone>> trees);

// localise(), and localise_phases() or else localise_epochs() where it is worth while, as far as
// OutageSettings::by_phases_zones and by_epochs_zones go: the trees with the smallest roots first.
// Trees that stand in water of uncertain depth (TreePosterior::in_water) are not looked at over
// time, those that may be switched in several ways (Posterior::joints) neither by phases nor over
// time.
RefinedPosterior localise_refined(const EvidenceView& view,
                                  std::span<const Id<InferenceZone>> trees);

}  // namespace gridmend
