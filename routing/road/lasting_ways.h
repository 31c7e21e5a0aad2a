#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/road/road_outlook.h"
#include "routing/road/road_search.h"

namespace gridmend {

// How long ways last: from ground that is safe, over roads that are all open from one step on, how
// far can one get, and until when? The way that lasts longest is a way whose first closing is the
// latest (a widest path), found with buckets in O(arcs). Keeps its scratch between runs; one thread
// at a time. States and outlook must outlive it.
class LastingWays {
 public:
  LastingWays(const RoadStates& states, const RoadOutlook& outlook);

  struct Ground {
    Id<GraphVertex> state;
    std::uint32_t until = 0;  // the first step in which it is no ground any more
  };
  // Roads open from step `first` on.
  void run(std::uint32_t first, std::span<const Ground> ground);

  // The first step in which the way to a goal that lasts longest, its own edge included, is closed;
  // steps() when it stays; `first` or less when there is none.
  std::uint32_t until(const RoadPlace& place) const;

  // Until when one can drive straight ahead from start to goal on one edge; `first` when one
  // cannot.
  std::uint32_t until_ahead(const RoadPlace& start, const RoadPlace& goal) const;

 private:
  void reach(Id<GraphVertex> state, std::uint32_t until);

  const RoadStates& states_;
  const RoadOutlook& outlook_;
  std::uint32_t first_ = 0;
  std::vector<std::uint32_t> until_;                  // by state
  std::vector<std::vector<std::uint32_t>> by_until_;  // buckets of states
};

}  // namespace gridmend
