#include "routing/tour/restoration_forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "routing/tour/planner.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::restoration_forecast_test {
namespace {

using testing::MadeProblem;
using testing::ProblemOnALine;

constexpr double kExpected = 1800;

std::vector<std::vector<Id<DispatchTask>>> one_by_one(const DispatchProblem& problem) {
  std::vector<std::vector<Id<DispatchTask>>> groups;
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) groups.push_back({Id<DispatchTask>{t}});
  return groups;
}

TEST(Forecast, WithoutDoubtIsThePlan) {
  const MadeProblem what{
      .tasks = 14, .crews = 3, .soft = true, .hard = true, .windows = true, .together = true};
  ForecastSettings certain;
  certain.samples = 5;
  certain.travel_common_log_sd = certain.travel_own_log_sd = 0;
  const RepairTimeBook sure({.log_sd = 0});
  int forecasts = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    DispatchProblem problem = testing::make_problem(what, random);
    for (DispatchTask& task : problem.tasks) task.deadline = kNever;
    const DispatchPlan plan = plan_dispatch(problem, {.time_limit_s = 0});
    if (!plan.unserved.empty()) continue;
    std::vector<WorkBelief> beliefs;
    for (const DispatchTask& task : problem.tasks) beliefs.push_back({.expected_s = task.duration});
    const auto found =
        forecast_restorations(problem, plan, beliefs, one_by_one(problem), sure, certain);
    std::vector<double> completion(problem.tasks.size(), 0);
    for (const DispatchTour& tour : plan.tours) {
      for (const DispatchStop& stop : tour.stops) completion[stop.task.index] = stop.completion;
    }
    for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
      double restored = completion[t];  // soft predecessors have lower numbers here
      for (const auto before : problem.tasks[t].after)
        restored = std::max(restored, found[before.index].p50_s);
      EXPECT_NEAR(found[t].p50_s, restored, 1e-6) << "task " << t;
      EXPECT_NEAR(found[t].p90_s, restored, 1e-6) << "task " << t;
      ++forecasts;
    }
  }
  EXPECT_GT(forecasts, 100);
}

TEST(Forecast, IsTheSameForTheSameSeed) {
  Random random(4);
  const DispatchProblem problem = testing::make_problem({.tasks = 10, .crews = 2}, random);
  const DispatchPlan plan = plan_dispatch(problem, {.time_limit_s = 0});
  const std::vector<WorkBelief> beliefs(problem.tasks.size(), {.expected_s = kExpected});
  const auto once = forecast_restorations(problem, plan, beliefs, one_by_one(problem), {}, {});
  const auto again = forecast_restorations(problem, plan, beliefs, one_by_one(problem), {}, {});
  ForecastSettings differently;
  differently.seed = 2;
  const auto other =
      forecast_restorations(problem, plan, beliefs, one_by_one(problem), {}, differently);
  bool differs = false;
  for (std::size_t t = 0; t < once.size(); ++t) {
    EXPECT_EQ(once[t].p50_s, again[t].p50_s);
    EXPECT_EQ(once[t].p90_s, again[t].p90_s);
    EXPECT_LE(once[t].p50_s, once[t].p90_s);
    differs = differs || once[t].p90_s != other[t].p90_s;
  }
  EXPECT_TRUE(differs);
}

TEST(Forecast, IsTheSameOnSeveralThreads) {
  Random random(5);
  const DispatchProblem problem = testing::make_problem({.tasks = 10, .crews = 2}, random);
  const DispatchPlan plan = plan_dispatch(problem, {.time_limit_s = 0});
  const std::vector<WorkBelief> beliefs(problem.tasks.size(), {.expected_s = kExpected});
  ForecastSettings settings;
  for (const int samples : {1, 3, 400}) {
    settings.samples = samples;
    const auto on_one =
        forecast_restorations(problem, plan, beliefs, one_by_one(problem), {}, settings);
    for (const unsigned threads : {2U, 3U, 7U}) {
      const auto found =
          forecast_restorations(problem, plan, beliefs, one_by_one(problem), {}, settings, threads);
      for (std::size_t t = 0; t < found.size(); ++t) {
        EXPECT_EQ(found[t].p50_s, on_one[t].p50_s) << threads << " threads";
        EXPECT_EQ(found[t].p90_s, on_one[t].p90_s) << threads << " threads";
      }
    }
  }
}

