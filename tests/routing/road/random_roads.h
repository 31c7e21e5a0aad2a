#pragma once

#include "core/base/random.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// A few vertices at random with edges, loops among them, turn restrictions, doubled ones too.
RoadGraph random_graph(Random& random);
// Its ends more often than chance would have it.
RoadPlace random_place(Random& random, const RoadGraph& graph);

}  // namespace gridmend
