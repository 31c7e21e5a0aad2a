#include "bench/storm_city.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "data/ingest/line_road_reader.h"
#include "routing/road/road_index.h"

namespace gridmend {

std::shared_ptr<const Region> read_storm_city(const std::filesystem::path& path) {
  const auto roads = read_road_file(path);
  if (!roads) {
    std::fprintf(stderr, "%s\n", describe(roads.error()).c_str());
    return nullptr;
  }
  NetworkRecords none;
  none.texts = TextPoolBuilder{}.finish();
  Region region{.network = *NetworkModel::from_records(std::move(none)),
                .roads = *RoadGraph::from_records(roads->records),
                .defects = {},
                .provenance = {},
                .id = {}};
  region.road_order = RoadIndex::find_order(region.roads);
  region.id = content_id(region.network.records(), region.roads.records());
  std::printf("%s: %zu vertices, %zu edges; %d crews of 5 classes, %d tasks\n",
              path.filename().c_str(), region.roads.vertices().size(), region.roads.edges().size(),
              kStormCrews, kStormTasks);
  return std::make_shared<const Region>(std::move(region));
}

VehicleClass class_of_storm_crew(int crew) {
  return static_cast<VehicleClass>(crew % (kVehicleClasses - 1));
}

Position somewhere_in(const RoadGraph& graph, Random& random) {
  const Id<RoadVertex> v{static_cast<std::uint32_t>(random.below(graph.vertices().size()))};
  Position p = graph.vertices()[v].position;
  p.longitude_deg += random.uniform(-2e-4, 2e-4);
  p.latitude_deg += random.uniform(-2e-4, 2e-4);
  return p;
}

std::vector<WaterSlice> rising_flood(const RoadGraph& graph, Time from) {
  std::vector<double> east;
  std::vector<double> north;
  for (const RoadVertex& v : graph.vertices()) {
    east.push_back(v.position.longitude_deg);
    north.push_back(v.position.latitude_deg);
  }
  std::ranges::sort(east);
  std::ranges::sort(north);
  const std::size_t tail = east.size() / 20;
  const double west = east[tail];
  const double top = north[north.size() / 2];
  constexpr std::uint32_t kCells = 500;
  std::vector<WaterSlice> slices;
  for (int hour = 0; hour < 6; ++hour) {
    DepthGrid grid{
        west,   top, (east[east.size() / 2] - west) / kCells, (top - north[tail]) / kCells, kCells,
        kCells, {}};
    const double crest = std::max(0.0, 1.0 - std::abs(hour - 3) / 3.0);
    for (std::uint32_t r = 0; r < kCells; ++r) {
      for (std::uint32_t c = 0; c < kCells; ++c) {
        const double wave = 0.5 + 0.5 * std::sin(r / 15.0) * std::cos(c / 15.0);
        grid.depth_m.push_back(static_cast<float>(crest * wave));
      }
    }
    slices.push_back({std::to_string(hour), from + std::chrono::hours{hour}, std::move(grid), {}});
  }
  return slices;
}

}  // namespace gridmend
