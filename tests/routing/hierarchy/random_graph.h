#pragma once

#include <vector>

#include "core/base/random.h"
#include "routing/hierarchy/contraction_index.h"
#include "routing/hierarchy/contraction_metric.h"
#include "routing/hierarchy/contraction_query.h"

namespace gridmend {

// A graph as tests draw it: like streets, with everything that makes a search go wrong.
struct RandomGraph {
  std::uint32_t vertices = 0;
  std::vector<ArcEnds> arcs;
  std::vector<Weight> weights;
  std::vector<PlanePoint> where;
};

// A grid with holes, one-way streets, dead ends, loops, doubled arcs, arcs without weight or
// without way, separate pieces, and a few arcs across the whole of it.
RandomGraph random_streets(Random& random, std::uint32_t width, std::uint32_t height);
Weight random_weight(Random& random);
// Up to three.
std::vector<QueryEnd> random_ends(Random& random, std::uint32_t vertices);

ContractionIndex index_of(const RandomGraph& graph);

// Boost's Dijkstra from one vertex to all: kNoWay where there is no way.
std::vector<Weight> dijkstra(const RandomGraph& graph, std::uint32_t from);

}  // namespace gridmend
