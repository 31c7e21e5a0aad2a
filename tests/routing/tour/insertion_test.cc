#include "routing/tour/insertion.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "routing/tour/objective.h"
#include "tests/routing/tour/made_problem.h"

namespace gridmend::insertion_test {
namespace {

using testing::MadeProblem;

// Tours as they come: each task in a random slot that can be.
CrewSequences random_tours(const DispatchProblem& problem, Random& random) {
  CrewSequences tours(problem.crews.size());
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    if (random.chance(0.3)) continue;
    auto& tour = tours[random.below(tours.size())];
    const auto place = tour.begin() + static_cast<std::ptrdiff_t>(random.below(tour.size() + 1));
    const std::size_t position = static_cast<std::size_t>(place - tour.begin());
    tour.insert(place, Id<DispatchTask>{t});
    if (!time_sequences(problem, tours)) {
      tour.erase(tour.begin() + static_cast<std::ptrdiff_t>(position));
    }
  }
  return tours;
}

struct Priced {
  int finite = 0;
  int infinite = 0;
};

// Every absent task in every slot: what it is said to cost is what the plain evaluation of the
// whole plan finds, and it is infinite where that finds no plan.
Priced price_all(const MadeProblem& what, std::uint64_t seeds) {
  Priced priced;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const DispatchProblem problem = testing::make_problem(what, random);
    const ProblemIndex index(problem);
    const CrewSequences tours = random_tours(problem, random);
    Schedule schedule(index);
    if (!schedule.lay_out(tours)) {
      ADD_FAILURE() << "what can be timed can be laid out: " << testing::describe_problem(problem);
      continue;
    }
    const auto before = time_sequences(problem, tours);
    EXPECT_NEAR(schedule.objective(), before->objective,
                1e-9 * std::max(1.0, std::abs(before->objective)));
    SlotPricer pricer(schedule);
    for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
      const Id<DispatchTask> task{t};
      if (schedule.is_present(task) || problem.tasks[t].started) continue;
      pricer.look_at(task);
      for (const Id<DispatchCrew> crew : index.able_crews(task)) {
        for (std::uint32_t p = schedule.tour(crew).started; p <= tours[crew.index].size(); ++p) {
          const double price = pricer.has_room(crew) ? pricer.cost({crew, p}) : kNever;
          CrewSequences with = tours;
          auto& tour = with[crew.index];
          tour.insert(tour.begin() + static_cast<std::ptrdiff_t>(p), task);
          const auto after = time_sequences(problem, with);
          EXPECT_EQ(after.has_value(), std::isfinite(price))
              << problem.tasks[t].id << " in slot " << p << " of " << problem.crews[crew.index].id
              << ": " << (after ? "" : after.error().reason) << " in "
              << testing::describe_problem(problem);
          if (!after || !std::isfinite(price)) {
            ++priced.infinite;
            continue;
          }
          ++priced.finite;
          EXPECT_NEAR(price, after->objective - before->objective,
                      1e-9 * std::max(1.0, std::abs(after->objective)))
              << problem.tasks[t].id << " in slot " << p << " of " << problem.crews[crew.index].id
              << " in " << testing::describe_problem(problem);
        }
      }
    }
  }
  return priced;
}

TEST(SlotPricerProperty, WindowsShiftsAndPenalties) {
  const Priced priced = price_all(
      {.tasks = 12, .crews = 3, .windows = true, .skills = true, .shifts = true, .bound = true},
      60);
  EXPECT_GT(priced.finite, 200);
  EXPECT_GT(priced.infinite, 200);
}

TEST(SlotPricerProperty, WeightsThatRise) {
  EXPECT_GT(price_all({.tasks = 12, .crews = 3, .windows = true, .late = true}, 60).finite, 300);
}

TEST(SlotPricerProperty, BreaksAndWaysOutThatClose) {
  const Priced priced = price_all(
      {.tasks = 12, .crews = 3, .windows = true, .late = true, .rests = true, .closes = true}, 80);
  EXPECT_GT(priced.finite, 300);
  EXPECT_GT(priced.infinite, 300);
}

TEST(SlotPricerProperty, DepotsAndBreaks) {
  const Priced priced = price_all({.tasks = 12,
                                   .crews = 3,
                                   .shifts = true,
                                   .late = true,
                                   .rests = true,
                                   .depots = true,
                                   .closes = true},
                                  80);
  EXPECT_GT(priced.finite, 200);
  EXPECT_GT(priced.infinite, 200);
}

}  // namespace
}  // namespace gridmend::insertion_test
