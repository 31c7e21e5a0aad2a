#include "routing/road/road_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/base/random.h"
#include "routing/road/strong_parts.h"
#include "routing/road/structure_spans.h"
#include "tests/routing/road/road_map.h"

namespace gridmend::road_graph_test {
namespace {

std::vector<std::string> names(const RoadGraph& graph, IdRange<RoadEdge> edges) {
  std::vector<std::string> result;
  for (const Id<RoadEdge> e : edges) result.emplace_back(graph.name(e));
  return result;
}

TEST(RoadGraph, EmptyHasNoRoads) {
  const RoadGraph none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.stretches(), 0U);
  EXPECT_TRUE(none.snap({8, 50}).empty());
  ASSERT_TRUE(RoadGraph::from_records({}));
}

TEST(RoadGraph, EdgesLeaveTheirVertexInOrder) {
  const RoadMap map{{"A--B>>C", "   |   ", "   D   "}};
  const RoadGraph graph = map.graph();
  EXPECT_EQ(graph.edges().size(), 5U);
  EXPECT_THAT(names(graph, graph.out_edges(Id<RoadVertex>{1})),
              testing::UnorderedElementsAre("BA", "BC", "BD"));
  EXPECT_TRUE(graph.out_edges(Id<RoadVertex>{2}).empty()) << "C is the end of a one-way road";
}

TEST(RoadGraph, TwoDirectionsShareAStretchAndRunAgainstEachOther) {
  const RoadMap map{{"A--B>>C"}};
  const RoadGraph graph = map.graph();
  const auto ab = RoadMap::edge(graph, "AB");
  const auto ba = RoadMap::edge(graph, "BA");
  EXPECT_EQ(graph.stretches(), 2U);
  EXPECT_EQ(graph.stretch(ab), graph.stretch(ba));
  EXPECT_THAT(graph.edges_of_stretch(graph.stretch(ab)), testing::ElementsAre(ab, ba));
  EXPECT_EQ(graph.polyline(ab).front(), map.position('A'));
  EXPECT_EQ(graph.polyline(ba).front(), map.position('B'));
}

TEST(RoadGraph, SnapFindsBothDirectionsAtOnePosition) {
  const RoadMap map{{"A----B"}};
  const RoadGraph graph = map.graph();
  const auto places = graph.snap(RoadMap::position(1, 0.5), 2000, 9);
  ASSERT_EQ(places.size(), 2U);
  EXPECT_NEAR(places[0].off_road_m, 50, 0.1);
  EXPECT_EQ(places[0].position, places[1].position);
  EXPECT_NEAR(places[0].along_m + places[1].along_m, 500, 1e-6);
  EXPECT_TRUE(graph.snap(RoadMap::position(1, 0.5), 49).empty()) << "beyond reach";
}

TEST(RoadGraph, ConnectedMetresTellTheCoreFromAFragment) {
  const RoadMap map{{"A--B>>C", "|  |   ", "D--E   ", "       ", "I-J    "}};
  const RoadGraph graph = map.graph();
  EXPECT_NEAR(graph.connected_m(RoadMap::edge(graph, "AB")), 1000, 1e-3);
  EXPECT_NEAR(graph.connected_m(RoadMap::edge(graph, "JI")), 200, 1e-3);
  EXPECT_EQ(graph.connected_m(RoadMap::edge(graph, "BC")), 0) << "one can leave, never return";
}

TEST(RoadGraph, RefusesDamagedRecords) {
  const RoadMap map{{"A--B--C"}};
  const auto refused = [&map](auto change) {
    RoadRecords r = map.graph().records();
    std::vector<RoadEdge> edges(r.edges.begin(), r.edges.end());
    change(edges);
    r.edges = Table<RoadEdge>{std::move(edges)};
    const auto graph = RoadGraph::from_records(std::move(r));
    return !graph && graph.error().reason == "ROAD_RECORDS_INVALID";
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(refused([](auto&) {}));
  EXPECT_TRUE(refused([](auto& e) { std::swap(e.front(), e.back()); }));
  EXPECT_TRUE(refused([](auto& e) { e[0].to = Id<RoadVertex>{3}; }));
  EXPECT_TRUE(refused([](auto& e) { e[0].to = Id<RoadVertex>{}; }));
  EXPECT_TRUE(refused([](auto& e) { e[0].shape_end = 99; }));
  EXPECT_TRUE(refused([](auto& e) { e[0].shape_begin = e[0].shape_end + 1; }));
  EXPECT_TRUE(refused([](auto& e) { e[0].name = TextId{99}; }));
  EXPECT_TRUE(refused([](auto& e) { e[0].speed_kmh = 0; }));
  EXPECT_TRUE(refused([nan](auto& e) { e[0].speed_kmh = nan; }));
  EXPECT_TRUE(refused([nan](auto& e) { e[0].length_m = nan; }));
  EXPECT_TRUE(refused([](auto& e) { e[0].length_m = -1; }));
  EXPECT_TRUE(refused([](auto& e) { e[0].road_class = static_cast<RoadClass>(11); }));
  EXPECT_TRUE(refused([](auto& e) { e[0].structure = static_cast<RoadStructure>(4); }));

  RoadRecords r = map.graph().records();
  r.turn_restrictions = Table<TurnRestriction>{{{Id<RoadEdge>{0}, Id<RoadEdge>{0}}}};
  EXPECT_FALSE(RoadGraph::from_records(r)) << "an edge does not follow itself";
  r.turn_restrictions = Table<TurnRestriction>{{{Id<RoadEdge>{0}, Id<RoadEdge>{77}}}};
  EXPECT_FALSE(RoadGraph::from_records(r));
  r = map.graph().records();
  r.shapes = Table<RoadShapePoint, Position>{std::vector<Position>(r.shapes.size(), {400, 0})};
  EXPECT_FALSE(RoadGraph::from_records(r));
}

TEST(StrongParts, OneGetsRoundInEachAndTheEmptyGraphHasNone) {
  EXPECT_EQ(strong_parts(RoadRecords{}).count, 0U);
  EXPECT_TRUE(strong_parts(0, {}).of.empty());
  // 0 -> 1 -> 2 -> 0, from there one way to 3, and 4 by itself.
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> arcs{{2, 0}, {0, 1}, {2, 3}, {1, 2}};
  const StrongParts parts = strong_parts(5, arcs);
  EXPECT_EQ(parts.count, 3U);
  EXPECT_EQ(parts.of[0], parts.of[1]);
  EXPECT_EQ(parts.of[0], parts.of[2]);
  EXPECT_NE(parts.of[0], parts.of[3]);
  EXPECT_NE(parts.of[0], parts.of[4]);
  EXPECT_NE(parts.of[3], parts.of[4]);
}

TEST(StrongParts, WithoutACopyOfTheGraphTheyAreTheSame) {
  Random random{7};
  for (int round = 0; round < 200; ++round) {
    const auto vertices = static_cast<std::uint32_t>(1 + random.below(30));
    std::vector<std::uint32_t> first{0};
    std::vector<std::uint32_t> heads;
    std::vector<char> open;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> arcs;
    for (std::uint32_t v = 0; v < vertices; ++v) {
      for (auto n = random.below(4); n > 0; --n) {
        heads.push_back(static_cast<std::uint32_t>(random.below(vertices)));
        open.push_back(random.chance(0.7) ? 1 : 0);
        if (open.back() != 0) arcs.emplace_back(v, heads.back());
      }
      first.push_back(static_cast<std::uint32_t>(heads.size()));
    }
    const StrongParts expected = strong_parts(vertices, arcs);
    const StrongParts found = strong_parts(
        first, [&](std::uint32_t a) { return heads[a]; },
        [&](std::uint32_t a) { return open[a] != 0; });
    ASSERT_EQ(found.count, expected.count);
    for (std::uint32_t a = 0; a < vertices; ++a) {
      for (std::uint32_t b = 0; b < vertices; ++b)
        ASSERT_EQ(found.of[a] == found.of[b], expected.of[a] == expected.of[b])
            << "round " << round;
    }
  }
}

TEST(StructureSpans, ABridgeInPiecesIsOneWithTwoAbutments) {
  const RoadMap map{{"A--B===C===D--E", "|             |", "I--------uuu--J"}};
  const RoadGraph graph = map.graph();
  const auto spans = structure_spans(graph);
  ASSERT_EQ(spans.size(), 2U);
  const auto& bridge = spans[spans[0].structure == RoadStructure::bridge ? 0 : 1];
  EXPECT_EQ(bridge.structure, RoadStructure::bridge);
  EXPECT_EQ(bridge.edges.size(), 4U);
  EXPECT_NEAR(bridge.length_m, 800, 1e-6);
  EXPECT_THAT(bridge.ends, testing::ElementsAre(Id<RoadVertex>{1}, Id<RoadVertex>{3}));
}

// The nearest place by looking at every edge.
TEST(RoadGraphProperty, SnapAgreesWithLookingAtEveryEdge) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<RoadVertex> vertices;
    std::vector<RoadEdge> edges;
    std::vector<Position> shapes;
    for (int i = 0; i < 40; ++i) {
      vertices.push_back({{random.uniform(8, 8.05), random.uniform(49, 49.05)}});
    }
    for (int i = 0; i < 80; ++i) {
      RoadEdge e;
      e.from = Id<RoadVertex>{static_cast<std::uint32_t>(i / 2)};
      e.to = Id<RoadVertex>{static_cast<std::uint32_t>(random.below(40))};
      e.shape_begin = static_cast<std::uint32_t>(shapes.size());
      shapes.push_back(vertices[e.from.index].position);
      for (int k = random.between(0, 4); k > 0; --k) {
        shapes.push_back({random.uniform(8, 8.05), random.uniform(49, 49.05)});
      }
      shapes.push_back(vertices[e.to.index].position);
      e.shape_end = static_cast<std::uint32_t>(shapes.size());
      if (random.chance(0.2)) e.shape_end = e.shape_begin;
      e.length_m = 100;
      e.speed_kmh = 30;
      edges.push_back(e);
    }
    const auto graph = RoadGraph::from_records({Table<RoadVertex>{vertices},
                                                Table<RoadEdge>{edges},
                                                {},
                                                Table<RoadShapePoint, Position>{shapes},
                                                {},
                                                RoadOrigin::synthetic});
    ASSERT_TRUE(graph);
    for (int i = 0; i < 30; ++i) {
      const Position p{random.uniform(7.99, 8.06), random.uniform(48.99, 49.06)};
      std::vector<std::pair<double, std::uint32_t>> all;
      for (const Id<RoadEdge> e : graph->edges().ids()) {
        const double away = nearest_on_polyline(graph->polyline(e), p)->distance_m;
        if (away <= 1500) all.emplace_back(away, e.index);
      }
      std::ranges::sort(all);
      const auto places = graph->snap(p, 1500, 7);
      ASSERT_EQ(places.size(), std::min<std::size_t>(7, all.size()));
      for (std::size_t k = 0; k < places.size(); ++k) {
        ASSERT_NEAR(places[k].off_road_m, all[k].first, 1e-6);
        ASSERT_NEAR(distance_m(places[k].position, p), all[k].first, 0.01 + all[k].first * 1e-3);
        ASSERT_GE(places[k].along_m, 0);
        ASSERT_LE(places[k].along_m, 100);
      }
      const auto even = graph->snap(p, 1500, 3, [](Id<RoadEdge> e) { return e.index % 2 == 0; });
      for (const RoadPlace& place : even) ASSERT_EQ(place.edge.index % 2, 0U);
    }
  }
}

}  // namespace
}  // namespace gridmend::road_graph_test
