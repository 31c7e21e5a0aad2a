#include "data/ingest/drawn_connectivity.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <tuple>

#include "data/ingest/drawn_resolution.h"

namespace gridmend {

Position DrawnResolution::position_at(std::uint32_t course, double along_m) const {
  const std::uint32_t begin = begins[course], end = ends[course];
  const auto first = along.begin() + begin, last = along.begin() + end;
  const auto after = static_cast<std::uint32_t>(std::clamp<std::ptrdiff_t>(
      std::upper_bound(first, last, along_m) - along.begin(), begin + 1, end - 1));
  const double span = along[after] - along[after - 1];
  const double part = span > 0 ? std::clamp((along_m - along[after - 1]) / span, 0.0, 1.0) : 0.0;
  const Position a = drawing.vertices[after - 1], b = drawing.vertices[after];
  double east = b.longitude_deg - a.longitude_deg;
  if (east > 180) east -= 360;
  if (east < -180) east += 360;
  double longitude = a.longitude_deg + part * east;
  if (longitude > 180) longitude -= 360;
  if (longitude < -180) longitude += 360;
  return {longitude, a.latitude_deg + part * (b.latitude_deg - a.latitude_deg)};
}

void DrawnResolution::add_part(std::uint32_t course, std::uint32_t from, std::uint32_t to,
                               double from_m, double to_m) {
  DrawnPart part;
  part.course = course;
  part.from = from;
  part.to = to;
  part.begin = static_cast<std::uint32_t>(out.vertices.size());
  out.vertices.push_back(position_at(course, from_m));
  const auto first = along.begin() + begins[course], last = along.begin() + ends[course];
  for (auto it = std::upper_bound(first, last, from_m); it != last && *it < to_m; ++it) {
    out.vertices.push_back(drawing.vertices[static_cast<std::size_t>(it - along.begin())]);
  }
  out.vertices.push_back(position_at(course, to_m));
  part.end = static_cast<std::uint32_t>(out.vertices.size());
  part.length_m = to_m - from_m;
  part.along_m = from_m;
  out.parts.push_back(part);
}

// Cuts less than the tolerance apart are one, counted from the course's southern end, or western.
std::vector<DrawnResolution::Cut> DrawnResolution::grouped(std::uint32_t course,
                                                           std::vector<Cut> of_course) {
  const auto key = [](Position p) { return std::pair{p.latitude_deg, p.longitude_deg}; };
  std::uint32_t first = begins[course], last = ends[course] - 1;
  while (first < last && drawing.vertices[first] == drawing.vertices[last]) {
    ++first;
    --last;
  }
  const bool backwards = first < last && key(drawing.vertices[last]) < key(drawing.vertices[first]);
  std::ranges::sort(of_course, {}, [&](const Cut& cut) {
    const Position at = places[cut.place].position;
    return std::tuple{backwards ? -cut.along_m : cut.along_m, at.latitude_deg, at.longitude_deg,
                      cut.by, cut.place};
  });
  std::vector<Cut> groups;
  for (const Cut& cut : of_course) {
    if (!groups.empty() && std::abs(cut.along_m - groups.back().along_m) <= tolerance_m &&
        try_unify(groups.back().place, cut.place)) {
      continue;
    }
    groups.push_back(cut);
  }
  if (backwards) std::ranges::reverse(groups);
  return groups;
}

void DrawnResolution::add_parts(std::uint32_t course, const std::vector<Cut>& groups) {
  const double length = course_length_m(course);
  std::uint32_t from = root(place_of_end[2 * course]);
  double from_m = 0;
  const auto add = [&](std::uint32_t to, double to_m) {
    if (from != to) {
      add_part(course, from, to, from_m, to_m);
    } else if (to_m - from_m > 3 * tolerance_m) {
      const double middle_m = (from_m + to_m) / 2;
      const std::uint32_t middle =
          new_place(position_at(course, middle_m), drawing.courses[course].level);
      add_part(course, from, middle, from_m, middle_m);
      add_part(course, middle, to, middle_m, to_m);
      find(DrawnFindingKind::ring_halved, course, kNone, 0, places[middle].position);
    }
    from = to;
    from_m = to_m;
  };
  for (const Cut& cut : groups) add(root(cut.place), cut.along_m);
  add(root(place_of_end[2 * course + 1]), length);
}

void DrawnResolution::cut_courses() {
  std::ranges::stable_sort(cuts, {}, &Cut::course);
  std::vector<std::pair<std::size_t, std::size_t>> of_course(drawing.courses.size());
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    auto& [begin, end] = of_course[cuts[i].course];
    if (end == 0) begin = i;
    end = i + 1;
  }
  std::vector<std::vector<Cut>> groups(drawing.courses.size());
  for (const std::uint32_t course : courses_by_place()) {
    const auto [begin, end] = of_course[course];
    if (begin == end) continue;
    groups[course] = grouped(course, {cuts.begin() + static_cast<std::ptrdiff_t>(begin),
                                      cuts.begin() + static_cast<std::ptrdiff_t>(end)});
  }
  for (std::uint32_t c = 0; c < drawing.courses.size(); ++c) {
    if (left_out[c] != 0) continue;
    const std::size_t before = out.parts.size();
    for (const Cut& cut : groups[c]) {
      if (cut.by != kNone) {
        find(DrawnFindingKind::course_cut, c, cut.by, cut.distance_m, cut.position);
      }
    }
    add_parts(c, groups[c]);
    if (out.parts.size() > before) continue;
    left_out[c] = 1;
    find(DrawnFindingKind::zero_length, c, kNone, course_length_m(c), drawing.vertices[begins[c]]);
  }
}

