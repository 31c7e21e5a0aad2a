#include "core/geo/area.h"

#include <algorithm>

namespace gridmend {
namespace {

bool is_inside(const Polyline& ring, Position p) {
  bool odd = false;
  for (std::size_t i = 1; i < ring.size(); ++i) {
    const Position a = ring[i - 1];
    const Position b = ring[i];
    if ((a.latitude_deg > p.latitude_deg) == (b.latitude_deg > p.latitude_deg)) continue;
    const double share = (p.latitude_deg - a.latitude_deg) / (b.latitude_deg - a.latitude_deg);
    const double crossing = a.longitude_deg + share * (b.longitude_deg - a.longitude_deg);
    odd ^= p.longitude_deg < crossing;
  }
  return odd;
}

// Twice the area of the triangle, positive to the left of a -> b.
double turn(Position a, Position b, Position c) {
  return (b.longitude_deg - a.longitude_deg) * (c.latitude_deg - a.latitude_deg) -
         (b.latitude_deg - a.latitude_deg) * (c.longitude_deg - a.longitude_deg);
}

bool boxes_meet(Position a, Position b, Position c, Position d) {
  const auto apart = [](double a1, double a2, double b1, double b2) {
    return std::max(a1, a2) < std::min(b1, b2) || std::max(b1, b2) < std::min(a1, a2);
  };
  return !apart(a.longitude_deg, b.longitude_deg, c.longitude_deg, d.longitude_deg) &&
         !apart(a.latitude_deg, b.latitude_deg, c.latitude_deg, d.latitude_deg);
}

// Touching without crossing is none: the vertices say then on which side the line is.
bool cross(Position a, Position b, Position c, Position d) {
  if (!boxes_meet(a, b, c, d)) return false;
  const double of_c = turn(a, b, c);
  const double of_d = turn(a, b, d);
  const double of_a = turn(c, d, a);
  const double of_b = turn(c, d, b);
  return ((of_c > 0) != (of_d > 0)) && ((of_a > 0) != (of_b > 0));
}

}  // namespace

const char* fault_of_ring(const Polyline& ring) {
  if (ring.size() < 4 || ring.front() != ring.back()) return "has a ring that does not close";
  if (!std::ranges::all_of(ring, is_on_earth)) return "has a position off the earth";
  return nullptr;
}

bool is_inside(std::span<const Polyline> rings, Position position) {
  bool odd = false;
  for (const Polyline& ring : rings) odd ^= is_inside(ring, position);
  return odd;
}

bool runs_through(std::span<const Polyline> rings, std::span<const Position> line) {
  const auto within = [&](Position position) { return is_inside(rings, position); };
  if (std::ranges::any_of(line, within)) return true;
  for (std::size_t i = 1; i < line.size(); ++i) {
    for (const Polyline& ring : rings) {
      for (std::size_t k = 1; k < ring.size(); ++k) {
        if (cross(line[i - 1], line[i], ring[k - 1], ring[k])) return true;
      }
    }
  }
  return false;
}

}  // namespace gridmend
