#pragma once

#include <vector>

#include "routing/tour/insertion.h"

namespace gridmend {

// The recreation of "slack induction by string removals": absent tasks go back one by one, in one
// of a few orders drawn at random, each to its cheapest slot, slots being overlooked now and then.
class BlinkingInsertion {
 public:
  explicit BlinkingInsertion(const ProblemIndex& index);

  // Inserts what can be inserted; the rest stays absent.
  void apply(Schedule& schedule, Random& random);

 private:
  void draw_order(Random& random);
  double key_of(Id<DispatchTask> task, std::uint64_t kind, Random& random) const;
  bool insert(Schedule& schedule, SlotPricer& pricer, Id<DispatchTask> task, Blinks& blinks,
              Random& random);

  const ProblemIndex& index_;
  std::vector<Id<DispatchTask>> servable_;  // by some set of crews
  std::vector<double> processing_;
  std::vector<double> distance_;  // from the nearest crew
  std::vector<std::pair<double, Id<DispatchTask>>> order_;
};

}  // namespace gridmend
