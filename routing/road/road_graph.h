#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "routing/road/road_records.h"

namespace gridmend {

// A place on the road network: `along_m` metres after the edge's start.
struct RoadPlace {
  Id<RoadEdge> edge;
  double along_m = 0;
  double off_road_m = 0;  // from the position asked for to the road
  Position position;
};

// Topology and geometry of the roads: immutable, cheap to copy, safe to share. A Boost.Graph
// compressed sparse row graph underneath; what may be driven now is RoadConditions' business.
class RoadGraph {
 public:
  RoadGraph() = default;  // no roads

  // Refuses records that refer outside their tables, unsorted edges, speeds that are not positive,
  // and negative or non-finite lengths. O(n log n) for the index that snapping uses.
  static Result<RoadGraph> from_records(RoadRecords records);

  const RoadRecords& records() const;
  const Table<RoadVertex>& vertices() const { return records().vertices; }
  const Table<RoadEdge>& edges() const { return records().edges; }
  RoadOrigin origin() const { return records().origin; }
  bool empty() const { return edges().empty(); }

  // Edges that leave the vertex: consecutive ids.
  IdRange<RoadEdge> out_edges(Id<RoadVertex> vertex) const;
  // The edge's polyline in the direction it is driven.
  std::vector<Position> polyline(Id<RoadEdge> edge) const;
  std::string_view name(Id<RoadEdge> edge) const;

  // The nearest places on roads, at most one an edge, nearest first; empty beyond `reach_m`.
  std::vector<RoadPlace> snap(Position position, double reach_m = 2000, std::size_t count = 1) const;

 private:
  struct Implementation;
  std::shared_ptr<const Implementation> impl_;
};

}  // namespace gridmend
