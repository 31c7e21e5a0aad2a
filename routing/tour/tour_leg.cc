#include "routing/tour/tour_leg.h"

#include <algorithm>

namespace gridmend {
namespace {

// When a crew that leaves then is there by way of the depot that brings it there first; infinite:
// there is none.
double arrival_by_depot(const ProblemIndex& index, Id<DispatchCrew> crew, double time,
                        Id<Site> from, Id<Site> to) {
  const TravelMatrix& travel = index.travel(crew);
  double best = kNever;
  for (const DispatchDepot& depot : index.problem().depots) {
    const double there = time + travel(from.index, depot.site.index);
    const double loaded = std::max(there, depot.earliest) + depot.duration;
    if (loaded > depot.leave_by) continue;
    best = std::min(best, loaded + travel(depot.site.index, to.index));
  }
  return best;
}

}  // namespace

CrewState at_the_start(const ProblemIndex& index, Id<DispatchCrew> crew) {
  const DispatchCrew& who = index.crew(crew);
  return {who.start_time, who.start_site, std::min(who.load, who.capacity), !index.rests(crew),
          who.leave_by};
}

TourLeg leg_to(const ProblemIndex& index, Id<DispatchCrew> crew, const CrewState& state,
               Id<DispatchTask> next) {
  const DispatchCrew& who = index.crew(crew);
  const DispatchTask& task = index.task(next);
  const double needs = task.demand / index.crews_of(next);
  const bool reloads =
      index.reloads(crew) && !task.started && needs > state.left + who.capacity * 1e-12;
  if (reloads && needs > who.capacity) return {kNever, 0, state.rested};
  const auto arrival = [&](double time) {
    return reloads ? arrival_by_depot(index, crew, time, state.place, task.site)
                   : time + index.travel(crew)(state.place.index, task.site.index);
  };
  TourLeg leg{arrival(state.time), (reloads ? who.capacity : state.left) - needs, state.rested};
  leg.left = std::max(0.0, leg.left);
  if (state.rested || task.started) return leg;
  const double done = std::max(leg.arrival, task.earliest) + task.duration;
  if (state.time < who.rest_earliest && done <= who.rest_latest) return leg;
  const double rest = std::max(state.time, who.rest_earliest);
  leg.rested = true;
  if (rest + who.rest_length <= state.leave_by) {
    leg.arrival = rest > who.rest_latest ? kNever : arrival(rest + who.rest_length);
    return leg;
  }
  const double later = std::max(leg.arrival, who.rest_earliest);
  leg.arrival = later > who.rest_latest ? kNever : later + who.rest_length;
  return leg;
}

bool misses_rest(const DispatchCrew& crew, bool rested, double completion) {
  return !rested && completion > crew.rest_latest;
}

}  // namespace gridmend
