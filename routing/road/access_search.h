#pragma once

#include <algorithm>
#include <utility>

#include "routing/road/road_access.h"

// What find_access() and find_boat_access() have in common; nobody else's.

namespace gridmend {

// The first span of steps in which a trip gets in, works and gets out. Of `trip` it wants
//   steps(), forecast()   what the steps are
//   opens(step)           does something open that was closed in the step before?
//   until(first)          the first step in which ways there and back, open since `first`, are open
//                         no more; `first` when there are none
//   why(first)            there are none because of this
//   in_steps(first, end)  in, work and out within [first, end), setting out as early as can be
template <class Trip>
RoadAccess find_span(Trip& trip, const AccessQuestion& question) {
  constexpr std::size_t kNarrow = 2;
  const std::uint32_t asked = trip.forecast().step_at(question.at);
  RoadAccess none;
  for (std::uint32_t first = asked; first < trip.steps(); ++first) {
    // Where nothing opens there is nothing that the step before did not have.
    if (first > asked && !trip.opens(first)) continue;
    const std::uint32_t until = trip.until(first);
    if (until <= first) {
      if (first == asked) none.reason = trip.why(first);
      continue;
    }
    // Where the whole span does not do, a part of it, with quicker ways, may.
    for (std::uint32_t end = until; end > first; --end) {
      RoadAccess access = trip.in_steps(first, end);
      if (access.reachable) {
        access.reachable = first == asked;
        if (access.reachable) return access;
        access.reason = none.reason;
        access.too_short = none.too_short;
        access.narrow = std::move(none.narrow);
        return access;
      }
      if (end == until && first == asked) {
        none.reason = NoAccess::too_short;
        none.too_short = access.span;
      } else if (end == until && none.narrow.size() < kNarrow) {
        none.narrow.push_back(*access.span);
      }
      if (later(access.set_out, question.work) >= access.span->until) break;
    }
  }
  return none;
}

// Looks in coarse steps, then once more in finer ones around where what was found begins and ends.
// `look(steps)` finds access in such steps, and says what they were.
template <class Look>
RoadAccess find_in_finer_steps(const AccessQuestion& question, Duration step, Look look) {
  ForecastSteps steps;
  steps.from = question.at;
  steps.step = step;
  auto [found, forecast] = look(steps);
  steps.marks = marks_around(*forecast, found, question.at);
  if (!steps.marks.empty()) found = look(steps).first;
  return std::move(found);
}

}  // namespace gridmend
