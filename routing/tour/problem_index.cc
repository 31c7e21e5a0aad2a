#include "routing/tour/problem_index.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>

#include "core/base/check.h"

namespace gridmend {
namespace {

std::vector<std::vector<Id<DispatchTask>>> turn_round(
    const DispatchProblem& problem, std::vector<Id<DispatchTask>> DispatchTask::*before) {
  std::vector<std::vector<Id<DispatchTask>>> successors(problem.tasks.size());
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    for (const Id<DispatchTask> other : problem.tasks[t].*before) {
      successors[other.index].emplace_back(t);
    }
  }
  return successors;
}

std::vector<Id<DispatchTask>> predecessors_first(
    const DispatchProblem& problem, const std::vector<std::vector<Id<DispatchTask>>>& successors) {
  std::vector<std::size_t> open(problem.tasks.size());
  std::priority_queue<Id<DispatchTask>, std::vector<Id<DispatchTask>>, std::greater<>> ready;
  for (std::size_t t = 0; t < open.size(); ++t) {
    open[t] = problem.tasks[t].after.size();
    if (open[t] == 0) ready.emplace(t);
  }
  std::vector<Id<DispatchTask>> order;
  order.reserve(open.size());
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (const Id<DispatchTask> next : successors[order.back().index]) {
      if (--open[next.index] == 0) ready.push(next);
    }
  }
  GRIDMEND_CHECK(order.size() == problem.tasks.size(), "validate() has refused cycles");
  return order;
}

}  // namespace

ProblemIndex::ProblemIndex(const DispatchProblem& problem)
    : problem_(problem),
      able_crews_(problem.tasks.size()),
      soft_successors_(turn_round(problem, &DispatchTask::after)),
      hard_successors_(turn_round(problem, &DispatchTask::hard_after)),
      soft_order_(predecessors_first(problem, soft_successors_)) {
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    const Id<DispatchTask> id{t};
    soft_ = soft_ || !task(id).after.empty();
    coupled_ = coupled_ || !task(id).hard_after.empty() || crews_of(id) > 1;
    for (std::size_t c = 0; c < problem.crews.size(); ++c) {
      if (is_able(Id<DispatchCrew>{c}, id)) able_crews_[t].emplace_back(c);
    }
  }
}

bool ProblemIndex::is_able(Id<DispatchCrew> who, Id<DispatchTask> id) const {
  const DispatchTask& what = task(id);
  const bool way_there = std::isfinite(travel(who)(crew(who).start_site.index, what.site.index));
  if (what.started) return crew_under_way(what) == who && way_there;
  if (what.pinned_to.valid() && what.pinned_to != who && crews_of(id) == 1) return false;
  if (!std::isfinite(what.earliest)) return false;
  const bool way_home = !crew(who).end_site.valid() ||
                        std::isfinite(travel(who)(what.site.index, crew(who).end_site.index));
  return way_there && way_home && crew(who).skills.covers(what.skills) &&
         what.demand / crews_of(id) <= crew(who).capacity;
}

}  // namespace gridmend
