#include "core/reliability/indices.h"

namespace gridmend {

ReliabilityIndices reliability_indices(std::span<const Interruption> interruptions,
                                       double customers_served, Time from, Time until,
                                       const IndexSettings& settings) {
  ReliabilityIndices indices;
  indices.customers_served = customers_served;
  for (const Interruption& interruption : interruptions) {
    if (interruption.from < from || interruption.from >= until) continue;
    if (interruption.until - interruption.from > settings.sustained_after) {
      indices.customer_interruptions += interruption.customers;
      indices.customer_minutes += interruption.customers * interruption.minutes();
    } else {
      indices.momentary_interruptions += interruption.customers;
    }
  }
  if (indices.customer_interruptions > 0) {
    indices.caidi_min = indices.customer_minutes / indices.customer_interruptions;
  }
  if (customers_served <= 0) return indices;
  indices.saifi = indices.customer_interruptions / customers_served;
  indices.saidi_min = indices.customer_minutes / customers_served;
  indices.maifi = indices.momentary_interruptions / customers_served;
  const double period_min = seconds(until - from) / 60;
  if (period_min > 0) indices.asai = 1 - indices.saidi_min / period_min;
  return indices;
}

}  // namespace gridmend
