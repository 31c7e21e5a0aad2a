#include "routing/tour/construction.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "routing/tour/insertion.h"

namespace gridmend {
namespace {

bool append_soonest(Schedule& schedule, Id<DispatchTask> task) {
  const ProblemIndex& index = schedule.index();
  if (index.crews_of(task) > 1 || !std::isfinite(schedule.ready(task))) return false;
  SlotPricer pricer(schedule);
  pricer.look_at(task);
  Slot best;
  double soonest = kNever;
  for (const Id<DispatchCrew> crew : index.able_crews(task)) {
    const Slot slot{crew, static_cast<std::uint32_t>(schedule.tour(crew).tasks.size())};
    if (!std::isfinite(pricer.cost(slot))) continue;
    const double way = index.travel(crew)(schedule.tour(crew).place_before.back().index,
                                          index.task(task).site.index);
    const double start = std::max(schedule.tour(crew).departure.back() + way, schedule.ready(task));
    if (start >= soonest) continue;
    soonest = start;
    best = slot;
  }
  return best.crew.valid() && schedule.insert(task, std::array{best});
}

// A slot that a full tour refuses, in priced ones.
constexpr double kRefused = 1. / 8;

std::size_t slots_of(const Schedule& schedule, Id<DispatchTask> task) {
  std::size_t slots = 0;
  for (const Id<DispatchCrew> crew : schedule.index().able_crews(task)) {
    slots += schedule.tour(crew).tasks.size() + 1;
  }
  return slots;
}

// Tasks that a hard prerequisite still keeps out get another turn after it.
template <class Place>
void place_all(Schedule& schedule, const std::vector<Id<DispatchTask>>& order, Place place) {
  bool moved = true;
  while (moved) {
    moved = false;
    for (const Id<DispatchTask> task : order) {
      if (schedule.is_present(task) || schedule.index().task(task).started) continue;
      moved = place(task) || moved;
    }
    if (!schedule.index().is_coupled()) return;
  }
}

}  // namespace

std::vector<double> processing_times(const ProblemIndex& index) {
  const DispatchProblem& problem = index.problem();
  const std::size_t count = problem.tasks.size();
  std::vector<double> nearest(count, kNever);
  // From one place to all tasks, then from the next: a matrix lies in memory row by row.
  const auto come_from = [&](const TravelMatrix& travel, Id<Site> from, std::size_t except) {
    for (std::size_t t = 0; t < count; ++t) {
      if (t == except) continue;
      nearest[t] = std::min(nearest[t], travel(from.index, problem.tasks[t].site.index));
    }
  };
  for (std::size_t c = 0; c < problem.crews.size(); ++c)
    come_from(index.travel(Id<DispatchCrew>{c}), problem.crews[c].start_site, count);
  for (std::size_t t = 0; t < count; ++t)
    come_from(problem.travel.front(), problem.tasks[t].site, t);
  std::vector<double> processing(count, 0);
  for (std::size_t t = 0; t < count; ++t)
    processing[t] = problem.tasks[t].duration + (std::isfinite(nearest[t]) ? nearest[t] : 0);
  return processing;
}

void place_started(Schedule& schedule) {
  const DispatchProblem& problem = schedule.index().problem();
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    if (!problem.tasks[t].started) continue;
    const Id<DispatchCrew> crew = crew_under_way(problem.tasks[t]);
    schedule.insert(Id<DispatchTask>{t}, std::array{Slot{crew, schedule.tour(crew).started}});
  }
}

void append_in_order(Schedule& schedule, const std::vector<Id<DispatchTask>>& order) {
  place_all(schedule, order, [&](Id<DispatchTask> task) {
    return append_soonest(schedule, task) || insert_cheapest(schedule, task);
  });
}

void insert_in_order(Schedule& schedule, const std::vector<Id<DispatchTask>>& order,
                     double most_slots) {
  double priced = 0;
  place_all(schedule, order, [&](Id<DispatchTask> task) {
    if (priced >= most_slots && append_soonest(schedule, task)) return true;
    const std::size_t slots = slots_of(schedule, task);
    const bool inserted = insert_cheapest(schedule, task);
    priced += static_cast<double>(slots) * (inserted ? 1 : kRefused);
    return inserted;
  });
}

}  // namespace gridmend