TEST(Forecast, AnAssessmentWaitsForTheRepairBehindIt) {
  ProblemOnALine line({0, 1});
  line.crew("only", 0);
  line.task("look", 1, 600);
  const DispatchPlan plan = plan_dispatch(line.problem(), {.time_limit_s = 0});
  WorkBelief belief{.expected_s = 600};
  const auto alone = forecast_restorations(line.problem(), plan, std::vector{belief},
                                           one_by_one(line.problem()), {}, {});
  belief.next_expected_s = 7200;
  belief.next_class = 1;
  const auto followed = forecast_restorations(line.problem(), plan, std::vector{belief},
                                              one_by_one(line.problem()), {}, {});
  EXPECT_NEAR(followed[0].p50_s - alone[0].p50_s, 7200, 900);
  EXPECT_GT(followed[0].p90_s - followed[0].p50_s, alone[0].p90_s - alone[0].p50_s);
}

// A crew that leaves after half an hour of what is expected to take an hour; the other one comes.
TEST(Forecast, WorkThatIsCutShortEndsWithItsRest) {
  ProblemOnALine line({0, 0});
  line.crew("leaves", 0);
  line.crew("follows", 1);
  line.task("work", 0, 1800);
  line.task("rest", 0, 1800);
  DispatchProblem problem = line.problem();
  problem.tasks[0].started = true;
  problem.tasks[0].held_by = Id<DispatchCrew>{0};
  problem.tasks[1].pinned_to = Id<DispatchCrew>{1};
  problem.tasks[1].hard_after = {Id<DispatchTask>{0}};
  const DispatchPlan plan = plan_dispatch(problem, {.time_limit_s = 0});
  ASSERT_TRUE(plan.unserved.empty());
  std::vector<WorkBelief> beliefs(2, {.expected_s = 3600});
  const std::vector<std::vector<Id<DispatchTask>>> both = {
      {Id<DispatchTask>{0}, Id<DispatchTask>{1}}};
  beliefs[0].leaves_at_s = 1800;
  beliefs[1].rest_of = Id<DispatchTask>{0};
  const auto cut = forecast_restorations(problem, plan, beliefs, both, {}, {})[0];
  // The crews change without a break, so it takes what it takes without a change.
  beliefs[0].leaves_at_s = kNever;
  const auto whole =
      forecast_restorations(problem, plan, beliefs, {{Id<DispatchTask>{0}}}, {}, {})[0];
  EXPECT_NEAR(cut.p50_s, whole.p50_s, 1e-6);
  EXPECT_NEAR(cut.p90_s, whole.p90_s, 1e-6);
  EXPECT_GT(cut.p50_s, 1800);
  // Two hours until the next crew comes: what is done by then counts, the rest comes after.
  problem.tasks[1].earliest = 9000;
  const DispatchPlan later = plan_dispatch(problem, {.time_limit_s = 0});
  beliefs[0].leaves_at_s = 1800;
  const auto waited = forecast_restorations(problem, later, beliefs, both, {}, {})[0];
  EXPECT_NEAR(waited.p50_s, whole.p50_s + 7200, 1e-6);
  // Nothing left: the light is back when the crew was done, not when the next one comes.
  beliefs[0].leaves_at_s = 1e6;
  const auto done = forecast_restorations(problem, later, beliefs, both, {}, {})[0];
  EXPECT_NEAR(done.p90_s, whole.p90_s, 1e-6);
}

// A storm as it really is: medians and deviations of each class that nobody knows, learnt from the
// tasks closed so far; drives that take longer or shorter together and each for itself.
class TrueStorm {
 public:
  TrueStorm(std::uint64_t seed, int closed, double slower) : random_(seed) {
    for (std::size_t k = 0; k < kClasses; ++k) {
      truth_[k] = {std::log(slower) + random_.uniform(-.5, .5), random_.uniform(.35, .8)};
      for (int i = 0; i < closed; ++i) book_.learn(k, kExpected * ratio(k), kExpected);
    }
    const MadeProblem what{.tasks = 24, .crews = 4, .soft = true, .hard = true, .together = true};
    problem_ = testing::make_problem(what, random_);
    for (TravelMatrix& matrix : problem_.travel) matrix = stretched(matrix, [] { return 60.0; });
    for (DispatchTask& task : problem_.tasks) {
      task.duration = kExpected;
      beliefs_.push_back({.work_class = random_.below(kClasses), .expected_s = kExpected});
    }
    plan_ = plan_dispatch(problem_, {.time_limit_s = 0});
  }

