#include "routing/tour/objective.h"

#include <gtest/gtest.h>

#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::objective_test {
namespace {

using testing::ProblemOnALine;

Id<DispatchTask> t(int index) { return Id<DispatchTask>{index}; }

std::string refusal(const DispatchProblem& problem, const CrewSequences& sequences) {
  const Result<DispatchPlan> plan = time_sequences(problem, sequences);
  return plan ? "" : plan.error().reason;
}

TEST(Objective, AWeightCountsFromItsLatestPredecessor) {
  //  c --10-- lateral --10-- fuse        the lateral is nearer, the fuse feeds it
  ProblemOnALine line({0, 10, 20});
  line.crew("c", 0);
  line.task("fuse", 2, 5, 2);
  line.task("lateral", 1, 5, 3).after = {t(0)};
  const auto near_first = time_sequences(line.problem(), {{t(1), t(0)}});
  ASSERT_TRUE(near_first);
  EXPECT_DOUBLE_EQ(near_first->tours[0].stops[0].completion, 15);
  EXPECT_DOUBLE_EQ(near_first->tours[0].stops[1].completion, 30);
  EXPECT_DOUBLE_EQ(near_first->objective, 2 * 30 + 3 * 30);
  const auto fuse_first = time_sequences(line.problem(), {{t(0), t(1)}});
  ASSERT_TRUE(fuse_first);
  EXPECT_DOUBLE_EQ(fuse_first->objective, 2 * 25 + 3 * 40);
}

TEST(Objective, AnUnservedPredecessorKeepsTheWeightInTheDark) {
  ProblemOnALine line({0, 10, 20});
  line.crew("c", 0);
  line.task("fuse", 2, 5, 2);
  line.task("lateral", 1, 5, 3).after = {t(0)};
  line.task("last", 1, 5, 7).after = {t(1)};
  line.task("elsewhere", 1, 5, 1);
  const auto plan = time_sequences(line.problem(), {{t(1), t(2), t(3)}});
  ASSERT_TRUE(plan);
  EXPECT_DOUBLE_EQ(plan->unserved_weight, 2 + 3 + 7);
  EXPECT_DOUBLE_EQ(plan->objective, 25);
  ASSERT_EQ(plan->unserved.size(), 1U);
  EXPECT_EQ(plan->unserved[0].task, t(0));
}

TEST(Objective, TwoCrewsStartTogetherWhenTheSecondHasArrived) {
  ProblemOnALine line({0, 10, 40});
  line.crew("a", 0);
  line.crew("b", 2);
  line.task("pole", 1, 5, 4).crews_needed = 2;
  line.task("near a", 0, 1, 1);
  const auto plan = time_sequences(line.problem(), {{t(0), t(1)}, {t(0)}});
  ASSERT_TRUE(plan);
  EXPECT_DOUBLE_EQ(plan->tours[0].stops[0].arrival, 10);
  EXPECT_DOUBLE_EQ(plan->tours[0].stops[0].start, 30);
  EXPECT_DOUBLE_EQ(plan->tours[1].stops[0].arrival, 30);
  EXPECT_DOUBLE_EQ(plan->tours[0].stops[1].completion, 35 + 10 + 1);
  EXPECT_DOUBLE_EQ(plan->objective, 4 * 35 + 46) << "the weight counts once";
  EXPECT_EQ(refusal(line.problem(), {{t(0)}, {}}), "CREWS");
}

TEST(Objective, CrewsThatWaitForEachOtherForEverAreRefused) {
  ProblemOnALine line({0, 10});
  line.crew("a", 0);
  line.crew("b", 0);
  line.task("p", 1).crews_needed = 2;
  line.task("q", 1).crews_needed = 2;
  EXPECT_EQ(refusal(line.problem(), {{t(0), t(1)}, {t(1), t(0)}}), "WAITS_FOR_EVER");
  EXPECT_EQ(refusal(line.problem(), {{t(0), t(1)}, {t(0), t(1)}}), "");
  line.problem().tasks[0].crews_needed = 1;
  line.problem().tasks[1].crews_needed = 1;
  line.problem().tasks[1].hard_after = {t(0)};
  EXPECT_EQ(refusal(line.problem(), {{t(1)}, {}}), "WAITS_FOR_EVER") << "prerequisite unserved";
}

TEST(Objective, WhatNoCrewCouldDoIsRefused) {
  ProblemOnALine line({0, 10, 30});
  line.crew("a", 0).shift_end = 60;
  line.crew("b", 0);
  line.task("x", 1, 5).skills.add(Skill::cable);
  line.task("y", 2, 5).deadline = 25;
  line.task("z", 2, 40);
  line.task("pinned", 1).pinned_to = Id<DispatchCrew>{1};
  EXPECT_EQ(refusal(line.problem(), {{t(0)}, {}}), "SKILL");
  EXPECT_EQ(refusal(line.problem(), {{t(1)}, {}}), "DEADLINE");
  EXPECT_EQ(refusal(line.problem(), {{t(2)}, {}}), "SHIFT");
  EXPECT_EQ(refusal(line.problem(), {{}, {t(2)}}), "");
  EXPECT_EQ(refusal(line.problem(), {{t(3)}, {}}), "PIN");
  EXPECT_EQ(refusal(line.problem(), {{}, {t(3), t(3)}}), "CREWS");
  line.problem().crews[0].capacity = 1;
  line.problem().tasks[2].demand = 2;
  line.problem().crews[0].shift_end = kNever;
  EXPECT_EQ(refusal(line.problem(), {{t(2)}, {}}), "CAPACITY");
}

TEST(Objective, AStartedTaskStaysFirstWhateverItCosts) {
  ProblemOnALine line({0, 10, 30});
  line.crew("a", 0).shift_end = 5;
  DispatchTask& under_way = line.task("under way", 2, 50);
  under_way.held_by = Id<DispatchCrew>{0};
  under_way.started = true;
  under_way.deadline = 1;
  line.task("other", 1, 0);
  EXPECT_EQ(refusal(line.problem(), {{t(0)}}), "") << "past the shift and the deadline";
  EXPECT_EQ(refusal(line.problem(), {{t(1), t(0)}}), "STARTED");
  EXPECT_EQ(refusal(line.problem(), {{t(0), t(1)}}), "SHIFT") << "nothing more after it";
}

TEST(Objective, ReturnsAndChangesAreCounted) {
  ProblemOnALine line({0, 10});
  DispatchCrew& crew = line.crew("a", 0);
  crew.end_site = Id<Site>{0};
  crew.return_weight = 2;
  line.crew("idle", 0).return_weight = 100;
  DispatchTask& task = line.task("x", 1, 5, 3);
  task.held_by = Id<DispatchCrew>{1};
  task.change_penalty = 7;
  const auto plan = time_sequences(line.problem(), {{t(0)}, {}});
  ASSERT_TRUE(plan);
  EXPECT_DOUBLE_EQ(plan->objective, 3 * 15 + 2 * 25 + 7);
}

TEST(Objective, APlanWithOneWrongFigureIsFoundOut) {
  ProblemOnALine line({0, 10, 30});
  line.crew("a", 0);
  line.task("x", 1, 5);
  line.task("y", 2, 5);
  DispatchPlan plan = *time_sequences(line.problem(), {{t(0), t(1)}});
  EXPECT_TRUE(check_plan(line.problem(), plan));
  DispatchPlan wrong = plan;
  wrong.objective += 0.01;
  EXPECT_FALSE(check_plan(line.problem(), wrong));
  wrong = plan;
  wrong.tours[0].stops[1].completion -= 1;
  EXPECT_FALSE(check_plan(line.problem(), wrong));
  wrong = plan;
  wrong.unserved.push_back({t(0), "no_room", ""});
  EXPECT_FALSE(check_plan(line.problem(), wrong));
}

// Drives of 10 between posts, work of 10 each.
ProblemOnALine three_stops() {
  ProblemOnALine line({0, 10, 20, 30});
  line.crew("only", 0);
  for (int site = 1; site <= 3; ++site) line.task("t" + std::to_string(site), site, 10);
  return line;
}
const CrewSequences kInOrder = {{Id<DispatchTask>{0}, Id<DispatchTask>{1}, Id<DispatchTask>{2}}};

TEST(Rest, IsTakenBetweenTwoStopsAsSoonAsItsWindowIsOpen) {
  ProblemOnALine line = three_stops();
  line.problem().crews[0].rest_length = 5;
  line.problem().crews[0].rest_earliest = 15;
  line.problem().crews[0].rest_latest = 50;
  const auto plan = time_sequences(line.problem(), kInOrder);
  ASSERT_TRUE(plan);
  const auto& stops = plan->tours[0].stops;
  EXPECT_FALSE(stops[0].rest.has_value());
  EXPECT_EQ(stops[0].completion, 20);
  EXPECT_EQ(stops[1].rest, 20);
  EXPECT_EQ(stops[1].arrival, 35);
  EXPECT_FALSE(stops[2].rest.has_value()) << "once";
  EXPECT_EQ(stops[2].completion, 65);
}

TEST(Rest, IsWaitedForWhenTheNextStopWouldLastBeyondItsWindow) {
  ProblemOnALine line = three_stops();
  line.problem().crews[0].rest_length = 5;
  line.problem().crews[0].rest_earliest = 22;
  line.problem().crews[0].rest_latest = 25;
  const auto plan = time_sequences(line.problem(), kInOrder);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->tours[0].stops[1].rest, 22) << "free at 20, the second stop would end at 40";
  EXPECT_EQ(plan->tours[0].stops[1].arrival, 37);
}

