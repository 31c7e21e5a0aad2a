#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/hierarchy/arc_graph.h"

namespace gridmend {

// An undirected graph without loops and doubled edges: neighbours of a vertex in one run.
struct NeighbourLists {
  std::vector<std::uint32_t> begin;  // by vertex, one more
  std::vector<std::uint32_t> neighbours;

  std::uint32_t vertices() const { return static_cast<std::uint32_t>(begin.size()) - 1; }
  std::span<const std::uint32_t> of(std::uint32_t vertex) const {
    return std::span{neighbours}.subspan(begin[vertex], begin[vertex + 1] - begin[vertex]);
  }
};

// Refers to vertices below `vertices` only. O(arcs log arcs).
NeighbourLists neighbour_lists(std::uint32_t vertices, std::span<const ArcEnds> arcs);

// What remains of a graph when vertices of degree two or less have been eliminated.
struct SmallDegreeElimination {
  std::vector<std::uint32_t> eliminated;  // in order
  std::vector<std::uint32_t> core;        // the others, ascending
  NeighbourLists core_graph;              // by place in `core`
};

// Eliminates vertices of degree at most two, joining the two neighbours of each, in rounds that
// take no two neighbours at once: trees and chains of n vertices become trees of O(log n) depth,
// and no separator of the rest grows. O((vertices + edges) log).
SmallDegreeElimination eliminate_small_degrees(const NeighbourLists& graph);

}  // namespace gridmend
