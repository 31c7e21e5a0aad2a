#include "routing/hierarchy/nested_dissection.h"

#include <algorithm>

#include "core/base/check.h"
#include "routing/hierarchy/inertial_cut.h"
#include "routing/hierarchy/small_degree_elimination.h"

namespace gridmend {
namespace {

// Orders the core from both ends: what is cut out is ranked last, the sides before it.
class Dissection {
 public:
  Dissection(const NeighbourLists& graph, std::span<const PlanePoint> where)
      : graph_(graph), where_(where), local_(graph.vertices(), kOutside) {
    order_.resize(graph.vertices());
    for (std::uint32_t v = 0; v < graph.vertices(); ++v) order_[v] = v;
  }

  // Vertices of the core, first contracted first.
  std::vector<std::uint32_t> run() && {
    open_.push_back({0, graph_.vertices()});
    while (!open_.empty()) {
      const Part part = open_.back();
      open_.pop_back();
      if (part.end - part.begin > 1) split(part);
    }
    return std::move(order_);
  }

 private:
  static constexpr std::uint32_t kOutside = 0xffff'ffff;

  // order_[begin, end): vertices that take these ranks, in an order still to be found.
  struct Part {
    std::uint32_t begin;
    std::uint32_t end;
  };

  void enter(Part part) {
    for (std::uint32_t i = part.begin; i < part.end; ++i) local_[order_[i]] = i - part.begin;
  }
  void leave(const std::vector<std::uint32_t>& members) {
    for (const std::uint32_t v : members) local_[v] = kOutside;
  }

  // The graph among the part's vertices alone, by their place in `members`.
  void take_subgraph(const std::vector<std::uint32_t>& members) {
    subgraph_.begin.assign(1, 0);
    subgraph_.neighbours.clear();
    places_.clear();
    for (const std::uint32_t v : members) {
      for (const std::uint32_t w : graph_.of(v)) {
        if (local_[w] != kOutside) subgraph_.neighbours.push_back(local_[w]);
      }
      subgraph_.begin.push_back(static_cast<std::uint32_t>(subgraph_.neighbours.size()));
      places_.push_back(where_[v]);
    }
  }

  // The vertices that hang together with the first one, by place; the others keep `false`.
  std::vector<std::uint8_t> first_component() {
    std::vector<std::uint8_t> reached(subgraph_.vertices(), 0);
    std::vector<std::uint32_t> queue{0};
    reached[0] = 1;
    for (std::size_t next = 0; next < queue.size(); ++next) {
      for (const std::uint32_t w : subgraph_.of(queue[next])) {
        if (reached[w] != 0) continue;
        reached[w] = 1;
        queue.push_back(w);
      }
    }
    if (queue.size() == subgraph_.vertices()) reached.clear();
    return reached;
  }

  void split(Part part) {
    const std::vector<std::uint32_t> members(order_.begin() + part.begin,
                                             order_.begin() + part.end);
    enter(part);
    take_subgraph(members);
    leave(members);
    VertexSeparator found;
    if (const auto component = first_component(); !component.empty()) {
      for (std::uint32_t i = 0; i < component.size(); ++i) {
        (component[i] != 0 ? found.side_a : found.side_b).push_back(i);
      }
    } else {
      found = cutter_.cut(subgraph_, places_);
    }
    std::uint32_t at = part.begin;
    const auto lay = [&](const std::vector<std::uint32_t>& places) {
      const Part laid{at, at + static_cast<std::uint32_t>(places.size())};
      for (const std::uint32_t place : places) order_[at++] = members[place];
      return laid;
    };
    open_.push_back(lay(found.side_a));
    open_.push_back(lay(found.side_b));
    lay(found.separator);
  }

  const NeighbourLists& graph_;
  std::span<const PlanePoint> where_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> local_;
  std::vector<Part> open_;
  NeighbourLists subgraph_;
  std::vector<PlanePoint> places_;
  InertialCutter cutter_;
};

}  // namespace

ContractionOrder nested_dissection(std::uint32_t vertices, std::span<const ArcEnds> arcs,
                                   std::span<const PlanePoint> where) {
  GRIDMEND_CHECK(where.size() == vertices, "every vertex has a place");
  const SmallDegreeElimination small = eliminate_small_degrees(neighbour_lists(vertices, arcs));
  std::vector<PlanePoint> places;
  places.reserve(small.core.size());
  for (const std::uint32_t v : small.core) places.push_back(where[v]);
  ContractionOrder order;
  order.reserve(vertices);
  for (const std::uint32_t v : small.eliminated) order.emplace_back(v);
  for (const std::uint32_t place : Dissection{small.core_graph, places}.run()) {
    order.emplace_back(small.core[place]);
  }
  return order;
}

}  // namespace gridmend
