#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/geo/spatial_index.h"
#include "routing/road/road_records.h"

namespace gridmend {

// A place on the road network: `along_m` metres after the edge's start, of its `length_m`.
struct RoadPlace {
  Id<RoadEdge> edge;
  double along_m = 0;
  double off_road_m = 0;  // from the position asked for to the road
  Position position;
  // Where the position asked for lies as one drives the edge: 1 on the right, -1 on the left, 0
  // within a metre of it.
  int side = 0;
};

// Topology and geometry of the roads: immutable, cheap to copy, safe to share. A Boost.Graph
// compressed sparse row graph underneath; what may be driven now is RoadConditions' business.
class RoadGraph {
 public:
  RoadGraph();  // no roads

  // Refuses records that refer outside their tables, unsorted edges, speeds that are not positive,
  // negative or non-finite lengths, restrictions between edges that do not meet, and positions off
  // the earth. O(n log n) for the index that snapping uses.
  static Result<RoadGraph> from_records(RoadRecords records);

  const RoadRecords& records() const;
  const Table<RoadVertex>& vertices() const { return records().vertices; }
  const Table<RoadEdge>& edges() const { return records().edges; }
  RoadOrigin origin() const { return records().origin; }
  bool empty() const { return edges().empty(); }

  // Edges that leave the vertex: consecutive ids.
  IdRange<RoadEdge> out_edges(Id<RoadVertex> vertex) const;
  // The edge's polyline in the direction it is driven; a straight line when the source gave none.
  std::vector<Position> polyline(Id<RoadEdge> edge) const;
  std::string_view name(Id<RoadEdge> edge) const;

  // A stretch is what the edges of one polyline share: most often the two directions of a street.
  // Stretches are numbered from 0 in the order of their first edge.
  std::uint32_t stretches() const;
  std::uint32_t stretch(Id<RoadEdge> edge) const;
  // Ascending, never empty.
  std::span<const Id<RoadEdge>> edges_of_stretch(std::uint32_t stretch) const;
  // Stretches whose bounding box touches the area, ascending.
  std::vector<std::uint32_t> stretches_touching(const Box& area) const;

  // Metres of road (by stretch) that can be driven to and back from the edge on a dry day: the
  // strongly connected component both its ends lie in; 0 for an edge between two components.
  double connected_m(Id<RoadEdge> edge) const;

  // The nearest places on roads, at most one an edge, nearest first (ties by edge id); empty beyond
  // `reach_m`. Both directions of a street are places of their own, at one position. Edges that
  // `accept` answers false for are looked past.
  std::vector<RoadPlace> snap(Position position, double reach_m = 2000, std::size_t count = 1,
                              const std::function<bool(Id<RoadEdge>)>& accept = {}) const;
  // The place on this edge nearest to the position.
  RoadPlace place_on(Id<RoadEdge> edge, Position position) const;

 private:
  struct Implementation;
  explicit RoadGraph(std::shared_ptr<const Implementation> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Implementation> impl_;
};

}  // namespace gridmend
