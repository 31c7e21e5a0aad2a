#include "service/engine/reports.h"

#include <algorithm>

namespace gridmend {

std::vector<Interruption> interruptions(const World& world, Time until) {
  std::vector<Interruption> all;
  for (const auto& [id, record] : *world.outages) {
    if (record->outage.status == OutageStatus::withdrawn) continue;
    const std::vector<Interruption> parts = interruptions_of(record->customers_out, until);
    all.insert(all.end(), parts.begin(), parts.end());
  }
  return all;
}

double customers_served(const Region& region) {
  double customers = 0;
  for (const UsagePoint& usage_point : region.network.usage_points())
    customers += usage_point.customers;
  return customers;
}

Time first_interruption(const World& world) {
  Time first = world.time;
  for (const auto& [id, record] : *world.outages) {
    if (record->outage.status == OutageStatus::withdrawn || record->customers_out.empty()) continue;
    first = std::min(first, record->customers_out.front().time);
  }
  return first;
}

OutageCounts count_outages(const World& world, Time from, Time until, Duration sustained_after) {
  OutageCounts counts;
  for (const auto& [id, record] : *world.outages) {
    const std::vector<CustomerStep>& steps = record->customers_out;
    if (record->outage.status == OutageStatus::withdrawn || steps.empty()) continue;
    const Time began = steps.front().time;
    if (began < from || began >= until) continue;
    const bool over = steps.back().customers <= 0;
    const bool momentary = over && steps.back().time - began <= sustained_after;
    ++(momentary ? counts.momentary : counts.sustained);
  }
  return counts;
}

ReliabilityIndices indices(const World& world, Time from, Time until,
                           const IndexSettings& settings) {
  return reliability_indices(interruptions(world, until), customers_served(*world.region), from,
                             until, settings);
}

std::vector<CurvePoint> curve(const World& world, Time from, Time until) {
  return restoration_curve(interruptions(world, until), from, until);
}

}  // namespace gridmend
