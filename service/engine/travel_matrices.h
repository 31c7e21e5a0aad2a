#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "routing/road/fleet_roads.h"
#include "routing/tour/travel_matrix.h"
#include "service/engine/engine_settings.h"
#include "service/engine/world.h"

namespace gridmend {

inline constexpr double kNoWay_s = std::numeric_limits<double>::infinity();

// A place of the dispatch problem, as roads see it.
struct TravelSite {
  Position position;
  Time ready = Time::min();   // work begins, or the crew sets out, no earlier
  Duration work{};            // the least that is worth coming for
  Time until = Time::max();   // of a crew's start: its shift is over
  std::uint32_t vehicle = 0;  // of a crew's start: number of its class
  // Crews, by number of their starts, that could work there, and how many that takes.
  std::vector<std::uint32_t> crews = {};
  int crews_needed = 1;
};

// How crews of one vehicle class get about. Driving times hold whenever they are driven, as long as
// the spans of the sites in pockets are kept: see fleet_travel().
struct ClassTravel {
  TravelMatrix matrix;
  std::vector<std::optional<SiteSpan>> spans;  // by site; without roads empty
  // By site, as FleetTravel has them; may be empty.
  std::vector<char> own = {};
  std::vector<std::optional<Time>> cut_off = {};
};

// One a vehicle class, under what is known of the world's water and closures from `now` to `until`;
// at least one; they are found side by side on the cores there are. The first `starts` sites are
// only ever left, never driven to: their columns are infinite. Crews that are cut off have the work
// around them to themselves, as in fleet_travel(). Boats: travel_afloat.h. Without roads they are
// straight lines at 30 km/h over 1.4 times the distance.
std::vector<ClassTravel> travel_matrices(const World& world, Time now, Time until,
                                         const EngineSettings& settings,
                                         std::span<const VehicleClass> classes,
                                         std::span<const TravelSite> sites, std::size_t starts);

}  // namespace gridmend
