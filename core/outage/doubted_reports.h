#pragma once

#include <span>
#include <vector>

#include "core/outage/evidence_view.h"
#include "core/outage/outage.h"

namespace gridmend {

// Reports that something stands open or is damaged, not by order and unsettled, for which no
// present outage of `outages` blames what they are about: somebody's word is on the table, and what
// speaks against it is said. By device. `posterior` is of their trees. O(reports * usage points
// behind).
std::vector<DoubtedReport> doubted_reports(const EvidenceView& view, const Posterior& posterior,
                                           std::span<const Outage> outages);

}  // namespace gridmend
