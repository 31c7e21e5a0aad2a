#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "data/ingest/text_interner.h"
#include "routing/road/road_records.h"

namespace gridmend {

// One road between two vertices as a source gives it. A speed of 0 means that it is not driven in
// that direction.
struct RoadStretchSource {
  Id<RoadVertex> from;
  Id<RoadVertex> to;
  std::span<const Position> line;  // from `from` to `to`, at least two positions
  std::string_view name;           // UTF-8
  RoadClass road_class = RoadClass::residential;
  RoadStructure structure = RoadStructure::at_grade;
  std::int8_t layer = 0;
  float forward_kmh = 0;
  float backward_kmh = 0;
};

// Makes road records from stretches in any order. Edges are numbered as they are added until
// finish() sorts them by their first vertex; restrictions follow.
class RoadGraphBuilder {
 public:
  using EdgeNumber = std::uint32_t;
  struct Edges {
    std::optional<EdgeNumber> forward;
    std::optional<EdgeNumber> backward;
  };

  Id<RoadVertex> add_vertex(Position position);
  std::size_t vertices() const { return vertices_.size(); }
  std::size_t edges() const { return edges_.size(); }

  // The two directions share one shape; the length is the line's. Equal names are kept once.
  Edges add(const RoadStretchSource& stretch);
  void forbid_turn(EdgeNumber from, EdgeNumber to) { turns_.emplace_back(from, to); }

  // O(n log n). Restrictions are sorted and unique.
  RoadRecords finish(RoadOrigin origin) &&;

 private:
  std::vector<RoadVertex> vertices_;
  std::vector<RoadEdge> edges_;
  std::vector<Position> shapes_;
  std::vector<std::pair<EdgeNumber, EdgeNumber>> turns_;
  TextPoolBuilder texts_;
  TextInterner names_;
};

}  // namespace gridmend
