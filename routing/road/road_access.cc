#include "routing/road/road_access.h"

#include <algorithm>

#include "routing/road/access_search.h"

namespace gridmend {
namespace {

// A crew's start and its site as searches see them, there and back.
class Trip {
 public:
  Trip(const RoadStates& states, const RoadOutlook& outlook, const SnapSettings& snap,
       const AccessQuestion& question, const Water* on_foot)
      : states_(states),
        outlook_(outlook),
        snap_(snap),
        question_(question),
        ways_(states, outlook) {
    // A boat lands where it can, and its crew is in the water anyway.
    if (on_foot == nullptr || question.vehicle_class == VehicleClass::boat) return;
    const auto walk = [&](Position position) {
      std::vector<RoadPlace> places;
      for (const SearchStart& door : search_starts(states.graph(), position, snap)) {
        places.push_back(door.place);
      }
      return WayOnFoot::find(*on_foot, outlook.forecast(), position, places, snap);
    };
    walk_from_ = walk(question.from);
    walk_to_ = walk(question.to);
  }

  const RoadForecast& forecast() const { return outlook_.forecast(); }
  std::uint32_t steps() const { return outlook_.steps(); }
  bool opens(std::uint32_t step) const {
    return outlook_.opens(step) || walk_from_.opens(step) || walk_to_.opens(step);
  }

  std::uint32_t until(std::uint32_t first) {
    // A boat lands where it floats then; wheels have the same roads at all times.
    const RoadConditions then = outlook_.held(first, first);
    from_ = road_places(states_.graph(), then, question_.from, snap_);
    to_ = road_places(states_.graph(), then, question_.to, snap_);
    const std::uint32_t on_foot = std::min(walk_from_.closes(first, outlook_.steps()),
                                           walk_to_.closes(first, outlook_.steps()));
    if (on_foot <= first) return first;
    const std::uint32_t in = lasts(first, from_, to_);
    return in <= first ? first : std::min({in, lasts(first, to_, from_), on_foot});
  }

  NoAccess why(std::uint32_t first) const {
    const auto closed = [&](const std::vector<RoadPlace>& places) {
      return std::ranges::all_of(
          places, [&](const RoadPlace& place) { return outlook_.closed(place.edge, first); });
    };
    if (from_.empty()) return NoAccess::no_road_at_start;
    if (to_.empty()) return NoAccess::no_road_at_site;
    if (closed(from_)) return NoAccess::closed_at_start;
    if (closed(to_)) return NoAccess::closed_at_site;
    if (walk_from_.closed(first)) return NoAccess::no_walk_at_start;
    return walk_to_.closed(first) ? NoAccess::no_walk_at_site : NoAccess::no_way;
  }

  RoadAccess in_steps(std::uint32_t first, std::uint32_t until) const {
    const RoadForecast& forecast = outlook_.forecast();
    RoadAccess access;
    access.span = {forecast.begins(first), forecast.ends(until - 1)};
    access.set_out = std::max(question_.at, access.span->from);
    if (!drive_in(first, until, access)) return access;
    const Time done = later(access.arrive, question_.work);
    if (done >= access.span->until && access.span->until < Time::max()) return access;
    const RoadConditions held = outlook_.held(first, until - 1, forecast.step_at(done), until - 1);
    const auto out = fastest_path(states_, held, question_.to, question_.from, snap_);
    if (!out) return access;
    access.way_out_s = out->seconds;
    access.reachable = later(done, from_seconds(out->seconds)) <= access.span->until;
    if (access.span->until < Time::max()) {
      access.start_by = access.span->until - from_seconds(out->seconds) - question_.work;
    }
    if (access.reachable) {
      access.steps = instructions(states_.graph(), *access.conditions, *access.way_in);
    }
    return access;
  }

 private:
  // On roads as slow as in the steps it is driven in.
  bool drive_in(std::uint32_t first, std::uint32_t until, RoadAccess& access) const {
    const RoadForecast& forecast = outlook_.forecast();
    const std::uint32_t driven = forecast.step_at(access.set_out);
    for (std::uint32_t last = driven; last < until; ++last) {
      access.conditions = outlook_.held(first, until - 1, driven, last);
      access.way_in =
          fastest_path(states_, *access.conditions, question_.from, question_.to, snap_);
      if (!access.way_in) return false;
      access.arrive = later(access.set_out, from_seconds(access.way_in->seconds));
      if (access.arrive <= forecast.ends(last)) return true;
    }
    return false;
  }

  std::uint32_t lasts(std::uint32_t first, const std::vector<RoadPlace>& from,
                      const std::vector<RoadPlace>& to) {
    std::vector<LastingWays::Ground> ground;
    std::uint32_t best = first;
    for (const RoadPlace& start : from) {
      ground.push_back({states_.after(start.edge), outlook_.closes(start.edge, first)});
    }
    ways_.run(first, ground);
    for (const RoadPlace& goal : to) {
      best = std::max(best, ways_.until(goal));
      for (const RoadPlace& start : from) best = std::max(best, ways_.until_ahead(start, goal));
    }
    return best;
  }

  const RoadStates& states_;
  const RoadOutlook& outlook_;
  const SnapSettings& snap_;
  const AccessQuestion& question_;
  std::vector<RoadPlace> from_, to_;
  WayOnFoot walk_from_, walk_to_;
  LastingWays ways_;
};

}  // namespace

RoadAccess find_access(const RoadStates& states, const RoadOutlook& outlook,
                       const SnapSettings& snap, const AccessQuestion& question,
                       const Water* on_foot) {
  Trip trip{states, outlook, snap, question, on_foot};
  return find_span(trip, question);
}

// The steps just before a span opens and just after one has closed.
std::vector<Time> marks_around(const RoadForecast& forecast, const RoadAccess& found, Time asked) {
  std::vector<Time> marks;
  const auto refine = [&](Time inside) {
    const std::uint32_t step = forecast.step_at(inside);
    if (forecast.begins(step) == Time::min() || forecast.ends(step) == Time::max()) return;
    const Duration gap = forecast.ends(step) - forecast.begins(step);
    const Duration fine = std::max<Duration>(gap / 15, std::chrono::minutes{1});
    for (Time mark = forecast.begins(step) + fine; mark < forecast.ends(step); mark += fine) {
      marks.push_back(mark);
    }
  };
  if (!found.reachable && found.span) refine(found.span->from - Duration{1});
  if (!found.reachable) refine(asked);
  if (found.span && found.span->until < Time::max()) refine(found.span->until);
  if (found.too_short) refine(found.too_short->until);
  for (const RoadAccess::Span& span : found.narrow) {
    refine(span.from - Duration{1});
    refine(span.until);
  }
  return marks;
}

RoadAccess find_access(const ChangingRoads& roads, const AccessQuestion& question,
                       SampledWater& sampled) {
  return find_in_finer_steps(question, roads.step, [&](const ForecastSteps& steps) {
    auto forecast = std::make_shared<const RoadForecast>(
        RoadForecast::make(roads.states.graph(), roads.water, roads.closures, steps,
                           roads.limits.structures, sampled));
    const RoadOutlook outlook{roads.states.graph(), question.vehicle_class, roads.limits, forecast};
    return std::pair{find_access(roads.states, outlook, roads.snap, question, &roads.water),
                     std::move(forecast)};
  });
}

}  // namespace gridmend
