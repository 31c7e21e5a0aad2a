#include "routing/road/strong_parts.h"

// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>

namespace gridmend {

StrongParts strong_parts(std::uint32_t vertices,
                         std::span<const std::pair<std::uint32_t, std::uint32_t>> arcs) {
  StrongParts parts;
  // Boost's search begins at the first vertex, whether there is one or not.
  if (vertices == 0) return parts;
  using Graph =
      boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                         boost::no_property, std::uint32_t, std::uint32_t>;
  const Graph graph{boost::edges_are_unsorted_multi_pass, arcs.begin(), arcs.end(), vertices};
  parts.of.resize(vertices);
  parts.count = boost::strong_components(
      graph, boost::make_iterator_property_map(parts.of.begin(), get(boost::vertex_index, graph)));
  return parts;
}

StrongParts strong_parts(const RoadRecords& records) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> arcs;
  arcs.reserve(records.edges.size());
  for (const RoadEdge& e : records.edges) arcs.emplace_back(e.from.index, e.to.index);
  return strong_parts(static_cast<std::uint32_t>(records.vertices.size()), arcs);
}

}  // namespace gridmend
