#include "routing/tour/latency_descent.h"

#include <algorithm>

#include "routing/tour/moves/or_opt.h"
#include "routing/tour/moves/stop_exchange.h"
#include "routing/tour/moves/tail_exchange.h"
#include "routing/tour/moves/two_opt.h"

namespace gridmend {

LatencyDescent::LatencyDescent(const ProblemIndex& index)
    : index_(index), is_queued_(index.problem().tasks.size(), 0) {}

void LatencyDescent::look_at(Id<DispatchTask> task) {
  if (is_queued_[task.index] != 0) return;
  is_queued_[task.index] = 1;
  queue_.push_back(task);
}

void LatencyDescent::look_around(const LatencyTours& tours, Id<DispatchCrew> crew,
                                 std::uint32_t place) {
  const std::uint32_t last = std::min(place + 1, tours.stops(crew));
  for (std::uint32_t p = place > 1 ? place - 1 : 1; p <= last; ++p) look_at(tours.task_at(crew, p));
}

void LatencyDescent::look_at_joints(const LatencyTours& tours,
                                    const LatencyTours::Recombination& change) {
  for (const LatencyTours::NewTour& tour : {change.one, change.other}) {
    if (!tour.crew().valid()) continue;
    if (tour.kept() > 0) look_at(tours.task_at(tour.crew(), tour.kept()));
    for (const LatencyTours::Stretch& stretch : tour.stretches()) {
      look_at(tours.task_at(stretch.crew, stretch.first));
      look_at(tours.task_at(stretch.crew, stretch.last));
    }
  }
}

LatencyTours::Recombination LatencyDescent::best_move(const LatencyTours& tours,
                                                      Id<DispatchTask> task) const {
  LatencyTours::Recombination best;
  best.change = -kLeastGain * tours.objective();
  NearPlaces near{tours.crew_of(task), tours.place_of(task), {}, 0};
  const auto consider = [&](Id<DispatchCrew> crew, std::uint32_t place) {
    near.near_crew = crew;
    near.near_place = place;
    TwoOpt::consider(tours, near, best);
    OrOpt::consider(tours, near, best);
    StopExchange::consider(tours, near, best);
    TailExchange::consider(tours, near, best);
  };
  std::size_t looked_at = 0;
  for (const Id<DispatchTask> other : index_.near(task)) {
    if (other == task || !tours.is_present(other)) continue;
    if (++looked_at > kNear) break;
    consider(tours.crew_of(other), tours.place_of(other));
  }
  consider(near.crew, 0);
  consider(near.crew, tours.stops(near.crew) + 1);
  return best;
}

void LatencyDescent::run(LatencyTours& tours) {
  for (std::size_t next = 0; next < queue_.size(); ++next) {
    const Id<DispatchTask> task = queue_[next];
    is_queued_[task.index] = 0;
    if (!tours.is_present(task)) continue;
    const LatencyTours::Recombination move = best_move(tours, task);
    if (!move.one.crew().valid()) continue;
    look_at_joints(tours, move);
    look_at(task);
    tours.apply(move);
  }
  queue_.clear();
}

}  // namespace gridmend
