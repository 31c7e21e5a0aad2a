#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "routing/road/road_conditions.h"
#include "routing/road/road_states.h"

namespace gridmend {

// Where a search may begin: on this edge, after `seconds` that the way to it has cost.
struct SearchStart {
  RoadPlace place;
  double seconds = 0;
};

// Where it may end: on this edge, with `seconds` still to go to the target it stands for.
struct SearchGoal {
  RoadPlace place;
  double seconds = 0;
  std::uint32_t target = 0;
};

// A way found: from the start used to the goal used.
struct RoadWay {
  std::vector<Id<RoadEdge>> edges;  // in order; the first and the last in part only
  RoadPlace start;
  RoadPlace goal;
};

// Whole milliseconds, 0 to kNoWay.
Weight to_milliseconds(double seconds);
// From the edge's beginning to the place, on an open edge that takes `whole` as a whole.
Weight milliseconds_to(const RoadGraph& graph, Weight whole, const RoadPlace& place);
Weight milliseconds_to(const RoadGraph& graph, const RoadConditions& conditions,
                       const RoadPlace& place);

// Dijkstra's search over a graph and its present metric: the reference that RoadQuery must equal to
// the millisecond. Turn restrictions are honoured exactly: arriving by an edge that a restriction
// starts from is a state of its own, apart from the vertex. Keeps its scratch between runs; one
// thread at a time.
class RoadSearch {
 public:
  // Targets are numbered [0, targets); several goals may stand for one (two directions of a
  // street). Goals on closed edges are reached by nobody. Conditions must outlive the search.
  RoadSearch(RoadStates states, const RoadConditions& conditions, std::vector<SearchGoal> goals,
             std::uint32_t targets);
  // With the usual TurnSettings.
  RoadSearch(const RoadGraph& graph, const RoadConditions& conditions,
             std::vector<SearchGoal> goals, std::uint32_t targets)
      : RoadSearch(RoadStates{graph}, conditions, std::move(goals), targets) {}

  // Seconds to each target, infinity where there is no way. Stops when all targets are settled.
  // O((E + V) log V) for E edges and V vertices.
  const std::vector<double>& run(std::span<const SearchStart> starts);

  // The way found by the last run.
  std::optional<RoadWay> way(std::uint32_t target) const;

 private:
  static constexpr std::uint32_t kNone = Id<RoadEdge>::kNone;
  struct Label {
    Weight ms = kNoWay;
    std::uint32_t previous = kNone;  // state
    std::uint32_t edge = kNone;      // driven from `previous` to here
    std::uint32_t place = kNone;     // the start or goal used, where the way begins or ends
  };

  void index_goals();
  void begin_at(std::uint32_t number, const SearchStart& start);
  void leave(std::uint32_t state);
  void reach(std::uint32_t state, const Label& label);
  Weight part_ms(const RoadPlace& place) const;

  RoadStates states_;
  const RoadConditions& conditions_;
  std::vector<SearchGoal> goals_;  // by edge
  std::uint32_t targets_;
  std::uint32_t first_target_;              // labels of states, then of targets
  std::vector<std::uint32_t> goals_begin_;  // by edge, into goals_
  std::uint32_t targets_with_goals_ = 0;

  std::vector<Label> labels_;
  std::vector<std::pair<Weight, std::uint32_t>> queue_;
  std::vector<SearchStart> starts_;
  std::vector<double> seconds_;
};

}  // namespace gridmend