// An end with nothing else at it, and a line of its level a little farther than the tolerance.
void DrawnResolution::find_near_misses() {
  if (drawing.probable_m <= tolerance_m) return;
  std::vector<std::uint32_t> met(places.size(), 0);
  for (const DrawnPart& part : out.parts) {
    ++met[part.from];
    ++met[part.to];
  }
  for (const PointTerminals& point : out.points) {
    ++met[point.from];
    ++met[point.to];
  }
  std::vector<std::uint32_t> first_part(drawing.courses.size() + 1, 0);
  for (const DrawnPart& part : out.parts) ++first_part[part.course + 1];
  std::partial_sum(first_part.begin(), first_part.end(), first_part.begin());
  const auto look = [&](const DrawnPart& part, std::uint32_t node, std::uint32_t other_node,
                        Position end) {
    index->within(end, drawing.probable_m, passes);
    const PolylinePass* best = nullptr;
    for (const PolylinePass& pass : passes) {
      if (pass.line == part.course || left_out[pass.line] != 0 ||
          drawing.courses[pass.line].level != drawing.courses[part.course].level) {
        continue;
      }
      const double at_m = along_of(pass);
      std::uint32_t p = first_part[pass.line + 1] - 1;
      while (p > first_part[pass.line] && out.parts[p].along_m > at_m) --p;
      const DrawnPart& passed = out.parts[p];
      // It leads there already.
      const bool joined = passed.from == node || passed.to == node || passed.from == other_node ||
                          passed.to == other_node;
      if (joined) continue;
      if (best == nullptr || pass.distance_m < best->distance_m) best = &pass;
    }
    if (best != nullptr) {
      find(DrawnFindingKind::near_miss, part.course, best->line, best->distance_m, end);
      out.findings.back().node = node;
    }
  };
  for (const DrawnPart& part : out.parts) {
    if (met[part.from] == 1) look(part, part.from, part.to, out.vertices[part.begin]);
    if (met[part.to] == 1) look(part, part.to, part.from, out.vertices[part.end - 1]);
  }
}

void DrawnResolution::number_nodes() {
  std::vector<std::uint8_t> used(places.size(), 0);
  const auto each = [this](auto visit) {
    for (DrawnPart& part : out.parts) {
      visit(part.from);
      visit(part.to);
    }
    for (PointTerminals& point : out.points) {
      visit(point.from);
      visit(point.to);
    }
  };
  each([&](std::uint32_t& place) { used[place] = 1; });
  std::vector<std::uint32_t> order;
  for (std::uint32_t p = 0; p < places.size(); ++p) {
    if (used[p] != 0) order.push_back(p);
  }
  std::ranges::sort(order, {}, [this](std::uint32_t p) {
    const DrawnNode& node = places[p];
    return std::tuple{node.level, node.position.latitude_deg, node.position.longitude_deg, p};
  });
  std::vector<std::uint32_t> number(places.size(), kNone);
  for (const std::uint32_t p : order) {
    number[p] = static_cast<std::uint32_t>(out.nodes.size());
    out.nodes.push_back(places[p]);
  }
  each([&](std::uint32_t& place) { place = number[place]; });
  for (DrawnFinding& finding : out.findings) {
    if (finding.node != kNone) finding.node = number[finding.node];
  }
}

ResolvedDrawing resolve_drawing(const Drawing& drawing) {
  DrawnResolution resolution{drawing};
  resolution.measure();
  resolution.snap_ends();
  resolution.leave_out_short_and_duplicates();
  resolution.share_vertices();
  resolution.tap();
  resolution.place_points();
  resolution.claim_low_sides();
  resolution.cut_courses();
  resolution.connect_points();
  resolution.find_near_misses();
  resolution.number_nodes();
  return std::move(resolution.out);
}

}  // namespace gridmend