// The first stop's way out closes at 24: a break of 5 that begins there at 20 would end too late.
TEST(Rest, IsTakenWhereTheCrewComesNextWhenTheWayOutWouldClose) {
  ProblemOnALine line = three_stops();
  line.problem().crews[0].rest_length = 5;
  line.problem().crews[0].rest_earliest = 15;
  line.problem().crews[0].rest_latest = 50;
  line.problem().tasks[0].leave_by = 24;
  const auto plan = time_sequences(line.problem(), kInOrder);
  ASSERT_TRUE(plan);
  const auto& stops = plan->tours[0].stops;
  EXPECT_EQ(stops[0].completion, 20);
  EXPECT_EQ(stops[1].rest, 30) << "it drives out at once";
  EXPECT_EQ(stops[1].arrival, 35);
  EXPECT_FALSE(stops[2].rest.has_value()) << "once";
  line.problem().tasks[0].leave_by = 25;
  EXPECT_EQ(time_sequences(line.problem(), kInOrder)->tours[0].stops[1].rest, 20);
  line.problem().tasks[0].leave_by = 24;
  line.problem().crews[0].rest_latest = 29;
  EXPECT_FALSE(time_sequences(line.problem(), kInOrder)) << "out of there it is too late for it";
}

// No break is ever under way in a place that its crew must have left.
TEST(RestProperty, NoBreakOutlastsTheWayOut) {
  int here = 0;
  int elsewhere = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const DispatchProblem problem = testing::make_problem(
        {.tasks = 15, .crews = 3, .windows = true, .rests = true, .closes = true}, random);
    const DispatchPlan plan =
        plan_dispatch(problem, {.seed = seed, .time_limit_s = 1e6, .iteration_limit = 100});
    ASSERT_TRUE(check_plan(problem, plan));
    for (const DispatchTour& tour : plan.tours) {
      const DispatchCrew& crew = problem.crews[tour.crew.index];
      double free_at = crew.start_time;
      double leave_by = crew.leave_by;
      Id<Site> place = crew.start_site;
      for (const DispatchStop& stop : tour.stops) {
        const DispatchTask& task = problem.tasks[stop.task.index];
        const double way = problem.travel[crew.matrix](place.index, task.site.index);
        if (stop.rest && *stop.rest < free_at + way) {
          EXPECT_LE(*stop.rest + crew.rest_length, leave_by);
          EXPECT_GE(stop.arrival + 1e-9, *stop.rest + crew.rest_length + way);
          ++here;
        } else if (stop.rest) {
          EXPECT_GE(stop.arrival + 1e-9, *stop.rest + crew.rest_length);
          if (leave_by < kNever) ++elsewhere;
        }
        free_at = stop.completion;
        leave_by = task.leave_by;
        place = task.site;
      }
    }
  }
  EXPECT_GT(here, 20);
  EXPECT_GT(elsewhere, 20);
}

