#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/id.h"

namespace gridmend {

struct GraphVertex;  // tag
struct GraphArc;     // tag: an arc by its place in the list a graph is given as

// One arc of a directed graph. Loops and several arcs between two vertices are allowed.
struct ArcEnds {
  Id<GraphVertex> from;
  Id<GraphVertex> to;
};

// Milliseconds, or whatever unit the arcs are measured in: whole and not negative, so that sums do
// not depend on their order. At or above kNoWay there is no way; two of those still fit.
using Weight = std::int32_t;
inline constexpr Weight kNoWay = 0x3fff'ffff;

// The sum, at most kNoWay.
inline Weight plus(Weight a, Weight b) { return std::min(kNoWay, a + b); }

}  // namespace gridmend
