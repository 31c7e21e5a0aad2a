#pragma once

#include <vector>

#include "routing/tour/schedule.h"

namespace gridmend {

// First plans, each from a schedule that holds at most the started tasks. None of them leaves out a
// task that one of its tours could still take as it stands.

// Seconds each task is taken to cost a crew: its duration and the shortest way to it from any
// other place where work or a crew is. O(tasks x (tasks + crews)).
std::vector<double> processing_times(const ProblemIndex& index);

// Puts every started task at the head of its crew's tour; those that cannot are left out.
void place_started(Schedule& schedule);

// Each task of `order` at the end of the tour that restores it soonest. For one crew that loses no
// time on the way this is Horn's order itself, the optimum.
void append_in_order(Schedule& schedule, const std::vector<Id<DispatchTask>>& order);

// Each task of `order` where it adds the least harm, until about `most_slots` slots have been
// priced; what is left then goes to the end of tours.
void insert_in_order(Schedule& schedule, const std::vector<Id<DispatchTask>>& order,
                     double most_slots = kNever);

// Again and again the task that would lose most by not getting its best crew, where it adds the
// least harm. O(tasks^2 x stops in a tour) evaluations.
void insert_by_regret(Schedule& schedule, const std::vector<Id<DispatchTask>>& order);

}  // namespace gridmend
