#pragma once

#include <span>
#include <vector>

#include "routing/tour/objective.h"
#include "routing/tour/problem_index.h"

namespace gridmend {

// A place in a tour: before the stop that is now at `position`.
struct Slot {
  Id<DispatchCrew> crew;
  std::uint32_t position = 0;
  friend constexpr bool operator==(const Slot&, const Slot&) = default;
};

// The planner's working plan: sequences with their times, restoration times and the figures that
// make the next question cheap. Tasks not in it yet count as done at no time of their own: a task
// is restored when the last of its *present* soft predecessors and itself is complete, so the
// objective of a part of a plan is a lower bound of what its completion costs.
class Schedule {
 public:
  struct Tour {
    std::vector<Id<DispatchTask>> tasks;
    std::vector<double> arrival;  // one a task
    // One a task and one for the way home:
    std::vector<double> credit_behind;  // weight that waits for this stop or a later one
    std::vector<double> slack;          // how much later it may start; negative: shift overrun
    double return_arrival = 0;
    double load = 0;
    bool has_waits = false;     // some stop waits for its window or for others
    std::uint32_t started = 0;  // stops at the head that cannot be moved
  };

  explicit Schedule(const ProblemIndex& index);

  const ProblemIndex& index() const { return *index_; }
  const Tour& tour(Id<DispatchCrew> crew) const { return tours_[crew.index]; }
  bool is_present(Id<DispatchTask> id) const { return !holders_[id.index].empty(); }
  // The crews that have the task; empty: absent.
  const std::vector<Id<DispatchCrew>>& holders(Id<DispatchTask> id) const {
    return holders_[id.index];
  }
  double start(Id<DispatchTask> id) const { return start_[id.index]; }
  double completion(Id<DispatchTask> id) const { return completion_[id.index]; }
  // Latest completion among the present ones of the task and its soft predecessors; 0 without any.
  double restored(Id<DispatchTask> id) const { return restored_[id.index]; }
  // Earliest start its window and hard predecessors allow; infinite when one of those is absent.
  double ready(Id<DispatchTask> id) const;

  // When the crew leaves the stop before `slot` (or its start), and from where.
  double departure(Slot slot) const;
  Id<Site> place_before(Slot slot) const;

  double objective() const { return objective_; }
  // Weight restored by the completion of a present task: its own, and that of soft successors
  // which wait for it last.
  double credit(Id<DispatchTask> id) const { return credit_[id.index]; }
  CrewSequences sequences() const;

  // Puts the task into the tours of as many crews as it needs. false: some window, shift or
  // capacity would not hold, or crews would wait for each other for ever; nothing has changed then.
  bool insert(Id<DispatchTask> id, std::span<const Slot> slots);
  // The rest always stays feasible if the task's present hard successors are removed first.
  void remove(Id<DispatchTask> id);

 private:
  bool refresh();
  bool time_all();
  bool arrive(Id<DispatchCrew> crew);
  void complete(Id<DispatchTask> id);
  bool is_startable(Id<DispatchTask> id) const;
  bool measure(Tour& tour, Id<DispatchCrew> crew);
  void restore_all();
  void credit_all();
  double penalty(Id<DispatchTask> id) const;

  const ProblemIndex* index_;
  std::vector<Tour> tours_;
  std::vector<std::vector<Id<DispatchCrew>>> holders_;  // crews that have the task, one a task
  std::vector<double> start_;
  std::vector<double> completion_;
  std::vector<double> restored_;
  std::vector<double> credit_;              // weight restored by this task's completion
  std::vector<Id<DispatchTask>> critical_;  // the present task whose completion restores this one
  double objective_ = 0;

  // Scratch of one timing.
  std::vector<std::uint32_t> crews_arrived_;
  std::vector<std::uint32_t> hard_open_;
  std::vector<std::uint32_t> next_stop_;
  std::vector<Id<DispatchCrew>> moving_;
  std::vector<Id<DispatchTask>> startable_;
};

}  // namespace gridmend
