#include "routing/road/strong_parts.h"

#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>

namespace gridmend {

std::vector<std::size_t> strong_parts(const RoadRecords& records) {
  using Graph = boost::compressed_sparse_row_graph<boost::directedS>;
  std::vector<std::pair<std::size_t, std::size_t>> arcs;
  arcs.reserve(records.edges.size());
  for (const RoadEdge& e : records.edges) arcs.emplace_back(e.from.index, e.to.index);
  const Graph graph{boost::edges_are_unsorted_multi_pass, arcs.begin(), arcs.end(),
                    records.vertices.size()};
  std::vector<std::size_t> part(records.vertices.size());
  boost::strong_components(
      graph, boost::make_iterator_property_map(part.begin(), get(boost::vertex_index, graph)));
  return part;
}

}  // namespace gridmend
