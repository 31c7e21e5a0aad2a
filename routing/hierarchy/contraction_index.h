#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "routing/hierarchy/nested_dissection.h"

namespace gridmend {

// The topology of a customizable contraction hierarchy: contracting the vertices of a graph in a
// given order, every two neighbours of a contracted vertex that rank above it are joined. What is
// called a rank here is a vertex's place in an order that keeps the given elimination tree but lays
// each subtree out in one run. Immutable, cheap to copy, safe to share.
//
// An edge joins a lower rank to a higher one, its head; it stands for an arc up and an arc down.
// Edges are numbered by their lower end, then by head, both ascending.
class ContractionIndex {
 public:
  ContractionIndex();  // of no vertices

  // Refuses (CONTRACTION_ORDER_INVALID) an order that does not name every vertex once: it may come
  // from a file. `arcs` refer to vertices below `vertices`. O(edges of the hierarchy log degree).
  static Result<ContractionIndex> build(std::uint32_t vertices, std::span<const ArcEnds> arcs,
                                        std::span<const Id<GraphVertex>> order);

  std::uint32_t vertices() const { return static_cast<std::uint32_t>(d_->rank.size()); }
  std::uint32_t edges() const { return static_cast<std::uint32_t>(d_->head.size()); }
  std::uint32_t arcs() const { return static_cast<std::uint32_t>(d_->edge_of_arc.size()); }

  std::uint32_t rank(Id<GraphVertex> vertex) const { return d_->rank[vertex.index]; }

  // Edges from a rank upwards are [first_edge[rank], first_edge[rank + 1]).
  std::span<const std::uint32_t> first_edge() const { return d_->first_edge; }
  std::span<const std::uint32_t> head() const { return d_->head; }
  std::span<const std::uint32_t> tail() const { return d_->tail; }
  // Edges whose head is a rank are down_edges[first_down[rank], first_down[rank + 1]), ascending.
  std::span<const std::uint32_t> first_down() const { return d_->first_down; }
  std::span<const std::uint32_t> down_edges() const { return d_->down_edges; }
  // The lower ends of down_edges(), beside them.
  std::span<const std::uint32_t> down_tails() const { return d_->down_tails; }
  // How many triangles there are: what customising costs.
  std::uint64_t triangles() const { return d_->triangles; }

  // The lowest rank above that a rank is joined to; kNone at a root of the elimination forest. All
  // ranks a search upwards can meet lie on the way to the root.
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  std::uint32_t parent(std::uint32_t rank) const {
    const std::uint32_t first = d_->first_edge[rank];
    return first == d_->first_edge[rank + 1] ? kNone : d_->head[first];
  }

  // Which edge an arc of the graph lies on, and whether it runs up it; none for a loop.
  struct ArcPlace {
    std::uint32_t edge = kNone;
    bool up = false;
  };
  ArcPlace place(Id<GraphArc> arc) const;
  // Arcs of the graph that lie on an edge, ascending.
  class ArcOnEdge {
   public:
    ArcOnEdge() = default;
    ArcOnEdge(Id<GraphArc> arc, bool up) : code_(arc.index * 2 + (up ? 1 : 0)) {}
    Id<GraphArc> arc() const { return Id<GraphArc>{code_ / 2}; }
    bool up() const { return (code_ & 1U) != 0; }

   private:
    std::uint32_t code_ = 0;
  };
  std::span<const ArcOnEdge> arcs_on(std::uint32_t edge) const {
    const std::uint32_t begin = d_->origin[edge].first_arc;
    return {d_->arcs_by_edge.data() + begin, d_->origin[edge + 1].first_arc - begin};
  }
  // Of a triangle that has the edge as its upper side and, as its lowest corner, a child of the
  // edge's lower end: the side to the edge's head. Its other side is the child's first edge. kNone
  // when no triangle has the edge as its upper side.
  std::uint32_t side_from_child(std::uint32_t edge) const { return d_->origin[edge].by_child; }
  // The edge between two ranks; kNone when there is none. O(log degree).
  std::uint32_t find_edge(std::uint32_t low, std::uint32_t high) const;

  // visit(to_low, to_high) for every triangle that has the edge as its upper side, to_low being the
  // edge from its lowest corner to the edge's lower end; ascending by lowest corner, until visit
  // says true.
  template <class Visit>
  void visit_lower_triangles(std::uint32_t edge, Visit visit) const;

  // By rank, the first rank of its subtree, which is the run of ranks that ends with itself.
  std::span<const std::uint32_t> subtree_begin() const { return d_->subtree_begin; }

 private:
  struct Data {
    std::vector<std::uint32_t> rank;  // by vertex
    std::vector<std::uint32_t> first_edge, head, tail;
    std::vector<std::uint32_t> first_down, down_edges, down_tails;
    std::uint64_t triangles = 0;
    std::vector<std::uint32_t> edge_of_arc;  // edge * 2 + up, or kNone
    // Why an edge is there. By edge, one more; beside each other, for both are read to unpack one.
    struct Origin {
      std::uint32_t first_arc = 0;  // into arcs_by_edge
      std::uint32_t by_child = kNone;
    };
    std::vector<Origin> origin;
    std::vector<ArcOnEdge> arcs_by_edge;
    std::vector<std::uint32_t> subtree_begin;
  };
  struct Builder;
  explicit ContractionIndex(std::shared_ptr<const Data> data) : d_(std::move(data)) {}

  std::shared_ptr<const Data> d_;
};

// The ranks that both ends are joined to stand in both lists of lower ends, all of them in the
// subtree of the lower end.
template <class Visit>
void ContractionIndex::visit_lower_triangles(std::uint32_t edge, Visit visit) const {
  const std::uint32_t* const tails = d_->down_tails.data();
  const std::uint32_t low = d_->tail[edge];
  const std::uint32_t high = d_->head[edge];
  std::uint32_t i = d_->first_down[low];
  const std::uint32_t i_end = d_->first_down[low + 1];
  if (i == i_end) return;
  const std::uint32_t j_end = d_->first_down[high + 1];
  auto j = static_cast<std::uint32_t>(
      std::lower_bound(tails + d_->first_down[high], tails + j_end, tails[i]) - tails);
  while (i < i_end && j < j_end) {
    const std::uint32_t a = tails[i];
    const std::uint32_t b = tails[j];
    if (a == b && visit(d_->down_edges[i], d_->down_edges[j])) return;
    i += a <= b ? 1U : 0U;
    j += b <= a ? 1U : 0U;
  }
}

}  // namespace gridmend
