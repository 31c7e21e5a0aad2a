#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/base/random.h"
#include "core/hazard/water.h"
#include "core/work/crew.h"
#include "data/region/region.h"

namespace gridmend {

// The storm that the benches of roads and plans share: 200 crews of five classes and 1,000 tasks on
// the streets of a real city, dry and in a flood.
inline constexpr int kStormCrews = 200;
inline constexpr int kStormTasks = 1000;

// The region of a file with roads, its network empty; tells how large it is. Null: the file is
// refused, and it is told why.
std::shared_ptr<const Region> read_storm_city(const std::filesystem::path& path);

// One of the five classes on wheels.
VehicleClass class_of_storm_crew(int crew);

// A few metres from a crossing.
Position somewhere_in(const RoadGraph& graph, Random& random);

// The south-west quarter of the streets, deeper from hour to hour and shallower again: six slices.
std::vector<WaterSlice> rising_flood(const RoadGraph& graph, Time from);

}  // namespace gridmend
