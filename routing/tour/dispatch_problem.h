#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/id.h"
#include "core/work/crew.h"
#include "routing/tour/travel_matrix.h"

namespace gridmend {

struct Site;  // tag: a row and column of the travel matrices

inline constexpr double kNever = std::numeric_limits<double>::infinity();

// Times are seconds from the problem's own zero; durations are seconds.
struct DispatchCrew {
  std::string id;
  Id<Site> start_site;
  Id<Site> end_site;  // none: the tour ends where its last task is
  double start_time = 0;
  double shift_end = kNever;  // the last task must be complete (and the way home done) by then
  SkillSet skills;
  std::uint32_t matrix = 0;  // which of DispatchProblem::travel its vehicle class uses
  double capacity = kNever;
  double return_weight = 0;  // objective: return_weight x return arrival; 0 if it stays put
};

struct DispatchTask {
  std::string id;
  Id<Site> site;
  double duration = 0;
  double weight = 1;
  double demand = 0;                         // shared evenly when several crews are needed
  SkillSet skills;                           // each of its crews must have them all
  std::vector<Id<DispatchTask>> after;       // soft: its weight counts from the last of them too
  std::vector<Id<DispatchTask>> hard_after;  // must be complete before it starts
  double earliest = 0;                       // infinite: never opens
  double deadline = kNever;                  // start of work not later than this
  int crews_needed = 1;                      // they start together, when the last has arrived
  Id<DispatchCrew> pinned_to;                // none: free; otherwise one of its crews is this one
  // The crew that holds it in the running plan (none: nobody), and what taking it away costs.
  Id<DispatchCrew> held_by;
  double change_penalty = 0;
  // Under way: first in the tour of the crew that holds it (else of the one it is pinned to),
  // whatever it costs; shift, skills, window and prerequisites no longer matter, and no second
  // crew is called to it. Its duration is what remains.
  bool started = false;
};

// Who can do what, where, when: all the planner sees. Validated once by validate().
struct DispatchProblem {
  std::uint32_t sites = 0;
  std::vector<TravelMatrix> travel;  // at least one; one a vehicle class; shortest times
  std::vector<DispatchCrew> crews;
  std::vector<DispatchTask> tasks;
};

// Refuses: references outside the tables, negative or NaN durations and times, a cycle of soft or
// of hard precedence (named by its task ids), matrices of the wrong size, a started task of nobody.
// Zero crews are no error. O(sites^2 + tasks + precedences).
Result<void> validate(const DispatchProblem& problem);

// The crew that has started the task; none if nobody has.
Id<DispatchCrew> crew_under_way(const DispatchTask& task);

}  // namespace gridmend
