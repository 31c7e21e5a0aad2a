#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "routing/road/access_search.h"
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
        on_wheels_(index, ever(index.graph(), wheels_)),
        afloat_(index, ever(index.graph(), keel_)) {}

  const RoadForecast& forecast() const { return wheels_.forecast(); }
  std::uint32_t steps() const { return wheels_.steps(); }
  bool opens(std::uint32_t step) const { return wheels_.opens(step) || keel_.opens(step); }
  // Over all that is open in some step; asked first.
  bool could_be() const { return is_way(); }

  NoAccess why(std::uint32_t) const { return NoAccess::no_way; }

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
  static RoadConditions ever(const RoadGraph& graph, const RoadOutlook& outlook) {
    std::vector<Weight> ms;
    ms.reserve(graph.edges().size());
    for (const Id<RoadEdge> edge : graph.edges().ids())
      ms.push_back(outlook.ever_open(edge) ? 1 : kNoWay);
    return RoadConditions::of(outlook.vehicle_class(), std::move(ms));
  }
  BoatRoads roads() const { return {on_wheels_, afloat_, settings_, snap_}; }
  void hold(std::uint32_t first, std::uint32_t until) {
    on_wheels_.change(wheels_.held(first, until - 1));
    afloat_.change(keel_.held(first, until - 1));
  }
  bool is_way() const {
    const std::array ends{question_.from, question_.to};
    const std::vector<double> seconds = boat_matrix(roads(), ends, ends);
    return std::isfinite(seconds[1]) && std::isfinite(seconds[2]);
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
  return find_in_finer_steps(question, roads.step, [&](const ForecastSteps& steps) {
    auto forecast = std::make_shared<const RoadForecast>(RoadForecast::make(
        index.graph(), roads.water, roads.closures, steps, roads.limits.structures, sampled));
    BoatTrip trip{index, roads, settings, question, forecast};
    RoadAccess none;
    none.reason = NoAccess::no_way;
    return std::pair{trip.could_be() ? find_span(trip, question) : std::move(none),
                     std::move(forecast)};
  });
}

}  // namespace gridmend
