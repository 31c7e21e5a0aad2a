#pragma once

#include <vector>

#include "core/reliability/indices.h"
#include "core/reliability/restoration_curve.h"
#include "service/engine/world.h"

namespace gridmend {

// Interruptions of all outages up to `until`, as the evidence tells them; withdrawn and merged
// outages are none. By outage id, within one by their end.
std::vector<Interruption> interruptions(const World& world, Time until);

// Households of the region: the sum over its usage points. O(usage points).
double customers_served(const Region& region);

// When the first interruption began; world.time when there was none.
Time first_interruption(const World& world);

// Outages that began in [from, until), withdrawn ones not: those over within the threshold, and the
// others.
struct OutageCounts {
  std::uint64_t momentary = 0;
  std::uint64_t sustained = 0;
};
OutageCounts count_outages(const World& world, Time from, Time until, Duration sustained_after);

ReliabilityIndices indices(const World& world, Time from, Time until,
                           const IndexSettings& settings = {});
std::vector<CurvePoint> curve(const World& world, Time from, Time until);

}  // namespace gridmend
