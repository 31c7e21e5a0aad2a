#include "tests/routing/road/random_roads.h"

#include <utility>

#include "core/base/check.h"

namespace gridmend {

RoadGraph random_graph(Random& random) {
  const auto count = static_cast<std::uint32_t>(random.between(2, 25));
  std::vector<RoadVertex> vertices;
  for (std::uint32_t i = 0; i < count; ++i) {
    vertices.push_back({{random.uniform(8, 8.1), random.uniform(0, 0.1)}});
  }
  std::vector<RoadEdge> edges;
  for (std::uint32_t v = 0; v < count; ++v) {
    for (int k = random.between(0, 4); k > 0; --k) {
      RoadEdge e;
      e.from = Id<RoadVertex>{v};
      e.to = Id<RoadVertex>{static_cast<std::uint32_t>(random.below(count))};
      // Whole numbers make ties.
      e.length_m = static_cast<float>(random.chance(0.5) ? 100 * random.between(1, 4)
                                                         : random.between(1, 900));
      e.speed_kmh = 36;
      edges.push_back(e);
    }
  }
  std::vector<TurnRestriction> turns;
  for (std::uint32_t e = 0; e < edges.size(); ++e) {
    for (std::uint32_t f = 0; f < edges.size(); ++f) {
      if (edges[e].to == edges[f].from && random.chance(0.25)) {
        turns.push_back({Id<RoadEdge>{e}, Id<RoadEdge>{f}});
        if (random.chance(0.1)) turns.push_back(turns.back());
      }
    }
  }
  if (random.chance(0.3)) turns.clear();
  auto graph = RoadGraph::from_records({Table<RoadVertex>{std::move(vertices)},
                                        Table<RoadEdge>{std::move(edges)},
                                        Table<TurnRestriction>{std::move(turns)},
                                        {},
                                        {},
                                        RoadOrigin::synthetic});
  GRIDMEND_CHECK(graph.has_value(), "random roads are sound");
  return *graph;
}

RoadPlace random_place(Random& random, const RoadGraph& graph) {
  const Id<RoadEdge> edge{static_cast<std::uint32_t>(random.below(graph.edges().size()))};
  const auto length = static_cast<double>(graph.edges()[edge].length_m);
  const double share = random.chance(0.2) ? 0 : random.chance(0.2) ? 1 : random.uniform();
  return {edge, length * share, 0, {}};
}

}  // namespace gridmend
