#include "core/work/task_rules.h"

#include <cmath>
#include <string>

namespace gridmend {
namespace {

constexpr double kMostMinutes = 7 * 24 * 60;
constexpr double kMostMaterial = 1e6;
constexpr double kMostFactor = 1e6;

using ByDevice = std::array<double, kDeviceKinds>;

// Minutes by DeviceKind.
constexpr ByDevice kRepair = {120, 45, 90, 75, 60, 40, 60, 60, 180, 120, 30};
constexpr double kPremises = 45;
// What stands or stood in water; lines are never unsafe for it.
constexpr ByDevice kDrain = {0, 0, 0, 0, 0, 0, 0, 0, 30, 30, 0};
constexpr ByDevice kDry = {0, 0, 45, 45, 45, 0, 45, 0, 60, 60, 0};
constexpr ByDevice kInspect = {0, 0, 20, 20, 20, 10, 20, 15, 30, 30, 10};

void take_minutes(TaskRules& rules, WorkKind kind, const ByDevice& minutes, double elsewhere) {
  auto& needs = rules.needs[static_cast<std::size_t>(kind)];
  for (std::size_t device = 0; device < minutes.size(); ++device)
    needs[device].minutes = minutes[device];
  needs.back().minutes = elsewhere;
}

tl::unexpected<Error> invalid(std::string field, const std::string& what) {
  std::string message = "'" + field + "' " + what;
  return refuse(ErrorCode::invalid_argument, "TASK_RULE_INVALID", std::move(message),
                std::move(field));
}

bool within(double value, double most) { return value >= 0 && value <= most; }

Result<void> validate(const WorkNeed& need, WorkKind kind, const std::string& field) {
  const bool may_be_none = is_water_work(kind);
  if (!within(need.minutes, kMostMinutes) || (need.minutes <= 0 && !may_be_none)) {
    return invalid(field + ".minutes", may_be_none ? "must be minutes, 0 to 10080"
                                                   : "must be minutes, more than 0 to 10080");
  }
  if (need.crews < 1 || need.crews > kMostCrewsOnTask)
    return invalid(field + ".crews", "must be 1 to 8");
  if (!within(need.material, kMostMaterial))
    return invalid(field + ".material", "must be units of material, 0 to 1000000");
  return {};
}

}  // namespace

TaskRules::TaskRules() {
  take_minutes(*this, WorkKind::repair, kRepair, kPremises);
  take_minutes(*this, WorkKind::drain, kDrain, 0);
  take_minutes(*this, WorkKind::dry, kDry, 0);
  take_minutes(*this, WorkKind::inspect, kInspect, 0);
}

WorkNeed& TaskRules::need(WorkKind kind, std::optional<DeviceKind> device) {
  auto& by_device = needs[static_cast<std::size_t>(kind)];
  return device ? by_device[static_cast<std::size_t>(*device)] : by_device.back();
}

const WorkNeed& TaskRules::need(WorkKind kind, std::optional<DeviceKind> device) const {
  const auto& by_device = needs[static_cast<std::size_t>(kind)];
  return device ? by_device[static_cast<std::size_t>(*device)] : by_device.back();
}

const WorkNeed& TaskRules::need(WorkKind kind, const Device* device) const {
  return need(kind, device == nullptr ? std::nullopt : std::optional{device->kind});
}

TaskRules linesman_rules() {
  TaskRules rules;
  const auto repair = [&](DeviceKind device, int crews, double material) {
    WorkNeed& need = rules.need(WorkKind::repair, device);
    need.crews = crews;
    need.material = material;
  };
  repair(DeviceKind::ac_line_segment, 1, 2);
  repair(DeviceKind::power_transformer, 2, 2);
  repair(DeviceKind::voltage_regulator, 2, 2);
  for (const DeviceKind device : {DeviceKind::breaker, DeviceKind::recloser,
                                  DeviceKind::sectionaliser, DeviceKind::load_break_switch})
    repair(device, 1, 1);
  // Two do it in less time than one.
  rules.need(WorkKind::repair, DeviceKind::power_transformer).minutes = 150;
  return rules;
}

Result<void> validate(const TaskRules& rules) {
  for (int kind = 0; kind < kWorkKinds; ++kind) {
    for (int device = 0; device <= kDeviceKinds; ++device) {
      const auto of = static_cast<WorkKind>(kind);
      const std::string_view name =
          device < kDeviceKinds ? to_string(static_cast<DeviceKind>(device)) : "premises";
      const std::string field = std::string{to_string(of)} + "." + std::string{name};
      const WorkNeed& need =
          rules.needs[static_cast<std::size_t>(kind)][static_cast<std::size_t>(device)];
      if (auto sound = validate(need, of, field); !sound) return sound;
    }
  }
  if (!within(rules.assess_below, 1)) return invalid("outages.assess_below", "must be 0 to 1");
  if (!within(rules.weight_step, 1)) return invalid("outages.weight_step", "must be 0 to 1");
  if (!within(rules.late_factor, kMostFactor))
    return invalid("outages.late_factor", "must be 0 to 1000000");
  if (!within(seconds(rules.retry_after), 60 * kMostMinutes))
    return invalid("outages.retry_after_s", "must be 0 to 604800 seconds");
  for (int category = 0; category < kUsagePointCategories; ++category) {
    if (within(rules.reserve_min[static_cast<std::size_t>(category)], kMostMinutes)) continue;
    const auto name = std::string{to_string(static_cast<UsagePointCategory>(category))};
    return invalid("reserve_min." + name, "must be minutes, 0 to 10080");
  }
  return {};
}

Duration expected_duration(WorkKind kind, const Device* device, const TaskRules& rules) {
  double minutes = rules.need(kind, device).minutes;
  // Asked for by hand where the rules ask for none.
  if (minutes <= 0) minutes = rules.need(WorkKind::assess, device).minutes;
  return from_seconds(60 * minutes);
}

SkillSet needed_skills(WorkKind kind, const Device* device, const TaskRules& rules) {
  SkillSet skills = rules.need(kind, device).skills;
  skills.add(device != nullptr && device->underground != 0 ? Skill::cable : Skill::line);
  return skills;
}

void ask_by_rules(const Device* device, const TaskRules& rules, WorkTask& task) {
  const WorkNeed& need = rules.need(task.kind, device);
  task.expected_duration = expected_duration(task.kind, device, rules);
  task.crews_needed = need.crews;
  task.demand = need.material;
  task.skills = needed_skills(task.kind, device, rules);
}

}  // namespace gridmend