TEST(Rest, ThatIsMissedMakesThePlanImpossible) {
  ProblemOnALine line = three_stops();
  line.problem().crews[0].rest_length = 5;
  line.problem().crews[0].rest_latest = 0;
  const auto at_once = time_sequences(line.problem(), kInOrder);
  ASSERT_TRUE(at_once) << "before the first stop";
  EXPECT_EQ(at_once->tours[0].stops[0].rest, 0);
  line.problem().crews[0].start_time = 1;
  EXPECT_FALSE(time_sequences(line.problem(), kInOrder));
  line.problem().crews[0].start_time = 0;
  line.problem().crews[0].rest_earliest = line.problem().crews[0].rest_latest = 50;
  ASSERT_TRUE(time_sequences(line.problem(), {{Id<DispatchTask>{0}}})) << "home before it is due";
}

TEST(Rest, OfACrewThatOthersHoldUpCanBeMissed) {
  ProblemOnALine line({0, 10, 20});
  line.crew("quick", 0).rest_length = 5;
  line.problem().crews[0].rest_earliest = 30;
  line.problem().crews[0].rest_latest = 40;
  line.crew("late", 2).start_time = 60;
  line.task("together", 1, 10).crews_needed = 2;
  const CrewSequences both = {{Id<DispatchTask>{0}}, {Id<DispatchTask>{0}}};
  EXPECT_EQ(time_sequences(line.problem(), both).error().reason, "REST");
}

