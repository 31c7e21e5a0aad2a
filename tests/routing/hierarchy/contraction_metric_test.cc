#include "routing/hierarchy/contraction_metric.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/routing/hierarchy/random_graph.h"

namespace gridmend::contraction_metric_test {
namespace {

void expect_equal(const ContractionMetric& a, const ContractionMetric& b) {
  ASSERT_TRUE(std::ranges::equal(a.up(), b.up()));
  ASSERT_TRUE(std::ranges::equal(a.down(), b.down()));
}

// The definition, triangle by triangle.
TEST(ContractionMetric, IsTheLeastOfArcsAndLowerTriangles) {
  Random random{31};
  for (int round = 0; round < 40; ++round) {
    // The last ones have separators that lower ranks see long stretches of.
    const std::uint32_t most = round < 38 ? 6 : 60;
    const RandomGraph graph =
        random_streets(random, most / 2 + static_cast<std::uint32_t>(random.below(most)),
                       most / 2 + static_cast<std::uint32_t>(random.below(most)));
    const ContractionIndex index = index_of(graph);
    const ContractionMetric metric{index, graph.weights};
    std::vector<Weight> up(index.edges(), kNoWay), down(index.edges(), kNoWay);
    for (std::uint32_t i = 0; i < graph.arcs.size(); ++i) {
      const auto place = index.place(Id<GraphArc>{i});
      if (place.edge == ContractionIndex::kNone) continue;
      Weight& weight = (place.up ? up : down)[place.edge];
      weight = std::min(weight, graph.weights[i]);
    }
    for (std::uint32_t a = 0; a < index.edges(); ++a) {
      for (std::uint32_t b = a + 1; b < index.first_edge()[index.tail()[a] + 1]; ++b) {
        const std::uint32_t joined = index.find_edge(index.head()[a], index.head()[b]);
        up[joined] = std::min(up[joined], down[a] + up[b]);
        down[joined] = std::min(down[joined], down[b] + up[a]);
      }
    }
    ASSERT_TRUE(std::ranges::equal(metric.up(), up)) << "round " << round;
    ASSERT_TRUE(std::ranges::equal(metric.down(), down)) << "round " << round;
  }
}

TEST(ContractionMetric, DoesNotDependOnTheNumberOfThreads) {
  Random random{32};
  const RandomGraph graph = random_streets(random, 80, 80);
  const ContractionIndex index = index_of(graph);
  const ContractionMetric one{index, graph.weights, 1};
  for (const unsigned threads : {2U, 3U, 8U}) {
    expect_equal(one, ContractionMetric{index, graph.weights, threads});
  }
}

TEST(ContractionMetric, ChangedEqualsMadeAnew) {
  Random random{33};
  for (int round = 0; round < 60; ++round) {
    RandomGraph graph = random_streets(random, 2 + static_cast<std::uint32_t>(random.below(14)),
                                       2 + static_cast<std::uint32_t>(random.below(14)));
    if (graph.arcs.empty()) continue;
    const ContractionIndex index = index_of(graph);
    ContractionMetric metric{index, graph.weights};
    for (int step = 0; step < 12; ++step) {
      std::vector<ContractionMetric::ArcChange> changes;
      const auto count = 1 + random.below(step % 3 == 0 ? graph.arcs.size() : 4);
      for (std::size_t i = 0; i < count; ++i) {
        const Id<GraphArc> arc{static_cast<std::uint32_t>(random.below(graph.arcs.size()))};
        changes.push_back({arc, random_weight(random)});
        graph.weights[arc.index] = changes.back().weight;
      }
      metric.change(changes);
      ASSERT_NO_FATAL_FAILURE(expect_equal(metric, ContractionMetric{index, graph.weights}))
          << "round " << round << ", step " << step;
    }
  }
}

TEST(ContractionMetric, ChangedInALargeGraphEqualsMadeAnew) {
  Random random{35};
  RandomGraph graph = random_streets(random, 45, 45);
  const ContractionIndex index = index_of(graph);
  ContractionMetric metric{index, graph.weights};
  for (const std::size_t count : {1U, 2U, 3U, 5U, 10U, 20U, 40U, 200U, 1000U}) {
    for (int step = 0; step < 6; ++step) {
      std::vector<ContractionMetric::ArcChange> changes;
      for (std::size_t i = 0; i < count; ++i) {
        const Id<GraphArc> arc{static_cast<std::uint32_t>(random.below(graph.arcs.size()))};
        changes.push_back({arc, step % 2 == 0 ? kNoWay : random_weight(random)});
        graph.weights[arc.index] = changes.back().weight;
      }
      metric.change(changes);
      ASSERT_NO_FATAL_FAILURE(expect_equal(metric, ContractionMetric{index, graph.weights}))
          << count << " arcs, step " << step;
    }
  }
}

TEST(ContractionMetric, ClosingAndOpeningARoadLeavesNoTrace) {
  Random random{34};
  const RandomGraph graph = random_streets(random, 30, 30);
  const ContractionIndex index = index_of(graph);
  const ContractionMetric before{index, graph.weights};
  ContractionMetric metric = before;
  for (std::uint32_t i = 0; i < graph.arcs.size(); i += 7) {
    const Id<GraphArc> arc{i};
    metric.change(std::vector<ContractionMetric::ArcChange>{{arc, kNoWay}});
    metric.change(std::vector<ContractionMetric::ArcChange>{{arc, graph.weights[i]}});
  }
  expect_equal(metric, before);
}

}  // namespace
}  // namespace gridmend::contraction_metric_test
