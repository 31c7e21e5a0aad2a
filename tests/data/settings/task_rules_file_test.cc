#include "data/settings/task_rules_file.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "core/base/random.h"

namespace gridmend::task_rules_file_test {
namespace {

using testing::HasSubstr;

TaskRules parse(std::string_view text) {
  auto rules = parse_task_rules(text, "r.toml");
  EXPECT_TRUE(rules) << describe(rules.error());
  return rules ? *rules : TaskRules{};
}

std::string refusal(std::string_view text) {
  const auto rules = parse_task_rules(text, "r.toml");
  return rules ? "taken" : rules.error().reason + " " + describe(rules.error());
}

TEST(TaskRulesFile, WhatItDoesNotNameIsTheProgramsOwn) {
  EXPECT_EQ(parse(""), TaskRules{});
  EXPECT_EQ(write_task_rules(TaskRules{}), "");
}

TEST(TaskRulesFile, NamesKindOfWorkAndDevicePremisesAndAll) {
  const TaskRules rules = parse(R"(
[repair.all]
crews = 2
skills = ["lift"]
[repair.fuse]
crews = 1
minutes = 25
[repair.premises]
material = 0.5
[drain.power_transformer]
minutes = 0
[outages]
retry_after_s = 900
[reserve_min]
hospital = 30
)");
  EXPECT_EQ(rules.need(WorkKind::repair, DeviceKind::power_transformer).crews, 2);
  EXPECT_EQ(rules.need(WorkKind::repair, DeviceKind::power_transformer).minutes, 180);
  EXPECT_EQ(rules.need(WorkKind::repair, DeviceKind::fuse).crews, 1) << "named wins over all";
  EXPECT_EQ(rules.need(WorkKind::repair, DeviceKind::fuse).minutes, 25);
  EXPECT_TRUE(rules.need(WorkKind::repair, DeviceKind::fuse).skills.has(Skill::lift));
  EXPECT_EQ(rules.need(WorkKind::repair, std::nullopt).material, .5);
  EXPECT_EQ(rules.need(WorkKind::repair, std::nullopt).crews, 2);
  EXPECT_EQ(rules.need(WorkKind::assess, DeviceKind::fuse).crews, 1);
  EXPECT_EQ(rules.need(WorkKind::drain, DeviceKind::power_transformer).minutes, 0);
  EXPECT_EQ(rules.retry_after, std::chrono::minutes{15});
  EXPECT_EQ(rules.reserve_min[static_cast<std::size_t>(UsagePointCategory::hospital)], 30);
}

TEST(TaskRulesFile, RefusesWithLineAndName) {
  EXPECT_THAT(refusal("[repair.fuse]\ncrew = 2\n"), HasSubstr("line 2: 'repair.fuse.crew' is no"));
  EXPECT_THAT(refusal("[repair.fuze]\ncrews = 2\n"), HasSubstr("'repair.fuze.crews' is no"));
  EXPECT_THAT(refusal("[mend.fuse]\ncrews = 2\n"), HasSubstr("'mend.fuse.crews' is no"));
  EXPECT_THAT(refusal("[repair.fuse]\ncrews = 1.5\n"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("[repair.fuse]\ncrews = -1\n"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("[repair.fuse]\ncrews = 0\n"), HasSubstr("TASK_RULE_INVALID"));
  EXPECT_THAT(refusal("[repair.fuse]\nminutes = nan\n"), HasSubstr("must be a number"));
  EXPECT_THAT(refusal("[repair.fuse]\nminutes = 1e9\n"), HasSubstr("TASK_RULE_INVALID"));
  EXPECT_THAT(refusal("[repair.fuse]\nskills = \"line\"\n"), HasSubstr("list of skills"));
  EXPECT_THAT(refusal("[repair.fuse]\nskills = [\"juggling\"]\n"), HasSubstr("no skill"));
  EXPECT_THAT(refusal("[repair.fuse]\nskills = [3]\n"), HasSubstr("no skill"));
  EXPECT_THAT(refusal("repair = 3\n"), HasSubstr("'repair' is no"));
  EXPECT_THAT(refusal("[repair\n"), HasSubstr("line 1"));
  EXPECT_THAT(refusal(std::string(2 << 20, '#')), HasSubstr("megabyte"));
}

TEST(TaskRulesFile, IsReadBackAsItWasWritten) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    TaskRules rules;
    for (auto& by_device : rules.needs) {
      for (WorkNeed& need : by_device) {
        if (random.chance(.7)) continue;
        need = {random.uniform(1, 300), random.between(1, 8), random.uniform(0, 9), {}};
        need.skills.bits = static_cast<std::uint32_t>(random.between(0, (1 << kSkills) - 1));
      }
    }
    rules.assess_below = random.uniform(0, 1);
    rules.retry_after = std::chrono::seconds{random.between(0, 7200)};
    rules.reserve_min[3] = random.uniform(0, 500);
    EXPECT_EQ(parse(write_task_rules(rules)), rules) << "seed " << seed;
    EXPECT_EQ(parse(write_whole_task_rules(rules)), rules) << "seed " << seed;
    EXPECT_EQ(write_task_rules(parse(write_whole_task_rules(rules))), write_task_rules(rules));
  }
}

TEST(TaskRulesFile, TheOneThatIsShippedIsALinesmans) {
  const auto shipped =
      read_task_rules(std::filesystem::path{GRIDMEND_SOURCE_DIR} / "data/samples/task_rules.toml");
  ASSERT_TRUE(shipped) << describe(shipped.error());
  EXPECT_EQ(*shipped, linesman_rules());
}

TEST(TaskRulesFile, ThatIsNotThereIsRefused) {
  const auto missing = read_task_rules("/nowhere/rules.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "FILE_NOT_READABLE");
  const auto folder = read_task_rules(std::filesystem::temp_directory_path());
  ASSERT_FALSE(folder);
}

}  // namespace
}  // namespace gridmend::task_rules_file_test
