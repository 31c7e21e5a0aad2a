#pragma once

#include <span>
#include <vector>

#include "routing/tour/objective.h"
#include "routing/tour/problem_index.h"
#include "routing/tour/tour_leg.h"

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
//
// A change costs the tours it touches, and the tasks whose restoration they decide; all tasks where
// tours wait for each other.
class Schedule {
 public:
  // Slot p stands before stop p; the last slot, before the way home. Slot arrays have one entry
  // more than there are stops.
  struct Tour {
    std::vector<Id<DispatchTask>> tasks;
    std::vector<Id<Site>> place_before;  // by slot: where the crew comes from
    std::vector<double> departure;       // by slot: when it leaves there
    std::vector<double> left;            // by slot, of a crew that pauses: its load
    std::vector<char> rested;            // by slot, likewise: its break is behind it
    std::vector<double> arrival;         // by slot: at the stop; at the end of the tour, 0 if empty
    std::vector<double> credit_behind;   // by slot: weight that waits for this stop or a later one
    std::vector<double> slack;           // by slot: how much later it may be; < 0: shift overrun
    double load = 0;
    double harm = 0;            // its part of the objective if tours are independent
    bool has_waits = false;     // some stop waits for its window or for others
    std::uint32_t started = 0;  // stops at the head that cannot be moved
  };

  explicit Schedule(const ProblemIndex& index);

  const ProblemIndex& index() const { return *index_; }
  const Tour& tour(Id<DispatchCrew> crew) const { return tours_[crew.index]; }
  bool is_present(Id<DispatchTask> id) const { return !holders_[id.index].empty(); }
  // The crews that have the task, in order; empty: absent.
  const std::vector<Id<DispatchCrew>>& holders(Id<DispatchTask> id) const {
    return holders_[id.index];
  }
  Id<DispatchCrew> crew_of(Id<DispatchTask> id) const { return holders_[id.index].front(); }
  std::uint32_t stops(Id<DispatchCrew> crew) const {
    return static_cast<std::uint32_t>(tour(crew).tasks.size());
  }
  // Places of a tour count from 1.
  Id<DispatchTask> task_at(Id<DispatchCrew> crew, std::uint32_t place) const {
    return tour(crew).tasks[place - 1];
  }
  // How the crew leaves the place before a slot; only of crews that pause.
  CrewState state(Slot slot) const;
  std::size_t absent_tasks() const { return absent_; }
  double start(Id<DispatchTask> id) const { return start_[id.index]; }
  double completion(Id<DispatchTask> id) const { return completion_[id.index]; }
  // Latest completion among the present ones of the task and its soft predecessors; 0 without any.
  double restored(Id<DispatchTask> id) const;
  // Earliest start its window and hard predecessors allow; infinite when one of those is absent.
  double ready(Id<DispatchTask> id) const;

  double objective() const;
  // As value_of() the plan of these sequences. O(1) per tour when nothing is absent.
  PlanValue value() const;
  CrewSequences sequences() const;

  // Puts the task into the tours of as many crews as it needs. false: some window, shift or
  // capacity would not hold, or crews would wait for each other for ever; nothing has changed then.
  bool insert(Id<DispatchTask> id, std::span<const Slot> slots);
  // Takes out present tasks; none that stays may have one of them as a hard predecessor. false:
  // what stays is not feasible without them (travel times off the triangle); roll back then.
  bool remove(std::span<const Id<DispatchTask>> tasks);
  // Fills an empty schedule. false: it is not feasible.
  bool lay_out(const CrewSequences& sequences);
  // Gives one tour another order of the same tasks. false: it is not feasible; roll back then.
  bool reorder(Id<DispatchCrew> crew, std::span<const Id<DispatchTask>> tasks);

  // Remembers this state; roll_back() returns to the latest one remembered. O(what is touched).
  void remember();
  void roll_back();
  // Crews whose tours were touched since remember().
  const std::vector<Id<DispatchCrew>>& touched() const { return touched_; }

 private:
  void touch(Id<DispatchCrew> crew);
  void take_out(Id<DispatchTask> id);
  bool refresh();
  bool time_all();
  bool time_tour(Id<DispatchCrew> crew);
  bool arrive(Id<DispatchCrew> crew);
  void complete(Id<DispatchTask> id);
  bool is_startable(Id<DispatchTask> id) const;
  void begin_tour(Id<DispatchCrew> crew);
  double approach(Id<DispatchCrew> crew, Id<DispatchTask> id);
  bool measure(Id<DispatchCrew> crew);
  void restore_dirty();
  void restore(Id<DispatchTask> id);
  void credit(Id<DispatchCrew> crew);
  double penalty(Id<DispatchTask> id) const;

  const ProblemIndex* index_;
  std::vector<Tour> tours_;
  std::vector<std::vector<Id<DispatchCrew>>> holders_;
  std::vector<double> start_;
  std::vector<double> completion_;
  std::vector<double> restored_;
  std::vector<double> credit_;              // weight restored by this task's completion
  std::vector<double> credited_;            // the task's part in the credit of its critical one
  std::vector<Id<DispatchTask>> critical_;  // the present task whose completion restores this one
  std::size_t absent_ = 0;
  std::vector<std::size_t> soft_rank_;  // place in ProblemIndex::soft_order()

  // The state remembered: the former sequences of the touched tours.
  std::vector<Id<DispatchCrew>> touched_;
  std::vector<char> is_touched_;
  std::vector<std::vector<Id<DispatchTask>>> former_;

  // Scratch of one refreshment.
  std::vector<Id<DispatchCrew>> dirty_;
  std::vector<Id<DispatchTask>> taken_;  // out since the last refreshment
  std::vector<char> is_affected_;
  std::vector<Id<DispatchTask>> affected_;
  std::vector<char> is_credit_dirty_;
  std::vector<std::uint32_t> crews_arrived_;
  std::vector<std::uint32_t> hard_open_;
  std::vector<Id<DispatchCrew>> moving_;
  std::vector<Id<DispatchTask>> startable_;
};

}  // namespace gridmend