  const DispatchPlan& plan() const { return plan_; }
  std::vector<RestorationForecast> forecast() const {
    return forecast_restorations(problem_, plan_, beliefs_, one_by_one(problem_), book_, {});
  }

  // When the light behind each task really returns, by the plain timing.
  std::vector<double> play() {
    DispatchProblem real = problem_;
    for (std::size_t t = 0; t < real.tasks.size(); ++t)
      real.tasks[t].duration = kExpected * ratio(beliefs_[t].work_class);
    const ForecastSettings settings;
    const double common = random_.normal() * settings.travel_common_log_sd;
    for (TravelMatrix& matrix : real.travel) {
      matrix = stretched(
          matrix, [&] { return std::exp(common + settings.travel_own_log_sd * random_.normal()); });
    }
    const auto played = time_sequences(real, sequences_of(problem_, plan_));
    EXPECT_TRUE(played);
    std::vector<double> restored(real.tasks.size(), 0);
    for (const DispatchTour& tour : played->tours) {
      for (const DispatchStop& stop : tour.stops) restored[stop.task.index] = stop.completion;
    }
    for (std::size_t t = 0; t < restored.size(); ++t) {
      for (const auto before : real.tasks[t].after)
        restored[t] = std::max(restored[t], restored[before.index]);
    }
    return restored;
  }

 private:
  static constexpr std::size_t kClasses = 4;

  double ratio(std::size_t k) {
    return std::exp(truth_[k].log_median + truth_[k].log_sd * random_.normal());
  }
  template <class Factor>
  static TravelMatrix stretched(const TravelMatrix& matrix, Factor factor) {
    std::vector<double> seconds;
    for (std::uint32_t from = 0; from < matrix.sites(); ++from) {
      for (std::uint32_t to = 0; to < matrix.sites(); ++to)
        seconds.push_back(matrix(from, to) * factor());
    }
    return {matrix.sites(), std::move(seconds)};
  }

  Random random_;
  RepairTimeBelief::World truth_[kClasses];
  RepairTimeBook book_;
  DispatchProblem problem_;
  std::vector<WorkBelief> beliefs_;
  DispatchPlan plan_;
};

struct Coverage {
  double outages = 0;
  double by_p50 = 0;
  double by_p90 = 0;
};

// Of 400 storms with so many closed tasks a class; work really takes `slower` times what is
// expected of it.
Coverage coverage(int closed, double slower) {
  Coverage covered;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    TrueStorm storm(seed, closed, slower);
    if (!storm.plan().unserved.empty()) continue;
    const auto forecast = storm.forecast();
    const auto restored = storm.play();
    for (std::size_t t = 0; t < restored.size(); ++t) {
      ++covered.outages;
      covered.by_p50 += restored[t] <= forecast[t].p50_s ? 1 : 0;
      covered.by_p90 += restored[t] <= forecast[t].p90_s ? 1 : 0;
    }
  }
  covered.by_p50 /= covered.outages;
  covered.by_p90 /= covered.outages;
  std::printf(
      "work takes %.1f x, %d closed tasks a class: of %.0f outages %.1f %% are back by "
      "their P50, %.1f %% by their P90\n",
      slower, closed, covered.outages, 100 * covered.by_p50, 100 * covered.by_p90);
  return covered;
}

TEST(Forecast, CoversWhatItSaysItCovers) {
  for (const int closed : {0, 5, 30}) {
    const Coverage covered = coverage(closed, 1);
    EXPECT_GT(covered.outages, 5000);
    EXPECT_GT(covered.by_p50, .46);
    EXPECT_LT(covered.by_p50, .54);
    EXPECT_GT(covered.by_p90, .87);
    EXPECT_LT(covered.by_p90, .93);
  }
}

TEST(Forecast, UnlearnsWrongExpectations) {
  EXPECT_LT(coverage(0, 1.6).by_p90, .8) << "nobody can know it before the first task is closed";
  const Coverage learnt = coverage(30, 1.6);
  EXPECT_GT(learnt.by_p50, .44);
  EXPECT_LT(learnt.by_p50, .54);
  EXPECT_GT(learnt.by_p90, .87);
  EXPECT_LT(learnt.by_p90, .93);
}

}  // namespace
}  // namespace gridmend::restoration_forecast_test
