#include "routing/tour/plan_changes.h"

#include <algorithm>
#include <cmath>

#include "routing/tour/finished_plan.h"
#include "routing/tour/problem_index.h"

namespace gridmend {
namespace {

using Crews = std::vector<Id<DispatchCrew>>;

std::vector<Crews> crews_by_task(const DispatchProblem& problem, const CrewSequences& sequences) {
  std::vector<Crews> crews(problem.tasks.size());
  for (std::size_t c = 0; c < sequences.size(); ++c) {
    for (const Id<DispatchTask> task : sequences[c]) crews[task.index].emplace_back(c);
  }
  return crews;
}

bool contains(const Crews& crews, Id<DispatchCrew> crew) {
  return std::find(crews.begin(), crews.end(), crew) != crews.end();
}

std::size_t first_free_place(const DispatchProblem& problem,
                             const std::vector<Id<DispatchTask>>& tour) {
  std::size_t place = 0;
  while (place < tour.size() && problem.tasks[tour[place].index].started) ++place;
  return place;
}

// The stops of a tour that were in it before and are not in a longest common subsequence with it:
// patience sorting of their former places.
std::vector<Id<DispatchTask>> moved_within(const std::vector<Id<DispatchTask>>& before,
                                           const std::vector<Id<DispatchTask>>& after,
                                           std::size_t tasks) {
  constexpr std::size_t kNowhere = SIZE_MAX;
  std::vector<std::size_t> place(tasks, kNowhere);
  for (std::size_t i = 0; i < before.size(); ++i) place[before[i].index] = i;
  std::vector<Id<DispatchTask>> common;
  for (const Id<DispatchTask> task : after) {
    if (place[task.index] != kNowhere) common.push_back(task);
  }
  std::vector<std::size_t> tails;  // by length: index into `common` of the lowest last stop
  std::vector<std::size_t> previous(common.size(), kNowhere);
  for (std::size_t i = 0; i < common.size(); ++i) {
    const auto length =
        std::lower_bound(tails.begin(), tails.end(), i, [&](std::size_t a, std::size_t b) {
          return place[common[a].index] < place[common[b].index];
        });
    if (length != tails.begin()) previous[i] = *(length - 1);
    if (length == tails.end()) {
      tails.push_back(i);
    } else {
      *length = i;
    }
  }
  std::vector<char> stays(common.size(), 0);
  for (std::size_t i = tails.empty() ? kNowhere : tails.back(); i != kNowhere; i = previous[i])
    stays[i] = 1;
  std::vector<Id<DispatchTask>> moved;
  for (std::size_t i = 0; i < common.size(); ++i) {
    if (stays[i] == 0) moved.push_back(common[i]);
  }
  return moved;
}

bool is_turned(const DispatchProblem& problem, Id<DispatchTask> task, const Crews& now,
               const CrewSequences& plan) {
  const DispatchTask& what = problem.tasks[task.index];
  if (what.turn_penalty == 0 || now.empty()) return false;
  if (!contains(now, what.held_by)) return true;
  const auto& tour = plan[what.held_by.index];
  return tour[first_free_place(problem, tour)] != task;
}

std::optional<double> gain_of(const DispatchProblem& harmless, const DispatchPlan& now,
                              const CrewSequences& back) {
  const auto then = time_sequences(harmless, back);
  if (!then || then->unserved_weight != now.unserved_weight) return std::nullopt;
  return then->objective - now.objective;
}

std::vector<PlanChange> list_changes(const DispatchProblem& problem, const CrewSequences& running,
                                     const CrewSequences& plan) {
  const std::vector<Crews> then = crews_by_task(problem, running);
  const std::vector<Crews> now = crews_by_task(problem, plan);
  std::vector<char> is_reordered(problem.tasks.size(), 0);
  for (std::size_t c = 0; c < plan.size(); ++c) {
    for (const Id<DispatchTask> task : moved_within(running[c], plan[c], problem.tasks.size()))
      is_reordered[task.index] = 1;
  }
  std::vector<PlanChange> changes;
  for (std::size_t t = 0; t < problem.tasks.size(); ++t) {
    PlanChange change;
    change.task = Id<DispatchTask>{t};
    if (!then[t].empty()) change.before = then[t].front();
    if (!now[t].empty()) change.after = now[t].front();
    if (is_turned(problem, change.task, now[t], plan)) {
      change.kind = PlanChangeKind::turned_round;
      change.before = problem.tasks[t].held_by;
    } else if (then[t].empty() && now[t].empty()) {
      continue;
    } else if (then[t].empty()) {
      change.kind = PlanChangeKind::assigned;
    } else if (now[t].empty()) {
      change.kind = PlanChangeKind::left_out;
    } else if (then[t] != now[t]) {
      change.kind = PlanChangeKind::moved;
    } else if (is_reordered[t] != 0) {
      change.kind = PlanChangeKind::reordered;
    } else {
      continue;
    }
    changes.push_back(change);
  }
  return changes;
}

}  // namespace

DispatchProblem without_penalties(DispatchProblem problem) {
  for (DispatchTask& task : problem.tasks) task.change_penalty = task.turn_penalty = 0;
  return problem;
}

CrewSequences taken_back(const DispatchProblem& problem, const CrewSequences& running,
                         const CrewSequences& plan, const PlanChange& change) {
  CrewSequences back = plan;
  for (auto& tour : back) std::erase(tour, change.task);
  const bool is_new = change.kind == PlanChangeKind::assigned;
  for (std::size_t c = 0; c < plan.size(); ++c) {
    const auto& had = is_new ? plan[c] : running[c];
    const bool turns = change.kind == PlanChangeKind::turned_round && change.before.index == c;
    const auto place_before = std::find(had.begin(), had.end(), change.task);
    if (place_before == had.end() && !turns) continue;
    auto& tour = back[c];
    std::size_t place = first_free_place(problem, tour);
    if (is_new) {
      place = tour.size();
    } else if (!turns) {
      auto behind = place_before;
      while (behind != had.begin()) {
        const auto found = std::find(tour.begin(), tour.end(), *--behind);
        if (found == tour.end()) continue;
        place = std::max(place, static_cast<std::size_t>(found - tour.begin()) + 1);
        break;
      }
    }
    tour.insert(tour.begin() + static_cast<std::ptrdiff_t>(place), change.task);
  }
  return back;
}

std::vector<PlanChange> compare_plans(const DispatchProblem& problem, const CrewSequences& running,
                                      const CrewSequences& plan) {
  std::vector<PlanChange> changes = list_changes(problem, running, plan);
  if (changes.empty()) return changes;
  const DispatchProblem harmless = without_penalties(problem);
  const auto now = time_sequences(harmless, plan);
  if (!now) return changes;
  for (PlanChange& change : changes) {
    if (change.kind == PlanChangeKind::left_out) continue;
    change.gain = gain_of(harmless, *now, taken_back(problem, running, plan, change));
  }
  return changes;
}

DispatchPlan hold_course(const DispatchProblem& problem, const CrewSequences& running,
                         DispatchPlan plan, double least_gain) {
  const auto on_the_way = [](const DispatchTask& task) { return task.turn_penalty > 0; };
  if (std::none_of(problem.tasks.begin(), problem.tasks.end(), on_the_way)) return plan;
  const DispatchProblem harmless = without_penalties(problem);
  CrewSequences sequences = sequences_of(problem, plan);
  bool held = false;
  for (const PlanChange& change : list_changes(problem, running, sequences)) {
    if (change.kind != PlanChangeKind::turned_round) continue;
    const auto now = time_sequences(harmless, sequences);
    const CrewSequences back = taken_back(problem, running, sequences, change);
    const std::optional<double> gain = gain_of(harmless, *now, back);
    if (!gain || *gain >= least_gain) continue;
    sequences = back;
    held = true;
  }
  if (!held) return plan;
  DispatchPlan calmer =
      finished_plan(ProblemIndex(problem, ProblemIndex::Use::insertion), sequences);
  calmer.seconds_to_best = plan.seconds_to_best;
  calmer.first_objective = plan.first_objective;
  calmer.first_penalties = plan.first_penalties;
  calmer.first_unserved_weight = plan.first_unserved_weight;
  return calmer;
}

}  // namespace gridmend
