#include "routing/tour/dispatch_problem.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tests/routing/tour/made_problem.h"

namespace gridmend::dispatch_problem_test {
namespace {

using testing::ProblemOnALine;

DispatchProblem sound_problem() {
  ProblemOnALine line({0, 10, 20});
  line.crew("c1", 0);
  line.crew("c2", 2);
  line.task("drain", 1, 5);
  line.task("repair", 1, 30, 12).hard_after = {Id<DispatchTask>{0}};
  line.task("lateral", 2, 10, 3).after = {Id<DispatchTask>{1}};
  return line.problem();
}

TEST(DispatchProblem, ASoundOneIsAccepted) {
  EXPECT_TRUE(validate(sound_problem()));
  DispatchProblem empty = sound_problem();
  empty.crews.clear();
  EXPECT_TRUE(validate(empty)) << "no crews are no error";
  empty.tasks.clear();
  EXPECT_TRUE(validate(empty));
}

struct Fault {
  const char* reason;
  const char* field;
  std::function<void(DispatchProblem&)> make;
};

TEST(DispatchProblem, EachFaultIsRefusedWithItsReasonAndField) {
  const double nan = std::nan("");
  const std::vector<Fault> faults = {
      {"NO_TRAVEL_TIMES", "travel", [](auto& p) { p.travel.clear(); }},
      {"MATRIX_SIZE", "travel[0]", [](auto& p) { p.sites = 4; }},
      {"TRAVEL_TIME_REFUSED", "travel[0]",
       [=](auto& p) {
         p.travel[0] = TravelMatrix(3, {0, 1, nan, 1, 0, 1, 1, 1, 0});
       }},
      {"TRAVEL_TIME_REFUSED", "travel[0]",
       [](auto& p) {
         p.travel[0] = TravelMatrix(3, {0, 1, -2, 1, 0, 1, 1, 1, 0});
       }},
      {"SITE_UNKNOWN", "crews[1].start_site", [](auto& p) { p.crews[1].start_site = {}; }},
      {"SITE_UNKNOWN", "crews[0].end_site", [](auto& p) { p.crews[0].end_site = Id<Site>{3}; }},
      {"MATRIX_UNKNOWN", "crews[0].matrix", [](auto& p) { p.crews[0].matrix = 1; }},
      {"QUANTITY_REFUSED", "crews[0].start_time", [](auto& p) { p.crews[0].start_time = kNever; }},
      {"QUANTITY_REFUSED", "crews[1].shift_end", [=](auto& p) { p.crews[1].shift_end = nan; }},
      {"SITE_UNKNOWN", "tasks[2].site", [](auto& p) { p.tasks[2].site = Id<Site>{9}; }},
      {"CREWS_NEEDED", "tasks[0].crews_needed", [](auto& p) { p.tasks[0].crews_needed = 0; }},
      {"CREW_UNKNOWN", "tasks[1].pinned_to",
       [](auto& p) { p.tasks[1].pinned_to = Id<DispatchCrew>{2}; }},
      {"CREW_UNKNOWN", "tasks[1].held_by",
       [](auto& p) { p.tasks[1].held_by = Id<DispatchCrew>{7}; }},
      {"STARTED_BY_NOBODY", "tasks[0].started", [](auto& p) { p.tasks[0].started = true; }},
      {"TASK_UNKNOWN", "tasks[2].after", [](auto& p) { p.tasks[2].after.emplace_back(3); }},
      {"TASK_UNKNOWN", "tasks[0].hard_after",
       [](auto& p) { p.tasks[0].hard_after.emplace_back(); }},
      {"QUANTITY_REFUSED", "tasks[1].duration", [](auto& p) { p.tasks[1].duration = -1; }},
      {"QUANTITY_REFUSED", "tasks[1].duration", [=](auto& p) { p.tasks[1].duration = nan; }},
      {"QUANTITY_REFUSED", "tasks[0].weight", [](auto& p) { p.tasks[0].weight = kNever; }},
      {"QUANTITY_REFUSED", "tasks[0].deadline", [](auto& p) { p.tasks[0].deadline = -1; }},
      {"QUANTITY_REFUSED", "tasks[0].duration", [](auto& p) { p.tasks[0].duration = 1e300; }},
      {"QUANTITY_REFUSED", "tasks[0].late_weight", [](auto& p) { p.tasks[0].late_weight = -1; }},
      {"TRAVEL_TIME_REFUSED", "travel[0]",
       [](auto& p) {
         p.travel[0] = TravelMatrix(3, {0, 1, 1e300, 1, 0, 1, 1, 1, 0});
       }},
      {"NOBODY_ON_THE_WAY", "tasks[0].turn_penalty", [](auto& p) { p.tasks[0].turn_penalty = 1; }},
      {"CREW_UNKNOWN", "tasks[1].vetoed",
       [](auto& p) { p.tasks[1].vetoed = {Id<DispatchCrew>{7}}; }},
      {"REST_WINDOW", "crews[0].rest_latest",
       [](auto& p) {
         p.crews[0].rest_earliest = 10;
         p.crews[0].rest_latest = 5;
       }},
      {"QUANTITY_REFUSED", "crews[0].rest_length", [](auto& p) { p.crews[0].rest_length = -1; }},
      {"SITE_UNKNOWN", "depots[0].site", [](auto& p) { p.depots.emplace_back(); }},
      {"QUANTITY_REFUSED", "depots[0].duration",
       [=](auto& p) {
         p.depots.push_back({"d", Id<Site>{0}, nan});
       }},
      {"QUANTITY_REFUSED", "depots[0].leave_by",
       [=](auto& p) {
         p.depots.push_back({"d", Id<Site>{0}, 1, 2, -3});
       }},
  };
  for (const Fault& fault : faults) {
    DispatchProblem problem = sound_problem();
    fault.make(problem);
    const Result<void> checked = validate(problem);
    ASSERT_FALSE(checked) << fault.reason << ' ' << fault.field;
    EXPECT_EQ(checked.error().reason, fault.reason) << fault.field;
    EXPECT_EQ(checked.error().field, fault.field);
    EXPECT_EQ(checked.error().code, ErrorCode::invalid_argument);
  }
}

TEST(DispatchProblem, ACycleIsNamedByItsTasks) {
  DispatchProblem problem = sound_problem();
  problem.tasks[0].hard_after = {Id<DispatchTask>{1}};
  const Result<void> checked = validate(problem);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().reason, "PRECEDENCE_CYCLE");
  EXPECT_EQ(checked.error().message,
            "the precedence goes in a circle: 'drain' before 'repair' before 'drain'");

  DispatchProblem itself = sound_problem();
  itself.tasks[2].after.emplace_back(2);
  ASSERT_FALSE(validate(itself));
  EXPECT_EQ(validate(itself).error().message,
            "the precedence goes in a circle: 'lateral' before 'lateral'");
}

TEST(DispatchProblem, SoftAndHardPrecedenceMayOpposeEachOther) {
  DispatchProblem problem = sound_problem();
  problem.tasks[0].after = {Id<DispatchTask>{1}};
  EXPECT_TRUE(validate(problem)) << "drained first, but worth nothing until the repair";
}

TEST(DispatchProblem, AChainOfTenThousandIsNoCycleAndNoStackOverflow) {
  ProblemOnALine line({0});
  line.crew("c", 0);
  for (int t = 0; t < 10000; ++t) {
    DispatchTask& task = line.task("t" + std::to_string(t), 0);
    if (t > 0) task.hard_after.emplace_back(t - 1);
  }
  EXPECT_TRUE(validate(line.problem()));
  line.problem().tasks[0].hard_after.emplace_back(9999);
  EXPECT_FALSE(validate(line.problem()));
}

}  // namespace
}  // namespace gridmend::dispatch_problem_test
