// Where drawn lines meet: ends that are one place, vertices that lines share, ends on middles.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <tuple>

#include "core/geo/point_snapping.h"
#include "data/ingest/drawn_resolution.h"

namespace gridmend {
namespace {

constexpr double kWithoutLength_m = 0.001;
constexpr double kTold_m = 0.01;  // joins over less are what every drawing has
constexpr std::size_t kComparedCourses =
    16;  // courses between the same two places that may be doubles

constexpr double kLargestPlace = 3;  // tolerances, as of point_snapping.h

// On either side of the antimeridian that of `a` counts.
Box around_both(const Box& a, Box b) {
  for (const double turn : {-360.0, 360.0}) {
    if (std::abs(b.west_deg + turn - a.west_deg) > 180) continue;
    b.west_deg += turn;
    b.east_deg += turn;
  }
  return {std::min(a.west_deg, b.west_deg), std::min(a.south_deg, b.south_deg),
          std::max(a.east_deg, b.east_deg), std::max(a.north_deg, b.north_deg)};
}

struct SharedVertex {
  Position position;
  DrawnLevel level = 0;
  std::uint32_t course = 0;
  std::uint32_t vertex = 0;
};

auto by_place(const SharedVertex& v) {
  return std::tuple{v.level, v.position.latitude_deg, v.position.longitude_deg, v.course, v.vertex};
}

bool same_place(const SharedVertex& a, const SharedVertex& b) {
  return a.level == b.level && a.position == b.position;
}

// Do two courses that share a vertex share a span beside it?
bool run_together(std::span<const Position> vertices, std::uint32_t a, std::uint32_t b) {
  return vertices[a - 1] == vertices[b - 1] || vertices[a - 1] == vertices[b + 1] ||
         vertices[a + 1] == vertices[b - 1] || vertices[a + 1] == vertices[b + 1];
}

}  // namespace

DrawnResolution::DrawnResolution(const Drawing& drawn)
    : drawing(drawn), tolerance_m(std::clamp(drawn.tolerance_m, 0.001, 1000.0)) {}

void DrawnResolution::find(DrawnFindingKind kind, std::uint32_t course, std::uint32_t other,
                           double distance_m, Position position) {
  out.findings.push_back({kind, course, kNone, other, distance_m, position, kNone});
}

std::uint32_t DrawnResolution::new_place(Position position, DrawnLevel level) {
  places.push_back({position, level});
  parent.push_back(static_cast<std::uint32_t>(places.size() - 1));
  extent.push_back({position.longitude_deg, position.latitude_deg, position.longitude_deg,
                    position.latitude_deg});
  return parent.back();
}

std::uint32_t DrawnResolution::root(std::uint32_t place) {
  while (parent[place] != place) {
    parent[place] = parent[parent[place]];
    place = parent[place];
  }
  return place;
}

void DrawnResolution::unify(std::uint32_t a, std::uint32_t b) {
  a = root(a);
  b = root(b);
  if (a == b) return;
  // The southernmost stands for both, whichever was named first.
  const auto key = [this](std::uint32_t p) {
    return std::tuple{places[p].position.latitude_deg, places[p].position.longitude_deg, p};
  };
  if (key(b) < key(a)) std::swap(a, b);
  parent[b] = a;
  extent[a] = around_both(extent[a], extent[b]);
}

bool DrawnResolution::try_unify(std::uint32_t a, std::uint32_t b) {
  a = root(a);
  b = root(b);
  if (a == b) return true;
  const Box both = around_both(extent[a], extent[b]);
  if (distance_m({both.west_deg, both.south_deg}, {both.east_deg, both.north_deg}) >
      kLargestPlace * tolerance_m) {
    return false;
  }
  unify(a, b);
  return true;
}

double DrawnResolution::along_of(const PolylinePass& pass) const {
  const std::uint32_t v = begins[pass.line] + pass.segment;
  return along[v] + pass.fraction * (along[v + 1] - along[v]);
}

void DrawnResolution::measure() {
  along.assign(drawing.vertices.size(), 0);
  left_out.assign(drawing.courses.size(), 0);
  for (std::uint32_t c = 0; c < drawing.courses.size(); ++c) {
    const DrawnCourse& course = drawing.courses[c];
    begins.push_back(course.begin);
    ends.push_back(course.end);
    for (std::uint32_t v = course.begin + 1; v < course.end; ++v) {
      along[v] = along[v - 1] + distance_m(drawing.vertices[v - 1], drawing.vertices[v]);
    }
    if (course_length_m(c) >= kWithoutLength_m) continue;
    left_out[c] = 1;
    find(DrawnFindingKind::zero_length, c, kNone, 0, drawing.vertices[course.begin]);
  }
  index.emplace(drawing.vertices, begins, ends);
}

void DrawnResolution::snap_ends() {
  std::vector<Position> points;
  std::vector<std::uint32_t> levels;
  points.reserve(drawing.courses.size() * 2);
  for (const DrawnCourse& course : drawing.courses) {
    points.push_back(drawing.vertices[course.begin]);
    points.push_back(drawing.vertices[course.end - 1]);
    levels.insert(levels.end(), 2, course.level);
  }
  const SnappedPoints snapped = snap_points(points, levels, tolerance_m);
  place_of_end = snapped.place_of;
  for (std::size_t i = 0; i < snapped.places.size(); ++i) {
    new_place(snapped.places[i], static_cast<DrawnLevel>(snapped.groups[i]));
  }
  ends_at.assign(places.size(), 0);
  std::vector<double> spread(places.size(), 0);
  std::vector<std::uint32_t> farthest(places.size(), 0);
  for (std::uint32_t i = 0; i < points.size(); ++i) {
    const std::uint32_t place = place_of_end[i];
    if (left_out[i / 2] == 0) ++ends_at[place];
    if (points[i] == places[place].position) continue;
    const double away_m = distance_m(points[i], places[place].position);
    if (away_m <= spread[place]) continue;
    spread[place] = away_m;
    farthest[place] = i / 2;
  }
  for (std::uint32_t place = 0; place < places.size(); ++place) {
    if (spread[place] < kTold_m) continue;
    find(DrawnFindingKind::ends_joined, farthest[place], kNone, spread[place],
         places[place].position);
  }
  std::vector<std::uint32_t> some_course(places.size(), kNone);
  for (std::uint32_t i = 0; i < points.size(); ++i) some_course[place_of_end[i]] = i / 2;
  for (const std::uint32_t place : snapped.cut_chains) {
    find(DrawnFindingKind::chain_cut, some_course[place], kNone, 0, places[place].position);
  }
}

// A vertex that two lines have in common, to the last digit, joins them; unless they run along each
// other there, as two circuits on the same poles do.
void DrawnResolution::share_vertices() {
  std::vector<SharedVertex> vertices;
  for (std::uint32_t c = 0; c < drawing.courses.size(); ++c) {
    const DrawnCourse& course = drawing.courses[c];
    if (left_out[c] != 0 || !course.tapped) continue;
    for (std::uint32_t v = course.begin + 1; v + 1 < course.end; ++v) {
      // A vertex written twice in a row is one vertex.
      if (drawing.vertices[v] == drawing.vertices[v - 1]) continue;
      vertices.push_back({drawing.vertices[v], course.level, c, v});
    }
  }
  std::ranges::sort(vertices, {}, by_place);
  for (std::size_t begin = 0; begin < vertices.size();) {
    std::size_t end = begin + 1;
    while (end < vertices.size() && same_place(vertices[begin], vertices[end])) ++end;
    const SharedVertex first = vertices[begin];
    const auto shared = std::span{vertices}.subspan(begin, end - begin);
    begin = end;
    if (shared.size() < 2) continue;
    // Neighbours in the run are enough: what runs together stands there together.
    bool together = false;
    for (std::size_t i = 1; i < shared.size() && !together; ++i) {
      for (std::size_t k = i - std::min(i, kComparedCourses); k < i && !together; ++k) {
        together = run_together(drawing.vertices, shared[k].vertex, shared[i].vertex);
        if (together && shared[k].course != shared[i].course) {
          find(DrawnFindingKind::runs_along, shared[k].course, shared[i].course, 0, first.position);
        }
      }
    }
    if (together) continue;
    const std::uint32_t place = new_place(first.position, first.level);
    for (const SharedVertex& v : shared) {
      cuts.push_back({v.course, along[v.vertex], v.position, place, v.course, 0});
    }
  }
}

bool DrawnResolution::same_course(std::uint32_t a, std::uint32_t b) const {
  const double difference = std::abs(course_length_m(a) - course_length_m(b));
  if (difference > 4 * tolerance_m + 0.05 * course_length_m(a)) return false;
  const auto stays_near = [this](std::uint32_t walker, std::uint32_t line) {
    const DrawnCourse& course = drawing.courses[walker];
    const DrawnCourse& other = drawing.courses[line];
    for (std::uint32_t v = course.begin; v < course.end; ++v) {
      bool near = false;
      for (std::uint32_t w = other.begin; w + 1 < other.end && !near; ++w) {
        near = pass_of_segment(drawing.vertices[v], drawing.vertices[w], drawing.vertices[w + 1])
                   .distance_m <= tolerance_m;
      }
      if (!near) return false;
    }
    return true;
  };
  return stays_near(a, b) && stays_near(b, a);
}

void DrawnResolution::leave_out_short_and_duplicates() {
  using Between = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;
  std::vector<Between> between;
  for (std::uint32_t c = 0; c < drawing.courses.size(); ++c) {
    if (left_out[c] != 0) continue;
    const auto [low, high] = std::minmax(place_of_end[2 * c], place_of_end[2 * c + 1]);
    if (low == high && course_length_m(c) <= 3 * tolerance_m) {
      left_out[c] = 1;
      ends_at[low] -= 2;
      find(DrawnFindingKind::zero_length, c, kNone, course_length_m(c), places[low].position);
      continue;
    }
    between.emplace_back(low, high, drawing.courses[c].circuit, c);
  }
  std::ranges::sort(between);
  std::vector<std::uint32_t> kept;
  for (std::size_t i = 0; i < between.size(); ++i) {
    const auto [low, high, circuit, course] = between[i];
    if (i == 0 || std::tuple{std::get<0>(between[i - 1]), std::get<1>(between[i - 1]),
                             std::get<2>(between[i - 1])} != std::tuple{low, high, circuit}) {
      kept.clear();
    }
    const auto twin = std::ranges::find_if(
        kept, [this, c = course](std::uint32_t other) { return same_course(other, c); });
    if (twin == kept.end()) {
      if (kept.size() < kComparedCourses) kept.push_back(course);
      continue;
    }
    left_out[course] = 1;
    --ends_at[low];
    --ends_at[high];
    find(DrawnFindingKind::duplicate, course, *twin, 0,
         drawing.vertices[drawing.courses[course].begin]);
  }
}

// An end that comes back to its own line: somewhere it has been two tolerances away before.
void DrawnResolution::tap_itself(Position end, std::uint32_t place, std::uint32_t course,
                                 const std::vector<PolylinePass>& course_passes) {
  const double length = course_length_m(course);
  const bool starts = place_of_end[2 * course] == place;
  const bool stops = place_of_end[2 * course + 1] == place;
  const PolylinePass* best = nullptr;
  for (const PolylinePass& pass : course_passes) {
    const double at_m = along_of(pass);
    if ((starts || at_m <= tolerance_m) && at_m <= 3 * tolerance_m) continue;
    if ((stops || length - at_m <= tolerance_m) && length - at_m <= 3 * tolerance_m) continue;
    if (best == nullptr || pass.distance_m < best->distance_m) best = &pass;
  }
  if (best == nullptr) return;
  const double at_m = along_of(*best);
  bool from_start = !starts, from_stop = !stops;
  for (std::uint32_t v = begins[course]; v < ends[course]; ++v) {
    if (distance_m(drawing.vertices[v], end) <= 2 * tolerance_m) continue;
    (along[v] < at_m ? from_start : from_stop) = true;
  }
  if (!from_start || !from_stop) return;
  cuts.push_back({course, at_m, best->position, place, course, best->distance_m});
}

void DrawnResolution::tap_at(Position end, std::uint32_t place, std::uint32_t by) {
  index->within(end, tolerance_m, passes);
  std::vector<PolylinePass> of_course;
  for (std::size_t i = 0; i < passes.size();) {
    const std::uint32_t c = passes[i].line;
    of_course.clear();
    for (; i < passes.size() && passes[i].line == c; ++i) of_course.push_back(passes[i]);
    const DrawnCourse& course = drawing.courses[c];
    if (left_out[c] != 0 || course.level != places[place].level) continue;
    if (place_of_end[2 * c] == place || place_of_end[2 * c + 1] == place) {
      if (course.tapped) tap_itself(end, place, c, of_course);
      continue;
    }
    const PolylinePass best = *std::ranges::min_element(of_course, {}, &PolylinePass::distance_m);
    const double at_m = along_of(best);
    const double remaining_m = course_length_m(c) - at_m;
    if (std::min(at_m, remaining_m) <= tolerance_m) {
      meetings.push_back(
          {best.distance_m, place, place_of_end[2 * c + (at_m <= remaining_m ? 0 : 1)]});
    } else if (course.tapped) {
      cuts.push_back({c, at_m, best.position, place, by, best.distance_m});
    }
  }
}

void DrawnResolution::tap() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < place_of_end.size(); ++i) {
    if (left_out[i / 2] == 0) order.push_back(i);
  }
  const auto position = [this](std::uint32_t i) {
    const DrawnCourse& course = drawing.courses[i / 2];
    return drawing.vertices[i % 2 == 0 ? course.begin : course.end - 1];
  };
  // Places lie from south to north: neighbours in the order are neighbours in the index.
  std::ranges::sort(order, {}, [&](std::uint32_t i) {
    const Position p = position(i);
    return std::tuple{place_of_end[i], p.latitude_deg, p.longitude_deg, i};
  });
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::uint32_t i = order[k];
    if (k > 0 && place_of_end[order[k - 1]] == place_of_end[i] &&
        position(order[k - 1]) == position(i)) {
      continue;
    }
    tap_at(position(i), place_of_end[i], i / 2);
  }
  // The nearest first; places are numbered by where they are.
  std::ranges::sort(meetings, {}, [](const Meeting& m) {
    return std::tuple{m.distance_m, m.place, m.end_place};
  });
  for (const Meeting& meeting : meetings) try_unify(meeting.place, meeting.end_place);
}

// By where they lie, not by the order of the file.
std::vector<std::uint32_t> DrawnResolution::courses_by_place() const {
  std::vector<std::uint32_t> order(drawing.courses.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [this](std::uint32_t c) {
    const auto [low, high] = std::minmax(place_of_end[2 * c], place_of_end[2 * c + 1]);
    return std::tuple{low, high, course_length_m(c), c};
  });
  return order;
}

}  // namespace gridmend
