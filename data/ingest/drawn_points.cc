// Devices drawn as points: where each meets its line, and how it divides what meets there.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <tuple>

#include "data/ingest/drawn_resolution.h"

namespace gridmend {
namespace {

constexpr double kToldMove_m = 0.01;
constexpr double kFarthest_m = 20'000;

// A line's end that a transformer may take for its lower-voltage side.
struct LowEnd {
  std::uint32_t place = 0;
  double distance_m = 0;
  std::uint32_t rank = 0;
  std::uint32_t point = 0;
};

// Of two directions in degrees: 1 when one runs on where the other comes from, -1 when both go the
// same way.
double straightness(double a_deg, double b_deg) {
  return -std::cos((a_deg - b_deg) * std::numbers::pi / 180.0);
}

}  // namespace

void DrawnResolution::find_at_point(DrawnFindingKind kind, std::uint32_t point, std::uint32_t other,
                                    double distance_m) {
  out.findings.push_back(
      {kind, kNone, point, other, distance_m, drawing.points[point].position, kNone});
}

// The nearest place of every course of the level within reach: its end where the pass is within the
// tolerance of it. Nearest first; of equally near ones ends first, then from south to north.
std::vector<DrawnResolution::Target> DrawnResolution::targets(Position from, DrawnLevel level,
                                                              double reach_m) {
  index->within(from, reach_m, passes);
  std::vector<Target> found;
  for (std::size_t i = 0; i < passes.size();) {
    const std::uint32_t c = passes[i].line;
    const PolylinePass* best = &passes[i];
    for (; i < passes.size() && passes[i].line == c; ++i) {
      if (passes[i].distance_m < best->distance_m) best = &passes[i];
    }
    if (left_out[c] != 0 || drawing.courses[c].level != level) continue;
    Target target{best->distance_m, false, kNone, c, along_of(*best), best->position};
    const double remaining_m = course_length_m(c) - target.along_m;
    if (std::min(target.along_m, remaining_m) <= tolerance_m) {
      target.at_end = true;
      target.place = place_of_end[2 * c + (target.along_m <= remaining_m ? 0 : 1)];
    }
    found.push_back(target);
  }
  std::ranges::sort(found, {}, [](const Target& t) {
    return std::tuple{t.distance_m, !t.at_end, t.position.latitude_deg, t.position.longitude_deg,
                      t.course};
  });
  return found;
}

std::uint32_t DrawnResolution::place_at(const Target& target, DrawnLevel level) {
  if (target.at_end) return target.place;
  const std::uint32_t place = new_place(target.position, level);
  cuts.push_back({target.course, target.along_m, target.position, place, kNone, target.distance_m});
  return place;
}

// Whether a line that ends at the target runs on to the point.
bool DrawnResolution::runs_to(const Target& target, Position point) const {
  constexpr double kStraight = 0.7;  // within 45 degrees
  const DrawnCourse& course = drawing.courses[target.course];
  const bool at_start = place_of_end[2 * target.course] == target.place;
  const LocalPlane plane{point};
  const PlanePoint end = plane.to_plane(drawing.vertices[at_start ? course.begin : course.end - 1]);
  const PlanePoint before =
      plane.to_plane(drawing.vertices[at_start ? course.begin + 1 : course.end - 2]);
  const double east_m = end.east_m - before.east_m, north_m = end.north_m - before.north_m;
  const double lengths = std::hypot(east_m, north_m) * std::hypot(end.east_m, end.north_m);
  return -(east_m * end.east_m + north_m * end.north_m) > kStraight * lengths;
}

// Between the ends of two lines, both beyond the tolerance: the line is drawn up to the symbol of
// the switch and on behind it. Or between a line that goes on and one that ends: the branch is
// drawn from the symbol on.
bool DrawnResolution::place_in_gap(std::uint32_t point, const std::vector<Target>& found) {
  const auto dangles = [this](const Target& t) { return t.at_end && ends_at[t.place] == 1; };
  const Target& nearest = found.front();
  if (nearest.distance_m <= kToldMove_m) return false;
  const Position from = drawing.points[point].position;
  const LocalPlane plane{from};
  const PlanePoint a = plane.to_plane(nearest.position);
  for (const Target& other : found) {
    if (other.course == nearest.course) continue;
    if (nearest.at_end && other.at_end && other.place == nearest.place) continue;
    const PlanePoint b = plane.to_plane(other.position);
    if (a.east_m * b.east_m + a.north_m * b.north_m >= 0) continue;
    const bool two_ends = dangles(nearest) && other.at_end;
    const bool branch =
        dangles(nearest) != dangles(other) && runs_to(dangles(nearest) ? nearest : other, from);
    if (!two_ends && !branch) continue;
    const DrawnLevel level = drawing.points[point].level;
    const auto [low, high] = std::minmax({place_at(nearest, level), place_at(other, level)});
    point_places[point] = {low, high, true};
    find_at_point(DrawnFindingKind::point_between_ends, point, other.course,
                  nearest.distance_m + other.distance_m);
    return true;
  }
  return false;
}

void DrawnResolution::place_points() {
  point_places.resize(drawing.points.size());
  for (std::uint32_t p = 0; p < drawing.points.size(); ++p) {
    const DrawnPoint& point = drawing.points[p];
    const auto found = targets(point.position, point.level, std::max(point.reach_m, tolerance_m));
    if (found.empty()) {
      const auto near = targets(point.position, point.level,
                                std::min(kFarthest_m, 20 * std::max(point.reach_m, tolerance_m)));
      find_at_point(
          DrawnFindingKind::point_unattached, p, near.empty() ? kNone : near.front().course,
          near.empty() ? std::numeric_limits<double>::infinity() : near.front().distance_m);
      point_places[p].high = new_place(point.position, point.level);
      continue;
    }
    if (point.kind != DrawnPointKind::transformer && place_in_gap(p, found)) continue;
    point_places[p].high = place_at(found.front(), point.level);
  }
}

// The ends of lower-voltage lines around a transformer are its lower-voltage side: the nearest, and
// those at most two tolerances farther; an end goes to the nearest transformer. Without an end it
// taps the nearest line's middle, or has a side of its own at which usage points may hang.
void DrawnResolution::claim_low_sides() {
  std::vector<LowEnd> low_ends;
  for (std::uint32_t p = 0; p < drawing.points.size(); ++p) {
    const DrawnPoint& point = drawing.points[p];
    if (point.kind != DrawnPointKind::transformer || point.level == point.to_level) continue;
    for (const Target& target :
         targets(point.position, point.to_level, std::max(point.reach_m, tolerance_m))) {
      const DrawnCourse& course = drawing.courses[target.course];
      const double start_m = distance_m(point.position, drawing.vertices[course.begin]);
      const double stop_m = distance_m(point.position, drawing.vertices[course.end - 1]);
      if (std::min(start_m, stop_m) > std::max(point.reach_m, tolerance_m)) continue;
      low_ends.push_back({place_of_end[2 * target.course + (start_m <= stop_m ? 0 : 1)],
                          std::min(start_m, stop_m), point.rank, p});
    }
  }
  std::ranges::sort(low_ends, {}, [](const LowEnd& e) {
    return std::tuple{e.place, e.distance_m, e.rank, e.point};
  });
  const auto [first, last] = std::ranges::unique(low_ends, {}, &LowEnd::place);
  low_ends.erase(first, last);
  std::ranges::sort(low_ends, {}, [](const LowEnd& e) {
    return std::tuple{e.point, e.distance_m, e.place};
  });
  for (std::size_t i = 0; i < low_ends.size(); ++i) {
    PointPlaces& at = point_places[low_ends[i].point];
    if (at.low == kNone) {
      at.low = low_ends[i].place;
      continue;
    }
    std::size_t nearest = i;
    while (nearest > 0 && low_ends[nearest - 1].point == low_ends[i].point) --nearest;
    if (low_ends[i].distance_m > low_ends[nearest].distance_m + 2 * tolerance_m) continue;
    find_at_point(DrawnFindingKind::ends_at_transformer, low_ends[i].point, kNone,
                  low_ends[i].distance_m);
    unify(at.low, low_ends[i].place);
  }
  for (std::uint32_t p = 0; p < drawing.points.size(); ++p) {
    const DrawnPoint& point = drawing.points[p];
    if (point.kind != DrawnPointKind::transformer || point.level == point.to_level) continue;
    if (point_places[p].low != kNone) continue;
    const auto found =
        targets(point.position, point.to_level, std::max(point.reach_m, tolerance_m));
    // Ends within reach are those of a nearer transformer.
    const auto middle =
        std::ranges::find_if(found, [](const Target& target) { return !target.at_end; });
    point_places[p].low = middle == found.end() ? new_place(point.position, point.to_level)
                                                : place_at(*middle, point.to_level);
  }
}

double DrawnResolution::bearing(PartEnd end) const {
  const DrawnPart& part = out.parts[end.part];
  const Position at = out.vertices[end.is_to ? part.end - 1 : part.begin];
  const LocalPlane plane{at};
  // Past what only bridges the tolerance.
  const auto step = [&](std::uint32_t i) { return end.is_to ? part.end - 1 - i : part.begin + i; };
  PlanePoint ahead;
  for (std::uint32_t i = 1; i < part.end - part.begin; ++i) {
    ahead = plane.to_plane(out.vertices[step(i)]);
    if (std::hypot(ahead.east_m, ahead.north_m) > tolerance_m) break;
  }
  const double degrees = std::atan2(ahead.east_m, ahead.north_m) * 180.0 / std::numbers::pi;
  return degrees < 0 ? degrees + 360 : degrees;
}

void DrawnResolution::move_end(PartEnd end, std::uint32_t node) {
  (end.is_to ? out.parts[end.part].to : out.parts[end.part].from) = node;
}

// The ends of parts at a place: first the one that runs straight on into no other, last those of
// the line that goes through.
std::vector<DrawnResolution::PartEnd> DrawnResolution::ends_in_order_of_branching(
    std::uint32_t place) const {
  struct Directed {
    PartEnd end;
    double bearing_deg = 0;
    double straight = -2;
  };
  std::vector<Directed> directed;
  const auto key = [](const auto& entry) { return entry.first; };
  for (const auto& entry : std::ranges::equal_range(incident, place, {}, key)) {
    directed.push_back({entry.second, bearing(entry.second)});
  }
  std::ranges::sort(directed, {}, [](const Directed& d) {
    return std::tuple{d.bearing_deg, d.end.part, d.end.is_to};
  });
  const std::size_t count = directed.size();
  for (std::size_t i = 0; i < count; ++i) {
    Directed& d = directed[i];
    const double ahead_deg = std::fmod(d.bearing_deg + 180, 360);
    const auto it = std::ranges::lower_bound(directed, ahead_deg, {}, &Directed::bearing_deg);
    const auto after = static_cast<std::size_t>(it - directed.begin());
    // The neighbours of the direction ahead on either side, around the circle; itself is none.
    for (const std::size_t step : {count - 2, count - 1, std::size_t{0}, std::size_t{1}}) {
      const std::size_t other = (after + step) % count;
      if (other == i || count < 2) continue;
      d.straight = std::max(d.straight, straightness(d.bearing_deg, directed[other].bearing_deg));
    }
  }
  std::ranges::sort(directed, {}, [](const Directed& d) {
    return std::tuple{std::round(d.straight * 1e6), -d.bearing_deg, d.end.part, d.end.is_to};
  });
  std::vector<PartEnd> ordered;
  for (const Directed& d : directed) ordered.push_back(d.end);
  return ordered;
}

// Puts devices between what meets at a place. Two ends: all in a row between them. As many devices
// as ends: a busbar, each before its own. Fewer: each before a branch, two ends at most going
// through; further ones behind the last. A lower-voltage side of a transformer is one more thing
// that meets there.
void DrawnResolution::divide(std::uint32_t place, const std::vector<std::uint32_t>& cutting) {
  const auto branches = ends_in_order_of_branching(place);
  const DrawnNode node = places[place];
  std::uint32_t behind = place;
  const auto step = [&](std::uint32_t point, std::uint32_t from) {
    behind = new_place(node.position, node.level);
    out.points[point] = {from, behind};
  };
  const bool at_transformer = low_side_of[place] != kNone;
  const std::size_t meeting = branches.size() + (at_transformer ? 1 : 0);
  if (meeting <= 2 || (at_transformer && cutting.size() != branches.size())) {
    for (const std::uint32_t point : cutting) step(point, behind);
    if (at_transformer) {
      for (const PartEnd end : branches) move_end(end, behind);
    } else if (branches.size() == 2) {
      move_end(branches.front(), behind);
    }
    return;
  }
  const bool busbar = cutting.size() == branches.size();
  const std::size_t room = busbar ? branches.size() : branches.size() - 2;
  for (std::size_t i = 0; i < cutting.size(); ++i) {
    const bool has_branch = i < room;
    const PartEnd branch = branches[std::min(i, room - 1)];
    step(cutting[i], has_branch ? place : behind);
    move_end(branch, behind);
    if (!busbar) {
      find_at_point(DrawnFindingKind::point_at_junction, cutting[i], out.parts[branch.part].course,
                    0);
    }
  }
}

void DrawnResolution::connect_at(std::uint32_t place, std::vector<std::uint32_t>& points) {
  std::ranges::sort(points, {}, [this](std::uint32_t p) {
    return std::pair{drawing.points[p].rank, p};
  });
  std::vector<std::uint32_t> guards, cutting, transformers;
  const auto between_levels = [this](std::uint32_t p) {
    return drawing.points[p].kind == DrawnPointKind::transformer &&
           drawing.points[p].level != drawing.points[p].to_level;
  };
  std::ranges::copy_if(points, std::back_inserter(transformers), between_levels);
  const auto key = [](const auto& entry) { return entry.first; };
  const std::size_t lines = std::ranges::equal_range(incident, place, {}, key).size();
  for (const std::uint32_t p : points) {
    if (between_levels(p)) continue;
    const bool guards_transformer =
        !transformers.empty() &&
        (drawing.points[p].kind == DrawnPointKind::transformer_fuse || lines <= 1);
    (guards_transformer ? guards : cutting).push_back(p);
  }
  if (!cutting.empty()) divide(place, cutting);
  const bool one_each = guards.size() == transformers.size();
  std::uint32_t behind = place;
  for (std::size_t i = 0; i < guards.size(); ++i) {
    const std::uint32_t next = new_place(places[place].position, places[place].level);
    out.points[guards[i]] = {one_each ? place : behind, next};
    behind = next;
    if (one_each) out.points[transformers[i]] = {next, root(point_places[transformers[i]].low)};
  }
  if (one_each && !guards.empty()) return;
  for (const std::uint32_t t : transformers) {
    out.points[t] = {behind, root(point_places[t].low)};
  }
}

void DrawnResolution::connect_points() {
  out.points.resize(drawing.points.size());
  for (std::uint32_t i = 0; i < out.parts.size(); ++i) {
    incident.push_back({out.parts[i].from, {i, false}});
    incident.push_back({out.parts[i].to, {i, true}});
  }
  std::ranges::sort(incident, {}, [](const auto& entry) {
    return std::tuple{entry.first, entry.second.part, entry.second.is_to};
  });
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> gaps;
  std::map<std::uint32_t, std::vector<std::uint32_t>> at_place;
  low_side_of.assign(places.size(), kNone);
  for (std::uint32_t p = 0; p < drawing.points.size(); ++p) {
    const PointPlaces& at = point_places[p];
    const std::uint32_t high = root(at.high);
    if (at.in_gap && high != root(at.low)) {
      gaps[std::minmax(high, root(at.low))].push_back(p);
      continue;
    }
    at_place[high].push_back(p);
    if (at.low != kNone && !at.in_gap) low_side_of[root(at.low)] = p;
  }
  for (auto& [sides, points] : gaps) {
    std::ranges::sort(points, {}, [this](std::uint32_t p) {
      return std::pair{drawing.points[p].rank, p};
    });
    std::uint32_t behind = sides.first;
    for (const std::uint32_t p : points) {
      const std::uint32_t next =
          p == points.back() ? sides.second
                             : new_place(places[sides.first].position, places[sides.first].level);
      out.points[p] = {behind, next};
      behind = next;
    }
  }
  for (auto& [place, points] : at_place) connect_at(place, points);
}

}  // namespace gridmend
