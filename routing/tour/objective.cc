#include "routing/tour/objective.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace gridmend {
namespace {

tl::unexpected<Error> infeasible(std::string reason, std::string message) {
  return refuse(ErrorCode::failed_precondition, std::move(reason), std::move(message));
}

// Times sequences by sweeping over the crews until no stop can be timed any more. Slow and plain on
// purpose: the planner's own bookkeeping is held against it.
class Timing {
 public:
  Timing(const DispatchProblem& problem, const CrewSequences& sequences)
      : problem_(problem),
        sequences_(sequences),
        present_(problem.tasks.size(), 0),
        crews_of_task_(problem.tasks.size()),
        completion_(problem.tasks.size()),
        tours_(problem.crews.size()) {
    for (const DispatchCrew& crew : problem.crews)
      aboard_.push_back({std::min(crew.load, crew.capacity), crew.rest_length == 0});
  }

  Result<DispatchPlan> run() {
    if (Result<void> checked = check_assignment(); !checked) return unexpected(checked.error());
    for (std::size_t c = 0; c < tours_.size(); ++c) tours_[c].crew = Id<DispatchCrew>{c};
    bool moved = true;
    while (moved) {
      moved = false;
      for (const DispatchTour& tour : tours_) moved = time_next_stop(tour.crew) || moved;
    }
    if (Result<void> checked = check_times(); !checked) return unexpected(checked.error());
    return assemble();
  }

 private:
  const DispatchTask& task(Id<DispatchTask> id) const { return problem_.tasks[id.index]; }
  const TravelMatrix& travel(Id<DispatchCrew> crew) const {
    return problem_.travel[problem_.crews[crew.index].matrix];
  }
  std::string name(Id<DispatchTask> id) const { return "task '" + task(id).id + "'"; }
  int crews_of(Id<DispatchTask> id) const { return task(id).started ? 1 : task(id).crews_needed; }

  // What does not depend on time.
  Result<void> check_assignment() {
    if (sequences_.size() != problem_.crews.size()) {
      return infeasible("SEQUENCES", "there must be one sequence a crew");
    }
    std::vector<char> pin_kept(problem_.tasks.size(), 0);
    for (std::size_t c = 0; c < sequences_.size(); ++c) {
      const DispatchCrew& crew = problem_.crews[c];
      double load = 0;
      bool all_started = true;
      for (const Id<DispatchTask> id : sequences_[c]) {
        if (id.index >= problem_.tasks.size()) return infeasible("TASK_UNKNOWN", "no such task");
        ++present_[id.index];
        crews_of_task_[id.index].emplace_back(c);
        const DispatchTask& it = task(id);
        load += it.demand / crews_of(id);
        const Id<DispatchCrew> keeper = it.started ? crew_under_way(it) : it.pinned_to;
        if (keeper.index == c) pin_kept[id.index] = 1;
        if (it.started && !all_started) return infeasible("STARTED", name(id) + " is not first");
        if (!it.started) all_started = false;
        if (!it.started && !crew.skills.covers(it.skills)) {
          return infeasible("SKILL", "crew '" + crew.id + "' cannot do " + name(id));
        }
        if (!it.started && is_vetoed(it, Id<DispatchCrew>{c})) {
          return infeasible("VETO", "crew '" + crew.id + "' must not do " + name(id));
        }
      }
      const double most = std::min(crew.load, crew.capacity);
      if (problem_.depots.empty() && !all_started && load > most * (1 + 1e-12)) {
        return infeasible("CAPACITY", "crew '" + crew.id + "' cannot carry its load");
      }
    }
    for (std::size_t t = 0; t < present_.size(); ++t) {
      const Id<DispatchTask> id{t};
      if (present_[t] == 0) continue;
      if (present_[t] != crews_of(id)) return infeasible("CREWS", name(id) + ": number of crews");
      const bool bound = task(id).started || task(id).pinned_to.valid();
      if (bound && pin_kept[t] == 0) return infeasible("PIN", name(id) + " is with another crew");
    }
    return each_crew_once();
  }

  Result<void> each_crew_once() const {
    for (const auto& sequence : sequences_) {
      auto sorted = sequence;
      std::sort(sorted.begin(), sorted.end());
      const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
      if (twice != sorted.end()) return infeasible("TWICE", name(*twice) + " is twice in a tour");
    }
    return {};
  }

  Id<DispatchTask> next_of(Id<DispatchCrew> crew) const {
    const auto& sequence = sequences_[crew.index];
    const std::size_t done = tours_[crew.index].stops.size();
    return done < sequence.size() ? sequence[done] : Id<DispatchTask>::none();
  }

  // What a crew has left, and whether its break is behind it.
  struct Aboard {
    double left = 0;
    bool rested = true;
  };
  // How it gets from where it stands to its next stop.
  struct Approach {
    double arrival = 0;
    std::optional<double> rest;
    Id<DispatchDepot> depot;
    double left = 0;
  };

  double arrival_at(Id<DispatchCrew> crew, Id<DispatchTask> id) const {
    return approach(crew, id).arrival;
  }

