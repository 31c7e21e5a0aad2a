#pragma once

#include <array>
#include <string_view>

#include "routing/tour/dispatch_plan.h"
#include "routing/tour/problem_index.h"

namespace gridmend {

// Why a task is in no tour. The words are stable:
//   no_crew               there are no crews at all
//   never_opens           its earliest entry is infinite
//   pinned_crew_unable    the crew it is pinned to (or that started it) cannot do it
//   no_skilled_crew       no crew has the skills
//   vetoed                the skilled ones must not do it
//   over_capacity         no skilled crew can carry what it needs
//   no_material           nobody who could has it on board, or a way to a depot and on from there
//   unreachable           no such crew has a way there and home
//   too_few_crews         some, but fewer than it needs
//   prerequisite_unserved a hard prerequisite is in no tour either
//   deadline_too_early    nobody can be there in time, even going there first
//   shift_too_short       nobody can be done and home by the end of the shift, even so
//   no_room               it could be done alone, but not beside what is served
inline constexpr std::array<std::string_view, 13> kUnservedReasons = {
    "no_crew",       "never_opens",           "pinned_crew_unable", "no_skilled_crew",
    "vetoed",        "over_capacity",         "no_material",        "unreachable",
    "too_few_crews", "prerequisite_unserved", "deadline_too_early", "shift_too_short",
    "no_room"};

// One of these, with details for people.
UnservedTask explain_unserved(const ProblemIndex& index, const DispatchPlan& plan,
                              Id<DispatchTask> task);

}  // namespace gridmend
