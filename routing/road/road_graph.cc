#include "routing/road/road_graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>
// Boost 1.74 in C++20 needs <utility> first.
#include <boost/graph/compressed_sparse_row_graph.hpp>

#include "routing/road/strong_parts.h"

namespace gridmend {
namespace {

using CsrGraph =
    boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                       boost::no_property, std::uint32_t, std::uint32_t>;

tl::unexpected<Error> damaged(std::string_view what, std::size_t number, std::string_view why) {
  return refuse(ErrorCode::invalid_argument, "ROAD_RECORDS_INVALID",
                std::string{what} + " " + std::to_string(number) + " " + std::string{why});
}

Result<void> check_edges(const RoadRecords& r) {
  std::uint32_t last_from = 0;
  for (std::size_t i = 0; i < r.edges.size(); ++i) {
    const RoadEdge& e = r.edges.values()[i];
    if (e.from.index >= r.vertices.size() || e.to.index >= r.vertices.size() ||
        e.shape_begin > e.shape_end || e.shape_end > r.shapes.size() ||
        (e.name.valid() && e.name.index >= std::max<std::size_t>(1, r.texts.size()))) {
      return damaged("road edge", i, "refers to a record that does not exist");
    }
    if (static_cast<int>(e.road_class) >= kRoadClasses || e.structure > RoadStructure::ford) {
      return damaged("road edge", i, "has a class or structure that does not exist");
    }
    if (e.from.index < last_from) return damaged("road edge", i, "is out of order");
    last_from = e.from.index;
    if (!std::isfinite(e.length_m) || e.length_m < 0) {
      return damaged("road edge", i, "has a length that is negative or not a number");
    }
    if (!std::isfinite(e.speed_kmh) || e.speed_kmh <= 0) {
      return damaged("road edge", i, "has a speed that is not greater than 0");
    }
  }
  return {};
}

Result<void> check_records(const RoadRecords& r) {
  for (std::size_t i = 0; i < r.vertices.size(); ++i) {
    if (!is_on_earth(r.vertices.values()[i].position)) {
      return damaged("road vertex", i, "is off the earth");
    }
  }
  for (std::size_t i = 0; i < r.shapes.size(); ++i) {
    if (!is_on_earth(r.shapes.values()[i]))
      return damaged("road shape point", i, "is off the earth");
  }
  if (auto checked = check_edges(r); !checked) return checked;
  for (std::size_t i = 0; i < r.turn_restrictions.size(); ++i) {
    const TurnRestriction& t = r.turn_restrictions.values()[i];
    if (t.from_edge.index >= r.edges.size() || t.to_edge.index >= r.edges.size()) {
      return damaged("turn restriction", i, "refers to a record that does not exist");
    }
    if (r.edges[t.from_edge].to != r.edges[t.to_edge].from) {
      return damaged("turn restriction", i, "names two edges that do not meet");
    }
  }
  return {};
}

// In the order of the source; `straight` lends the memory for an edge without a polyline.
std::span<const Position> source_line(const RoadRecords& r, const RoadEdge& e,
                                      std::array<Position, 2>& straight) {
  if (e.shape_end > e.shape_begin) {
    return r.shapes.values().subspan(e.shape_begin, e.shape_end - e.shape_begin);
  }
  straight = {r.vertices[e.from].position, r.vertices[e.to].position};
  if (e.against_shape != 0) std::swap(straight[0], straight[1]);
  return straight;
}

// 1: right of the way from a to b.
int side_of(Position a, Position b, Position p, double distance_m) {
  if (distance_m < 1) return 0;
  const LocalPlane plane{p};
  const PlanePoint from = plane.to_plane(a);
  const PlanePoint to = plane.to_plane(b);
  const double cross =
      (to.east_m - from.east_m) * -from.north_m - (to.north_m - from.north_m) * -from.east_m;
  return cross < 0 ? 1 : cross > 0 ? -1 : 0;
}

struct Stretches {
  std::vector<std::uint32_t> of_edge;
  std::vector<std::uint32_t> begin;  // into edges, one more than there are
  std::vector<Id<RoadEdge>> edges;
};

// Edges of one polyline, or, where the source gave none, between the same two vertices.
Stretches group_by_shape(const RoadRecords& r) {
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
  std::vector<std::pair<Key, std::uint32_t>> keys;
  keys.reserve(r.edges.size());
  for (const Id<RoadEdge> id : r.edges.ids()) {
    const RoadEdge& e = r.edges[id];
    const auto [low, high] = std::minmax(e.from.index, e.to.index);
    keys.emplace_back(
        e.shape_end > e.shape_begin ? Key{0, e.shape_begin, e.shape_end} : Key{1, low, high},
        id.index);
  }
  std::ranges::sort(keys);
  // Numbered by the first edge, so that the order of shapes in memory is of no consequence.
  std::vector<std::uint32_t> first_edge(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool same = i > 0 && keys[i].first == keys[i - 1].first;
    first_edge[keys[i].second] = same ? first_edge[keys[i - 1].second] : keys[i].second;
  }
  Stretches result;
  result.of_edge.resize(keys.size());
  std::uint32_t count = 0;
  for (std::uint32_t e = 0; e < first_edge.size(); ++e) {
    result.of_edge[e] = first_edge[e] == e ? count++ : result.of_edge[first_edge[e]];
  }
  result.begin.assign(count + 1, 0);
  for (const std::uint32_t s : result.of_edge) ++result.begin[s + 1];
  for (std::uint32_t s = 0; s < count; ++s) result.begin[s + 1] += result.begin[s];
  result.edges.resize(keys.size());
  std::vector<std::uint32_t> next(result.begin.begin(), result.begin.end() - 1);
  for (std::uint32_t e = 0; e < first_edge.size(); ++e) {
    result.edges[next[result.of_edge[e]]++] = Id<RoadEdge>{e};
  }
  return result;
}

std::vector<Box> stretch_boxes(const RoadRecords& r, const Stretches& stretches) {
  std::vector<Box> boxes;
  boxes.reserve(stretches.begin.size() - 1);
  std::array<Position, 2> straight;
  for (std::size_t s = 0; s + 1 < stretches.begin.size(); ++s) {
    const RoadEdge& e = r.edges[stretches.edges[stretches.begin[s]]];
    boxes.push_back(box_of(source_line(r, e, straight)));
  }
  return boxes;
}

}  // namespace

struct RoadGraph::Implementation {
  RoadRecords records;
  CsrGraph topology;
  Stretches stretches{{}, {0}, {}};
  SpatialIndex index{std::span<const Box>{}};
  std::vector<std::uint32_t> component;  // by vertex: strongly connected
  std::vector<double> component_m;

