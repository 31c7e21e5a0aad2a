#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "routing/road/road_records.h"

namespace gridmend {

// Parts of a directed graph in which one gets from everywhere to everywhere.
struct StrongParts {
  std::vector<std::uint32_t> of;  // by vertex: the number of its part
  std::uint32_t count = 0;
};

// `arcs` in any order, between vertices below `vertices`. O(vertices + arcs).
StrongParts strong_parts(std::uint32_t vertices,
                         std::span<const std::pair<std::uint32_t, std::uint32_t>> arcs);

// Of a graph whose vertex v has the arcs first[v] to first[v + 1]: head(arc) is where one leads,
// open(arc) whether it counts. O(vertices + arcs), without a copy of the graph.
template <class Head, class Open>
StrongParts strong_parts(std::span<const std::uint32_t> first, Head head, Open open);

// Of roads, by their vertices; turns that are forbidden are not looked at.
StrongParts strong_parts(const RoadRecords& records);

// Tarjan's, without recursion.
template <class Head, class Open>
StrongParts strong_parts(std::span<const std::uint32_t> first, Head head, Open open) {
  struct Visit {
    std::uint32_t vertex;
    std::uint32_t next;    // arc
    std::uint32_t lowest;  // order of a vertex that can be reached and is in no part yet
  };
  constexpr std::uint32_t kInPart = 0xffff'ffff;
  StrongParts parts;
  parts.of.resize(first.size() - 1);
  std::vector<std::uint32_t> order(parts.of.size(), 0);  // 0: not seen yet
  std::vector<std::uint32_t> in_no_part;
  std::vector<Visit> visits;
  std::uint32_t seen = 0;
  const auto enter = [&](std::uint32_t vertex) {
    order[vertex] = ++seen;
    in_no_part.push_back(vertex);
    visits.push_back({vertex, first[vertex], seen});
  };
  const auto leave = [&] {
    const Visit done = visits.back();
    visits.pop_back();
    if (done.lowest < order[done.vertex]) {
      visits.back().lowest = std::min(visits.back().lowest, done.lowest);
      return;
    }
    std::uint32_t vertex = 0;
    do {
      vertex = in_no_part.back();
      in_no_part.pop_back();
      order[vertex] = kInPart;
      parts.of[vertex] = parts.count;
    } while (vertex != done.vertex);
    ++parts.count;
  };
  for (std::uint32_t root = 0; root < order.size(); ++root) {
    if (order[root] == 0) enter(root);
    while (!visits.empty()) {
      Visit& visit = visits.back();
      if (visit.next == first[visit.vertex + 1]) {
        leave();
        continue;
      }
      const std::uint32_t arc = visit.next++;
      if (!open(arc)) continue;
      const std::uint32_t vertex = head(arc);
      if (order[vertex] == 0) {
        enter(vertex);
      } else {
        visit.lowest = std::min(visit.lowest, order[vertex]);
      }
    }
  }
  return parts;
}

}  // namespace gridmend
