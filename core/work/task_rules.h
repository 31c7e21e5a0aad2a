#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/network/records.h"
#include "core/work/work_task.h"

namespace gridmend {

// What one kind of work takes on one kind of device.
struct WorkNeed {
  double minutes = 20;  // on site, with all its crews there; of water work 0: nobody asks for it
  int crews = 1;
  double material = 0;  // units, of all its crews together
  SkillSet skills;      // of each crew, beside line, or cable where the device lies underground
  friend bool operator==(const WorkNeed&, const WorkNeed&) = default;
};

// What an outage asks of the crews. Unless a utility says otherwise one crew does any work, and no
// material is counted: what a unit is only it can say.
struct TaskRules {
  TaskRules();

  // By WorkKind, then by DeviceKind; last of all of what is no device: premises, a position.
  std::array<std::array<WorkNeed, kDeviceKinds + 1>, kWorkKinds> needs;
  // Below this probability of the device somebody looks first.
  double assess_below = .5;
  // An outage that still stands so long after its task was completed gets another one.
  Duration retry_after = std::chrono::minutes{30};
  // A task's weight follows its outage's when it has moved by this share.
  double weight_step = .1;
  // By UsagePointCategory: how many minutes critical usage points get on by themselves, on a
  // battery, a tank or a generator; 0: nothing rises with time. From the first such moment on a
  // task weighs `late_factor` times the weight of all of them more.
  std::array<double, kUsagePointCategories> reserve_min = {0, 240, 0,   480, 120, 360, 0,
                                                           0, 240, 480, 0,   0,   0};
  double late_factor = 4;

  // `device` none: premises, a position.
  WorkNeed& need(WorkKind kind, std::optional<DeviceKind> device);
  const WorkNeed& need(WorkKind kind, std::optional<DeviceKind> device) const;
  const WorkNeed& need(WorkKind kind, const Device* device) const;

  friend bool operator==(const TaskRules&, const TaskRules&) = default;
};

// The rules that the project ships for a utility to begin with, and that drills play by: what takes
// a hoist, or hands at both ends of a span, takes two crews, and what is replaced is brought along.
// A unit of material is what one crew unloads at one site.
TaskRules linesman_rules();

// Refuses (TASK_RULE_INVALID, `field` says which) minutes that are negative, nothing for anything
// but water work, or more than a week; crews other than 1 to kMostCrewsOnTask; negative or endless
// material; shares outside 0 to 1; negative or endless reserves.
inline constexpr int kMostCrewsOnTask = 8;
Result<void> validate(const TaskRules& rules);

Duration expected_duration(WorkKind kind, const Device* device, const TaskRules& rules);
// Of each crew: cable for what lies underground, line for everything else, and what the rules add.
SkillSet needed_skills(WorkKind kind, const Device* device, const TaskRules& rules);
// Duration, crews, material and skills of a task of this kind on this device.
void ask_by_rules(const Device* device, const TaskRules& rules, WorkTask& task);

}  // namespace gridmend
