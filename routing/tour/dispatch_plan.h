#pragma once

#include <optional>
#include <string>
#include <vector>

#include "routing/tour/dispatch_problem.h"

namespace gridmend {

struct DispatchStop {
  Id<DispatchTask> task;
  double arrival = 0;  // at the site
  double start = 0;    // of the work: after waiting for `earliest` and hard prerequisites
  double completion = 0;
  std::optional<double> rest;  // when the crew's break begins, on the way here
  Id<DispatchDepot> depot;     // visited on the way here; none: straight on
};

struct DispatchTour {
  Id<DispatchCrew> crew;
  std::vector<DispatchStop> stops;
  double return_arrival = 0;  // at end_site; equal to the last completion when there is none
};

struct UnservedTask {
  Id<DispatchTask> task;
  std::string reason;   // one of the words of unserved_reason.h: "unreachable", ...
  std::string details;  // the same for a person, with the figures
};

struct DispatchPlan {
  // Sum over served tasks of weight x effective completion (soft precedence: the latest of its own
  // and its predecessors') and of late weight x how far that is beyond `due`, plus return weights,
  // plus change and turn penalties. Unserved tasks are counted apart: first fewest unserved weight
  // (late weight included), then least objective.
  double objective = 0;
  double penalties = 0;  // of the objective, what is for changes and turns
  double unserved_weight = 0;
  // The same three of the plan the search began with: the first one made, or the running one with
  // only what it had to change.
  double first_objective = 0;
  double first_penalties = 0;
  double first_unserved_weight = 0;
  std::vector<DispatchTour> tours;
  std::vector<UnservedTask> unserved;
  double seconds_to_best = 0;
};

}  // namespace gridmend
