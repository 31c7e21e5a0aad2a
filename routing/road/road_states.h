#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "routing/hierarchy/arc_graph.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// What turning costs beyond what restrictions forbid.
struct TurnSettings {
  // Turning round at the end of a road, back along it, takes this long. 0: turning round is free.
  double u_turn_s = 20;
  // Without restrictions a fastest way never turns round on its way. So it is enough that turning
  // round is charged where one could dodge a restriction: at a junction that has one and at the far
  // ends of the roads that leave it. True: it is charged everywhere; then every end of an edge is a
  // state of its own, and an index takes about ten times as long to make and to customise.
  bool everywhere = false;
};

// Where a vehicle can be between two edges, so that which turns it may take depends on nothing
// else: a vertex; or the end of an edge that a restriction starts from, or where turning round is
// charged. A state that no edge arrives at has no arcs. Searches run on states and arcs, whatever
// they use to search. Immutable, cheap to copy, safe to share.
class RoadStates {
 public:
  // Driving an edge from one state to another.
  struct Arc {
    Id<RoadEdge> edge;
    Id<GraphVertex> to;
    Weight turn_ms = 0;  // beyond the edge's own time
  };

  RoadStates() = default;
  // The graph is kept. O(edges + restrictions log).
  explicit RoadStates(const RoadGraph& graph, const TurnSettings& turns = {});

  // size() of what would be made. O(edges + restrictions log).
  static std::uint32_t count(const RoadGraph& graph, const TurnSettings& turns = {});

  const RoadGraph& graph() const { return d_->graph; }
  const TurnSettings& turns() const { return d_->turns; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(d_->first_arc.size() - 1); }

  // The state at the end of an edge that has been driven.
  Id<GraphVertex> after(Id<RoadEdge> edge) const { return d_->after[edge.index]; }
  Id<RoadVertex> vertex(Id<GraphVertex> state) const { return d_->vertex[state.index]; }

  std::span<const Arc> arcs() const { return d_->arcs; }
  // Arcs that leave a state are arcs()[first_arc()[state] ... first_arc()[state + 1]).
  std::span<const std::uint32_t> first_arc() const { return d_->first_arc; }
  // Arcs that drive an edge, ascending: arcs_by_edge()[first_of_edge()[edge] ...).
  std::span<const Id<GraphArc>> arcs_of(Id<RoadEdge> edge) const;
  // Arcs that lead to a state, ascending.
  std::span<const Id<GraphArc>> arcs_into(Id<GraphVertex> state) const {
    const std::uint32_t begin = d_->first_into[state.index];
    return std::span{d_->arcs_by_end}.subspan(begin, d_->first_into[state.index + 1] - begin);
  }
  Id<GraphVertex> from(Id<GraphArc> arc) const { return d_->from[arc.index]; }

 private:
  struct Data {
    RoadGraph graph;
    TurnSettings turns;
    std::vector<Id<GraphVertex>> after;  // by edge
    std::vector<Id<RoadVertex>> vertex;  // by state
    std::vector<Arc> arcs;
    std::vector<Id<GraphVertex>> from;  // by arc
    std::vector<std::uint32_t> first_arc{0};
    std::vector<std::uint32_t> first_of_edge{0};
    std::vector<Id<GraphArc>> arcs_by_edge;
    std::vector<std::uint32_t> first_into{0};  // by state
    std::vector<Id<GraphArc>> arcs_by_end;
  };
  class Builder;

  std::shared_ptr<const Data> d_ = std::make_shared<const Data>();
};

}  // namespace gridmend
