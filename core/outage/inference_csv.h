#pragma once

#include <iosfwd>

#include "core/outage/refined_posterior.h"

namespace gridmend {

// Files from which an independent program can recompute every posterior; RFC 4180, UTF-8, numbers
// with as many digits as round-trip. Ids are mRIDs; a feeder's source is "feeder:" and the
// feeder's.

// id,parent,kind,phases,prior,usage_points: the inference forest as it is used. One row a zone,
// parents first, then one a shared service drop (kind service_drop, its parent its zone; its usage
// points are of the zone's communication groups), then one a supplied usage point (kind
// usage_point, its parent its drop or its zone). Priors
// are those of a dry day without reports; `usage_points` counts those behind.
void write_supply_tree_csv(std::ostream& out, const InferenceForest& forest,
                           const LocaliserSettings& settings);

// id,p_active,p_open: every zone of the posterior's trees; of any phase where phases were told
// apart, over time where supply went at several times (RefinedPosterior).
void write_device_posteriors_csv(std::ostream& out, const InferenceForest& forest,
                                 const RefinedPosterior& posterior);

// id,p_out: every usage point of the posterior's trees, in the forest's order, then those without
// supply on record, which are out for certain unless a switch that nobody is sure of may feed them.
// Who has lost some of his phases is out.
void write_usage_point_posteriors_csv(std::ostream& out, const EvidenceView& view,
                                      const RefinedPosterior& posterior);

}  // namespace gridmend