  bool inside_component(const RoadEdge& e) const {
    return component[e.from.index] == component[e.to.index];
  }

  void measure_components() {
    StrongParts parts = strong_parts(records);
    component = std::move(parts.of);
    component_m.assign(parts.count, 0.0);
    for (std::size_t s = 0; s + 1 < stretches.begin.size(); ++s) {
      const RoadEdge& e = records.edges[stretches.edges[stretches.begin[s]]];
      if (inside_component(e)) {
        component_m[component[e.from.index]] += static_cast<double>(e.length_m);
      }
    }
  }
};

RoadGraph::RoadGraph() {
  static const auto none = std::make_shared<const Implementation>();
  impl_ = none;
}

Result<RoadGraph> RoadGraph::from_records(RoadRecords records) {
  if (auto checked = check_records(records); !checked) return unexpected(checked.error());
  auto impl = std::make_shared<Implementation>();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  pairs.reserve(records.edges.size());
  for (const RoadEdge& e : records.edges) pairs.emplace_back(e.from.index, e.to.index);
  // Sorted pairs keep their order: Boost's edge indices are our ids.
  impl->topology = CsrGraph(boost::edges_are_sorted, pairs.begin(), pairs.end(),
                            static_cast<std::uint32_t>(records.vertices.size()));
  impl->stretches = group_by_shape(records);
  impl->index = SpatialIndex{std::span<const Box>{stretch_boxes(records, impl->stretches)}};
  impl->records = std::move(records);
  impl->measure_components();
  return RoadGraph{std::move(impl)};
}

const RoadRecords& RoadGraph::records() const { return impl_->records; }

IdRange<RoadEdge> RoadGraph::out_edges(Id<RoadVertex> vertex) const {
  GRIDMEND_CHECK(vertex.index < vertices().size(), "road vertex is of this graph");
  const auto [first, last] = boost::out_edges(vertex.index, impl_->topology);
  if (first == last) return {};
  const std::uint32_t begin = get(boost::edge_index, impl_->topology, *first);
  return {Id<RoadEdge>{begin},
          Id<RoadEdge>{begin + boost::out_degree(vertex.index, impl_->topology)}};
}

std::vector<Position> RoadGraph::polyline(Id<RoadEdge> edge) const {
  std::array<Position, 2> straight;
  const RoadEdge& e = edges()[edge];
  const auto line = source_line(records(), e, straight);
  std::vector<Position> result(line.begin(), line.end());
  if (e.against_shape != 0) std::ranges::reverse(result);
  return result;
}

std::string_view RoadGraph::name(Id<RoadEdge> edge) const {
  const TextId id = edges()[edge].name;
  return id.index < records().texts.size() ? records().texts[id] : std::string_view{};
}

std::uint32_t RoadGraph::stretches() const {
  return static_cast<std::uint32_t>(impl_->stretches.begin.size() - 1);
}

std::uint32_t RoadGraph::stretch(Id<RoadEdge> edge) const {
  GRIDMEND_CHECK(edge.index < edges().size(), "road edge is of this graph");
  return impl_->stretches.of_edge[edge.index];
}

std::span<const Id<RoadEdge>> RoadGraph::edges_of_stretch(std::uint32_t stretch) const {
  GRIDMEND_CHECK(stretch < stretches(), "stretch is of this graph");
  const auto& s = impl_->stretches;
  return std::span{s.edges}.subspan(s.begin[stretch], s.begin[stretch + 1] - s.begin[stretch]);
}

std::vector<std::uint32_t> RoadGraph::stretches_touching(const Box& area) const {
  return impl_->index.touching(area);
}

double RoadGraph::connected_m(Id<RoadEdge> edge) const {
  const RoadEdge& e = edges()[edge];
  return impl_->inside_component(e) ? impl_->component_m[impl_->component[e.from.index]] : 0.0;
}

RoadPlace RoadGraph::place_on(Id<RoadEdge> edge, Position position) const {
  const RoadEdge& e = edges()[edge];
  std::array<Position, 2> straight;
  const auto line = source_line(records(), e, straight);
  const auto nearest = nearest_on_polyline(line, position);
  // The source's length may differ from the drawn one; a place keeps its share of the edge.
  const double drawn_m = length_m(line);
  double share = drawn_m > 0 ? std::clamp(nearest->along_m / drawn_m, 0.0, 1.0) : 0.0;
  int side = line.size() < 2 ? 0
                             : side_of(line[nearest->segment], line[nearest->segment + 1], position,
                                       nearest->distance_m);
  if (e.against_shape != 0) {
    share = 1 - share;
    side = -side;
  }
  return {edge, share * static_cast<double>(e.length_m), nearest->distance_m, nearest->position,
          side};
}

std::vector<RoadPlace> RoadGraph::snap(Position position, double reach_m, std::size_t count,
                                       const std::function<bool(Id<RoadEdge>)>& accept) const {
  std::vector<RoadPlace> places;
  if (count == 0 || !(reach_m >= 0) || !is_on_earth(position)) return places;
  const auto nearer = [](const RoadPlace& a, const RoadPlace& b) {
    return std::pair{a.off_road_m, a.edge} < std::pair{b.off_road_m, b.edge};
  };
  // Boxes are wider than what is in them, so the search widens until enough places are surely the
  // nearest: those within the radius searched.
  for (double radius_m = std::min(60.0, reach_m);; radius_m = std::min(radius_m * 3, reach_m)) {
    places.clear();
    for (const std::uint32_t s : stretches_touching(box_around(position, radius_m * 1.01 + 1))) {
      for (const Id<RoadEdge> edge : edges_of_stretch(s)) {
        if (accept && !accept(edge)) continue;
        const RoadPlace place = place_on(edge, position);
        if (place.off_road_m <= radius_m) places.push_back(place);
      }
    }
    if (places.size() >= count || radius_m >= reach_m) break;
  }
  std::ranges::sort(places, nearer);
  if (places.size() > count) places.resize(count);
  return places;
}

}  // namespace gridmend
