#include "routing/hierarchy/contraction_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/routing/hierarchy/random_graph.h"

namespace gridmend::contraction_index_test {
namespace {

TEST(ContractionIndex, OfNothingHasNothing) {
  const ContractionIndex index;
  EXPECT_EQ(index.vertices(), 0U);
  EXPECT_EQ(index.edges(), 0U);
  EXPECT_TRUE(ContractionIndex::build(0, {}, {}).has_value());
}

TEST(ContractionIndex, RefusesAnOrderThatIsNone) {
  const std::vector<ArcEnds> arcs{{Id<GraphVertex>{0}, Id<GraphVertex>{1}}};
  const auto built = [&](std::vector<std::uint32_t> numbers) {
    ContractionOrder order;
    for (const std::uint32_t number : numbers) order.emplace_back(number);
    return ContractionIndex::build(2, arcs, order);
  };
  EXPECT_TRUE(built({1, 0}).has_value());
  for (const auto& order : std::vector<std::vector<std::uint32_t>>{
           {}, {0}, {0, 0}, {0, 2}, {0, 1, 1}, {0, 0xffff'ffff}}) {
    const auto index = built(order);
    ASSERT_FALSE(index.has_value());
    EXPECT_EQ(index.error().reason, "CONTRACTION_ORDER_INVALID");
  }
}

// Contracting in the order of the ranks, one by one and on sets, joins the same pairs.
TEST(ContractionIndex, HasTheEdgesThatContractionMakes) {
  Random random{21};
  for (int round = 0; round < 60; ++round) {
    const RandomGraph graph =
        random_streets(random, 1 + static_cast<std::uint32_t>(random.below(9)),
                       1 + static_cast<std::uint32_t>(random.below(9)));
    const ContractionIndex index = index_of(graph);
    std::vector<std::set<std::uint32_t>> above(graph.vertices);
    for (const ArcEnds& arc : graph.arcs) {
      const std::uint32_t a = index.rank(arc.from);
      const std::uint32_t b = index.rank(arc.to);
      if (a != b) above[std::min(a, b)].insert(std::max(a, b));
    }
    for (std::uint32_t v = 0; v < graph.vertices; ++v) {
      for (const std::uint32_t x : above[v]) {
        for (const std::uint32_t y : above[v]) {
          if (x < y) above[x].insert(y);
        }
      }
      const auto head = index.head().subspan(index.first_edge()[v],
                                             index.first_edge()[v + 1] - index.first_edge()[v]);
      ASSERT_TRUE(std::ranges::equal(head, above[v])) << "round " << round << ", rank " << v;
    }
  }
}

TEST(ContractionIndex, LaysEverySubtreeInOneRun) {
  Random random{22};
  const RandomGraph graph = random_streets(random, 15, 15);
  const ContractionIndex index = index_of(graph);
  for (std::uint32_t v = 0; v < index.vertices(); ++v) {
    for (std::uint32_t w = 0; w < v; ++w) {
      std::uint32_t up = w;
      while (up < v) up = index.parent(up);  // kNone is above everything
      EXPECT_EQ(up == v, w >= index.subtree_begin()[v]);
    }
  }
}

TEST(ContractionIndex, FindsEveryArcOnItsEdge) {
  Random random{23};
  const RandomGraph graph = random_streets(random, 10, 10);
  const ContractionIndex index = index_of(graph);
  for (std::uint32_t i = 0; i < graph.arcs.size(); ++i) {
    const std::uint32_t from = index.rank(graph.arcs[i].from);
    const std::uint32_t to = index.rank(graph.arcs[i].to);
    const auto place = index.place(Id<GraphArc>{i});
    if (from == to) {
      EXPECT_EQ(place.edge, ContractionIndex::kNone);
      continue;
    }
    EXPECT_EQ(index.tail()[place.edge], std::min(from, to));
    EXPECT_EQ(index.head()[place.edge], std::max(from, to));
    EXPECT_EQ(place.up, from < to);
    EXPECT_EQ(std::ranges::count_if(
                  index.arcs_on(place.edge),
                  [&](const auto& on) { return on.arc().index == i && on.up() == place.up; }),
              1);
  }
}

TEST(ContractionIndex, KnowsATriangleBelowEveryEdgeThatHasOne) {
  Random random{24};
  for (int round = 0; round < 20; ++round) {
    const RandomGraph graph = random_streets(random, 12, 12);
    const ContractionIndex index = index_of(graph);
    for (std::uint32_t edge = 0; edge < index.edges(); ++edge) {
      std::vector<std::uint32_t> sides_of_children;
      index.visit_lower_triangles(edge, [&](std::uint32_t to_low, std::uint32_t to_high) {
        const std::uint32_t corner = index.tail()[to_low];
        if (index.parent(corner) == index.tail()[edge]) {
          EXPECT_EQ(to_low, index.first_edge()[corner]);
          sides_of_children.push_back(to_high);
        }
        return false;
      });
      const std::uint32_t side = index.side_from_child(edge);
      bool has_triangle = false;
      index.visit_lower_triangles(
          edge, [&](std::uint32_t, std::uint32_t) { return has_triangle = true; });
      ASSERT_EQ(side != ContractionIndex::kNone, has_triangle);
      if (!has_triangle) continue;
      ASSERT_NE(std::ranges::find(sides_of_children, side), sides_of_children.end());
    }
  }
}

}  // namespace
}  // namespace gridmend::contraction_index_test
