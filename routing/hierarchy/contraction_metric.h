#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "routing/hierarchy/contraction_index.h"

namespace gridmend {

// Weights for every edge of a ContractionIndex, up and down: the least of the graph's own arcs on
// it and of all ways through lower ranks. Distances between any two ranks are then those of ways
// that go up and then down.
class ContractionMetric {
 public:
  ContractionMetric() = default;
  // `arc_weights` by arc of the graph, 0 to kNoWay. O(triangles of the hierarchy), shared by
  // `threads` threads; the result does not depend on their number.
  ContractionMetric(ContractionIndex index, std::vector<Weight> arc_weights, unsigned threads = 1);

  const ContractionIndex& index() const { return index_; }
  Weight weight(Id<GraphArc> arc) const { return arc_weights_[arc.index]; }
  // By edge: from its lower end to its head, and back.
  std::span<const Weight> up() const { return up_; }
  std::span<const Weight> down() const { return down_; }

  // Gives arcs other weights; of several for one arc the last. Afterwards the metric equals one
  // made anew with them. Costs what the change reaches: microseconds for one road, up to a full
  // customisation for many.
  struct ArcChange {
    Id<GraphArc> arc;
    Weight weight = kNoWay;
  };
  void change(std::span<const ArcChange> changes);

 private:
  class Update;

  // Every edge from this one on weighs what the graph's own arcs on it do.
  void take_arcs(std::uint32_t first_edge);
  // Weights of all edges up from this rank and those above, those of lower ranks being final.
  void customise_from(std::uint32_t rank);
  // By rank, whether an edge up from it may weigh less than kNoWay; empty: most do, it is not worth
  // asking.
  std::vector<char> open_ranks() const;
  // Weights of the edges up from these ranks, those of all ranks below them being final. `edge_to`
  // has room for every rank; `open` says which ranks are to be looked at, empty: all.
  void customise(std::uint32_t begin, std::uint32_t end, std::uint32_t* edge_to,
                 std::span<const char> open = {});
  void customise_subtrees(unsigned threads);

  ContractionIndex index_;
  std::vector<Weight> arc_weights_;
  std::vector<Weight> up_;
  std::vector<Weight> down_;
  // Scratch of change(), a bit an edge, up and down, and one a rank; between changes none is set.
  std::array<std::vector<std::uint64_t>, 2> edge_due_;
  std::vector<std::uint64_t> rank_due_;
};

}  // namespace gridmend
