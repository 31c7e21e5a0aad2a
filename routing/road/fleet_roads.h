#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "routing/road/road_access.h"
#include "routing/road/road_index.h"

namespace gridmend {

// The roads as vehicles of one class may use them in a plan that is made now and driven later.
//
// Lasting roads are those that stay open in all steps of the outlook, each as slow as in its
// slowest: whatever is driven on them is safe at any time. Safe ground is where they hang together:
// of the states that can ever be driven between, both ways, the largest part that lasting roads
// join, both ways. Everything else is a pocket, reached and left while its roads are open. A pocket
// that lasting roads join may be large: a bank of the river with half of the town on it.
class FleetRoads {
 public:
  // `before`, of the same index, saves customising anew where little has changed; null: there is
  // none. O(states + what the hierarchy needs).
  FleetRoads(const RoadIndex& index, std::shared_ptr<const RoadOutlook> outlook,
             const FleetRoads* before = nullptr, unsigned threads = 1);

  const RoadIndex& index() const { return lasting_.index(); }
  const RoadOutlook& outlook() const { return *outlook_; }
  const RoadMetric& lasting() const { return lasting_; }
  // By state: is it safe ground? Empty when nothing ever changes, and so nothing needs to be known.
  std::span<const char> safe_ground() const { return safe_ground_; }
  // By state: is it no safe ground, but of a part that lasting roads join, both ways, at least
  // `kLarge` times as long as the safe ground it is cut off from? Empty as above.
  std::span<const char> large_parts() const { return large_parts_; }
  static constexpr double kLarge = 0.25;

 private:
  std::shared_ptr<const RoadOutlook> outlook_;
  RoadMetric lasting_;
  std::vector<char> safe_ground_;
  std::vector<char> large_parts_;
};

// Where somebody works, or where a crew starts.
struct FleetSite {
  Position position;
  std::vector<SearchStart> doors;  // see search_starts()
  Time ready = Time::min();        // work begins, or the crew sets out, no earlier
  Duration work{};                 // the least that is worth coming for
  bool only_left = false;          // a crew's start: nobody drives there
  WayOnFoot on_foot = {};          // between doors and position, by the outlook's steps
  Time until = Time::max();        // of a crew's start: it works no longer
  bool other_class = false;        // of a crew's start: its vehicle is not of this class
  // The crews, by their starts' numbers, that could do work here, and how many that takes.
  std::vector<std::uint32_t> crews = {};
  int crews_needed = 1;
};

// When a site in a pocket can be used: the crew goes in no earlier than `from` and is out again by
// `until`. A crew that comes early waits on safe ground.
struct SiteSpan {
  RoadAccess::Span span;
  double way_in_s = 0;   // from safe ground; the longest of the ways used
  double way_out_s = 0;  // to safe ground
};

struct FleetTravel {
  // Row by row, from site to site; infinite where there is no way, and to sites only left.
  std::vector<double> seconds;
  // By site; none: it is always to be reached, or never.
  std::vector<std::optional<SiteSpan>> spans;
  // By site: it is left to crews that are cut off with it, see below.
  std::vector<char> own;
  // By site, of crews' starts: the crew cannot get away now, nor by the time it is ready; until
  // when, Time::max(): no end of it is known. A crew that gets about more than kLittle stretches of
  // road is not cut off, as long as nothing is known to change for it.
  std::vector<std::optional<Time>> cut_off;
  static constexpr std::size_t kLittle = 500;
};

// Travel times that hold whenever they are driven, provided that work at a site with a span begins
// at or after span.from + way_in_s, and ends by span.until - way_out_s: from safe ground one drives
// lasting roads; into and out of a pocket, roads open all through its span; between two sites of
// one span, roads of the pockets open all through it; between two that are cut off for good,
// lasting roads. The span is the first, from `now` on, in which way in, work and way out find room;
// a site in a pocket without one is not driven to from outside.
//
// Water between them is no water under them. Crews that are cut off now, and get out later, have as
// ground of their own all places that they can drive to and back from over roads open from `now`
// until their way out closes again. Sites there that they get to before the way out opens, the
// nearest first, are theirs: no crew comes from outside, none leaves from there but to a site of
// the same ground; their span, if any, begins at the beginning of time. So it is with crews on a
// large part that will be cut off within kStays, over lasting roads: they stay with the work there,
// or leave while they can. Positions less than a metre apart are 0 seconds apart
// where there is a way. O(sites^2 + steps x pockets' roads), besides the matrices.
constexpr Duration kStays = std::chrono::hours{2};
FleetTravel fleet_travel(const FleetRoads& roads, Time now, std::span<const FleetSite> sites,
                         unsigned threads = 1);

}  // namespace gridmend
