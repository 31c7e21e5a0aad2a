#include "core/work/task_rules.h"

#include <gtest/gtest.h>

#include <limits>

namespace gridmend::task_rules_test {
namespace {

Device device_of(DeviceKind kind, bool underground = false) {
  Device device;
  device.kind = kind;
  device.underground = underground ? 1 : 0;
  return device;
}

TEST(TaskRules, WithoutAWordOneCrewDoesAnythingAndNoMaterialIsCounted) {
  const TaskRules rules;
  EXPECT_TRUE(validate(rules));
  for (const auto& by_device : rules.needs) {
    for (const WorkNeed& need : by_device) {
      EXPECT_EQ(need.crews, 1);
      EXPECT_EQ(need.material, 0);
      EXPECT_EQ(need.skills, SkillSet{});
    }
  }
}

TEST(TaskRules, OfALinesmanSendTwoCrewsAndTwoUnitsToATransformer) {
  const TaskRules rules = linesman_rules();
  EXPECT_TRUE(validate(rules));
  const Device transformer = device_of(DeviceKind::power_transformer);
  WorkTask task;
  task.kind = WorkKind::repair;
  ask_by_rules(&transformer, rules, task);
  EXPECT_EQ(task.crews_needed, 2);
  EXPECT_EQ(task.demand, 2);
  EXPECT_TRUE(task.skills.has(Skill::line));
  task.kind = WorkKind::assess;
  ask_by_rules(&transformer, rules, task);
  EXPECT_EQ(task.crews_needed, 1) << "one looks";
  EXPECT_EQ(task.demand, 0);
}

TEST(TaskRules, TheSkillsOfTheRulesComeBesideLineOrCable) {
  TaskRules rules;
  rules.need(WorkKind::repair, DeviceKind::ac_line_segment).skills.add(Skill::lift);
  const Device cable = device_of(DeviceKind::ac_line_segment, true);
  SkillSet both;
  both.add(Skill::cable);
  both.add(Skill::lift);
  EXPECT_EQ(needed_skills(WorkKind::repair, &cable, rules), both);
  const Device line = device_of(DeviceKind::ac_line_segment);
  EXPECT_FALSE(needed_skills(WorkKind::repair, &line, rules).has(Skill::cable));
  EXPECT_FALSE(needed_skills(WorkKind::assess, &line, rules).has(Skill::lift));
}

TEST(TaskRules, WaterWorkThatNobodyAsksForTakesAsLongAsALookWhenItIsAskedForByHand) {
  const Device fuse = device_of(DeviceKind::fuse);
  const TaskRules rules;
  EXPECT_EQ(rules.need(WorkKind::drain, &fuse).minutes, 0);
  EXPECT_EQ(expected_duration(WorkKind::drain, &fuse, rules),
            expected_duration(WorkKind::assess, &fuse, rules));
}

TEST(TaskRules, RefusesNumbersThatCannotBeByName) {
  struct Fault {
    const char* field;
    void (*make)(TaskRules&);
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const Fault faults[] = {
      {"repair.fuse.minutes",
       [](auto& r) { r.need(WorkKind::repair, DeviceKind::fuse).minutes = 0; }},
      {"repair.premises.minutes",
       [](auto& r) { r.need(WorkKind::repair, std::nullopt).minutes = kNan; }},
      {"drain.fuse.minutes",
       [](auto& r) { r.need(WorkKind::drain, DeviceKind::fuse).minutes = -1; }},
      {"assess.jumper.crews",
       [](auto& r) { r.need(WorkKind::assess, DeviceKind::jumper).crews = 0; }},
      {"assess.jumper.crews",
       [](auto& r) { r.need(WorkKind::assess, DeviceKind::jumper).crews = 9; }},
      {"repair.fuse.material",
       [](auto& r) { r.need(WorkKind::repair, DeviceKind::fuse).material = -.5; }},
      {"outages.assess_below", [](auto& r) { r.assess_below = 1.5; }},
      {"outages.weight_step", [](auto& r) { r.weight_step = -1; }},
      {"outages.late_factor", [](auto& r) { r.late_factor = kNan; }},
      {"outages.retry_after_s", [](auto& r) { r.retry_after = std::chrono::hours{24 * 365}; }},
      {"reserve_min.hospital",
       [](auto& r) { r.reserve_min[static_cast<std::size_t>(UsagePointCategory::hospital)] = -1; }},
  };
  for (const Fault& fault : faults) {
    TaskRules rules;
    fault.make(rules);
    const auto sound = validate(rules);
    ASSERT_FALSE(sound) << fault.field;
    EXPECT_EQ(sound.error().reason, "TASK_RULE_INVALID");
    EXPECT_EQ(sound.error().field, fault.field);
  }
}

}  // namespace
}  // namespace gridmend::task_rules_test
