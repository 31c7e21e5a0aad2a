#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/hazard/water.h"
#include "data/ingest/reading_progress.h"
#include "data/synth/street_plan.h"
#include "data/synth/terrain.h"
#include "data/synth/town_network.h"

namespace gridmend {

struct TownSettings {
  std::uint64_t usage_points = 3000;  // 100 to 20,000,000
  std::uint64_t seed = 1;
  std::filesystem::path roads;  // an OpenStreetMap file whose streets are used; empty: grow some
  Time storm_start{};
};

// A made riverside town: streets, network, ground and the flood that comes over it.
struct Town {
  TownSettings settings;
  std::string name;
  StreetPlan streets;
  Terrain terrain;
  TownNetwork network;
};

// Same settings, same town. Refuses (invalid_argument) sizes out of range, and whatever the file of
// roads is refused for.
Result<Town> make_town(const TownSettings& settings);

// Depths at one time of the storm: a flood that comes down the river, over its banks and back.
DepthGrid flood_depths(const Town& town, double hours_since_start);

// DIR/network.gpkg (native layout, roads included), DIR/flood/ (dated depth grids with flood.toml),
// DIR/storm.toml, DIR/README.txt. DIR is made when absent; files of these names are replaced.
Result<void> write_town(const Town& town, const std::filesystem::path& folder,
                        const ReadingProgress& progress = {});

}  // namespace gridmend
