#include "routing/road/road_states.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/base/check.h"

namespace gridmend {
namespace {

std::pair<Id<RoadEdge>, Id<RoadEdge>> key(const TurnRestriction& turn) {
  return {turn.from_edge, turn.to_edge};
}

Weight u_turn_ms(const TurnSettings& turns) {
  return static_cast<Weight>(std::lround(std::clamp(turns.u_turn_s, 0.0, 86'400.0) * 1000));
}

// Edges whose end is a state apart from the vertex, by edge.
std::vector<char> ends_apart(const RoadGraph& graph, const TurnSettings& turns) {
  const bool charged = u_turn_ms(turns) > 0;
  std::vector<char> apart(graph.edges().size(), charged && turns.everywhere ? 1 : 0);
  if (charged && turns.everywhere) return apart;
  std::vector<char> restricted(graph.vertices().size(), 0);
  for (const TurnRestriction& turn : graph.records().turn_restrictions) {
    apart[turn.from_edge.index] = 1;
    restricted[graph.edges()[turn.from_edge].to.index] = 1;
  }
  if (!charged) return apart;
  for (const Id<RoadEdge> edge : graph.edges().ids()) {
    const RoadEdge& e = graph.edges()[edge];
    if (restricted[e.from.index] != 0 || restricted[e.to.index] != 0) apart[edge.index] = 1;
  }
  return apart;
}

}  // namespace

class RoadStates::Builder {
 public:
  Builder(const RoadGraph& graph, const TurnSettings& turns) {
    data_.graph = graph;
    data_.turns = turns;
    u_turn_ms_ = u_turn_ms(turns);
    const auto all = graph.records().turn_restrictions.values();
    restrictions_.assign(all.begin(), all.end());
    std::ranges::sort(restrictions_, {}, key);
  }

  Data build() && {
    make_states();
    make_arcs();
    data_.arcs_by_edge = sorted_arcs(
        data_.graph.edges().size(), [](const Arc& arc) { return arc.edge.index; },
        data_.first_of_edge);
    data_.arcs_by_end = sorted_arcs(
        data_.vertex.size(), [](const Arc& arc) { return arc.to.index; }, data_.first_into);
    return std::move(data_);
  }

 private:
  bool forbidden(Id<RoadEdge> from, Id<RoadEdge> to) const {
    return std::ranges::binary_search(restrictions_, std::pair{from, to}, {}, key);
  }

  void make_states() {
    const RoadGraph& graph = data_.graph;
    for (const Id<RoadVertex> vertex : graph.vertices().ids()) data_.vertex.push_back(vertex);
    entered_.assign(graph.vertices().size(), 0);
    data_.after.reserve(graph.edges().size());
    const std::vector<char> apart = ends_apart(graph, data_.turns);
    for (const Id<RoadEdge> edge : graph.edges().ids()) {
      const Id<RoadVertex> end = graph.edges()[edge].to;
      if (apart[edge.index] == 0) {
        data_.after.emplace_back(end.index);
        entered_[end.index] = 1;
        continue;
      }
      data_.after.emplace_back(data_.vertex.size());
      data_.vertex.push_back(end);
      arrivals_.push_back(edge);
    }
  }

  // Back along the stretch just driven.
  bool turns_round(Id<RoadEdge> from, Id<RoadEdge> to) const {
    const RoadGraph& graph = data_.graph;
    return graph.stretch(from) == graph.stretch(to) &&
           graph.edges()[from].from == graph.edges()[to].to &&
           graph.edges()[from].against_shape != graph.edges()[to].against_shape;
  }

  void make_arcs() {
    const auto vertices = static_cast<std::uint32_t>(data_.graph.vertices().size());
    for (std::uint32_t state = 0; state < data_.vertex.size(); ++state) {
      const Id<RoadEdge> arrival =
          state < vertices ? Id<RoadEdge>::none() : arrivals_[state - vertices];
      const bool reached = arrival.valid() || entered_[state] != 0;
      if (!reached) {
        data_.first_arc.push_back(static_cast<std::uint32_t>(data_.arcs.size()));
        continue;
      }
      for (const Id<RoadEdge> edge : data_.graph.out_edges(data_.vertex[state])) {
        if (arrival.valid() && forbidden(arrival, edge)) continue;
        const bool round = u_turn_ms_ > 0 && arrival.valid() && turns_round(arrival, edge);
        data_.arcs.push_back({edge, data_.after[edge.index], round ? u_turn_ms_ : 0});
        data_.from.emplace_back(state);
      }
      data_.first_arc.push_back(static_cast<std::uint32_t>(data_.arcs.size()));
    }
  }

  // Arcs by what `key_of` says of them, below `keys`; the first of each key in `first`.
  template <class Key>
  std::vector<Id<GraphArc>> sorted_arcs(std::size_t keys, Key key_of,
                                        std::vector<std::uint32_t>& first) const {
    first.assign(keys + 1, 0);
    for (const Arc& arc : data_.arcs) ++first[key_of(arc) + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
    std::vector<Id<GraphArc>> sorted(data_.arcs.size());
    for (std::uint32_t i = 0; i < data_.arcs.size(); ++i) {
      sorted[next[key_of(data_.arcs[i])]++] = Id<GraphArc>{i};
    }
    return sorted;
  }

  Data data_;
  Weight u_turn_ms_ = 0;
  std::vector<TurnRestriction> restrictions_;
  std::vector<Id<RoadEdge>> arrivals_;  // by state after the vertices
  std::vector<char> entered_;           // by vertex: some edge's end is its own state
};

RoadStates::RoadStates(const RoadGraph& graph, const TurnSettings& turns)
    : d_(std::make_shared<const Data>(Builder{graph, turns}.build())) {}

std::uint32_t RoadStates::count(const RoadGraph& graph, const TurnSettings& turns) {
  const std::vector<char> apart = ends_apart(graph, turns);
  return static_cast<std::uint32_t>(graph.vertices().size() +
                                    static_cast<std::size_t>(std::ranges::count(apart, 1)));
}

std::span<const Id<GraphArc>> RoadStates::arcs_of(Id<RoadEdge> edge) const {
  GRIDMEND_CHECK(edge.index + 1 < d_->first_of_edge.size(), "road edge is of this graph");
  const std::uint32_t begin = d_->first_of_edge[edge.index];
  return std::span{d_->arcs_by_edge}.subspan(begin, d_->first_of_edge[edge.index + 1] - begin);
}

}  // namespace gridmend
