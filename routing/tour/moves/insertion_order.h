#pragma once

#include <utility>
#include <vector>

#include "core/base/random.h"
#include "routing/tour/problem_index.h"

namespace gridmend {

// The order in which absent tasks go back: random, most worth an hour first, largest first, far
// first or near first, drawn anew each time.
class InsertionOrder {
 public:
  explicit InsertionOrder(const ProblemIndex& index);

  // Those of the tasks that some set of crews can do and that `is_wanted` names. Valid until the
  // next draw; may be changed.
  template <class IsWanted>
  std::vector<Id<DispatchTask>>& draw(IsWanted is_wanted, Random& random) {
    keyed_.clear();
    for (const Id<DispatchTask> task : servable_) {
      if (is_wanted(task)) keyed_.emplace_back(0, task);
    }
    sort(random);
    return order_;
  }

 private:
  void sort(Random& random);
  double key_of(Id<DispatchTask> task, std::uint64_t kind, Random& random) const;

  const ProblemIndex& index_;
  std::vector<Id<DispatchTask>> servable_;
  std::vector<double> processing_;
  std::vector<double> distance_;  // from the nearest crew
  std::vector<std::pair<double, Id<DispatchTask>>> keyed_;
  std::vector<Id<DispatchTask>> order_;
};

}  // namespace gridmend
