#include "routing/hierarchy/contraction_index.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "routing/hierarchy/small_degree_elimination.h"

namespace gridmend {
namespace {

// A chordal graph by the neighbours that come later, ascending.
struct UpwardLists {
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> head;

  std::span<const std::uint32_t> of(std::uint32_t rank) const {
    return std::span{head}.subspan(first[rank], first[rank + 1] - first[rank]);
  }
};

// The later neighbours of a rank: its own, and those of the ranks that it is the parent of.
UpwardLists eliminate(const NeighbourLists& graph) {
  const std::uint32_t n = graph.vertices();
  UpwardLists up;
  up.first.assign(1, 0);
  std::vector<std::uint32_t> first_child(n, ContractionIndex::kNone);
  std::vector<std::uint32_t> next_sibling(n, ContractionIndex::kNone);
  std::vector<std::uint32_t> seen_by(n, ContractionIndex::kNone);
  for (std::uint32_t v = 0; v < n; ++v) {
    const std::size_t begin = up.head.size();
    const auto take = [&](std::uint32_t w) {
      if (w <= v || seen_by[w] == v) return;
      seen_by[w] = v;
      up.head.push_back(w);
    };
    for (const std::uint32_t w : graph.of(v)) take(w);
    for (std::uint32_t child = first_child[v]; child != ContractionIndex::kNone;
         child = next_sibling[child]) {
      for (std::uint32_t i = up.first[child]; i < up.first[child + 1]; ++i) take(up.head[i]);
    }
    std::sort(up.head.begin() + static_cast<std::ptrdiff_t>(begin), up.head.end());
    up.first.push_back(static_cast<std::uint32_t>(up.head.size()));
    if (begin == up.head.size()) continue;
    const std::uint32_t parent = up.head[begin];
    next_sibling[v] = first_child[parent];
    first_child[parent] = v;
  }
  return up;
}

// Ranks renumbered so that each comes right after everything below it (postorder): the same
// elimination tree, with subtrees in one run each. By old rank.
std::vector<std::uint32_t> postorder(const UpwardLists& up) {
  const auto n = static_cast<std::uint32_t>(up.first.size() - 1);
  std::vector<std::uint32_t> size(n, 1);
  for (std::uint32_t v = 0; v < n; ++v) {
    if (!up.of(v).empty()) size[up.of(v).front()] += size[v];
  }
  // Parents are later than their children: going down, each subtree is given its run from the end
  // of its parent's.
  std::vector<std::uint32_t> free_end(n, 0);
  std::uint32_t roots_end = n;
  std::vector<std::uint32_t> place(n, 0);
  for (std::uint32_t v = n; v-- > 0;) {
    std::uint32_t& free = up.of(v).empty() ? roots_end : free_end[up.of(v).front()];
    place[v] = free - 1;
    free -= size[v];
    free_end[v] = place[v];
  }
  return place;
}

NeighbourLists renumbered(std::uint32_t vertices, std::span<const ArcEnds> arcs,
                          const std::vector<std::uint32_t>& rank) {
  std::vector<ArcEnds> by_rank;
  by_rank.reserve(arcs.size());
  for (const ArcEnds& arc : arcs) {
    by_rank.push_back({Id<GraphVertex>{rank[arc.from.index]}, Id<GraphVertex>{rank[arc.to.index]}});
  }
  return neighbour_lists(vertices, by_rank);
}

}  // namespace

struct ContractionIndex::Builder {
  std::span<const ArcEnds> arcs;
  Data data = {};

  void lay_edges(UpwardLists up) {
    data.first_edge = std::move(up.first);
    data.head = std::move(up.head);
    const auto n = static_cast<std::uint32_t>(data.first_edge.size() - 1);
    data.tail.resize(data.head.size());
    data.first_down.assign(n + 1, 0);
    for (std::uint32_t v = 0; v < n; ++v) {
      const std::uint64_t heads = data.first_edge[v + 1] - data.first_edge[v];
      if (heads > 1) data.triangles += heads * (heads - 1) / 2;
      for (std::uint32_t e = data.first_edge[v]; e < data.first_edge[v + 1]; ++e) {
        data.tail[e] = v;
        ++data.first_down[data.head[e] + 1];
      }
    }
    std::partial_sum(data.first_down.begin(), data.first_down.end(), data.first_down.begin());
    std::vector<std::uint32_t> next(data.first_down.begin(), data.first_down.end() - 1);
    data.down_edges.resize(data.head.size());
    data.down_tails.resize(data.head.size());
    for (std::uint32_t e = 0; e < data.head.size(); ++e) {
      const std::uint32_t place = next[data.head[e]]++;
      data.down_edges[place] = e;
      data.down_tails[place] = data.tail[e];
    }
  }

  void measure_subtrees() {
    const auto n = static_cast<std::uint32_t>(data.first_edge.size() - 1);
    data.subtree_begin.resize(n);
    std::iota(data.subtree_begin.begin(), data.subtree_begin.end(), 0U);
    for (std::uint32_t v = 0; v < n; ++v) {
      if (data.first_edge[v] == data.first_edge[v + 1]) continue;
      std::uint32_t& begin = data.subtree_begin[data.head[data.first_edge[v]]];
      begin = std::min(begin, data.subtree_begin[v]);
    }
  }