  Approach approach(Id<DispatchCrew> crew, Id<DispatchTask> id) const {
    const auto& stops = tours_[crew.index].stops;
    const DispatchCrew& who = problem_.crews[crew.index];
    const DispatchTask& next = task(id);
    const Id<Site> from = stops.empty() ? who.start_site : task(stops.back().task).site;
    const double now = stops.empty() ? who.start_time : stops.back().completion;
    const Approach at_once = drive(crew, from, id, now);
    if (next.started || aboard_[crew.index].rested) return at_once;
    const double done = std::max(at_once.arrival, next.earliest) + next.duration;
    if (now < who.rest_earliest && done <= who.rest_latest) return at_once;
    const double leave_by = stops.empty() ? who.leave_by : task(stops.back().task).leave_by;
    const double rest = std::max(now, who.rest_earliest);
    if (rest + who.rest_length > leave_by) {
      Approach first_out = at_once;
      first_out.rest = std::max(at_once.arrival, who.rest_earliest);
      first_out.arrival =
          *first_out.rest > who.rest_latest ? kNever : *first_out.rest + who.rest_length;
      return first_out;
    }
    Approach rested = drive(crew, from, id, rest + who.rest_length);
    rested.rest = rest;
    if (rest > who.rest_latest) rested.arrival = kNever;
    return rested;
  }

  Approach drive(Id<DispatchCrew> crew, Id<Site> from, Id<DispatchTask> id, double now) const {
    const TravelMatrix& way = travel(crew);
    const DispatchTask& next = task(id);
    const double capacity = problem_.crews[crew.index].capacity;
    const double left = aboard_[crew.index].left;
    const double needs = next.demand / crews_of(id);
    const bool suffices = needs <= left + capacity * 1e-12;
    if (problem_.depots.empty() || next.started || suffices) {
      return {now + way(from.index, next.site.index), {}, {}, std::max(0.0, left - needs)};
    }
    Approach best{kNever, {}, {}, capacity - needs};
    for (std::size_t d = 0; d < problem_.depots.size() && needs <= capacity; ++d) {
      const DispatchDepot& depot = problem_.depots[d];
      const double opens = std::max(now + way(from.index, depot.site.index), depot.earliest);
      const double arrival = opens + depot.duration + way(depot.site.index, next.site.index);
      if (opens + depot.duration > depot.leave_by || arrival >= best.arrival) continue;
      best.arrival = arrival;
      best.depot = Id<DispatchDepot>{d};
    }
    return best;
  }

  // When the work can start if all its crews stand before it; nullopt: not known yet.
  std::optional<double> start_of(Id<DispatchTask> id) const {
    double start = task(id).started ? 0 : task(id).earliest;
    int crews = 0;
    for (const Id<DispatchCrew> crew : crews_of_task_[id.index]) {
      if (next_of(crew) != id) continue;
      ++crews;
      start = std::max(start, arrival_at(crew, id));
    }
    if (crews != crews_of(id)) return std::nullopt;
    if (task(id).started) return start;
    for (const Id<DispatchTask> before : task(id).hard_after) {
      if (!completion_[before.index]) return std::nullopt;
      start = std::max(start, *completion_[before.index]);
    }
    return start;
  }

  bool time_next_stop(Id<DispatchCrew> crew) {
    const Id<DispatchTask> id = next_of(crew);
    if (!id.valid()) return false;
    const std::optional<double> start = start_of(id);
    if (!start) return false;
    const double completion = *start + task(id).duration;
    for (const Id<DispatchCrew> each : crews_of_task_[id.index]) {
      const Approach came = approach(each, id);
      tours_[each.index].stops.push_back(
          {id, came.arrival, *start, completion, came.rest, came.depot});
      aboard_[each.index].left = came.left;
      if (came.rest) aboard_[each.index].rested = true;
    }
    completion_[id.index] = completion;
    return true;
  }

  Result<void> check_times() {
    for (DispatchTour& tour : tours_) {
      if (const Id<DispatchTask> id = next_of(tour.crew); id.valid()) {
        return infeasible("WAITS_FOR_EVER", name(id) + " is never free to start");
      }
      const DispatchCrew& crew = problem_.crews[tour.crew.index];
      tour.return_arrival = crew.start_time;
      if (tour.stops.empty()) continue;
      bool rested = crew.rest_length == 0;
      for (const DispatchStop& stop : tour.stops) {
        rested = rested || stop.rest;
        const bool overdue = !rested && stop.completion > crew.rest_latest;
        if (overdue && !task(stop.task).started) return infeasible("REST", name(stop.task));
        if (!std::isfinite(stop.start)) return infeasible("UNREACHABLE", name(stop.task));
        const bool late = stop.start > task(stop.task).deadline;
        if (late && !task(stop.task).started) return infeasible("DEADLINE", name(stop.task));
      }
      const DispatchStop& last = tour.stops.back();
      tour.return_arrival = last.completion;
      if (crew.end_site.valid()) {
        tour.return_arrival += travel(tour.crew)(task(last.task).site.index, crew.end_site.index);
      }
      if (task(last.task).started) continue;
      if (!std::isfinite(tour.return_arrival)) return infeasible("NO_WAY_HOME", name(last.task));
      if (tour.return_arrival > crew.shift_end) return infeasible("SHIFT", name(last.task));
    }
    return {};
  }

