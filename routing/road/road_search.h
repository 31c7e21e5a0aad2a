#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "routing/road/road_conditions.h"

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

// Dijkstra's search over a graph and its present metric: the reference that faster queries must
// equal, and the query of today. Turn restrictions are honoured exactly: arriving by an edge that a
// restriction starts from is a state of its own, apart from the vertex. Turning round at a vertex
// is allowed and costs nothing. Keeps its scratch between runs; one thread at a time.
class RoadSearch {
 public:
  // Targets are numbered [0, targets); several goals may stand for one (two directions of a
  // street). Graph and conditions must outlive the search.
  RoadSearch(const RoadGraph& graph, const RoadConditions& conditions,
             std::vector<SearchGoal> goals, std::uint32_t targets);

  // Seconds to each target, infinity where there is no way. Stops when all targets are settled.
  // O((E + V) log V) for E edges and V vertices.
  const std::vector<double>& run(std::span<const SearchStart> starts);

  // The way found by the last run, from the start used to the goal used.
  struct Way {
    std::vector<Id<RoadEdge>> edges;
    RoadPlace start;
    RoadPlace goal;
  };
  std::optional<Way> way(std::uint32_t target) const;

 private:
  static constexpr std::uint32_t kNone = Id<RoadEdge>::kNone;
  struct Label {
    double seconds = 0;
    std::uint32_t previous = kNone;  // state
    std::uint32_t edge = kNone;      // driven from `previous` to here
    std::uint32_t place = kNone;     // the start or goal used, where the way begins or ends
  };

  void index_restrictions();
  void index_goals();
  void begin_at(std::uint32_t number, const SearchStart& start);
  void leave(std::uint32_t state);
  void reach(std::uint32_t state, const Label& label);
  double part_seconds(const RoadPlace& place) const;
  bool banned(std::uint32_t state, std::uint32_t edge) const;
  std::uint32_t vertex_of(std::uint32_t state) const;

  const RoadGraph& graph_;
  const RoadConditions& conditions_;
  std::vector<SearchGoal> goals_;  // by edge
  std::uint32_t targets_;

  // States: vertices, then edges a restriction starts from, then targets.
  std::uint32_t vertices_;
  std::uint32_t first_target_;
  std::vector<std::uint32_t> first_out_;
  std::vector<std::uint32_t> state_after_;     // by edge: the state its end is
  std::vector<Id<RoadEdge>> restricted_;       // ascending
  std::vector<TurnRestriction> restrictions_;  // sorted
  std::vector<std::uint32_t> goals_begin_;     // by edge, into goals_
  std::uint32_t targets_with_goals_ = 0;

  std::vector<Label> labels_;
  std::vector<std::pair<double, std::uint32_t>> queue_;
  std::vector<SearchStart> starts_;
  std::vector<double> seconds_;
};

}  // namespace gridmend
