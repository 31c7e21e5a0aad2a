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

double WaterWork::minutes(WorkKind kind, DeviceKind device) const {
  const auto place = static_cast<std::size_t>(device);
  switch (kind) {
    case WorkKind::drain:
      return drain_min[place];
    case WorkKind::dry:
      return dry_min[place];
    case WorkKind::inspect:
      return inspect_min[place];
    default:
      return 0;
  }
}

Duration expected_duration(WorkKind kind, const Device* device, const TaskRules& rules) {
  if (device != nullptr && is_water_work(kind)) {
    const double minutes = rules.water_work.minutes(kind, device->kind);
    if (minutes > 0) return from_seconds(60 * minutes);
  }
  if (kind != WorkKind::repair) return from_seconds(60 * rules.assess_min);
  if (device == nullptr) return from_seconds(60 * rules.premises_min);
  return from_seconds(60 * rules.repair_min[static_cast<std::size_t>(device->kind)]);
}

SkillSet needed_skills(const Device* device) {
  SkillSet skills;
  skills.add(device != nullptr && device->underground != 0 ? Skill::cable : Skill::line);
  return skills;
}

}  // namespace gridmend
