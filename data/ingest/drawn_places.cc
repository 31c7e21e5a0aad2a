#include <algorithm>
#include <tuple>

#include "core/geo/polyline_index.h"
#include "core/geo/spatial_index.h"
#include "data/ingest/drawn_connectivity.h"

namespace gridmend {

struct DrawnPlaces::State {
  const ResolvedDrawing& resolved;
  std::vector<DrawnLevel> level_of_part;
  std::vector<std::uint32_t> lone_nodes;  // where no line ends: beside a transformer, say
  PolylineIndex parts;
  SpatialIndex lone;

  State(const Drawing& drawing, const ResolvedDrawing& resolved_drawing)
      : resolved(resolved_drawing),
        lone_nodes(find_lone_nodes(resolved_drawing)),
        parts(index_parts(resolved_drawing)),
        lone(index_nodes(resolved_drawing, lone_nodes)) {
    level_of_part.reserve(resolved.parts.size());
    for (const DrawnPart& part : resolved.parts) {
      level_of_part.push_back(drawing.courses[part.course].level);
    }
  }

  static std::vector<std::uint32_t> find_lone_nodes(const ResolvedDrawing& resolved) {
    std::vector<std::uint8_t> has_line(resolved.nodes.size(), 0);
    for (const DrawnPart& part : resolved.parts) has_line[part.from] = has_line[part.to] = 1;
    std::vector<std::uint32_t> lone;
    for (std::uint32_t n = 0; n < has_line.size(); ++n) {
      if (has_line[n] == 0) lone.push_back(n);
    }
    return lone;
  }
  static PolylineIndex index_parts(const ResolvedDrawing& resolved) {
    std::vector<std::uint32_t> begins, ends;
    for (const DrawnPart& part : resolved.parts) {
      begins.push_back(part.begin);
      ends.push_back(part.end);
    }
    return {resolved.vertices, begins, ends};
  }
  static SpatialIndex index_nodes(const ResolvedDrawing& resolved,
                                  const std::vector<std::uint32_t>& nodes) {
    std::vector<Position> positions;
    for (const std::uint32_t n : nodes) positions.push_back(resolved.nodes[n].position);
    return SpatialIndex{std::span<const Position>{positions}};
  }

  std::optional<Place> within(Position from, std::uint32_t levels, double reach_m) const;
  std::uint32_t nearer_end(const PolylinePass& pass) const {
    const DrawnPart& part = resolved.parts[pass.line];
    const auto vertices = std::span{resolved.vertices}.subspan(part.begin, part.end - part.begin);
    const double before_m = length_m(vertices.first(pass.segment + 1)) +
                            distance_m(vertices[pass.segment], pass.position);
    return before_m * 2 <= part.length_m ? part.from : part.to;
  }
};

DrawnPlaces::DrawnPlaces(const Drawing& drawing, const ResolvedDrawing& resolved)
    : state_(std::make_unique<State>(drawing, resolved)) {}
DrawnPlaces::~DrawnPlaces() = default;

// Most stand near: looking far at once would find a whole street.
std::optional<DrawnPlaces::Place> DrawnPlaces::nearest(Position from, std::uint32_t levels,
                                                       double reach_m) const {
  for (double near_m = std::min(reach_m, 3.0); near_m < reach_m; near_m *= 4) {
    if (const auto place = state_->within(from, levels, near_m)) return place;
  }
  return state_->within(from, levels, reach_m);
}

std::optional<DrawnPlaces::Place> DrawnPlaces::State::within(Position from, std::uint32_t levels,
                                                             double reach_m) const {
  const auto wanted = [levels](DrawnLevel level) { return ((levels >> level) & 1U) != 0; };
  std::vector<PolylinePass> passes;
  parts.within(from, reach_m, passes);
  const PolylinePass* best = nullptr;
  std::uint32_t best_node = 0;
  for (const PolylinePass& pass : passes) {
    if (!wanted(level_of_part[pass.line])) continue;
    if (best != nullptr && pass.distance_m > best->distance_m) continue;
    const std::uint32_t node = nearer_end(pass);
    if (best != nullptr && pass.distance_m == best->distance_m && node >= best_node) continue;
    best = &pass;
    best_node = node;
  }
  std::optional<Place> place;
  if (best != nullptr) place = Place{best_node, best->distance_m};
  for (const std::uint32_t entry : lone.touching(box_around(from, reach_m * 1.001))) {
    const std::uint32_t node = lone_nodes[entry];
    const DrawnNode& at = resolved.nodes[node];
    if (!wanted(at.level)) continue;
    const double away_m = distance_m(at.position, from);
    if (away_m > reach_m) continue;
    if (!place || std::tuple{away_m, node} < std::tuple{place->distance_m, place->node}) {
      place = Place{node, away_m};
    }
  }
  return place;
}

std::optional<DrawnPlaces::Place> DrawnPlaces::nearest_at_all(Position from,
                                                              std::uint32_t levels) const {
  for (double reach_m = 20; reach_m <= 20'480; reach_m *= 4) {
    if (const auto place = nearest(from, levels, reach_m)) return place;
  }
  return std::nullopt;
}

}  // namespace gridmend
