#include "routing/tour/problem_index.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <utility>

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
    const DispatchProblem& problem, std::vector<Id<DispatchTask>> DispatchTask::*before,
    const std::vector<std::vector<Id<DispatchTask>>>& successors) {
  std::vector<std::size_t> open(problem.tasks.size());
  std::priority_queue<Id<DispatchTask>, std::vector<Id<DispatchTask>>, std::greater<>> ready;
  for (std::size_t t = 0; t < open.size(); ++t) {
    open[t] = (problem.tasks[t].*before).size();
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

// From direct successors to all of them, last tasks first.
std::vector<std::vector<Id<DispatchTask>>> all_successors(
    const std::vector<std::vector<Id<DispatchTask>>>& direct,
    const std::vector<Id<DispatchTask>>& order) {
  std::vector<std::vector<Id<DispatchTask>>> all(direct.size());
  std::vector<std::size_t> seen_from(direct.size(), direct.size());
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    const auto add = [&](Id<DispatchTask> next) {
      if (std::exchange(seen_from[next.index], id->index) != id->index) {
        all[id->index].push_back(next);
      }
    };
    for (const Id<DispatchTask> next : direct[id->index]) {
      add(next);
      for (const Id<DispatchTask> further : all[next.index]) add(further);
    }
  }
  return all;
}

std::vector<double> weights_behind(const DispatchProblem& problem,
                                   const std::vector<std::vector<Id<DispatchTask>>>& direct) {
  const auto order = predecessors_first(problem, &DispatchTask::hard_after, direct);
  std::vector<double> weights(direct.size(), 0);
  const auto all = all_successors(direct, order);
  for (std::size_t t = 0; t < all.size(); ++t) {
    for (const Id<DispatchTask> next : all[t]) weights[t] += problem.tasks[next.index].weight;
  }
  return weights;
}

std::vector<std::vector<Id<DispatchTask>>> nearest(const DispatchProblem& problem) {
  std::vector<std::vector<Id<DispatchTask>>> near(problem.tasks.size());
  std::vector<std::pair<double, Id<DispatchTask>>> ways;
  const TravelMatrix& travel = problem.travel.front();
  for (std::size_t t = 0; t < near.size(); ++t) {
    ways.clear();
    for (std::size_t other = 0; other < near.size(); ++other) {
      const double way =
          other == t ? -1 : travel(problem.tasks[t].site.index, problem.tasks[other].site.index);
      ways.emplace_back(way, other);
    }
    const auto kept = std::min(ways.size(), ProblemIndex::kNear);
    std::partial_sort(ways.begin(), ways.begin() + static_cast<std::ptrdiff_t>(kept), ways.end());
    for (std::size_t k = 0; k < kept; ++k) near[t].push_back(ways[k].second);
  }
  return near;
}

constexpr std::uint32_t kMostSitesTurned = 3000;
constexpr std::uint32_t kBlock = 32;

// Block by block, so that neither matrix leaves the cache.
TravelMatrix turned(const TravelMatrix& travel) {
  const std::uint32_t sites = travel.sites();
  std::vector<double> seconds(std::size_t{sites} * sites);
  for (std::uint32_t row = 0; row < sites; row += kBlock) {
    for (std::uint32_t column = 0; column < sites; column += kBlock) {
      for (std::uint32_t r = row; r < std::min(sites, row + kBlock); ++r) {
        for (std::uint32_t c = column; c < std::min(sites, column + kBlock); ++c) {
          seconds[std::size_t{c} * sites + r] = travel(r, c);
        }
      }
    }
  }
  return {sites, std::move(seconds)};
}

}  // namespace

ProblemIndex::ProblemIndex(const DispatchProblem& problem, Use use)
    : problem_(problem),
      able_crews_(problem.tasks.size()),
      soft_successors_(turn_round(problem, &DispatchTask::after)),
      hard_successors_(turn_round(problem, &DispatchTask::hard_after)),
      weight_held_up_(weights_behind(problem, hard_successors_)),
      soft_order_(predecessors_first(problem, &DispatchTask::after, soft_successors_)) {
  soft_successors_ = all_successors(soft_successors_, soft_order_);
  if (use == Use::search) {
    near_ = nearest(problem);
    if (problem.sites <= kMostSitesTurned) {
      for (const TravelMatrix& travel : problem.travel) turned_.push_back(turned(travel));
    }
  }
  for (std::size_t c = 0; c < problem.crews.size(); ++c)
    plain_ = plain_ && !pauses(Id<DispatchCrew>{c});
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    const Id<DispatchTask> id{t};
    soft_ = soft_ || !task(id).after.empty();
    coupled_ = coupled_ || !task(id).hard_after.empty() || crews_of(id) > 1;
    late_ = late_ || (task(id).late_weight > 0 && task(id).due < kNever);
    const bool windowed = task(id).earliest > 0 || task(id).deadline < kNever;
    const bool is_bound = task(id).started || task(id).turn_penalty > 0;
    plain_ = plain_ && !soft_ && !late_ && !coupled_ && !windowed && !is_bound;
  }
  // Crew by crew: a crew's ways to all tasks are one row of its matrix.
  for (std::size_t c = 0; c < problem.crews.size(); ++c) {
    for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
      if (is_able(Id<DispatchCrew>{c}, Id<DispatchTask>{t})) able_crews_[t].emplace_back(c);
    }
  }
}

bool ProblemIndex::is_able(Id<DispatchCrew> who, Id<DispatchTask> id) const {
  const DispatchTask& what = task(id);
  const bool way_there = std::isfinite(travel(who)(crew(who).start_site.index, what.site.index));
  if (what.started) return crew_under_way(what) == who && way_there;
  if (what.pinned_to.valid() && what.pinned_to != who && crews_of(id) == 1) return false;
  if (is_vetoed(what, who) || !std::isfinite(what.earliest)) return false;
  const bool way_home = !crew(who).end_site.valid() ||
                        std::isfinite(travel(who)(what.site.index, crew(who).end_site.index));
  return way_there && way_home && crew(who).skills.covers(what.skills) &&
         what.demand / crews_of(id) <= carries(who);
}

}  // namespace gridmend
