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
  enum class Direction : std::uint8_t {
    away,    // from the ground to the states
    toward,  // from the states to the ground
  };
  LastingWays(const RoadStates& states, const RoadOutlook& outlook, Direction direction);

  struct Ground {
    Id<GraphVertex> state;
    std::uint32_t until = 0;  // the first step in which it is no ground any more
  };
  // Roads open from step `first` on. States that `inside` marks are ground for ever and are not
  // searched beyond; empty: there are none.
  void run(std::uint32_t first, std::span<const Ground> ground, std::span<const char> inside = {});

  // The first step in which the way that lasts longest is closed; steps() when it stays; `first` or
  // less when there is none.
  std::uint32_t until(Id<GraphVertex> state) const { return until_[state.index]; }

  // The same for a goal (`away`) or a start (`toward`) on an edge, its own edge included.
  std::uint32_t until(const RoadPlace& place) const;

  // Until when one can drive straight ahead from start to goal on one edge; `first` when one
  // cannot.
  std::uint32_t until_ahead(const RoadPlace& start, const RoadPlace& goal) const;

 private:
  struct Step {
    Id<RoadEdge> edge;
    Id<GraphVertex> next;
  };
  std::span<const Step> steps_from(std::uint32_t state) const {
    return std::span{steps_}.subspan(first_step_[state],
                                     first_step_[state + 1] - first_step_[state]);
  }
  void reach(Id<GraphVertex> state, std::uint32_t until);

  const RoadStates& states_;
  const RoadOutlook& outlook_;
  Direction direction_;
  std::vector<std::uint32_t> first_step_;  // by state
  std::vector<Step> steps_;
  std::uint32_t first_ = 0;
  std::vector<std::uint32_t> until_;                  // by state
  std::vector<std::vector<std::uint32_t>> by_until_;  // buckets of states
};

}  // namespace gridmend
