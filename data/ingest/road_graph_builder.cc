#include "data/ingest/road_graph_builder.h"

#include <algorithm>
#include <numeric>

namespace gridmend {

Id<RoadVertex> RoadGraphBuilder::add_vertex(Position position) {
  vertices_.push_back({position});
  return Id<RoadVertex>{vertices_.size() - 1};
}

RoadGraphBuilder::Edges RoadGraphBuilder::add(const RoadStretchSource& stretch) {
  GRIDMEND_CHECK(stretch.line.size() >= 2, "a road has two ends");
  RoadEdge e;
  e.shape_begin = static_cast<std::uint32_t>(shapes_.size());
  shapes_.insert(shapes_.end(), stretch.line.begin(), stretch.line.end());
  e.shape_end = static_cast<std::uint32_t>(shapes_.size());
  e.name = names_.text(names_.intern(texts_, stretch.name));
  e.length_m = static_cast<float>(length_m(stretch.line));
  e.layer = stretch.layer;
  e.road_class = stretch.road_class;
  e.structure = stretch.structure;
  Edges added;
  const auto add_edge = [&](Id<RoadVertex> from, Id<RoadVertex> to, float speed_kmh, bool against) {
    e.from = from;
    e.to = to;
    e.speed_kmh = speed_kmh;
    e.against_shape = against ? 1 : 0;
    edges_.push_back(e);
    return static_cast<EdgeNumber>(edges_.size() - 1);
  };
  if (stretch.forward_kmh > 0) {
    added.forward = add_edge(stretch.from, stretch.to, stretch.forward_kmh, false);
  }
  if (stretch.backward_kmh > 0) {
    added.backward = add_edge(stretch.to, stretch.from, stretch.backward_kmh, true);
  }
  return added;
}

RoadRecords RoadGraphBuilder::finish(RoadOrigin origin) && {
  std::vector<EdgeNumber> order(edges_.size());
  std::iota(order.begin(), order.end(), EdgeNumber{0});
  std::ranges::stable_sort(order, {}, [this](EdgeNumber e) { return edges_[e].from; });
  std::vector<Id<RoadEdge>> id_of(edges_.size());
  std::vector<RoadEdge> sorted;
  sorted.reserve(edges_.size());
  for (const EdgeNumber e : order) {
    id_of[e] = Id<RoadEdge>{sorted.size()};
    sorted.push_back(edges_[e]);
  }
  std::ranges::sort(turns_);
  const auto [first, last] = std::ranges::unique(turns_);
  turns_.erase(first, last);
  std::vector<TurnRestriction> turns;
  turns.reserve(turns_.size());
  for (const auto& [from, to] : turns_) turns.push_back({id_of[from], id_of[to]});
  const auto key = [](const TurnRestriction& t) { return std::pair{t.from_edge, t.to_edge}; };
  std::ranges::sort(turns, {}, key);
  return {Table<RoadVertex>{std::move(vertices_)},
          Table<RoadEdge>{std::move(sorted)},
          Table<TurnRestriction>{std::move(turns)},
          Table<RoadShapePoint, Position>{std::move(shapes_)},
          std::move(texts_).finish(),
          origin};
}

}  // namespace gridmend
