#include "routing/hierarchy/contraction_reach.h"

#include <gtest/gtest.h>

#include "tests/routing/hierarchy/random_graph.h"

namespace gridmend::contraction_reach_test {
namespace {

TEST(ContractionReach, EqualsDijkstraFromAndTo) {
  Random random{52};
  for (int round = 0; round < 25; ++round) {
    const RandomGraph graph =
        random_streets(random, 2 + static_cast<std::uint32_t>(random.below(12)),
                       2 + static_cast<std::uint32_t>(random.below(12)));
    const ContractionMetric metric{index_of(graph), graph.weights};
    const std::vector<QueryEnd> ends = random_ends(random, graph.vertices);
    const auto from = reach_from(metric, ends);
    const auto to = reach_to(metric, ends);
    std::vector<Weight> expected_from(graph.vertices, kNoWay), expected_to(expected_from);
    for (std::uint32_t v = 0; v < graph.vertices; ++v) {
      const auto ways = dijkstra(graph, v);
      for (const QueryEnd& end : ends)
        expected_to[v] = std::min(expected_to[v], plus(ways[end.vertex.index], end.weight));
    }
    for (const QueryEnd& end : ends) {
      const auto ways = dijkstra(graph, end.vertex.index);
      for (std::uint32_t v = 0; v < graph.vertices; ++v)
        expected_from[v] = std::min(expected_from[v], plus(ways[v], end.weight));
    }
    ASSERT_EQ(from, expected_from) << "round " << round;
    ASSERT_EQ(to, expected_to) << "round " << round;
  }
}

}  // namespace
}  // namespace gridmend::contraction_reach_test
