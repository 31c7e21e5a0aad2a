#include "service/engine/task_rules.h"

#include <algorithm>

namespace gridmend {

WorkKind wanted_kind(const Outage& outage, const TaskRules& rules) {
  // Where nobody has said that it is dark, only that it may be, somebody looks first.
  const bool unheard = outage.dead_items == 0 && !outage.operator_confirmed;
  return unheard || outage.probable.p_active < rules.assess_below ? WorkKind::assess
                                                                  : WorkKind::repair;
}

Reserve reserve_of(const Outage& outage, const NetworkModel& network,
                   const CategoryWeights& weights, const TaskRules& rules) {
  const Time onset = outage.onset_earliest + (outage.onset_latest - outage.onset_earliest) / 2;
  Reserve reserve;
  for (const Id<UsagePoint> id : outage.critical) {
    const UsagePoint& point = network.usage_points()[id];
    const auto category = static_cast<std::size_t>(point.category);
    const double minutes = rules.reserve_min[category];
    if (minutes <= 0) continue;
    const Time ends = onset + from_seconds(60 * minutes);
    reserve.ends = std::min(reserve.ends.value_or(ends), ends);
    reserve.late_weight += rules.late_factor * weights.weight[category] * point.customers;
  }
  return reserve;
}

}  // namespace gridmend
