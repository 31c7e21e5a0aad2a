#pragma once

#include <vector>

#include "routing/tour/latency_tours.h"

namespace gridmend {

// Descends from the present tours of a plain problem to a local optimum of the moves over near
// places: 2-opt, Or-opt, exchange, tail exchange. Only stops something has changed at are looked
// at; each takes the best of its moves, and what that changes is looked at again.
class LatencyDescent {
 public:
  static constexpr std::size_t kNear = 10;

  explicit LatencyDescent(const ProblemIndex& index);

  // To be looked at: the stop at a place and its neighbours.
  void look_around(const LatencyTours& tours, Id<DispatchCrew> crew, std::uint32_t place);
  // To be looked at: where the recombination will join its stretches. Before it is applied.
  void look_at_joints(const LatencyTours& tours, const LatencyTours::Recombination& change);
  void run(LatencyTours& tours);

 private:
  // A change that gains less than this share of the objective is rounding.
  static constexpr double kLeastGain = 1e-11;

  void look_at(Id<DispatchTask> task);
  LatencyTours::Recombination best_move(const LatencyTours& tours, Id<DispatchTask> task) const;

  const ProblemIndex& index_;
  std::vector<Id<DispatchTask>> queue_;
  std::vector<char> is_queued_;
};

}  // namespace gridmend