  std::uint32_t find(std::uint32_t low, std::uint32_t high) const {
    const auto begin = data.head.begin() + data.first_edge[low];
    const auto end = data.head.begin() + data.first_edge[low + 1];
    const auto it = std::lower_bound(begin, end, high);
    return it == end || *it != high ? ContractionIndex::kNone
                                    : static_cast<std::uint32_t>(it - data.head.begin());
  }

  void place_arcs() {
    data.edge_of_arc.reserve(arcs.size());
    data.origin.resize(data.head.size() + 1);
    for (const ArcEnds& arc : arcs) {
      const std::uint32_t from = data.rank[arc.from.index];
      const std::uint32_t to = data.rank[arc.to.index];
      if (from == to) {
        data.edge_of_arc.push_back(ContractionIndex::kNone);
        continue;
      }
      const std::uint32_t edge = find(std::min(from, to), std::max(from, to));
      GRIDMEND_CHECK(edge != ContractionIndex::kNone, "every arc lies on an edge of the hierarchy");
      data.edge_of_arc.push_back(edge * 2 + (from < to ? 1 : 0));
      ++data.origin[edge + 1].first_arc;
    }
    std::vector<std::uint32_t> next;
    next.reserve(data.head.size());
    for (std::uint32_t edge = 0; edge < data.head.size(); ++edge) {
      next.push_back(data.origin[edge].first_arc);
      data.origin[edge + 1].first_arc += data.origin[edge].first_arc;
    }
    data.arcs_by_edge.resize(data.origin.back().first_arc);
    for (std::uint32_t arc = 0; arc < arcs.size(); ++arc) {
      const std::uint32_t code = data.edge_of_arc[arc];
      if (code == ContractionIndex::kNone) continue;
      data.arcs_by_edge[next[code / 2]++] = {Id<GraphArc>{arc}, (code & 1U) != 0};
    }
  }

  // What a child is joined to, its parent is.
  void find_sides_from_children() {
    const auto n = static_cast<std::uint32_t>(data.first_edge.size() - 1);
    for (std::uint32_t child = 0; child < n; ++child) {
      const std::uint32_t end = data.first_edge[child + 1];
      if (end - data.first_edge[child] < 2) continue;
      std::uint32_t joined = data.first_edge[data.head[data.first_edge[child]]];
      for (std::uint32_t e = data.first_edge[child] + 1; e < end; ++e, ++joined) {
        while (data.head[joined] != data.head[e]) ++joined;
        if (data.origin[joined].by_child == ContractionIndex::kNone)
          data.origin[joined].by_child = e;
      }
    }
  }
};

ContractionIndex::ContractionIndex() {
  Data empty;
  empty.first_edge.assign(1, 0);
  empty.first_down.assign(1, 0);
  empty.origin.resize(1);
  d_ = std::make_shared<const Data>(std::move(empty));
}

Result<ContractionIndex> ContractionIndex::build(std::uint32_t vertices,
                                                 std::span<const ArcEnds> arcs,
                                                 std::span<const Id<GraphVertex>> order) {
  std::vector<std::uint32_t> rank(vertices, ContractionIndex::kNone);
  bool valid = order.size() == vertices;
  for (std::uint32_t r = 0; valid && r < vertices; ++r) {
    valid = order[r].index < vertices && rank[order[r].index] == ContractionIndex::kNone;
    if (valid) rank[order[r].index] = r;
  }
  if (!valid) {
    return refuse(ErrorCode::invalid_argument, "CONTRACTION_ORDER_INVALID",
                  "the order does not name each of " + std::to_string(vertices) + " vertices once");
  }
  const auto place = postorder(eliminate(renumbered(vertices, arcs, rank)));
  for (std::uint32_t& r : rank) r = place[r];
  Builder builder{arcs};
  builder.lay_edges(eliminate(renumbered(vertices, arcs, rank)));
  builder.data.rank = std::move(rank);
  builder.measure_subtrees();
  builder.place_arcs();
  builder.find_sides_from_children();
  return ContractionIndex{std::make_shared<const Data>(std::move(builder.data))};
}

ContractionIndex::ArcPlace ContractionIndex::place(Id<GraphArc> arc) const {
  GRIDMEND_CHECK(arc.index < d_->edge_of_arc.size(), "arc is of this graph");
  const std::uint32_t code = d_->edge_of_arc[arc.index];
  if (code == ContractionIndex::kNone) return {};
  return {code / 2, (code & 1U) != 0};
}

std::uint32_t ContractionIndex::find_edge(std::uint32_t low, std::uint32_t high) const {
  const auto begin = d_->head.begin() + d_->first_edge[low];
  const auto end = d_->head.begin() + d_->first_edge[low + 1];
  const auto it = std::lower_bound(begin, end, high);
  return it == end || *it != high ? ContractionIndex::kNone
                                  : static_cast<std::uint32_t>(it - d_->head.begin());
}

}  // namespace gridmend
