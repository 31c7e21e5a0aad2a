#pragma once

#include <vector>

#include "core/base/random.h"
#include "routing/tour/latency_tours.h"
#include "routing/tour/schedule.h"

namespace gridmend {

// The ruin of "slack induction by string removals" (Christiaens and Vanden Berghe, 2020): around
// one task, short strings of consecutive stops are taken out of the tours that pass near it, so
// that reinsertion finds room in several neighbouring tours at once. Where there are fewer tours
// than strings, a tour gives more than one.
class StringRemoval {
 public:
  explicit StringRemoval(const ProblemIndex& index);

  // Chooses and removes. false: what stays is not feasible; roll back. Started tasks stay; the hard
  // successors of what goes, go too.
  bool apply(Schedule& schedule, Random& random);
  bool apply(LatencyTours& tours, Random& random);
  // What the last application took out.
  const std::vector<Id<DispatchTask>>& removed() const { return marked_; }

 private:
  static constexpr double kMeanRemoved = 10;
  static constexpr double kLongest = 10;
  static constexpr double kSplitRate = 0.5;
  static constexpr double kSplitGrowth = 0.01;

  template <class Plan>
  void choose(const Plan& plan, Random& random);
  template <class Plan>
  void take_string(const Plan& plan, Id<DispatchTask> around, std::size_t length, Random& random);
  void mark(Id<DispatchTask> task);

  const ProblemIndex& index_;
  std::vector<char> is_marked_;
  std::vector<char> tour_used_;
  std::vector<Id<DispatchTask>> marked_;
};

}  // namespace gridmend
