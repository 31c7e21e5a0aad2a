#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/hazard/water.h"
#include "tests/routing/road/road_map.h"

// Drawn water for tests that count minutes from noon.
namespace gridmend {

inline constexpr Time kNoon{std::chrono::hours{12}};

inline double minute_of(Time time) { return seconds(time - kNoon) / 60; }

inline Water water_at(const std::vector<std::pair<int, std::vector<std::string>>>& by_minute) {
  Water water;
  for (const auto& [minute, drawing] : by_minute) {
    WaterSlice slice = RoadMap::water(drawing, kNoon + std::chrono::minutes{minute});
    slice.id = std::to_string(minute);
    water = water.with_slice(std::move(slice));
  }
  return water;
}

}  // namespace gridmend
