#pragma once

#include <utility>
#include <vector>

#include "core/base/random.h"
#include "routing/tour/problem_index.h"

namespace gridmend {

// The order in which absent tasks go back: random, most worth an hour first, largest first, far
// first or near first, drawn anew each time. Of a crowd of absent tasks (many more than there is
// work for) only some get their turn, others the next time: else one ruin costs as much as a first
// plan.
class InsertionOrder {
 public:
  explicit InsertionOrder(const ProblemIndex& index);

  // Absent tasks that some set of crews can do: all of `removed` that are, and at most kOthers
  // more. Valid until the next draw; may be changed.
  template <class IsAbsent>
  std::vector<Id<DispatchTask>>& draw(const std::vector<Id<DispatchTask>>& removed,
                                      IsAbsent is_absent, Random& random) {
    keyed_.clear();
    for (const Id<DispatchTask> task : servable_) {
      if (is_absent(task)) keyed_.emplace_back(0, task);
    }
    if (keyed_.size() > removed.size() + kOthers) thin_out(removed, random);
    sort(random);
    return order_;
  }

  static constexpr std::size_t kOthers = 60;

 private:
  using Keyed = std::pair<double, Id<DispatchTask>>;
  void thin_out(const std::vector<Id<DispatchTask>>& removed, Random& random);
  void sort(Random& random);
  double key_of(Id<DispatchTask> task, std::uint64_t kind, Random& random) const;

  const ProblemIndex& index_;
  std::vector<Id<DispatchTask>> servable_;
  std::vector<double> processing_;
  std::vector<double> distance_;  // from the nearest crew
  std::vector<Keyed> keyed_;      // by task until sorted
  std::vector<char> has_turn_;
  std::vector<Id<DispatchTask>> order_;
};

}  // namespace gridmend