  // Latest of its own and all its soft predecessors' completions; infinite if one is unserved.
  double restored_at(Id<DispatchTask> id, std::vector<std::optional<double>>& known) const {
    std::vector<Id<DispatchTask>> stack{id};
    while (!stack.empty()) {
      const Id<DispatchTask> top = stack.back();
      double latest = completion_[top.index].value_or(kNever);
      bool complete = true;
      for (const Id<DispatchTask> before : task(top).after) {
        if (!known[before.index]) {
          stack.push_back(before);
          complete = false;
        } else {
          latest = std::max(latest, *known[before.index]);
        }
      }
      if (!complete) continue;
      known[top.index] = latest;
      stack.pop_back();
    }
    return *known[id.index];
  }

  double penalty_of(Id<DispatchTask> id) const {
    const Id<DispatchCrew> holder = task(id).held_by;
    if (!holder.valid()) return 0;
    const auto& sequence = sequences_[holder.index];
    const bool kept = std::find(sequence.begin(), sequence.end(), id) != sequence.end();
    const auto first = std::find_if(sequence.begin(), sequence.end(),
                                    [&](Id<DispatchTask> other) { return !task(other).started; });
    const bool turns = first == sequence.end() || *first != id;
    return (kept ? 0 : task(id).change_penalty) + (turns ? task(id).turn_penalty : 0);
  }

  DispatchPlan assemble() {
    DispatchPlan plan;
    std::vector<std::optional<double>> known(problem_.tasks.size());
    for (std::size_t t = 0; t < problem_.tasks.size(); ++t) {
      const Id<DispatchTask> id{t};
      const double restored = restored_at(id, known);
      if (std::isfinite(restored)) {
        plan.objective += harm_of(task(id), restored);
      } else {
        plan.unserved_weight += task(id).weight + task(id).late_weight;
      }
      if (present_[t] != 0) {
        plan.objective += penalty_of(id);
        plan.penalties += penalty_of(id);
      } else {
        plan.unserved.push_back({id, {}, {}});
      }
    }
    for (const DispatchTour& tour : tours_) {
      if (tour.stops.empty() || !std::isfinite(tour.return_arrival)) continue;
      plan.objective += problem_.crews[tour.crew.index].return_weight * tour.return_arrival;
    }
    plan.tours = std::move(tours_);
    return plan;
  }

  const DispatchProblem& problem_;
  const CrewSequences& sequences_;
  std::vector<int> present_;
  std::vector<std::vector<Id<DispatchCrew>>> crews_of_task_;
  std::vector<std::optional<double>> completion_;
  std::vector<Aboard> aboard_;  // by crew
  std::vector<DispatchTour> tours_;
};

bool same(double a, double b) {
  return a == b || std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

}  // namespace

Result<DispatchPlan> time_sequences(const DispatchProblem& problem,
                                    const CrewSequences& sequences) {
  return Timing(problem, sequences).run();
}

PlanValue value_of(const DispatchPlan& plan) {
  return {plan.unserved_weight, plan.unserved.size(), plan.objective};
}

CrewSequences sequences_of(const DispatchProblem& problem, const DispatchPlan& plan) {
  CrewSequences sequences(problem.crews.size());
  for (const DispatchTour& tour : plan.tours) {
    for (const DispatchStop& stop : tour.stops) {
      sequences[tour.crew.index].push_back(stop.task);
    }
  }
  return sequences;
}

Result<void> check_plan(const DispatchProblem& problem, const DispatchPlan& plan) {
  for (const DispatchTour& tour : plan.tours) {
    if (tour.crew.index >= problem.crews.size()) return infeasible("CREW_UNKNOWN", "no such crew");
  }
  const Result<DispatchPlan> truth = time_sequences(problem, sequences_of(problem, plan));
  if (!truth) return unexpected(truth.error());
  if (!same(truth->objective, plan.objective) ||
      !same(truth->unserved_weight, plan.unserved_weight)) {
    return infeasible("OBJECTIVE", "the objective is not the recomputed one");
  }
  if (truth->unserved.size() != plan.unserved.size()) {
    return infeasible("UNSERVED", "the unserved tasks are not those in no tour");
  }
  for (const DispatchTour& tour : plan.tours) {
    const auto& stops = truth->tours[tour.crew.index].stops;
    for (std::size_t i = 0; i < stops.size(); ++i) {
      if (same(stops[i].arrival, tour.stops[i].arrival) &&
          same(stops[i].completion, tour.stops[i].completion)) {
        continue;
      }
      return infeasible("TIMES",
                        "task '" + problem.tasks[stops[i].task.index].id + "' is timed wrongly");
    }
  }
  return {};
}

}  // namespace gridmend
