#include "core/geo/polyline_index.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/base/check.h"
#include "core/geo/position.h"

namespace gridmend {
namespace {

// Of a difference of longitudes, the shorter way around.
double shorter_way(double degrees) {
  if (degrees > 180) return degrees - 360;
  return degrees < -180 ? degrees + 360 : degrees;
}

double on_earth_longitude(double degrees) {
  if (degrees > 180) return degrees - 360;
  return degrees < -180 ? degrees + 360 : degrees;
}

}  // namespace

PolylinePass pass_of_segment(Position from, Position a, Position b) {
  const double east =
      kMetresPerDegree * std::max(1e-9, std::cos(from.latitude_deg * std::numbers::pi / 180.0));
  const double a_deg = shorter_way(a.longitude_deg - from.longitude_deg);
  const double b_deg = a_deg + shorter_way(b.longitude_deg - a.longitude_deg);
  const double ax = a_deg * east, ay = (a.latitude_deg - from.latitude_deg) * kMetresPerDegree;
  const double bx = b_deg * east, by = (b.latitude_deg - from.latitude_deg) * kMetresPerDegree;
  const double dx = bx - ax, dy = by - ay;
  const double squared = dx * dx + dy * dy;
  PolylinePass pass;
  pass.fraction = squared > 0 ? std::clamp(-(ax * dx + ay * dy) / squared, 0.0, 1.0) : 0.0;
  pass.distance_m = std::hypot(ax + pass.fraction * dx, ay + pass.fraction * dy);
  // An end of the segment is said exactly, not nearly.
  if (pass.fraction == 0) {
    pass.position = a;
  } else if (pass.fraction == 1) {
    pass.position = b;
  } else {
    pass.position = {on_earth_longitude(a.longitude_deg + pass.fraction * (b_deg - a_deg)),
                     a.latitude_deg + pass.fraction * (b.latitude_deg - a.latitude_deg)};
  }
  return pass;
}

PolylineIndex::PolylineIndex(std::span<const Position> vertices,
                             std::span<const std::uint32_t> begins,
                             std::span<const std::uint32_t> ends)
    : vertices_(vertices),
      first_vertex_(begins.begin(), begins.end()),
      index_(make_index(begins, ends)) {}

SpatialIndex PolylineIndex::make_index(std::span<const std::uint32_t> begins,
                                       std::span<const std::uint32_t> ends) {
  GRIDMEND_CHECK(begins.size() == ends.size(), "a polyline begins and ends");
  std::vector<Box> boxes;
  for (std::uint32_t line = 0; line < begins.size(); ++line) {
    for (std::uint32_t v = begins[line]; v + 1 < ends[line]; ++v) {
      const Position a = vertices_[v], b = vertices_[v + 1];
      const Entry entry{line, v - begins[line]};
      const auto [south, north] = std::minmax(a.latitude_deg, b.latitude_deg);
      const auto [west, east] = std::minmax(a.longitude_deg, b.longitude_deg);
      if (east - west <= 180) {
        boxes.push_back({west, south, east, north});
        entries_.push_back(entry);
        continue;
      }
      boxes.push_back({-180, south, west, north});
      boxes.push_back({east, south, 180, north});
      entries_.insert(entries_.end(), 2, entry);
    }
  }
  return SpatialIndex{std::span<const Box>{boxes}};
}

void PolylineIndex::within(Position from, double reach_m, std::vector<PolylinePass>& passes) const {
  passes.clear();
  const auto take = [&](const Box& area) {
    for (const std::uint32_t box : index_.touching(area)) {
      const Entry entry = entries_[box];
      const Position* a = &vertices_[first_vertex_[entry.line] + entry.segment];
      PolylinePass pass = pass_of_segment(from, a[0], a[1]);
      if (pass.distance_m > reach_m) continue;
      pass.line = entry.line;
      pass.segment = entry.segment;
      passes.push_back(pass);
    }
  };
  // A hair wider: the box is in degrees, the distance in metres.
  const Box area = box_around(from, reach_m * 1.001 + 1e-6);
  const double width = area.east_deg - area.west_deg;
  if (width >= 360) {
    take({-180, area.south_deg, 180, area.north_deg});
  } else {
    take(area);
    if (area.west_deg < -180) {
      take({area.west_deg + 360, area.south_deg, 180, area.north_deg});
    }
    if (area.east_deg > 180) take({-180, area.south_deg, area.east_deg - 360, area.north_deg});
  }
  std::ranges::sort(passes, {}, [](const PolylinePass& p) { return std::pair{p.line, p.segment}; });
  const auto [first, last] = std::ranges::unique(passes, [](const auto& a, const auto& b) {
    return a.line == b.line && a.segment == b.segment;
  });
  passes.erase(first, last);
}

}  // namespace gridmend
