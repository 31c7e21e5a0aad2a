#include "routing/hierarchy/small_degree_elimination.h"

#include <algorithm>

#include "core/base/check.h"

namespace gridmend {
namespace {

// Neighbours that change as vertices go: at most two are joined at a time, so a vertex's list never
// grows beyond what it was at first.
class ShrinkingGraph {
 public:
  explicit ShrinkingGraph(const NeighbourLists& graph) : lists_(graph), degree_(graph.vertices()) {
    for (std::uint32_t v = 0; v < graph.vertices(); ++v) {
      degree_[v] = static_cast<std::uint32_t>(graph.of(v).size());
    }
  }

  std::uint32_t degree(std::uint32_t v) const { return degree_[v]; }
  std::span<std::uint32_t> of(std::uint32_t v) {
    return std::span{lists_.neighbours}.subspan(lists_.begin[v], degree_[v]);
  }

  // `v` has at most two neighbours.
  void eliminate(std::uint32_t v) {
    const auto around = of(v);
    if (around.size() == 2) {
      const std::uint32_t a = around[0];
      const std::uint32_t b = around[1];
      if (std::ranges::find(of(a), b) == of(a).end()) {
        *std::ranges::find(of(a), v) = b;
        *std::ranges::find(of(b), v) = a;
      } else {
        remove(a, v);
        remove(b, v);
      }
    } else if (around.size() == 1) {
      remove(around[0], v);
    }
    degree_[v] = 0;
  }

 private:
  void remove(std::uint32_t from, std::uint32_t neighbour) {
    const auto list = of(from);
    std::swap(*std::ranges::find(list, neighbour), list.back());
    --degree_[from];
  }

  NeighbourLists lists_;
  std::vector<std::uint32_t> degree_;
};

}  // namespace

NeighbourLists neighbour_lists(std::uint32_t vertices, std::span<const ArcEnds> arcs) {
  std::vector<std::uint64_t> pairs;
  pairs.reserve(arcs.size() * 2);
  for (const ArcEnds& arc : arcs) {
    const std::uint64_t a = arc.from.index;
    const std::uint64_t b = arc.to.index;
    GRIDMEND_CHECK(a < vertices && b < vertices, "arcs join vertices of their graph");
    if (a == b) continue;
    pairs.push_back(a << 32 | b);
    pairs.push_back(b << 32 | a);
  }
  std::ranges::sort(pairs);
  pairs.erase(std::ranges::unique(pairs).begin(), pairs.end());
  NeighbourLists lists;
  lists.begin.assign(vertices + 1, 0);
  lists.neighbours.reserve(pairs.size());
  for (const std::uint64_t pair : pairs) {
    ++lists.begin[(pair >> 32) + 1];
    lists.neighbours.push_back(static_cast<std::uint32_t>(pair));
  }
  for (std::uint32_t v = 0; v < vertices; ++v) lists.begin[v + 1] += lists.begin[v];
  return lists;
}

SmallDegreeElimination eliminate_small_degrees(const NeighbourLists& graph) {
  ShrinkingGraph rest{graph};
  SmallDegreeElimination result;
  std::vector<std::uint8_t> gone(graph.vertices(), 0);
  std::vector<std::uint32_t> blocked_in(graph.vertices(), 0);  // the round that took a neighbour
  std::vector<std::uint32_t> candidates;
  for (std::uint32_t v = 0; v < graph.vertices(); ++v) {
    if (rest.degree(v) <= 2) candidates.push_back(v);
  }
  std::vector<std::uint32_t> next;
  for (std::uint32_t round = 1; !candidates.empty(); ++round) {
    next.clear();
    for (const std::uint32_t v : candidates) {
      if (gone[v] != 0 || rest.degree(v) > 2) continue;
      if (blocked_in[v] == round) {
        next.push_back(v);
        continue;
      }
      const auto around = rest.of(v);
      for (const std::uint32_t neighbour : around) {
        blocked_in[neighbour] = round;
        next.push_back(neighbour);  // its degree may have fallen
      }
      rest.eliminate(v);
      gone[v] = 1;
      result.eliminated.push_back(v);
    }
    std::ranges::sort(next);
    next.erase(std::ranges::unique(next).begin(), next.end());
    candidates.swap(next);
  }

  std::vector<std::uint32_t> place(graph.vertices(), 0);
  for (std::uint32_t v = 0; v < graph.vertices(); ++v) {
    if (gone[v] != 0) continue;
    place[v] = static_cast<std::uint32_t>(result.core.size());
    result.core.push_back(v);
  }
  result.core_graph.begin.push_back(0);
  for (const std::uint32_t v : result.core) {
    for (const std::uint32_t neighbour : rest.of(v)) {
      result.core_graph.neighbours.push_back(place[neighbour]);
    }
    result.core_graph.begin.push_back(
        static_cast<std::uint32_t>(result.core_graph.neighbours.size()));
  }
  return result;
}

}  // namespace gridmend
