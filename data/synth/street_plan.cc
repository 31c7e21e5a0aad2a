#include "data/synth/street_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/check.h"

namespace gridmend {

TownFrame::TownFrame(Position middle, double turn_rad)
    : plane_(middle), cosine_(std::cos(turn_rad)), sine_(std::sin(turn_rad)) {}

Position TownFrame::to_position(PlanePoint p) const {
  return plane_.to_position(
      {cosine_ * p.east_m - sine_ * p.north_m, sine_ * p.east_m + cosine_ * p.north_m});
}

PlanePoint TownFrame::to_plane(Position position) const {
  const PlanePoint p = plane_.to_plane(position);
  return {cosine_ * p.east_m + sine_ * p.north_m, cosine_ * p.north_m - sine_ * p.east_m};
}

double plane_distance_m(PlanePoint a, PlanePoint b) {
  return std::hypot(b.east_m - a.east_m, b.north_m - a.north_m);
}

double plane_length_m(std::span<const PlanePoint> polyline) {
  double sum = 0;
  for (std::size_t i = 1; i < polyline.size(); ++i) {
    sum += plane_distance_m(polyline[i - 1], polyline[i]);
  }
  return sum;
}

PlanePose pose_along(std::span<const PlanePoint> polyline, double along_m) {
  GRIDMEND_CHECK(polyline.size() >= 2, "a polyline has two ends");
  for (std::size_t i = 1; i < polyline.size(); ++i) {
    const PlanePoint from = polyline[i - 1];
    const PlanePoint to = polyline[i];
    const double length = plane_distance_m(from, to);
    if (along_m > length && i + 1 < polyline.size()) {
      along_m -= length;
      continue;
    }
    if (length <= 0) return {from, 1, 0};
    const double t = std::clamp(along_m / length, 0.0, 1.0);
    return {{from.east_m + t * (to.east_m - from.east_m),
             from.north_m + t * (to.north_m - from.north_m)},
            (to.east_m - from.east_m) / length,
            (to.north_m - from.north_m) / length};
  }
  return {polyline.back(), 1, 0};
}

std::vector<PlanePoint> part_of(std::span<const PlanePoint> polyline, double from_m, double to_m) {
  const bool backwards = from_m > to_m;
  if (backwards) std::swap(from_m, to_m);
  std::vector<PlanePoint> part{pose_along(polyline, from_m).at};
  double passed = 0;
  for (std::size_t i = 1; i + 1 < polyline.size(); ++i) {
    passed += plane_distance_m(polyline[i - 1], polyline[i]);
    if (passed > from_m + 0.01 && passed < to_m - 0.01) part.push_back(polyline[i]);
  }
  part.push_back(pose_along(polyline, to_m).at);
  if (backwards) std::ranges::reverse(part);
  return part;
}

std::vector<PlanePoint> StreetPlan::polyline(const StreetEdge& edge) const {
  std::vector<PlanePoint> points{vertices[edge.a].at};
  points.insert(points.end(), shapes.begin() + edge.shape_begin, shapes.begin() + edge.shape_end);
  points.push_back(vertices[edge.b].at);
  return points;
}

StreetIncidence::StreetIncidence(const StreetPlan& plan)
    : begin_(plan.vertices.size() + 1, 0), edges_(plan.edges.size() * 2) {
  for (const StreetEdge& edge : plan.edges) {
    ++begin_[edge.a + 1];
    ++begin_[edge.b + 1];
  }
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (std::uint32_t i = 0; i < plan.edges.size(); ++i) {
    edges_[next[plan.edges[i].a]++] = i;
    edges_[next[plan.edges[i].b]++] = i;
  }
}

namespace {

// Which part each vertex hangs together with, numbered by the first vertex found; and the sizes.
std::vector<std::uint32_t> parts_of(const StreetPlan& plan, std::vector<std::size_t>& sizes) {
  constexpr std::uint32_t kUnseen = 0xffffffff;
  const StreetIncidence incidence{plan};
  std::vector<std::uint32_t> part(plan.vertices.size(), kUnseen);
  std::vector<std::uint32_t> stack;
  for (std::uint32_t start = 0; start < part.size(); ++start) {
    if (part[start] != kUnseen) continue;
    const auto number = static_cast<std::uint32_t>(sizes.size());
    sizes.push_back(0);
    stack.push_back(start);
    part[start] = number;
    while (!stack.empty()) {
      const std::uint32_t vertex = stack.back();
      stack.pop_back();
      ++sizes[number];
      for (const std::uint32_t e : incidence.edges_at(vertex)) {
        const std::uint32_t other = plan.edges[e].a == vertex ? plan.edges[e].b : plan.edges[e].a;
        if (part[other] != kUnseen) continue;
        part[other] = number;
        stack.push_back(other);
      }
    }
  }
  return part;
}

// Vertices reached from vertex 0 along (or, reversed, against) the direction of driving.
std::vector<bool> reached(const StreetPlan& plan, const StreetIncidence& incidence, bool reversed) {
  std::vector<bool> seen(plan.vertices.size(), false);
  std::vector<std::uint32_t> stack{0};
  seen[0] = true;
  while (!stack.empty()) {
    const std::uint32_t vertex = stack.back();
    stack.pop_back();
    for (const std::uint32_t e : incidence.edges_at(vertex)) {
      const StreetEdge& edge = plan.edges[e];
      const bool from_a = edge.a == vertex;
      const Driving barred = from_a == reversed ? Driving::along : Driving::against;
      const std::uint32_t other = from_a ? edge.b : edge.a;
      if (edge.driving == barred || seen[other]) continue;
      seen[other] = true;
      stack.push_back(other);
    }
  }
  return seen;
}

}  // namespace

void keep_largest_part(StreetPlan& plan) {
  std::vector<std::size_t> sizes;
  const std::vector<std::uint32_t> part = parts_of(plan, sizes);
  if (sizes.empty()) return;
  const auto largest = static_cast<std::uint32_t>(std::ranges::max_element(sizes) - sizes.begin());
  std::vector<std::uint32_t> renumbered(plan.vertices.size());
  std::vector<StreetVertex> vertices;
  for (std::uint32_t i = 0; i < plan.vertices.size(); ++i) {
    renumbered[i] = static_cast<std::uint32_t>(vertices.size());
    if (part[i] == largest) vertices.push_back(plan.vertices[i]);
  }
  std::vector<StreetEdge> edges;
  for (StreetEdge edge : plan.edges) {
    if (part[edge.a] != largest) continue;
    edge.length_m = std::max(1.0, plane_length_m(plan.polyline(edge)));
    edge.a = renumbered[edge.a];
    edge.b = renumbered[edge.b];
    edges.push_back(edge);
  }
  plan.vertices = std::move(vertices);
  plan.edges = std::move(edges);
}

void make_strongly_connected(StreetPlan& plan) {
  if (plan.vertices.empty()) return;
  const StreetIncidence incidence{plan};
  for (;;) {
    const std::vector<bool> out = reached(plan, incidence, false);
    const std::vector<bool> in = reached(plan, incidence, true);
    bool changed = false;
    for (StreetEdge& edge : plan.edges) {
      const bool both = out[edge.a] && in[edge.a] && out[edge.b] && in[edge.b];
      if (both || edge.driving == Driving::both_ways) continue;
      edge.driving = Driving::both_ways;
      changed = true;
    }
    if (!changed) return;
  }
}

namespace {

float speed_kmh(RoadClass road_class) {
  switch (road_class) {
    case RoadClass::motorway:
      return 100;
    case RoadClass::trunk:
      return 80;
    case RoadClass::primary:
      return 60;
    case RoadClass::secondary:
      return 50;
    case RoadClass::tertiary:
      return 40;
    case RoadClass::unclassified:
      return 40;
    case RoadClass::residential:
      return 30;
    case RoadClass::living_street:
      return 15;
    case RoadClass::service:
      return 15;
    case RoadClass::track:
      return 15;
    case RoadClass::access:
      return 5;
  }
  return 30;
}

}  // namespace

RoadRecords to_road_records(const StreetPlan& plan) {
  std::vector<RoadVertex> vertices;
  for (const StreetVertex& v : plan.vertices) {
    vertices.push_back({plan.frame.to_position(v.at)});
  }
  TextPoolBuilder texts;
  std::vector<TextId> names;
  for (const StreetName& name : plan.names) {
    names.push_back(texts.add(name.chinese.empty() || name.english.empty()
                                  ? name.chinese + name.english
                                  : name.chinese + " " + name.english));
  }
  std::vector<Position> shapes;
  std::vector<RoadEdge> edges;
  for (const StreetEdge& street : plan.edges) {
    RoadEdge edge;
    edge.shape_begin = static_cast<std::uint32_t>(shapes.size());
    for (const PlanePoint p : plan.polyline(street)) shapes.push_back(plan.frame.to_position(p));
    edge.shape_end = static_cast<std::uint32_t>(shapes.size());
    edge.name = names.empty() ? TextId{0} : names[street.name];
    edge.length_m = static_cast<float>(
        length_m(std::span{shapes}.subspan(edge.shape_begin, edge.shape_end - edge.shape_begin)));
    edge.speed_kmh = speed_kmh(street.road_class);
    edge.layer = street.layer;
    edge.road_class = street.road_class;
    edge.structure = street.structure;
    for (const bool against : {false, true}) {
      if (street.driving == (against ? Driving::along : Driving::against)) continue;
      edge.from = Id<RoadVertex>{against ? street.b : street.a};
      edge.to = Id<RoadVertex>{against ? street.a : street.b};
      edge.against_shape = against ? 1 : 0;
      edges.push_back(edge);
    }
  }
  std::ranges::stable_sort(edges, {}, [](const RoadEdge& e) { return e.from; });
  RoadRecords records;
  records.vertices = Table<RoadVertex>{std::move(vertices)};
  records.edges = Table<RoadEdge>{std::move(edges)};
  records.shapes = Table<RoadShapePoint, Position>{std::move(shapes)};
  records.texts = std::move(texts).finish();
  records.origin = RoadOrigin::synthetic;
  return records;
}

}  // namespace gridmend
