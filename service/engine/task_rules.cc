#include "service/engine/task_rules.h"

namespace gridmend {

WorkKind wanted_kind(const Outage& outage, const TaskRules& rules) {
  return outage.probable.p_active < rules.assess_below ? WorkKind::assess : WorkKind::repair;
}

Duration expected_duration(WorkKind kind, const Device* device, const TaskRules& rules) {
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
