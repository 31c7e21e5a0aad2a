#include "routing/road/road_closure.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gridmend {
namespace {

constexpr double kBeside_m = 15;
constexpr double kEnough_m = 10;
constexpr double kSample_m = 2.5;
const double kCosineBeside = std::cos(35.0 * std::numbers::pi / 180.0);

bool beside(std::span<const Position> line, double line_m, Position a, Position b) {
  const Position middle{(a.longitude_deg + b.longitude_deg) / 2,
                        (a.latitude_deg + b.latitude_deg) / 2};
  const auto nearest = nearest_on_polyline(line, middle);
  if (nearest->distance_m > kBeside_m) return false;
  // What lies beyond the line's ends continues it but is not part of it.
  if (nearest->along_m <= 0 || nearest->along_m >= line_m) return false;
  const LocalPlane plane{middle};
  const PlanePoint p = plane.to_plane(a);
  const PlanePoint q = plane.to_plane(b);
  const PlanePoint r = plane.to_plane(line[nearest->segment]);
  const PlanePoint s = plane.to_plane(line[nearest->segment + 1]);
  const double lengths = std::hypot(q.east_m - p.east_m, q.north_m - p.north_m) *
                         std::hypot(s.east_m - r.east_m, s.north_m - r.north_m);
  const double dot = (q.east_m - p.east_m) * (s.east_m - r.east_m) +
                     (q.north_m - p.north_m) * (s.north_m - r.north_m);
  return std::abs(dot) >= kCosineBeside * lengths;
}

double metres_beside(std::span<const Position> line, double line_m,
                     std::span<const Position> road) {
  double sum = 0;
  for (std::size_t i = 1; i < road.size(); ++i) {
    const double step = distance_m(road[i - 1], road[i]);
    const auto parts = static_cast<int>(std::max(1.0, std::ceil(step / kSample_m)));
    const auto at = [&](int k) {
      const double share = static_cast<double>(k) / parts;
      return Position{
          road[i - 1].longitude_deg + share * (road[i].longitude_deg - road[i - 1].longitude_deg),
          road[i - 1].latitude_deg + share * (road[i].latitude_deg - road[i - 1].latitude_deg)};
    };
    for (int k = 0; k < parts; ++k) {
      if (beside(line, line_m, at(k), at(k + 1))) sum += step / parts;
    }
  }
  return sum;
}

std::vector<Id<RoadEdge>> edges_at(const RoadGraph& graph, Position position) {
  std::vector<Id<RoadEdge>> closed;
  const auto nearest = graph.snap(position, kBeside_m, 1);
  if (nearest.empty()) return closed;
  const double reach_m = std::min(kBeside_m, nearest.front().off_road_m + 0.5);
  for (const RoadPlace& place : graph.snap(position, reach_m, graph.edges().size())) {
    closed.push_back(place.edge);
  }
  std::ranges::sort(closed);
  return closed;
}

std::vector<Id<RoadEdge>> edges_through(const RoadGraph& graph, const Rings& area) {
  Box box = box_of(area.front());
  for (const Polyline& ring : area) {
    const Box other = box_of(ring);
    box = {std::min(box.west_deg, other.west_deg), std::min(box.south_deg, other.south_deg),
           std::max(box.east_deg, other.east_deg), std::max(box.north_deg, other.north_deg)};
  }
  std::vector<Id<RoadEdge>> closed;
  for (const std::uint32_t stretch : graph.stretches_touching(box)) {
    const auto edges = graph.edges_of_stretch(stretch);
    if (!runs_through(area, graph.polyline(edges.front()))) continue;
    closed.insert(closed.end(), edges.begin(), edges.end());
  }
  std::ranges::sort(closed);
  return closed;
}

}  // namespace

Result<void> validate(const RoadClosure& closure) {
  const auto bad = [&closure](const std::string& what, const char* field) {
    return refuse(ErrorCode::invalid_argument, "ROAD_CLOSURE_INVALID",
                  "road closure '" + closure.id + "' " + what, field);
  };
  if (closure.id.empty()) return bad("has no id", "closure.id");
  if (closure.line.empty() && closure.area.empty()) return bad("has no position", "closure.line");
  if (!closure.line.empty() && !closure.area.empty()) {
    return bad("has both a line and an area", "closure.area");
  }
  for (const Polyline& ring : closure.area) {
    if (const char* fault = fault_of_ring(ring)) return bad(fault, "closure.area");
  }
  if (!std::ranges::all_of(closure.line, is_on_earth)) {
    return bad("has a position off the earth", "closure.line");
  }
  if (closure.until && *closure.until <= closure.from) {
    return bad("ends before it begins", "closure.until");
  }
  return {};
}

std::vector<Id<RoadEdge>> closed_edges(const RoadGraph& graph, const RoadClosure& closure) {
  if (!closure.area.empty()) return edges_through(graph, closure.area);
  const double line_m = length_m(closure.line);
  if (closure.line.empty()) return {};
  if (line_m <= 0) return edges_at(graph, closure.line.front());
  std::vector<Id<RoadEdge>> closed;
  Box area = box_of(closure.line);
  const Box low = box_around({area.west_deg, area.south_deg}, kBeside_m * 1.1);
  const Box high = box_around({area.east_deg, area.north_deg}, kBeside_m * 1.1);
  area = {std::min(low.west_deg, high.west_deg), low.south_deg,
          std::max(low.east_deg, high.east_deg), high.north_deg};
  for (const std::uint32_t stretch : graph.stretches_touching(area)) {
    const auto edges = graph.edges_of_stretch(stretch);
    const auto road = graph.polyline(edges.front());
    const double enough_m = std::min({kEnough_m, length_m(road) / 2, line_m / 2});
    const double met_m = metres_beside(closure.line, line_m, road);
    if (met_m > 0 && met_m >= enough_m) closed.insert(closed.end(), edges.begin(), edges.end());
  }
  std::ranges::sort(closed);
  return closed;
}

}  // namespace gridmend
