#include "routing/road/structure_spans.h"

#include <algorithm>
#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/pending/disjoint_sets.hpp>

namespace gridmend {
namespace {

bool is_span(const RoadEdge& e) {
  return e.structure == RoadStructure::bridge || e.structure == RoadStructure::tunnel;
}

}  // namespace

std::vector<StructureSpan> structure_spans(const RoadGraph& graph) {
  const auto& edges = graph.edges();
  // A bridge and a tunnel may share a vertex without being one structure: two sets a vertex.
  const auto slot = [](Id<RoadVertex> v, RoadStructure s) {
    return std::size_t{v.index} * 2 + (s == RoadStructure::tunnel ? 1 : 0);
  };
  boost::disjoint_sets_with_storage<> sets(graph.vertices().size() * 2);
  std::vector<char> other_road(graph.vertices().size() * 2, 0);
  for (const RoadEdge& e : edges) {
    if (is_span(e)) sets.union_set(slot(e.from, e.structure), slot(e.to, e.structure));
    for (const Id<RoadVertex> v : {e.from, e.to}) {
      if (e.structure != RoadStructure::bridge) other_road[slot(v, RoadStructure::bridge)] = 1;
      if (e.structure != RoadStructure::tunnel) other_road[slot(v, RoadStructure::tunnel)] = 1;
    }
  }
  std::vector<StructureSpan> spans;
  std::vector<std::uint32_t> span_of_set(graph.vertices().size() * 2, Id<RoadEdge>::kNone);
  for (const Id<RoadEdge> id : edges.ids()) {
    const RoadEdge& e = edges[id];
    if (!is_span(e)) continue;
    std::uint32_t& number = span_of_set[sets.find_set(slot(e.from, e.structure))];
    if (number == Id<RoadEdge>::kNone) {
      number = static_cast<std::uint32_t>(spans.size());
      spans.push_back({e.structure, {}, {}, 0});
    }
    StructureSpan& span = spans[number];
    span.edges.push_back(id);
    for (const Id<RoadVertex> v : {e.from, e.to}) {
      if (other_road[slot(v, e.structure)] != 0) span.ends.push_back(v);
    }
    if (graph.edges_of_stretch(graph.stretch(id)).front() == id) {
      span.length_m += static_cast<double>(e.length_m);
    }
  }
  for (StructureSpan& span : spans) {
    std::ranges::sort(span.ends);
    const auto [first, last] = std::ranges::unique(span.ends);
    span.ends.erase(first, last);
  }
  return spans;
}

}  // namespace gridmend
