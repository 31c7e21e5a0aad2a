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
  Id<Site> end_site;                 // none: the tour ends where its last task is
  double start_time = 0;
  double shift_end = kNever;         // the last task must be complete (and the way home done) by then
  SkillSet skills;
  std::uint32_t matrix = 0;          // which of DispatchProblem::travel its vehicle class uses
  double capacity = kNever;
  double return_weight = 0;          // objective: return_weight x return arrival
};

struct DispatchTask {
  std::string id;
  Id<Site> site;
  double duration = 0;
  double weight = 1;
  double demand = 0;
  SkillSet skills;
  std::vector<Id<DispatchTask>> after;       // soft
  std::vector<Id<DispatchTask>> hard_after;
  double earliest = 0;
  double deadline = kNever;          // start of work not later than this
  int crews_needed = 1;
  Id<DispatchCrew> pinned_to;        // none: free
  // The crew that holds it in the running plan (none: nobody), and what taking it away costs.
  Id<DispatchCrew> held_by;
  double change_penalty = 0;
  bool started = false;              // under way: first in its crew's tour, whatever it costs
};

// Who can do what, where, when: all the planner sees. Validated once by validate().
struct DispatchProblem {
  std::uint32_t sites = 0;
  std::vector<TravelMatrix> travel;  // at least one; one a vehicle class
  std::vector<DispatchCrew> crews;
  std::vector<DispatchTask> tasks;
};

// Refuses: references outside the tables, negative or NaN durations and times, a cycle of
// precedence (named by its task ids), matrices of the wrong size. Zero crews are no error.
Result<void> validate(const DispatchProblem& problem);

}  // namespace gridmend
