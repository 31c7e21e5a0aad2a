#pragma once

#include <vector>

#include "routing/tour/insertion.h"
#include "routing/tour/latency_tours.h"
#include "routing/tour/moves/insertion_order.h"

namespace gridmend {

// The recreation of "slack induction by string removals": absent tasks go back one by one, in one
// of a few orders drawn at random, each to its cheapest slot, slots being overlooked now and then.
class BlinkingInsertion {
 public:
  explicit BlinkingInsertion(const ProblemIndex& index) : index_(index), order_(index) {}

  // Inserts what can be inserted of `removed` and of what was absent before; the rest stays absent.
  void apply(Schedule& schedule, const std::vector<Id<DispatchTask>>& removed, Random& random);
  // Prices are exact here.
  void apply(LatencyTours& tours, const std::vector<Id<DispatchTask>>& removed, Random& random);

 private:
  bool insert(Schedule& schedule, SlotPricer& pricer, Id<DispatchTask> task, Blinks& blinks,
              Random& random);

  const ProblemIndex& index_;
  InsertionOrder order_;
};

}  // namespace gridmend
