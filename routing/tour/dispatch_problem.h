#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/id.h"
#include "core/work/crew.h"
#include "core/work/work_task.h"
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
  double load = kNever;      // on board at the start; more than capacity: full
  double return_weight = 0;  // objective: return_weight x return arrival; 0 if it stays put
  double leave_by = kNever;  // no break at the start that would end later: the way out closes
  // A break of this length (0: none) is begun in the window, between two stops: where the crew
  // stands when a stop is done, as soon as the window is open; before it opens only if the next
  // stop, should nobody else hold it up, would not be done by the end of the window, and then the
  // crew waits for it to open. A break that would last beyond the place's `leave_by` is taken where
  // the crew comes next instead. Whoever is done for good before the window opens takes none.
  double rest_length = 0;
  double rest_earliest = 0;
  double rest_latest = kNever;
};

// Where material is loaded. A crew whose load does not suffice for its next stop goes there first,
// to the depot by way of which it is at the stop first, and leaves it full. Loading begins no
// earlier than it opens, and is done when the crew has to be out: it waits for the one, and goes
// elsewhere for the other.
struct DispatchDepot {
  std::string id;
  Id<Site> site;
  double duration = 0;
  double earliest = 0;       // infinite: never opens
  double leave_by = kNever;  // the way out closes
};

struct DispatchTask {
  std::string id;
  WorkKind kind = WorkKind::repair;  // for people: the planner treats all alike
  Id<Site> site;
  double duration = 0;
  double weight = 1;
  double demand = 0;                         // shared evenly when several crews are needed
  SkillSet skills;                           // each of its crews must have them all
  std::vector<Id<DispatchTask>> after;       // soft: its weight counts from the last of them too
  std::vector<Id<DispatchTask>> hard_after;  // must be complete before it starts
  double earliest = 0;                       // infinite: never opens
  double deadline = kNever;                  // start of work not later than this
  double leave_by = kNever;                  // no break there that would end later
  // A soft deadline: a battery is empty, a pump station floods. From then on its restoration weighs
  // so much more.
  double due = kNever;
  double late_weight = 0;
  int crews_needed = 1;                  // they start together, when the last has arrived
  Id<DispatchCrew> pinned_to;            // none: free; otherwise one of its crews is this one
  std::vector<Id<DispatchCrew>> vetoed;  // never one of these
  // The crew that holds it in the running plan (none: nobody), and what taking it away costs.
  Id<DispatchCrew> held_by;
  double change_penalty = 0;
  // > 0: the crew that holds it is on its way there. What it costs to send that crew elsewhere
  // first, or not there at all; on top of change_penalty.
  double turn_penalty = 0;
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
  std::vector<DispatchDepot> depots;  // none: what is on board has to do
};

// Refuses: references outside the tables, durations, times and weights that are negative, NaN or
// above 1e15, a cycle of soft or
// of hard precedence (named by its task ids), matrices of the wrong size, a started task of nobody,
// a crew on its way to a task that it does not hold or that is started, a break whose window ends
// before it opens.
// Zero crews are no error. O(sites^2 + tasks + precedences).
Result<void> validate(const DispatchProblem& problem);

// The crew that has started the task; none if nobody has.
Id<DispatchCrew> crew_under_way(const DispatchTask& task);

bool is_vetoed(const DispatchTask& task, Id<DispatchCrew> crew);

// What a task adds to the objective when it is restored at this moment.
double harm_of(const DispatchTask& task, double restored);
// What a moment's delay of that adds.
double weight_at(const DispatchTask& task, double restored);

}  // namespace gridmend
