#pragma once

#include <span>
#include <vector>

#include "core/base/random.h"
#include "routing/tour/schedule.h"

namespace gridmend {

// What completing an absent task at a given moment adds to the objective: its own weight and that
// of its soft successors, each from the moment it would be restored without this task; and what its
// hard successors, still absent, will have to wait for it. Convex, piecewise linear, never falling.
class CompletionHarm {
 public:
  // O(d log d), d the task's soft successors; constant without any.
  void look_at(const Schedule& schedule, Id<DispatchTask> task);
  // O(log d).
  double operator()(double completion) const;

 private:
  void add(const DispatchTask& task, double restored);

  struct Piece {
    double from = 0;           // restored without the task
    double weight = 0;         // of this and all earlier pieces
    double weighted_from = 0;  // sum of weight x from, likewise
  };
  std::vector<Piece> pieces_;  // by `from`
};

struct SlotCost {
  double cost = kNever;
  Slot slot;
};

// Skips one slot in a hundred, so that the same greedy insertion does not always end in the same
// place ("blinks").
class Blinks {
 public:
  explicit Blinks(Random& random) : random_(random) { close(); }
  bool is_skipped() {
    if (--until_next_ > 0) return false;
    close();
    return true;
  }

 private:
  static constexpr double kRate = 0.01;
  void close() { until_next_ = 1 + static_cast<std::int64_t>(random_.exponential(1 / kRate)); }
  Random& random_;
  std::int64_t until_next_ = 0;
};

// Prices slots for one absent task at a time: what taking the slot adds to the objective. Exact
// unless the delay reaches other tours (soft or hard precedence, several crews on one site); a
// lower bound then. Infinite: the tour's own windows, shift or capacity do not allow it; whether
// the others' do is known when Schedule::insert says. Reads the schedule as it is when asked.
class SlotPricer {
 public:
  explicit SlotPricer(const Schedule& schedule) : schedule_(schedule) {}

  void look_at(Id<DispatchTask> task);
  // O(1) where no stop behind the slot waits, O(stops) otherwise.
  // Prices that the task's own harm lifts to `limit` need not be known: infinite.
  double cost(Slot slot, double limit = kNever) const;
  // The cheapest slot of a tour; slots so late that the task's own harm exceeds the best are passed
  // over. `blinks` may be null.
  SlotCost cheapest(Id<DispatchCrew> crew, Blinks* blinks = nullptr) const;
  bool has_room(Id<DispatchCrew> crew) const;

  // The task's own harm if the way took no time: no less in any later slot of the tour.
  double harm_in(Slot slot) const {
    return harm_(schedule_.tour(slot.crew).departure[slot.position] + task_->duration);
  }

  // For tasks that several crews do together:
  const CompletionHarm& harm() const { return harm_; }
  // Infinite: after the deadline.
  double start_in(Slot slot) const;
  // What the rest of the tour pays when the task is done in this slot at `completion`.
  double tail_cost(Slot slot, double completion) const;

 private:
  bool is_too_late(Slot slot) const;
  double delay_cost(Id<DispatchCrew> crew, std::size_t position, double later) const;
  double penalty(Slot slot) const;
  double walk(Slot slot, CrewState state) const;

  const Schedule& schedule_;
  Id<DispatchTask> id_;
  const DispatchTask* task_ = nullptr;
  double ready_ = 0;
  double demand_ = 0;
  CompletionHarm harm_;
};

// Slots for one task, one a crew it needs, and what taking them is expected to add.
struct Insertion {
  double cost = kNever;
  std::vector<Slot> slots;
};

// A few promising ways to insert the task, cheapest first, at most `limit`.
std::vector<Insertion> promising_insertions(const Schedule& schedule, Id<DispatchTask> task,
                                            std::size_t limit);

// Takes the first promising insertion that turns out feasible; false if there is none.
bool insert_cheapest(Schedule& schedule, Id<DispatchTask> task);

}  // namespace gridmend
