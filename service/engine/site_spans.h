#pragma once

#include <span>
#include <vector>

#include "routing/tour/dispatch_problem.h"
#include "service/engine/travel_matrices.h"

namespace gridmend {

// When a site can be used by those classes that can use it then.
struct SafeEntry {
  RoadAccess::Span span;
  double way_in_s = 0;
  double way_out_s = 0;
};

// Classes reach a site at different times, and a task has one window for all of them. The window of
// a site is that of the class for which most crews' time counts: crews that can use it as a whole
// times its length, of which eight hours count; a class that cannot use it as a whole is kept out,
// its columns become infinite, unless `held` says that one of its crews is at the site already.
//
// By site, none where it is always to be reached or never. `crews_by_class` counts crews.
std::vector<std::optional<SafeEntry>> agree_on_spans(std::span<ClassTravel> travel,
                                                     std::span<const int> crews_by_class,
                                                     std::size_t starts, Time now,
                                                     std::span<const std::vector<char>> held);

// Takes the site's window into the task's: earliest start, latest start. A task for which it is too
// short never opens. Second 0 of the task is `zero`.
void keep_to_span(const SafeEntry& entry, Time zero, DispatchTask& task);

}  // namespace gridmend
