#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "core/work/work_task.h"

namespace gridmend::life_cycle_test {
namespace {

// Row: from; column: to; both in the order of WorkStatus.
//                                     W A K E R C X   waiting assigned acKnowledged en_route
constexpr std::array<std::string_view, kWorkStatuses> kMayMove = {
    "11...11",   // waiting                             aRrived Completed cancelled(X)
    "1111111",   // assigned
    "1111111",   // acknowledged
    "11.1111",   // en_route
    "11..111",   // arrived
    ".....1.",   // completed
    "......1"};  // cancelled

TEST(WorkLifeCycle, FollowsTheTable) {
  for (int from = 0; from < kWorkStatuses; ++from) {
    for (int to = 0; to < kWorkStatuses; ++to) {
      EXPECT_EQ(may_move(static_cast<WorkStatus>(from), static_cast<WorkStatus>(to)),
                kMayMove[from][to] == '1')
          << to_string(static_cast<WorkStatus>(from)) << " -> "
          << to_string(static_cast<WorkStatus>(to));
    }
  }
}

TEST(WorkLifeCycle, ATabletMaySendTheSameStatusTwice) {
  for (int i = 0; i < kWorkStatuses; ++i) {
    EXPECT_TRUE(may_move(static_cast<WorkStatus>(i), static_cast<WorkStatus>(i)));
  }
}

TEST(WorkLifeCycle, ALateEnRouteDoesNotUndoAnArrival) {
  EXPECT_FALSE(may_move(WorkStatus::arrived, WorkStatus::en_route));
  EXPECT_FALSE(may_move(WorkStatus::en_route, WorkStatus::acknowledged));
}

TEST(WorkLifeCycle, ACompletedTaskIsNotReopened) {
  EXPECT_FALSE(may_move(WorkStatus::completed, WorkStatus::waiting));
  EXPECT_FALSE(may_move(WorkStatus::completed, WorkStatus::cancelled));
  EXPECT_FALSE(may_move(WorkStatus::cancelled, WorkStatus::assigned));
}

}  // namespace
}  // namespace gridmend::life_cycle_test
