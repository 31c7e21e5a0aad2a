#pragma once

#include <cstdint>
#include <optional>

#include "routing/tour/objective.h"

namespace gridmend {

// Another place for one task, everything else in its order.
struct StopAlternative {
  Id<DispatchCrew> crew;
  std::uint32_t position = 0;  // in that crew's tour without the task
  double extra_harm = 0;       // weighted seconds more than now; negative: better
  double completion = 0;
};

struct StopExplanation {
  Id<DispatchCrew> crew;  // none: in nobody's tour
  std::uint32_t position = 0;
  double completion = 0;
  // The best of all other crews, and of all other places in the same tour. nullopt: there is none,
  // or the task needs several crews.
  std::optional<StopAlternative> other_crew;
  std::optional<StopAlternative> other_position;
  std::uint32_t unable_crews = 0;  // other crews that have no place for it at all
};

// Exact: every slot of every tour is timed by time_sequences(), change and turn penalties apart.
// The sequences must be feasible. O(slots x (stops + precedences)).
StopExplanation explain_stop(const DispatchProblem& problem, const CrewSequences& sequences,
                             Id<DispatchTask> task);

}  // namespace gridmend
