// The rules for tasks: what an outage asks of the crews, from which command on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/settings/task_rules_file.h"
#include "tests/service/engine/control_room.h"

namespace gridmend::task_rules_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary
using testing::HasSubstr;

constexpr std::string_view kStreet = R"(
  S==B1--n1--F1--n2--T1(6)
         |
         n4--F2--n5--T3(6)
)";
constexpr Position kYard{120, 30};

Command take(const std::string& toml, const std::string& etag = {}) {
  Command command;
  command.set_actor("operator/li");
  command.mutable_take_task_rules()->set_rules(toml);
  command.mutable_take_task_rules()->set_etag(etag);
  return command;
}

// The transformer T1 falls silent; an operator saw that it is what is broken.
void burn_transformer(ControlRoom& room, double minute) {
  room.at(minute).ok(gasps({"T1.1", "T1.2", "T1.3", "T1.4", "T1.5", "T1.6"}, at_minute(minute)));
  room.reassess();
  ASSERT_FALSE(room.world()->outages->empty());
}

const WorkTask& only_task(const ControlRoom& room) {
  EXPECT_EQ(room.world()->tasks->size(), 1U) << room.tasks();
  return room.world()->tasks->begin()->second->task;
}

// Whatever is found to be broken here.
constexpr const char* kPairs = "[repair.all]\ncrews = 2\nmaterial = 3\nminutes = 100\n";

TEST(TaskRules, HoldForWhatIsAskedFromThenOn) {
  ControlRoom room{kStreet};
  EXPECT_EQ(room.world()->rules_revision, 0U);
  const Answer taken = room.ok(take(kPairs));
  EXPECT_EQ(room.world()->rules_revision, taken.revision);
  burn_transformer(room, 1);
  const WorkTask& task = only_task(room);
  ASSERT_EQ(task.kind, WorkKind::repair) << room.tasks();
  EXPECT_EQ(task.crews_needed, 2);
  EXPECT_EQ(task.demand, 3);
  EXPECT_EQ(task.expected_duration, std::chrono::minutes{100});
}

TEST(TaskRules, SendTwoCrewsByTheDepot) {
  ControlRoom room{kStreet};
  room.ok(take(kPairs));
  Command yard;
  yard.mutable_create_depot()->mutable_depot()->set_id("D1");
  yard.mutable_create_depot()->mutable_depot()->set_name("yard");
  yard.mutable_create_depot()->mutable_depot()->mutable_position()->set_longitude_deg(120);
  yard.mutable_create_depot()->mutable_depot()->mutable_position()->set_latitude_deg(30);
  room.ok(yard);
  for (const char* id : {"C1", "C2", "C3"}) {
    Command van = crew(id, kYard);
    van.mutable_create_crew()->mutable_crew()->set_capacity(4);
    van.mutable_create_crew()->mutable_crew()->set_load(0);
    room.ok(van);
  }
  burn_transformer(room, 1);
  room.plan();
  const WorkTask& task = only_task(room);
  ASSERT_EQ(task.crews.size(), 2U) << room.tasks();
  for (const TaskCrew& part : task.crews) {
    const auto stops = room.world()->assignments(part.crew);
    ASSERT_EQ(stops.size(), 1U);
    EXPECT_EQ(stops[0].depot, "D1");
    EXPECT_EQ(stops[0].start, room.world()->plan->find_stop(task.id)->start);
  }
}

TEST(TaskRules, AreFollowedByOpenTasksAsFarAsNoOperatorChangedThem) {
  ControlRoom room{kStreet};
  burn_transformer(room, 1);
  const std::string id = only_task(room).id;
  const Duration before = only_task(room).expected_duration;
  Command changed;
  changed.mutable_update_work_task()->mutable_work_task()->set_id(id);
  changed.mutable_update_work_task()->mutable_work_task()->set_demand(7);
  changed.mutable_update_work_task()->mutable_update_mask()->add_paths("demand");
  room.ok(changed);
  room.at(2).ok(take(kPairs));
  EXPECT_EQ(only_task(room).crews_needed, 2);
  EXPECT_EQ(only_task(room).demand, 7) << "the operator's word";
  EXPECT_TRUE(room.world()->needs_plan());
  room.at(3).ok(take(""));
  EXPECT_EQ(only_task(room).crews_needed, 1);
  EXPECT_EQ(only_task(room).demand, 7);
  EXPECT_EQ(only_task(room).expected_duration, before);
  room.reassess();
  EXPECT_EQ(only_task(room).demand, 7);
}

TEST(TaskRules, LetACrewGoWhenFewerAreAskedForAndLeaveWhoIsOnTheWay) {
  ControlRoom room{kStreet};
  room.ok(take(kPairs));
  for (const char* id : {"C1", "C2"}) room.ok(crew(id, kYard));
  Command any = take("[repair.all]\ncrews = 2\n");
  room.ok(any);
  burn_transformer(room, 1);
  room.plan();
  const std::string id = only_task(room).id;
  ASSERT_EQ(only_task(room).crews.size(), 2U) << room.tasks();
  room.at(2).ok(take(""));
  EXPECT_EQ(only_task(room).crews.size(), 1U);
  EXPECT_EQ(only_task(room).status, WorkStatus::assigned);
  const std::string who{first_crew(only_task(room))};
  room.at(3).ok(tablet(who, set_out(id)));
  room.at(4).ok(take(kPairs));
  EXPECT_EQ(only_task(room).crews_needed, 1) << "it is on its way";
  EXPECT_EQ(only_task(room).status, WorkStatus::en_route);
}

TEST(TaskRules, AreReplayed) {
  ControlRoom room{kStreet};
  room.ok(take("[repair.all]\ncrews = 2\n[reserve_min]\nhospital = 30\n"));
  burn_transformer(room, 1);
  room.ok(take(kPairs));
  const StateHash live = room.engine->state_hash();
  const TaskRules held = *room.world()->task_rules;
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
  EXPECT_EQ(*room.world()->task_rules, held);
}

TEST(TaskRules, TheSameAgainAreNoCommandAndOthersNeedTheEtagOfThePresentOnes) {
  ControlRoom room{kStreet};
  const Answer first = room.ok(take(kPairs));
  const std::uint64_t revision = room.world()->revision;
  room.ok(take(write_whole_task_rules(*room.world()->task_rules)));
  EXPECT_EQ(room.world()->revision, revision);
  EXPECT_EQ(room.refused(take("", "77")).reason, "ETAG_STALE");
  room.ok(take("", etag_of(first.revision)));
  EXPECT_EQ(*room.world()->task_rules, TaskRules{});
}

TEST(TaskRules, ThatCannotBeAreRefusedAndLeaveThePresentOnes) {
  ControlRoom room{kStreet};
  room.ok(take(kPairs));
  EXPECT_THAT(room.refused(take("[repair.fuse]\ncrew = 2\n")).message, HasSubstr("line 2"));
  EXPECT_EQ(room.refused(take("[repair.fuse]\ncrews = 12\n")).reason, "TASK_RULE_INVALID");
  EXPECT_EQ(room.refused(take("]")).reason, "SETTINGS_INVALID");
  EXPECT_EQ(room.world()->task_rules->need(WorkKind::repair, DeviceKind::fuse).crews, 2);
}

}  // namespace
}  // namespace gridmend::task_rules_test
