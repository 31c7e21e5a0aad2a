#pragma once

#include "routing/tour/problem_index.h"

namespace gridmend {

// A crew between two stops: when and where it is free, what it has left, whether its break is
// behind it (or none is due).
struct CrewState {
  double time = 0;
  Id<Site> place;
  double left = kNever;
  bool rested = true;
  double leave_by = kNever;  // of the place: no break there that would end later
};

// How it gets to its next stop.
struct TourLeg {
  double arrival = 0;  // infinite: it cannot, or its break would be too late
  double left = kNever;
  bool rested = true;
};

CrewState at_the_start(const ProblemIndex& index, Id<DispatchCrew> crew);

// The leg to a stop, with the break and the depot that DispatchCrew and DispatchDepot ask for.
// O(depots) when the load does not suffice, O(1) otherwise.
TourLeg leg_to(const ProblemIndex& index, Id<DispatchCrew> crew, const CrewState& state,
               Id<DispatchTask> next);

// Whether a crew that completes a stop then, in this state, has missed its break.
bool misses_rest(const DispatchCrew& crew, bool rested, double completion);

}  // namespace gridmend
