#include "tests/routing/hierarchy/random_graph.h"

#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>

#include "core/base/check.h"

namespace gridmend {

Weight random_weight(Random& random) {
  switch (random.below(12)) {
    case 0:
      return 0;
    case 1:
      return kNoWay;
    case 2:
      return static_cast<Weight>(random.below(3));
    default:
      return static_cast<Weight>(1 + random.below(100'000));
  }
}

RandomGraph random_streets(Random& random, std::uint32_t width, std::uint32_t height) {
  RandomGraph graph;
  graph.vertices = width * height;
  const auto add = [&](std::uint32_t a, std::uint32_t b) {
    graph.arcs.push_back({Id<GraphVertex>{a}, Id<GraphVertex>{b}});
    graph.weights.push_back(random_weight(random));
  };
  const auto street = [&](std::uint32_t a, std::uint32_t b) {
    const auto kind = random.below(10);
    if (kind == 0) return;
    if (kind != 1) add(a, b);
    if (kind != 2) add(b, a);
    if (kind == 3) add(a, b);
  };
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      const std::uint32_t v = y * width + x;
      graph.where.push_back(
          {static_cast<double>(x) + random.uniform(), static_cast<double>(y) + random.uniform()});
      if (x + 1 < width) street(v, v + 1);
      if (y + 1 < height) street(v, v + width);
      if (random.below(20) == 0) add(v, v);
    }
  }
  for (std::uint32_t i = 0; i < graph.vertices / 30; ++i) {
    street(static_cast<std::uint32_t>(random.below(graph.vertices)),
           static_cast<std::uint32_t>(random.below(graph.vertices)));
  }
  return graph;
}

std::vector<QueryEnd> random_ends(Random& random, std::uint32_t vertices) {
  std::vector<QueryEnd> ends;
  for (auto n = random.below(4); n > 0; --n) {
    ends.push_back({Id<GraphVertex>{static_cast<std::uint32_t>(random.below(vertices))},
                    static_cast<Weight>(random.below(5000))});
  }
  return ends;
}

ContractionIndex index_of(const RandomGraph& graph) {
  const auto order = nested_dissection(graph.vertices, graph.arcs, graph.where);
  auto index = ContractionIndex::build(graph.vertices, graph.arcs, order);
  GRIDMEND_CHECK(index.has_value(), "a dissection orders every vertex");
  return *index;
}

std::vector<Weight> dijkstra(const RandomGraph& graph, std::uint32_t from) {
  using Graph =
      boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                            boost::property<boost::edge_weight_t, std::int64_t>>;
  Graph boost_graph{graph.vertices};
  for (std::size_t i = 0; i < graph.arcs.size(); ++i) {
    if (graph.weights[i] >= kNoWay) continue;
    boost::add_edge(graph.arcs[i].from.index, graph.arcs[i].to.index, graph.weights[i],
                    boost_graph);
  }
  std::vector<std::int64_t> distance(graph.vertices);
  boost::dijkstra_shortest_paths(
      boost_graph, from,
      boost::distance_map(boost::make_iterator_property_map(distance.begin(),
                                                            get(boost::vertex_index, boost_graph)))
          .distance_inf(std::int64_t{kNoWay}));
  return {distance.begin(), distance.end()};
}

}  // namespace gridmend
