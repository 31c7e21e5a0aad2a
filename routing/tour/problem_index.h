#pragma once

#include <algorithm>
#include <vector>

#include "routing/tour/dispatch_problem.h"

namespace gridmend {

// What every search over a problem needs and the problem does not say directly. Immutable; keeps a
// reference to the problem, which must have passed validate().
class ProblemIndex {
 public:
  // Fitting single tasks into tours needs neither near() nor ways side by side: much of the time an
  // index of many sites takes.
  enum class Use { search, insertion };

  explicit ProblemIndex(const DispatchProblem& problem, Use use = Use::search);

  const DispatchProblem& problem() const { return problem_; }
  const DispatchTask& task(Id<DispatchTask> id) const { return problem_.tasks[id.index]; }
  const DispatchCrew& crew(Id<DispatchCrew> id) const { return problem_.crews[id.index]; }
  const TravelMatrix& travel(Id<DispatchCrew> id) const { return problem_.travel[crew(id).matrix]; }

  // travel(id)(from, to), for many `from` and one `to`: those lie side by side where it is
  // searched.
  double way(Id<DispatchCrew> id, std::uint32_t from, std::uint32_t to) const {
    return turned_.empty() ? travel(id)(from, to) : turned_[crew(id).matrix](to, from);
  }

  int crews_of(Id<DispatchTask> id) const { return task(id).started ? 1 : task(id).crews_needed; }
  bool is_able(Id<DispatchCrew> crew, Id<DispatchTask> task) const;

  // Crews that may be given the task: skills, pin, capacity and a way there, windows apart.
  const std::vector<Id<DispatchCrew>>& able_crews(Id<DispatchTask> id) const {
    return able_crews_[id.index];
  }
  // The crew that has to be one of the task's crews; none: any able one.
  Id<DispatchCrew> bound_crew(Id<DispatchTask> id) const {
    return task(id).started ? crew_under_way(task(id)) : task(id).pinned_to;
  }
  // Its breaks or depots have to be looked at leg by leg (tour_leg.h).
  bool pauses(Id<DispatchCrew> id) const { return rests(id) || reloads(id); }
  bool rests(Id<DispatchCrew> id) const { return crew(id).rest_length > 0; }
  bool reloads(Id<DispatchCrew> id) const {
    return !problem_.depots.empty() && crew(id).capacity < kNever;
  }
  // The most a tour of the crew, or one stop of it where there are depots, may need.
  double carries(Id<DispatchCrew> id) const {
    return reloads(id) ? crew(id).capacity : std::min(crew(id).load, crew(id).capacity);
  }
  // Direct and indirect ones, each once.
  const std::vector<Id<DispatchTask>>& soft_successors(Id<DispatchTask> id) const {
    return soft_successors_[id.index];
  }
  // Direct ones.
  const std::vector<Id<DispatchTask>>& hard_successors(Id<DispatchTask> id) const {
    return hard_successors_[id.index];
  }
  // Weight of all hard successors, direct and indirect: none of it can count before the task is
  // done.
  double weight_held_up(Id<DispatchTask> id) const { return weight_held_up_[id.index]; }
  // All tasks, soft predecessors first; equal ones in the order of the problem.
  const std::vector<Id<DispatchTask>>& soft_order() const { return soft_order_; }

  // Tasks by the time it takes to get there, the task itself first; at most kNear. For searches.
  static constexpr std::size_t kNear = 128;
  const std::vector<Id<DispatchTask>>& near(Id<DispatchTask> id) const { return near_[id.index]; }

  // Some task has a soft predecessor: tours share their weights.
  bool is_soft() const { return soft_; }
  // Some task's weight rises when it is late.
  bool has_late() const { return late_; }
  // Some task has a hard predecessor or needs several crews: tours wait for each other.
  bool is_coupled() const { return coupled_; }
  // Nothing but travel, durations, weights, loads and shift ends: no precedence, no windows, one
  // crew a task, nobody on the way, weights that stay. Whole stretches of a tour can then be priced
  // in constant time.
  bool is_plain() const { return plain_; }

 private:
  const DispatchProblem& problem_;
  std::vector<std::vector<Id<DispatchCrew>>> able_crews_;
  std::vector<std::vector<Id<DispatchTask>>> soft_successors_;
  std::vector<std::vector<Id<DispatchTask>>> hard_successors_;
  std::vector<double> weight_held_up_;
  std::vector<Id<DispatchTask>> soft_order_;
  std::vector<std::vector<Id<DispatchTask>>> near_;
  std::vector<TravelMatrix>
      turned_;  // travel, rows and columns exchanged; empty if that is too much
  bool soft_ = false;
  bool late_ = false;
  bool coupled_ = false;
  bool plain_ = true;
};

}  // namespace gridmend
