#pragma once

#include <array>
#include <optional>

#include "core/base/clock.h"
#include "core/network/network_model.h"
#include "core/network/records.h"
#include "core/outage/outage.h"
#include "core/outage/settings.h"
#include "core/work/work_task.h"

namespace gridmend {

// Work on what stands or stood in water, before it is repaired: minutes on site, by DeviceKind; 0:
// no such work. Lines are never unsafe for water.
struct WaterWork {
  using Minutes = std::array<double, kDeviceKinds>;
  Minutes drain_min = {0, 0, 0, 0, 0, 0, 0, 0, 30, 30, 0};
  Minutes dry_min = {0, 0, 45, 45, 45, 0, 45, 0, 60, 60, 0};
  Minutes inspect_min = {0, 0, 20, 20, 20, 10, 20, 15, 30, 30, 10};

  // Of drain, dry and inspect; 0 for any other kind.
  double minutes(WorkKind kind, DeviceKind device) const;
};

// What an outage asks of the crews. Durations are minutes on site, one crew.
struct TaskRules {
  // By DeviceKind.
  std::array<double, kDeviceKinds> repair_min = {120, 45, 90, 75, 60, 40, 60, 60, 180, 120, 30};
  double premises_min = 45;
  double assess_min = 20;
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
  WaterWork water_work;
};

WorkKind wanted_kind(const Outage& outage, const TaskRules& rules);
// `device` may be nullptr: premises.
// The moment the first of the outage's critical usage points has used up its reserve, and what they
// all weigh more from then on. No moment: none has one.
struct Reserve {
  std::optional<Time> ends;
  double late_weight = 0;
};
Reserve reserve_of(const Outage& outage, const NetworkModel& network,
                   const CategoryWeights& weights, const TaskRules& rules);

Duration expected_duration(WorkKind kind, const Device* device, const TaskRules& rules);
// Cable for what lies underground, line for everything else.
SkillSet needed_skills(const Device* device);

}  // namespace gridmend
