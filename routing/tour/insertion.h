#pragma once

#include <optional>
#include <span>
#include <vector>

#include "routing/tour/schedule.h"

namespace gridmend {

// What completing an absent task at a given moment adds to the objective: its own weight and that
// of its soft successors, each from the moment it would be restored without this task. Convex,
// piecewise linear, never falling.
class CompletionHarm {
 public:
  // O(d log d), d the task's soft successors, direct and indirect.
  CompletionHarm(const Schedule& schedule, Id<DispatchTask> task);
  // O(log d).
  double operator()(double completion) const;

 private:
  struct Piece {
    double from = 0;           // restored without the task
    double weight = 0;         // of this and all earlier pieces
    double weighted_from = 0;  // sum of weight x from, likewise
  };
  std::vector<Piece> pieces_;  // by `from`
};

// Slots for one task, one a crew it needs, and what taking them is expected to add to the
// objective: exact unless a delay reaches other tours (soft or hard precedence, several crews on
// one site), a lower bound then. Whether it is feasible there is known when Schedule::insert says.
struct Insertion {
  double cost = kNever;
  std::vector<Slot> slots;
};

// The cheapest slot in one tour that the tour's own windows allow; cost is infinite if there is
// none. O(stops) without waits.
struct SlotCost {
  double cost = kNever;
  Slot slot;
};
SlotCost cheapest_slot(const Schedule& schedule, Id<DispatchTask> task, const CompletionHarm& harm,
                       Id<DispatchCrew> crew);
double slot_cost(const Schedule& schedule, Id<DispatchTask> task, const CompletionHarm& harm,
                 Slot slot);

// A few promising ways to insert the task, cheapest first, at most `limit`.
std::vector<Insertion> promising_insertions(const Schedule& schedule, Id<DispatchTask> task,
                                            std::size_t limit);

// Takes the first promising insertion that turns out feasible; false if there is none.
bool insert_cheapest(Schedule& schedule, Id<DispatchTask> task);

}  // namespace gridmend
