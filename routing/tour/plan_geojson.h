#pragma once

#include <span>
#include <string>

#include "routing/tour/dispatch_plan.h"
#include "routing/tour/site_place.h"

namespace gridmend {

// A FeatureCollection: a LineString a tour (straight from stop to stop; properties crew, stops,
// returnArrival), a Point a stop (crew, task, place in the tour, arrival, start, completion), a
// Point an unserved task (task, reason, details). Coordinates are the places', by site, unchanged;
// without places the geometries are null.
std::string write_plan_geojson(const DispatchProblem& problem, const DispatchPlan& plan,
                               std::span<const SitePlace> places);

}  // namespace gridmend
