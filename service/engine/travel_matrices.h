#pragma once

#include <span>
#include <vector>

#include "core/base/clock.h"
#include "routing/tour/travel_matrix.h"
#include "service/engine/engine_settings.h"
#include "service/engine/world.h"

namespace gridmend {

// One matrix a vehicle class, under the world's water and closures at `now`. The first `starts`
// sites are only ever left, never driven to: their columns are infinite.
std::vector<TravelMatrix> travel_matrices(const World& world, Time now,
                                          const EngineSettings& settings,
                                          std::span<const VehicleClass> classes,
                                          std::span<const Position> sites, std::size_t starts);

}  // namespace gridmend
