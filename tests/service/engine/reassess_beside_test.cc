// Reassessments that are worked out beside the writer.

#include <gtest/gtest.h>

#include "tests/service/engine/control_room.h"

namespace gridmend::reassess_beside_test {
namespace {

using namespace control_room;  // NOLINT: the test's own vocabulary

constexpr std::string_view kTown = R"(
  S==B1--n1--F1--n2--T1(4)
         |       |
         |       n3--T2(4)
         |
         n4--F2--n5--T3(4)
                 |
                 n6--T4(4)
)";

constexpr std::string_view kGrown = R"(
  S==B1--n1--F1--n2--T1(4)
         |       |
         |       n3--T2(4)
         |
         n4--F2--n5--T3(4)
                 |
                 n6--T4(5)
)";

std::vector<std::string> behind(const std::string& transformer) {
  std::vector<std::string> names;
  for (int i = 1; i <= 4; ++i) names.push_back(transformer + "." + std::to_string(i));
  return names;
}

// One transformer behind a fuse goes dark; its neighbour behind the same fuse lives on.
void darken(ControlRoom& room, const std::string& dark, const std::string& lives, double minute) {
  room.at(minute + .1).ok(gasps(behind(dark), at_minute(minute)));
  room.at(minute + .2).ok(power_ups(behind(lives), at_minute(minute + .2)));
}

Command reassess(journal::v1::Reassess::Step step, std::uint64_t mark = 0) {
  Command command;
  command.set_actor("engine");
  command.mutable_reassess()->set_step(step);
  command.mutable_reassess()->set_mark_revision(mark);
  return command;
}
constexpr auto kMark = journal::v1::Reassess::MARK;
constexpr auto kApply = journal::v1::Reassess::APPLY;

void expect_replayed(ControlRoom& room) {
  const StateHash live = room.engine->state_hash();
  room.restart();
  EXPECT_EQ(to_hex(room.engine->state_hash().hash), to_hex(live.hash));
}

TEST(ReassessBeside, FindsWhatOneAtOnceFinds) {
  ControlRoom at_once{kTown}, beside{kTown};
  for (ControlRoom* room : {&at_once, &beside}) {
    darken(*room, "T1", "T2", 0);
    room->at(2);
  }
  at_once.reassess();
  ASSERT_TRUE(beside.engine->reassess_beside());
  EXPECT_EQ(beside.outages(), "O-000001 confirmed T1\n");
  EXPECT_EQ(beside.outages(), at_once.outages());
  EXPECT_EQ(beside.tasks(), at_once.tasks());
  const Outage& a = at_once.world()->find_outage("O-000001")->outage;
  const Outage& b = beside.world()->find_outage("O-000001")->outage;
  EXPECT_EQ(a.probable.p_active, b.probable.p_active);
  EXPECT_EQ(a.explanation_en, b.explanation_en);
  EXPECT_EQ(beside.world()->mark, nullptr);
  EXPECT_FALSE(beside.world()->needs_reassessment());
  expect_replayed(beside);
}

TEST(ReassessBeside, LeavesWhatCameAfterTheMarkToTheNext) {
  ControlRoom room{kTown};
  darken(room, "T1", "T2", 0);
  const std::uint64_t mark = room.at(2).ok(reassess(kMark)).revision;
  EXPECT_EQ(room.outages(), "");
  darken(room, "T3", "T4", 2.1);
  room.at(2.4).ok(reassess(kApply, mark));
  EXPECT_EQ(room.outages(), "O-000001 confirmed T1\n");
  EXPECT_EQ(room.world()->localised_at, at_minute(2));
  EXPECT_EQ(room.world()->reassessed_revision, mark);
  EXPECT_TRUE(room.world()->needs_reassessment());
  ASSERT_TRUE(room.at(4).engine->reassess_beside());
  EXPECT_FALSE(room.world()->needs_reassessment());
  EXPECT_EQ(room.world()->outages->size(), 2U);
  expect_replayed(room);
}

TEST(ReassessBeside, LooksAgainWhereAnOperatorHadAWordMeanwhile) {
  ControlRoom room{kTown};
  darken(room, "T1", "T2", 0);
  room.at(2).reassess();
  const std::uint64_t mark = room.at(3).ok(reassess(kMark)).revision;
  Command withdraw;
  withdraw.set_actor("operator/li");
  withdraw.mutable_withdraw_outage()->set_id("O-000001");
  withdraw.mutable_withdraw_outage()->set_reason("a test of the alarm");
  room.at(3.1).ok(std::move(withdraw));
  darken(room, "T3", "T4", 3.2);
  room.at(5).ok(reassess(kApply, mark));
  EXPECT_EQ(room.world()->find_outage("O-000001")->outage.status, OutageStatus::withdrawn);
  EXPECT_EQ(room.world()->localised_at, at_minute(5));
  EXPECT_FALSE(room.world()->needs_reassessment()) << "it looked at what came since, too";
  expect_replayed(room);
}

TEST(ReassessBeside, RefusesAMarkThatIsGone) {
  ControlRoom room{kTown};
  darken(room, "T1", "T2", 0);
  const std::uint64_t first = room.at(1).ok(reassess(kMark)).revision;
  const std::uint64_t second = room.at(2).ok(reassess(kMark)).revision;
  EXPECT_EQ(room.refused(reassess(kApply, first)).reason, "REASSESS_MARK_GONE");
  room.ok(reassess(kApply, second));
  EXPECT_EQ(room.refused(reassess(kApply, second)).reason, "REASSESS_MARK_GONE");
  const std::uint64_t third = room.at(3).ok(reassess(kMark)).revision;
  room.load(kGrown);
  EXPECT_EQ(room.refused(reassess(kApply, third)).reason, "REASSESS_MARK_GONE");
  expect_replayed(room);
}

// Killed between the two, it goes on where it was.
TEST(ReassessBeside, SurvivesARestartBetweenItsSteps) {
  ControlRoom room{kTown};
  darken(room, "T1", "T2", 0);
  const std::uint64_t mark = room.at(2).ok(reassess(kMark)).revision;
  darken(room, "T3", "T4", 2.1);
  expect_replayed(room);
  room.at(3).ok(reassess(kApply, mark));
  EXPECT_EQ(room.outages(), "O-000001 confirmed T1\n");
}

}  // namespace
}  // namespace gridmend::reassess_beside_test
