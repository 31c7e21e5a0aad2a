#pragma once

// What drawn_joins.cc, drawn_points.cc and drawn_connectivity.cc share while a drawing is resolved;
// nobody else's business.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/geo/polyline_index.h"
#include "data/ingest/drawn_connectivity.h"

namespace gridmend {

// First places: where ends, shared vertices and points come to stand. They are merged as reasons
// are found, then each is a node.
struct DrawnResolution {
  static constexpr std::uint32_t kNone = DrawnFinding::kNone;

  struct Cut {
    std::uint32_t course = 0;
    double along_m = 0;
    Position position;
    std::uint32_t place = 0;
    std::uint32_t by = kNone;  // the course that meets it there; none: a point
    double distance_m = 0;
  };
  // Where a point meets a level: a place already there, or a cut to be made.
  struct Target {
    double distance_m = 0;
    bool at_end = false;
    std::uint32_t place = kNone;  // of the end
    std::uint32_t course = kNone;
    double along_m = 0;
    Position position;
  };
  struct PointPlaces {
    std::uint32_t high = kNone;  // where it stands on the line
    std::uint32_t low = kNone;   // transformers between levels; of a gap: the other end
    bool in_gap = false;
  };
  struct Meeting {  // an end near another line's end
    double distance_m = 0;
    std::uint32_t place = 0, end_place = 0;
  };
  struct PartEnd {
    std::uint32_t part = 0;
    bool is_to = false;
  };

  explicit DrawnResolution(const Drawing& drawn);

  // drawn_joins.cc
  void measure();
  void snap_ends();
  void share_vertices();
  void leave_out_short_and_duplicates();
  void tap();
  // drawn_points.cc
  void place_points();
  void claim_low_sides();
  void connect_points();
  // drawn_connectivity.cc
  void cut_courses();
  void find_near_misses();
  void number_nodes();

  double course_length_m(std::uint32_t course) const {
    return along[drawing.courses[course].end - 1];
  }
  double along_of(const PolylinePass& pass) const;
  Position position_at(std::uint32_t course, double along_m) const;
  std::uint32_t new_place(Position position, DrawnLevel level);
  std::uint32_t root(std::uint32_t place);
  void unify(std::uint32_t a, std::uint32_t b);
  // False: what would come of it is larger than a node may be.
  bool try_unify(std::uint32_t a, std::uint32_t b);
  std::vector<std::uint32_t> courses_by_place() const;
  bool same_course(std::uint32_t a, std::uint32_t b) const;
  void find(DrawnFindingKind kind, std::uint32_t course, std::uint32_t other, double distance_m,
            Position position);
  void find_at_point(DrawnFindingKind kind, std::uint32_t point, std::uint32_t other,
                     double distance_m);
  std::vector<Target> targets(Position from, DrawnLevel level, double reach_m);
  void tap_at(Position end, std::uint32_t place, std::uint32_t by);
  void tap_itself(Position end, std::uint32_t place, std::uint32_t course,
                  const std::vector<PolylinePass>& course_passes);
  std::uint32_t place_at(const Target& target, DrawnLevel level);
  bool runs_to(const Target& target, Position point) const;
  bool place_in_gap(std::uint32_t point, const std::vector<Target>& found);
  void connect_at(std::uint32_t place, std::vector<std::uint32_t>& points);
  void divide(std::uint32_t place, const std::vector<std::uint32_t>& cutting);
  std::vector<PartEnd> ends_in_order_of_branching(std::uint32_t place) const;
  double bearing(PartEnd end) const;
  void move_end(PartEnd end, std::uint32_t node);
  void add_parts(std::uint32_t course, const std::vector<Cut>& groups);
  void add_part(std::uint32_t course, std::uint32_t from, std::uint32_t to, double from_m,
                double to_m);
  std::vector<Cut> grouped(std::uint32_t course, std::vector<Cut> of_course);

  const Drawing& drawing;
  ResolvedDrawing out;
  double tolerance_m;
  std::vector<std::uint32_t> begins, ends;  // of courses
  std::vector<double> along;                // by vertex: metres from the start of its course
  std::vector<std::uint8_t> left_out;       // by course
  std::vector<std::uint32_t> place_of_end;  // by 2 * course, 2 * course + 1
  std::vector<std::uint32_t> ends_at;       // by place as snapped: how many ends
  std::vector<DrawnNode> places;
  std::vector<std::uint32_t> parent;  // of places, for merging
  std::vector<Box> extent;            // by root place, of the places merged into it
  std::vector<Cut> cuts;
  std::vector<Meeting> meetings;
  std::vector<PointPlaces> point_places;
  std::vector<std::uint32_t> low_side_of;  // by place: a transformer whose lower side it is
  std::optional<PolylineIndex> index;
  std::vector<PolylinePass> passes;                         // scratch
  std::vector<std::pair<std::uint32_t, PartEnd>> incident;  // by root place, sorted
};

}  // namespace gridmend
