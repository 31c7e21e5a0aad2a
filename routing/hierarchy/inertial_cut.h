#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/geo/position.h"
#include "routing/hierarchy/small_degree_elimination.h"

namespace gridmend {

// A set of vertices whose removal leaves two sides without an edge between them.
struct VertexSeparator {
  std::vector<std::uint32_t> separator;
  std::vector<std::uint32_t> side_a;
  std::vector<std::uint32_t> side_b;
};

// Cuts connected graphs in two by inertial flow (Schild, Sommer 2015): vertices are lined up along
// a direction, the first and the last quarter become source and sink of a flow with one unit an
// edge, and the smallest cut of several directions, weighed against the smaller side, is taken.
// Keeps its scratch between cuts.
class InertialCutter {
 public:
  InertialCutter();
  ~InertialCutter();
  InertialCutter(const InertialCutter&) = delete;
  InertialCutter& operator=(const InertialCutter&) = delete;

  // `graph` is connected and has at least two vertices; `where` is by vertex. The separator is
  // never empty, a side may be. O(cut x edges) for each direction.
  VertexSeparator cut(const NeighbourLists& graph, std::span<const PlanePoint> where);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace gridmend
