#include <algorithm>
#include <limits>
#include <utility>

#include "routing/road/boat_travel.h"

namespace gridmend {
namespace {

RoadPath joined(const BoatWay& way) {
  RoadPath path;
  for (const BoatLeg& leg : way.legs) {
    if (path.edges.empty()) path.start = leg.path.start;
    path.goal = leg.path.goal;
    path.length_m += leg.path.length_m;
    path.on_foot_m += leg.path.on_foot_m;
    path.edges.insert(path.edges.end(), leg.path.edges.begin(), leg.path.edges.end());
    path.polyline.insert(path.polyline.end(), leg.path.polyline.begin(), leg.path.polyline.end());
  }
  path.seconds = way.seconds;
  return path;
}

// Each leg's edges as it has them.
RoadConditions mixed(const BoatRoads& roads, const BoatWay& way) {
  const auto wheels = roads.on_wheels.conditions().all_milliseconds();
  std::vector<Weight> milliseconds(wheels.begin(), wheels.end());
  for (const BoatLeg& leg : way.legs) {
    const RoadMetric& metric = leg.afloat ? roads.afloat : roads.on_wheels;
    for (const Id<RoadEdge> edge : leg.path.edges) {
      milliseconds[edge.index] = metric.conditions().milliseconds(edge);
    }
  }
  return RoadConditions::of(VehicleClass::boat, std::move(milliseconds));
}

// A boat's way there and back, in one span of steps after another.
class BoatTrip {
 public:
  BoatTrip(const RoadIndex& index, const ChangingRoads& roads, const BoatSettings& settings,
           const AccessQuestion& question, std::shared_ptr<const RoadForecast> forecast)
      : settings_(settings),
        snap_(roads.snap),
        question_(question),
        wheels_(index.graph(), settings.trailer, roads.limits, forecast),
        keel_(index.graph(), VehicleClass::boat, roads.limits, std::move(forecast)),
        on_wheels_(index, ever(wheels_)),
        afloat_(index, ever(keel_)) {}

  const RoadForecast& forecast() const { return wheels_.forecast(); }
  std::uint32_t steps() const { return wheels_.steps(); }
  bool opens(std::uint32_t step) const { return wheels_.opens(step) || keel_.opens(step); }
  // Over all that is open in some step; asked first.
  bool could_be() const { return is_way(); }

  // The first step in which ways there and back, open since `first`, are open no more.
  std::uint32_t until(std::uint32_t first) {
    if (!joined_in(first, first + 1)) return first;
    std::uint32_t open = first + 1;
    if (joined_in(first, steps())) return steps();
    for (std::uint32_t shut = steps(); shut - open > 1;) {
      const std::uint32_t middle = open + (shut - open) / 2;
      (joined_in(first, middle) ? open : shut) = middle;
    }
    return open;
  }

  // In, work and out within steps [first, until), setting out as early as can be.
  RoadAccess in_steps(std::uint32_t first, std::uint32_t until) {
    hold(first, until);
    RoadAccess access;
    access.span = {forecast().begins(first), forecast().ends(until - 1)};
    access.set_out = std::max(question_.at, access.span->from);
    const auto in = boat_way(roads(), question_.from, question_.to);
    const auto out = boat_way(roads(), question_.to, question_.from);
    if (!in || !out) return access;
    access.arrive = later(access.set_out, from_seconds(in->seconds));
    access.way_out_s = out->seconds;
    const Time back = later(later(access.arrive, question_.work), from_seconds(out->seconds));
    access.reachable = back <= access.span->until;
    access.way_in = joined(*in);
    access.conditions = mixed(roads(), *in);
    access.steps = instructions(roads(), *in);
    if (access.span->until < Time::max()) {
      access.start_by = access.span->until - question_.work - from_seconds(out->seconds);
    }
    return access;
  }

 private:
  static RoadConditions ever(const RoadOutlook& outlook) {
    std::vector<Weight> ms;
    const std::uint32_t edges =
        static_cast<std::uint32_t>(outlook.held(0, 0).all_milliseconds().size());
    for (std::uint32_t e = 0; e < edges; ++e)
      ms.push_back(outlook.ever_open(Id<RoadEdge>{e}) ? 1 : kNoWay);
    return RoadConditions::of(outlook.vehicle_class(), std::move(ms));
  }
  BoatRoads roads() const { return {on_wheels_, afloat_, settings_, snap_}; }
  void hold(std::uint32_t first, std::uint32_t until) {
    on_wheels_.change(wheels_.held(first, until - 1));
    afloat_.change(keel_.held(first, until - 1));
  }
  bool is_way() const {
    return boat_matrix(roads(), {&question_.from, 1}, {&question_.to, 1}).front() <
               std::numeric_limits<double>::infinity() &&
           boat_matrix(roads(), {&question_.to, 1}, {&question_.from, 1}).front() <
               std::numeric_limits<double>::infinity();
  }
  bool joined_in(std::uint32_t first, std::uint32_t until) {
    hold(first, until);
    return is_way();
  }

  const BoatSettings& settings_;
  const SnapSettings& snap_;
  const AccessQuestion& question_;
  RoadOutlook wheels_, keel_;
  RoadMetric on_wheels_, afloat_;
};

RoadAccess find_in(BoatTrip& trip, const AccessQuestion& question) {
  RoadAccess none;
  none.reason = NoAccess::no_way;
  if (!trip.could_be()) return none;
  const std::uint32_t asked = trip.forecast().step_at(question.at);
  for (std::uint32_t first = asked; first < trip.steps(); ++first) {
    if (first > asked && !trip.opens(first)) continue;
    const std::uint32_t until = trip.until(first);
    if (until <= first) continue;
    RoadAccess access = trip.in_steps(first, until);
    if (access.reachable) {
      access.reachable = first == asked;
      if (access.reachable) return access;
      access.reason = none.reason;
      access.too_short = none.too_short;
      return access;
    }
    if (first == asked) {
      none.reason = NoAccess::too_short;
      none.too_short = access.span;
    }
  }
  return none;
}

}  // namespace

RoadAccess find_boat_access(const RoadIndex& index, const ChangingRoads& roads,
                            const BoatSettings& settings, const AccessQuestion& question,
                            SampledWater& sampled) {
  if (settings.launches.empty()) {
    SnapSettings near = roads.snap;
    near.reach_m = settings.reach_m;
    return find_access({roads.states, roads.water, roads.closures, roads.limits, near, roads.step},
                       question, sampled);
  }
  ForecastSteps steps;
  steps.from = question.at;
  steps.step = roads.step;
  const auto look = [&] {
    return BoatTrip{
        index, roads, settings, question,
        std::make_shared<const RoadForecast>(RoadForecast::make(
            index.graph(), roads.water, roads.closures, steps, roads.limits.structures, sampled))};
  };
  BoatTrip coarse = look();
  RoadAccess found = find_in(coarse, question);
  steps.marks = marks_around(coarse.forecast(), found, question.at);
  if (steps.marks.empty()) return found;
  BoatTrip fine = look();
  return find_in(fine, question);
}

}  // namespace gridmend
