#include "routing/hierarchy/nested_dissection.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "routing/hierarchy/contraction_index.h"
#include "routing/hierarchy/inertial_cut.h"
#include "tests/routing/hierarchy/random_graph.h"

namespace gridmend::nested_dissection_test {
namespace {

std::uint32_t depth_of_elimination_tree(const ContractionIndex& index) {
  std::vector<std::uint32_t> depth(index.vertices(), 1);
  std::uint32_t deepest = 0;
  for (std::uint32_t rank = index.vertices(); rank-- > 0;) {
    if (index.parent(rank) != ContractionIndex::kNone) {
      depth[rank] = depth[index.parent(rank)] + 1;
    }
    deepest = std::max(deepest, depth[rank]);
  }
  return deepest;
}

TEST(NestedDissection, OrdersEveryVertexOnce) {
  Random random{11};
  for (int round = 0; round < 50; ++round) {
    const RandomGraph graph =
        random_streets(random, 1 + static_cast<std::uint32_t>(random.below(20)),
                       1 + static_cast<std::uint32_t>(random.below(20)));
    const auto order = nested_dissection(graph.vertices, graph.arcs, graph.where);
    std::vector<std::uint32_t> seen;
    for (const Id<GraphVertex> vertex : order) seen.push_back(vertex.index);
    std::ranges::sort(seen);
    ASSERT_EQ(seen.size(), graph.vertices);
    for (std::uint32_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], i);
  }
}

TEST(NestedDissection, OfNothingIsNothing) {
  EXPECT_TRUE(nested_dissection(0, {}, {}).empty());
  EXPECT_EQ(nested_dissection(3, {}, std::vector<PlanePoint>(3)).size(), 3U);
}

// A street of n corners must not become a ladder of n steps.
TEST(NestedDissection, AChainBecomesAFlatTree) {
  RandomGraph chain;
  chain.vertices = 100'000;
  for (std::uint32_t v = 0; v + 1 < chain.vertices; ++v) {
    chain.arcs.push_back({Id<GraphVertex>{v}, Id<GraphVertex>{v + 1}});
  }
  chain.where.resize(chain.vertices);
  EXPECT_LE(depth_of_elimination_tree(index_of(chain)), 40U);
}

TEST(NestedDissection, AGridHasSeparatorsOfItsWidth) {
  RandomGraph grid;
  constexpr std::uint32_t kSide = 64;
  grid.vertices = kSide * kSide;
  for (std::uint32_t v = 0; v < grid.vertices; ++v) {
    grid.where.push_back({v % kSide + 0.0, static_cast<double>(v / kSide)});
    if (v % kSide + 1 < kSide) grid.arcs.push_back({Id<GraphVertex>{v}, Id<GraphVertex>{v + 1}});
    if (v + kSide < grid.vertices) {
      grid.arcs.push_back({Id<GraphVertex>{v}, Id<GraphVertex>{v + kSide}});
    }
  }
  // The best there is is about three sides; a random order makes thousands.
  EXPECT_LE(depth_of_elimination_tree(index_of(grid)), 5 * kSide);
}

TEST(NestedDissection, PlacesOnOneSpotCostOnlySpeed) {
  Random random{12};
  RandomGraph graph = random_streets(random, 12, 12);
  std::ranges::fill(graph.where, PlanePoint{});
  EXPECT_EQ(nested_dissection(graph.vertices, graph.arcs, graph.where).size(), graph.vertices);
}

TEST(InertialCutter, LeavesNoEdgeBetweenTheSides) {
  Random random{13};
  InertialCutter cutter;
  for (int round = 0; round < 200; ++round) {
    const RandomGraph streets =
        random_streets(random, 2 + static_cast<std::uint32_t>(random.below(12)),
                       2 + static_cast<std::uint32_t>(random.below(12)));
    std::vector<ArcEnds> arcs = streets.arcs;
    for (std::uint32_t v = 1; v < streets.vertices; ++v) {  // connected
      arcs.push_back({Id<GraphVertex>{v}, Id<GraphVertex>{v - 1}});
    }
    const NeighbourLists graph = neighbour_lists(streets.vertices, arcs);
    const VertexSeparator cut = cutter.cut(graph, streets.where);
    ASSERT_FALSE(cut.separator.empty());
    ASSERT_EQ(cut.separator.size() + cut.side_a.size() + cut.side_b.size(), streets.vertices);
    for (const std::uint32_t v : cut.side_a) {
      for (const std::uint32_t w : graph.of(v)) {
        ASSERT_EQ(std::ranges::find(cut.side_b, w), cut.side_b.end());
      }
    }
  }
}

}  // namespace
}  // namespace gridmend::nested_dissection_test
