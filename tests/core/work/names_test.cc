#include <gtest/gtest.h>

#include <set>

#include "core/work/crew.h"
#include "core/work/work_task.h"

namespace gridmend::names_test {
namespace {

template <class Enum, class Parse>
void expect_round_trip(int count, Parse parse) {
  std::set<std::string_view> names;
  for (int i = 0; i < count; ++i) {
    const Enum value = static_cast<Enum>(i);
    EXPECT_TRUE(names.insert(to_string(value)).second) << to_string(value) << " names two values";
    ASSERT_TRUE(parse(to_string(value)).has_value()) << to_string(value);
    EXPECT_EQ(*parse(to_string(value)), value);
  }
  for (const std::string_view wrong : {"", " ", "LINE", "truck ", "completed\n", "no_such_thing"}) {
    EXPECT_FALSE(parse(wrong).has_value()) << "'" << wrong << "'";
  }
}

TEST(WorkNames, EveryNameReadsBackAsItself) {
  expect_round_trip<Skill>(kSkills, parse_skill);
  expect_round_trip<VehicleClass>(kVehicleClasses, parse_vehicle_class);
  expect_round_trip<CrewStatus>(kCrewStatuses, parse_crew_status);
  expect_round_trip<WorkKind>(kWorkKinds, parse_work_kind);
  expect_round_trip<WorkStatus>(kWorkStatuses, parse_work_status);
}

TEST(WorkNames, TheFirstAndLastOfEachAreTheEnumerators) {
  EXPECT_EQ(to_string(Skill::line), "line");
  EXPECT_EQ(to_string(Skill::meter), "meter");
  EXPECT_EQ(to_string(VehicleClass::car), "car");
  EXPECT_EQ(to_string(VehicleClass::boat), "boat");
  EXPECT_EQ(to_string(CrewStatus::off_shift), "off_shift");
  EXPECT_EQ(to_string(CrewStatus::field_complete), "field_complete");
  EXPECT_EQ(to_string(WorkKind::assess), "assess");
  EXPECT_EQ(to_string(WorkKind::planned_work), "planned_work");
  EXPECT_EQ(to_string(WorkStatus::waiting), "waiting");
  EXPECT_EQ(to_string(WorkStatus::cancelled), "cancelled");
}

TEST(SkillSet, CoversWhatItHasAndNothingMore) {
  SkillSet crew;
  crew.add(Skill::line);
  crew.add(Skill::boat);
  SkillSet needed;
  EXPECT_TRUE(crew.covers(needed)) << "asking for nothing is always covered";
  needed.add(Skill::line);
  EXPECT_TRUE(crew.covers(needed));
  needed.add(Skill::cable);
  EXPECT_FALSE(crew.covers(needed));
  EXPECT_FALSE(SkillSet{}.covers(needed));
}

}  // namespace
}  // namespace gridmend::names_test