TEST(Depot, IsVisitedOnTheShortestWayWhenTheLoadDoesNotSuffice) {
  ProblemOnALine line = three_stops();
  line.problem().crews[0].capacity = 5;
  for (DispatchTask& task : line.problem().tasks) task.demand = 3;
  EXPECT_EQ(time_sequences(line.problem(), kInOrder).error().reason, "CAPACITY");
  line.problem().depots = {{"far", Id<Site>{0}, 0}, {"near", Id<Site>{2}, 4}};
  const auto plan = time_sequences(line.problem(), kInOrder);
  ASSERT_TRUE(plan);
  const auto& stops = plan->tours[0].stops;
  EXPECT_FALSE(stops[0].depot.valid());
  EXPECT_EQ(stops[1].depot, Id<DispatchDepot>{1});
  EXPECT_EQ(stops[1].arrival, 34) << "the depot is where the stop is; loading takes 4";
  EXPECT_EQ(stops[2].depot, Id<DispatchDepot>{1});
  EXPECT_EQ(stops[2].arrival, 44 + 4 + 10);
  line.problem().tasks[1].demand = 6;
  EXPECT_FALSE(time_sequences(line.problem(), kInOrder)) << "more than the vehicle takes";
}

TEST(Depot, IsWaitedForUntilItOpensUnlessAnotherWayIsSooner) {
  ProblemOnALine line = three_stops();
  line.problem().crews[0].capacity = 5;
  for (DispatchTask& task : line.problem().tasks) task.demand = 3;
  line.problem().depots = {{"late", Id<Site>{2}, 4, 90}};
  const auto waits = time_sequences(line.problem(), kInOrder);
  ASSERT_TRUE(waits);
  EXPECT_EQ(waits->tours[0].stops[1].arrival, 90 + 4);
  line.problem().depots.push_back({"far", Id<Site>{0}, 0});
  const auto goes_round = time_sequences(line.problem(), kInOrder);
  ASSERT_TRUE(goes_round);
  EXPECT_EQ(goes_round->tours[0].stops[1].depot, Id<DispatchDepot>{1});
  EXPECT_LT(goes_round->tours[0].stops[1].arrival, 90);
}

TEST(Depot, IsLeftBeforeItsWayOutCloses) {
  ProblemOnALine line = three_stops();
  line.problem().crews[0].capacity = 5;
  for (DispatchTask& task : line.problem().tasks) task.demand = 3;
  line.problem().depots = {{"near", Id<Site>{2}, 4}};
  const double loaded = time_sequences(line.problem(), kInOrder)->tours[0].stops[1].arrival;
  line.problem().depots[0].leave_by = loaded - 1;
  EXPECT_EQ(time_sequences(line.problem(), kInOrder).error().reason, "UNREACHABLE");
  line.problem().depots[0].leave_by = loaded;
  // Once more for the third stop, and then it is too late.
  line.problem().tasks[2].demand = 0;
  EXPECT_TRUE(time_sequences(line.problem(), kInOrder));
}

TEST(Depot, IsTheFirstStopOfACrewThatStartsEmpty) {
  ProblemOnALine line = three_stops();
  line.problem().crews[0].capacity = 20;
  line.problem().crews[0].load = 0;
  for (DispatchTask& task : line.problem().tasks) task.demand = 3;
  line.problem().depots = {{"depot", Id<Site>{3}, 1}};
  const auto plan = time_sequences(line.problem(), kInOrder);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->tours[0].stops[0].arrival, 30 + 1 + 20);
  EXPECT_FALSE(plan->tours[0].stops[1].depot.valid());
}

TEST(MutualAid, ATeamFromOutsideWorksFromItsArrivalOn) {
  ProblemOnALine line({0, 10, 1000});
  line.crew("ours", 0);
  line.crew("theirs", 2).start_time = 500;
  line.task("first", 1, 5000);
  line.task("second", 1, 10);
  const auto plan = time_sequences(line.problem(), {{Id<DispatchTask>{0}}, {Id<DispatchTask>{1}}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->tours[1].stops[0].arrival, 500 + 990);
}

}  // namespace
}  // namespace gridmend::objective_test
