#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "routing/road/instructions.h"
#include "routing/road/lasting_ways.h"
#include "routing/road/travel_times.h"
#include "routing/road/way_on_foot.h"

namespace gridmend {

// The roads with everything that is known to happen to them.
struct ChangingRoads {
  const RoadStates& states;
  const Water& water;
  const std::vector<RoadClosure>& closures;
  const VehicleLimits& limits;
  const SnapSettings& snap;
  Duration step = std::chrono::minutes{10};  // see ForecastSteps
};

struct AccessQuestion {
  Position from;
  Position to;
  VehicleClass vehicle_class = VehicleClass::truck;
  Time at{};        // of setting out
  Duration work{};  // at the site
};

enum class NoAccess : std::uint8_t {
  none,              // there is access
  no_road_at_start,  // within reach
  no_road_at_site,
  closed_at_start,
  closed_at_site,
  no_walk_at_start,  // the way on foot between start and road is under water too deep to wade
  no_walk_at_site,
  no_way,     // every way between them is closed or under water
  too_short,  // there is a way, but it closes before the work is done and the crew is out
};

// Can a crew get in, work and get out? The roads of the way in and of the way out are all open from
// `from` to `until`: the way behind a crew stays open while it works.
struct RoadAccess {
  struct Span {
    Time from = Time::min();
    Time until = Time::max();
  };
  // Setting out at the time asked for.
  bool reachable = false;
  NoAccess reason = NoAccess::none;
  // The span that was found: the one that holds the time asked for, else the first in which the
  // crew gets in and out. Absent: there is none as far as is known.
  std::optional<Span> span;
  // When there is no access at the time asked for: the span that was too short for the work.
  std::optional<Span> too_short;
  // Others, later ones, that were: some of them, at most two.
  std::vector<Span> narrow;
  // Within the span.
  Time set_out{};
  Time arrive{};
  std::optional<RoadPath> way_in;
  std::optional<RoadConditions> conditions;  // as slow as they get in the span
  std::vector<Instruction> steps;            // of the way in
  double way_out_s = 0;
  // The latest start of the work; Time::max() when the span has no end.
  Time start_by = Time::max();
};

// Looks at every step from the time asked for on; the way taken is the fastest of those that stay
// open longest or, where these do not do because the water on them gets too deep to be quick, long
// enough. Where the span begins and ends is looked at once more in finer steps, a fifteenth
// of a step but not under a minute. O(steps x (RoadWater::sample + roads)). `sampled` see
// RoadForecast::make.
RoadAccess find_access(const ChangingRoads& roads, const AccessQuestion& question,
                       SampledWater& sampled);

// Finer steps to look at once more: those around the beginning and the end of what was found, and
// the one that holds the time asked for where there was no access.
std::vector<Time> marks_around(const RoadForecast& forecast, const RoadAccess& found, Time asked);

// The same on an outlook that is given: spans begin and end with its steps. Without `on_foot` the
// water on the ways between the roads and start and site is not looked at.
RoadAccess find_access(const RoadStates& states, const RoadOutlook& outlook,
                       const SnapSettings& snap, const AccessQuestion& question,
                       const Water* on_foot = nullptr);

}  // namespace gridmend
