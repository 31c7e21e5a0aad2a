#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "routing/road/fleet_roads.h"
#include "routing/tour/travel_matrix.h"
#include "service/engine/engine_settings.h"
#include "service/engine/world.h"

namespace gridmend {

// A place of the dispatch problem, as roads see it.
struct TravelSite {
  Position position;
  Time ready = Time::min();  // work begins, or the crew sets out, no earlier
  Duration work{};           // the least that is worth coming for
};

// How crews of one vehicle class get about. Driving times hold whenever they are driven, as long as
// the spans of the sites in pockets are kept: see fleet_travel().
struct ClassTravel {
  TravelMatrix matrix;
  std::vector<std::optional<SiteSpan>> spans;  // by site; without roads empty
};

// One a vehicle class, under what is known of the world's water and closures from `now` to `until`;
// at least one; they are found side by side on the cores there are. The first `starts` sites are
// only ever left, never driven to: their columns are infinite. A boat is the exception: it has the
// water of this moment, and no spans. Without roads they are straight lines at 30 km/h over 1.4
// times the distance.
std::vector<ClassTravel> travel_matrices(const World& world, Time now, Time until,
                                         const EngineSettings& settings,
                                         std::span<const VehicleClass> classes,
                                         std::span<const TravelSite> sites, std::size_t starts);

}  // namespace gridmend
