#include "routing/hierarchy/contraction_query.h"

#include <gtest/gtest.h>

#include "tests/routing/hierarchy/random_graph.h"

namespace gridmend::contraction_query_test {
namespace {

TEST(ContractionQuery, EqualsDijkstraBetweenAllPairs) {
  Random random{41};
  for (int round = 0; round < 60; ++round) {
    const RandomGraph graph =
        random_streets(random, 1 + static_cast<std::uint32_t>(random.below(10)),
                       1 + static_cast<std::uint32_t>(random.below(10)));
    const ContractionMetric metric{index_of(graph), graph.weights};
    ContractionQuery query{metric};
    for (std::uint32_t from = 0; from < graph.vertices; ++from) {
      const auto expected = dijkstra(graph, from);
      const std::vector<QueryEnd> start{{Id<GraphVertex>{from}, 0}};
      for (std::uint32_t to = 0; to < graph.vertices; ++to) {
        const std::vector<QueryEnd> goal{{Id<GraphVertex>{to}, 0}};
        ASSERT_EQ(query.run(start, goal), expected[to])
            << "round " << round << ", " << from << " to " << to;
      }
    }
  }
}

TEST(ContractionQuery, AWayIsDrivableAndWeighsWhatWasAnswered) {
  Random random{42};
  for (int round = 0; round < 30; ++round) {
    const RandomGraph graph = random_streets(random, 12, 12);
    const ContractionMetric metric{index_of(graph), graph.weights};
    ContractionQuery query{metric};
    for (int pair = 0; pair < 100; ++pair) {
      const auto end = [&] {
        return QueryEnd{Id<GraphVertex>{static_cast<std::uint32_t>(random.below(graph.vertices))},
                        static_cast<Weight>(random.below(1000))};
      };
      std::vector<QueryEnd> starts{end()}, goals{end()};
      while (random.below(2) == 0) starts.push_back(end());
      while (random.below(2) == 0) goals.push_back(end());
      const Weight answer = query.run(starts, goals);
      Weight expected = kNoWay;
      for (const QueryEnd& start : starts) {
        const auto reached = dijkstra(graph, start.vertex.index);
        for (const QueryEnd& goal : goals) {
          const std::int64_t sum =
              std::int64_t{start.weight} + reached[goal.vertex.index] + goal.weight;
          if (reached[goal.vertex.index] < kNoWay) {
            expected = static_cast<Weight>(std::min<std::int64_t>(expected, sum));
          }
        }
      }
      ASSERT_EQ(answer, expected);
      const auto way = query.way();
      ASSERT_EQ(way.found, answer < kNoWay);
      if (!way.found) continue;
      Weight sum = starts[way.start].weight + goals[way.goal].weight;
      Id<GraphVertex> at = starts[way.start].vertex;
      for (const Id<GraphArc> arc : way.arcs) {
        ASSERT_EQ(graph.arcs[arc.index].from, at);
        at = graph.arcs[arc.index].to;
        sum += graph.weights[arc.index];
      }
      ASSERT_EQ(at, goals[way.goal].vertex);
      ASSERT_EQ(sum, answer);
    }
  }
}

// Large enough for separators whose ranks see long runs of others above them.
TEST(ContractionQuery, EqualsDijkstraAcrossLongSeparators) {
  Random random{44};
  for (int round = 0; round < 3; ++round) {
    const RandomGraph graph = random_streets(random, 70, 70);
    const ContractionMetric metric{index_of(graph), graph.weights};
    ContractionQuery query{metric};
    const auto anywhere = [&] {
      return Id<GraphVertex>{static_cast<std::uint32_t>(random.below(graph.vertices))};
    };
    for (int from = 0; from < 12; ++from) {
      const std::vector<QueryEnd> starts{{anywhere(), 0}, {anywhere(), 40'000}};
      const auto near = dijkstra(graph, starts[0].vertex.index);
      const auto far = dijkstra(graph, starts[1].vertex.index);
      for (int to = 0; to < 200; ++to) {
        const std::vector<QueryEnd> goal{{anywhere(), 0}};
        const std::uint32_t goal_vertex = goal[0].vertex.index;
        const Weight expected = std::min({kNoWay, near[goal_vertex], far[goal_vertex] + 40'000});
        ASSERT_EQ(query.run(starts, goal), expected) << "round " << round;
        if (expected >= kNoWay) continue;
        const auto way = query.way();
        Weight sum = starts[way.start].weight;
        Id<GraphVertex> at = starts[way.start].vertex;
        for (const Id<GraphArc> arc : way.arcs) {
          ASSERT_EQ(graph.arcs[arc.index].from, at);
          at = graph.arcs[arc.index].to;
          sum += graph.weights[arc.index];
        }
        ASSERT_EQ(at, goal[0].vertex);
        ASSERT_EQ(sum, expected);
      }
    }
  }
}

TEST(ContractionQuery, WithoutEndsThereIsNoWay) {
  Random random{43};
  const RandomGraph graph = random_streets(random, 4, 4);
  const ContractionMetric metric{index_of(graph), graph.weights};
  ContractionQuery query{metric};
  const std::vector<QueryEnd> end{{Id<GraphVertex>{0}, 0}};
  EXPECT_EQ(query.run({}, end), kNoWay);
  EXPECT_EQ(query.run(end, {}), kNoWay);
  EXPECT_FALSE(query.way().found);
}

}  // namespace
}  // namespace gridmend::contraction_query_test
