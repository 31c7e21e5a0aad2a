#include "service/cli/launch_points.h"

#include <algorithm>
#include <cstdio>

#include "core/geo/spatial_index.h"
#include "service/cli/position_argument.h"

namespace gridmend {
namespace {

bool has_road_near(const RoadGraph& roads, Position position, double metres) {
  return std::ranges::any_of(
      roads.stretches_touching(box_around(position, metres)), [&](std::uint32_t stretch) {
        const auto nearest =
            nearest_on_polyline(roads.polyline(roads.edges_of_stretch(stretch).front()), position);
        return nearest && nearest->distance_m <= metres;
      });
}

}  // namespace

std::vector<LaunchPoint> read_launch_points(const char* command,
                                            const std::vector<std::string>& texts,
                                            const RoadGraph& roads) {
  const double reach_m = BoatSettings{}.reach_m;
  std::vector<LaunchPoint> points;
  for (const std::string& text : texts) {
    points.push_back({text, *parse_lon_lat(text)});
    if (has_road_near(roads, points.back().position, reach_m)) continue;
    std::fprintf(stderr, "gridmend %s: no road within %.0f m of %s: no boat is launched there\n",
                 command, reach_m, text.c_str());
  }
  return points;
}

}  // namespace gridmend
