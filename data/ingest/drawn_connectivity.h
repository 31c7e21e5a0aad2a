#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/geo/position.h"

namespace gridmend {

// What of a network was drawn, as geometry alone: courses of lines, and devices that are points on
// them. docs/algorithms/connectivity.md states the rules by which it is resolved.

// Things of one level (a voltage, a kind of layer) snap to each other, things of different levels
// never do.
using DrawnLevel = std::uint8_t;
inline constexpr int kDrawnLevels = 32;

struct DrawnCourse {
  std::uint32_t begin = 0;  // into Drawing::vertices, on earth, at least two
  std::uint32_t end = 0;
  DrawnLevel level = 0;
  bool tapped = true;         // others may meet its middle; false: its ends alone
  std::uint32_t circuit = 0;  // courses of different circuits are never the same line drawn twice
};

enum class DrawnPointKind : std::uint8_t {
  series,            // cuts the line it stands on
  transformer_fuse,  // the same, but where a transformer stands it is the transformer's
  transformer,       // joins `level` and `to_level`; of one level alone: cuts the line
};

struct DrawnPoint {
  Position position;
  DrawnLevel level = 0;
  DrawnLevel to_level = 0;  // transformers: the lower-voltage side's
  DrawnPointKind kind = DrawnPointKind::series;
  double reach_m = 0;      // how far from its line it may be drawn; at least the tolerance
  std::uint32_t rank = 0;  // orders points at one place: the lower stands nearer to the line
};

struct Drawing {
  std::vector<Position> vertices;
  std::vector<DrawnCourse> courses;
  std::vector<DrawnPoint> points;
  double tolerance_m = 0.5;  // 0.001 to 1,000
  double probable_m = 5;     // an end that misses by no more than this is told
};

// A piece of a course between two connectivity nodes.
struct DrawnPart {
  std::uint32_t course = 0;
  std::uint32_t from = 0;  // nodes
  std::uint32_t to = 0;
  std::uint32_t begin = 0;  // into ResolvedDrawing::vertices, in the direction of the course
  std::uint32_t end = 0;
  double length_m = 0;
  double along_m = 0;  // where in its course it begins
};

struct DrawnNode {
  Position position;
  DrawnLevel level = 0;
};

enum class DrawnFindingKind : std::uint8_t {
  zero_length,          // course shorter than the tolerance: left out
  duplicate,            // the same course as `other`: left out
  runs_along,           // shares a span with `other` and is not joined to it there
  ends_joined,          // ends that are `distance_m` apart became one node
  chain_cut,            // ends near each other in a chain too long for one node
  course_cut,           // cut where `other` (itself: a vertex they share) meets it
  near_miss,            // its end misses `other` by `distance_m`
  ring_halved,          // a closed ring that nothing else divides
  point_at_junction,    // more than two lines meet at the point; it stands before `other`
  point_between_ends,   // stands in a gap between two ends
  point_unattached,     // nothing of its level within reach; the nearest is `distance_m` away, or
                        // infinitely far
  ends_at_transformer,  // ends `distance_m` from the point joined to its lower-voltage side
};

struct DrawnFinding {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  DrawnFindingKind kind = DrawnFindingKind::near_miss;
  std::uint32_t course = kNone;
  std::uint32_t point = kNone;
  std::uint32_t other = kNone;  // a course
  double distance_m = 0;
  Position position;
  std::uint32_t node = kNone;  // of a near miss: where its end is
};

struct PointTerminals {
  std::uint32_t from = 0;  // nodes
  std::uint32_t to = 0;
};

struct ResolvedDrawing {
  std::vector<DrawnNode> nodes;  // from south to north, then west to east, within a level
  std::vector<DrawnPart> parts;  // by course, in its direction; courses left out have none
  std::vector<Position> vertices;
  std::vector<PointTerminals> points;  // by point
  std::vector<DrawnFinding> findings;
};

// The same network whatever the order of courses and points and whichever way courses are drawn,
// but for which of two equal courses is kept (the first). O(n log n) for drawings of networks.
ResolvedDrawing resolve_drawing(const Drawing& drawing);

// Where in a resolved drawing something that was drawn beside it belongs. Both must outlive it.
class DrawnPlaces {
 public:
  DrawnPlaces(const Drawing& drawing, const ResolvedDrawing& resolved);
  ~DrawnPlaces();

  struct Place {
    std::uint32_t node = 0;
    double distance_m = 0;  // to the line or node, not to the line's end
  };
  // The nearest part or lone node of one of `levels` (bit n: level n) within `reach_m`: of a part
  // the end nearer along it. Ties: the lower node.
  std::optional<Place> nearest(Position from, std::uint32_t levels, double reach_m) const;
  // Looks ever farther, up to 20 km.
  std::optional<Place> nearest_at_all(Position from, std::uint32_t levels) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace gridmend
