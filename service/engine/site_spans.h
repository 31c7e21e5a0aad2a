#pragma once

#include <span>
#include <vector>

#include "routing/tour/dispatch_problem.h"
#include "service/engine/travel_matrices.h"

namespace gridmend {

// Classes reach a site at different times, and a task has one window for all of them. The window of
// a site is that of the class for which most crews' time counts: crews that can use it as a whole
// times its length, of which eight hours count; a class that cannot use it as a whole is kept out,
// its columns become infinite, unless `held` says that one of its crews is at the site already.
// Where a site is some class's own, those classes' windows are looked at only: its crews are there,
// and no other has to wait for a way in.
//
// By site, from `first` on, with the longest ways of the classes that can use it; none where it is
// always to be reached or never. `crews_by_class` counts crews.
std::vector<std::optional<SiteSpan>> agree_on_spans(std::span<ClassTravel> travel,
                                                    std::span<const int> crews_by_class,
                                                    std::size_t first, Time now,
                                                    std::span<const std::vector<char>> held);

// The second at which a crew that waited on safe ground gets there at the earliest; 0: it is open.
double opens_at(const SiteSpan& span, Time zero);

// The second by which a crew has to leave for its way out, not before 0, which is `zero`; infinite
// when the span has no end.
double leave_by(const SiteSpan& span, Time zero);

// Takes the site's window into the task's: earliest start, latest start, and no break there that
// outlasts it. A task for which it is too short never opens. Second 0 of the task is `zero`.
void keep_to_span(const SiteSpan& span, Time zero, DispatchTask& task);

}  // namespace gridmend
