#include "routing/tour/moves/latency_tour.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "routing/tour/moves/or_opt.h"
#include "routing/tour/moves/stop_exchange.h"
#include "routing/tour/moves/two_opt.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend {
namespace {

// One crew with everything a plain tour may have; travel times need not be symmetric.
DispatchProblem plain_problem(int tasks, Random& random) {
  DispatchProblem problem = testing::make_problem({.tasks = tasks, .crews = 1}, random);
  std::vector<double> seconds;
  for (std::uint32_t i = 0; i < problem.sites * problem.sites; ++i) {
    seconds.push_back(random.between(1, 99));
  }
  problem.travel[0] = problem.travel[1] = TravelMatrix(problem.sites, std::move(seconds));
  if (random.chance(0.5)) problem.crews[0].end_site = Id<Site>{0};
  problem.crews[0].return_weight = random.between(0, 5);
  return problem;
}

class LatencyTourTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override {
    Random random(GetParam());
    problem_ = plain_problem(random.between(1, 9), random);
    tasks_.clear();
    for (std::size_t t = 0; t < problem_.tasks.size(); ++t) tasks_.emplace_back(t);
    for (std::size_t i = tasks_.size(); i > 1; --i)
      std::swap(tasks_[i - 1], tasks_[random.below(i)]);
  }

  double objective(const std::vector<Id<DispatchTask>>& tasks) const {
    const auto plan = time_sequences(problem_, {tasks});
    EXPECT_TRUE(plan);
    return plan ? plan->objective : 0;
  }

  DispatchProblem problem_;
  std::vector<Id<DispatchTask>> tasks_;
};

TEST_P(LatencyTourTest, EveryConcatenationCostsWhatTheObjectiveSays) {
  const ProblemIndex index(problem_);
  Schedule schedule(index);
  ASSERT_TRUE(schedule.lay_out({tasks_}));
  LatencyTour tour;
  tour.load(schedule, Id<DispatchCrew>{0});
  const std::uint32_t size = tour.size();
  const double before = objective(tasks_);
  for (std::uint32_t i = 1; i <= size; ++i) {
    for (std::uint32_t j = i; j <= size; ++j) {
      auto turned = tasks_;
      std::reverse(turned.begin() + i - 1, turned.begin() + j);
      EXPECT_NEAR(LatencyTour::Walk(tour, i - 1).backward(i, j).forward(j + 1, size).gain_or_loss(),
                  objective(turned) - before, 1e-6);
      for (std::uint32_t middle = i; middle < j; ++middle) {
        auto rotated = tasks_;
        std::rotate(rotated.begin() + i - 1, rotated.begin() + middle, rotated.begin() + j);
        LatencyTour::Walk walk(tour, i - 1);
        walk.forward(middle + 1, j).forward(i, middle).forward(j + 1, size + 1);
        EXPECT_NEAR(walk.gain_or_loss(), objective(rotated) - before, 1e-6);
      }
    }
  }
}

TEST_P(LatencyTourTest, MovesGainUntilThereIsNothingToGain) {
  const ProblemIndex index(problem_);
  Schedule schedule(index);
  ASSERT_TRUE(schedule.lay_out({tasks_}));
  LatencyTour tour;
  tour.load(schedule, Id<DispatchCrew>{0});
  double last = objective(tasks_);
  for (int steps = 0;; ++steps) {
    ASSERT_LT(steps, 1000);
    if (!TwoOpt::improve(tour) && !OrOpt::improve(tour) && !StopExchange::improve(tour)) break;
    const double next = objective(tour.tasks());
    EXPECT_LT(next, last);
    last = next;
  }
  auto sorted = tour.tasks();
  std::sort(sorted.begin(), sorted.end());
  auto all = tasks_;
  std::sort(all.begin(), all.end());
  EXPECT_EQ(sorted, all) << "no stop is lost";
  for (std::size_t a = 0; a < sorted.size(); ++a) {
    for (std::size_t b = a + 1; b < sorted.size(); ++b) {
      auto exchanged = tour.tasks();
      std::swap(exchanged[a], exchanged[b]);
      EXPECT_GE(objective(exchanged), last - 1e-6) << "a neighbour is better";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LatencyTourTest, ::testing::Range<std::uint64_t>(1, 40));

}  // namespace
}  // namespace gridmend
