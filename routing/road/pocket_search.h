#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/road/fleet_roads.h"

namespace gridmend {

// Ways between a site in a pocket and safe ground under given conditions: Dijkstra's search from
// the site's doors that stops where it meets safe ground. Keeps its scratch between runs; one
// thread at a time. The roads must outlive it.
class PocketSearch {
 public:
  explicit PocketSearch(const FleetRoads& roads);

  // A way from safe ground in, as goals that end it on the ground's side: a matrix over lasting
  // roads that ends at them ends at the site. The nearest `kGates` gates only; empty: no way.
  struct WaysIn {
    std::vector<SearchGoal> goals;
    double longest_s = 0;
  };
  WaysIn ways_in(const RoadConditions& conditions, std::span<const SearchStart> doors);
  // The same out of the pocket, as starts.
  struct WaysOut {
    std::vector<SearchStart> starts;
    double longest_s = 0;
  };
  WaysOut ways_out(const RoadConditions& conditions, std::span<const SearchStart> doors);

  static constexpr std::size_t kGates = 8;

 private:
  struct Gate {
    Id<GraphVertex> state;
    Weight ms;
  };
  void begin();
  void reach(Id<GraphVertex> state, Weight ms);
  template <class Leave>
  std::vector<Gate> run(Leave leave);
  std::span<const Id<GraphArc>> arcs_to(Id<GraphVertex> state) const {
    return std::span{arcs_to_}.subspan(first_to_[state.index],
                                       first_to_[state.index + 1] - first_to_[state.index]);
  }
  bool safe(Id<GraphVertex> state) const { return roads_.safe_ground()[state.index] != 0; }

  const FleetRoads& roads_;
  const RoadStates& states_;
  std::vector<std::uint32_t> first_to_;  // by state, into arcs_to_
  std::vector<Id<GraphArc>> arcs_to_;
  std::vector<Weight> ms_;  // by state
  std::vector<std::uint32_t> touched_;
  std::vector<std::pair<Weight, std::uint32_t>> queue_;
};

}  // namespace gridmend
