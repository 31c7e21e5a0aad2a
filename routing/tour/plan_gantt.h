#pragma once

#include <string>

#include "routing/tour/dispatch_plan.h"

namespace gridmend {

// The plan as a Gantt chart in SVG: a row a crew that goes out, a line for ways and waiting, a bar
// for work, wider for longer; each bar's title names task, arrival, start and completion. A task of
// several crews is in each of their rows. Below, what is unserved, with its reason.
std::string write_plan_gantt(const DispatchProblem& problem, const DispatchPlan& plan);

}  // namespace gridmend
