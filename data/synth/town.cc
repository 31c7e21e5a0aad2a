#include "data/synth/town.h"

#include <algorithm>
#include <cmath>

#include "data/ingest/osm_road_reader.h"
#include "data/synth/street_growth.h"
#include "data/synth/street_names.h"

namespace gridmend {
namespace {

constexpr double kPeak_h = 9;  // of the flood, after the storm's start
constexpr std::uint32_t kCells = 150;

// Metres of street that a usage point has for itself, as in a grown town.
constexpr double kStreetAUsagePoint_m = 6;

Position median_of(const std::vector<Position>& positions) {
  std::vector<double> east, north;
  for (const Position p : positions) {
    east.push_back(p.longitude_deg);
    north.push_back(p.latitude_deg);
  }
  const auto middle = [](std::vector<double>& values) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, at);
    return *at;
  };
  return {middle(east), middle(north)};
}

// A city's map reaches further than so many usage points: the streets nearest to its middle are
// built on, as many as they need. Sets the town's reach.
void settle_in_the_middle(StreetPlan& plan, std::uint64_t usage_points) {
  std::vector<std::pair<double, std::uint32_t>> by_distance;
  for (std::uint32_t e = 0; e < plan.edges.size(); ++e) {
    const PlanePoint at = plan.vertices[plan.edges[e].a].at;
    by_distance.emplace_back(std::hypot(at.east_m, at.north_m), e);
  }
  std::ranges::sort(by_distance);
  double left_m = kStreetAUsagePoint_m * static_cast<double>(usage_points);
  for (const auto& [distance, e] : by_distance) {
    StreetEdge& edge = plan.edges[e];
    if (left_m <= 0) edge.built_on = false;
    if (!edge.built_on) continue;
    left_m -= edge.length_m;
    plan.reach_m = distance;
  }
}

// A real city's streets in the plan's form, in the plane around their middle.
StreetPlan plan_of_roads(const RoadRecords& roads, std::uint64_t usage_points) {
  StreetPlan plan;
  plan.grown = false;
  std::vector<Position> positions;
  for (const RoadVertex& v : roads.vertices) positions.push_back(v.position);
  if (positions.empty()) return plan;
  plan.frame = TownFrame{median_of(positions), 0};
  for (const Position p : positions) plan.vertices.push_back({plan.frame.to_plane(p)});
  plan.names.push_back({});
  std::vector<std::uint32_t> number(roads.texts.size(), 0);
  std::vector<bool> two_ways(roads.shapes.size() + 1, false);
  for (const RoadEdge& road : roads.edges) {
    if (road.against_shape != 0) two_ways[road.shape_begin] = true;
  }
  for (const RoadEdge& road : roads.edges) {
    if (road.against_shape != 0 || road.from == road.to) continue;
    StreetEdge edge;
    edge.a = road.from.index;
    edge.b = road.to.index;
    edge.shape_begin = static_cast<std::uint32_t>(plan.shapes.size());
    for (std::uint32_t i = road.shape_begin + 1; i + 1 < road.shape_end; ++i) {
      plan.shapes.push_back(plan.frame.to_plane(roads.shapes.values()[i]));
    }
    edge.shape_end = static_cast<std::uint32_t>(plan.shapes.size());
    if (road.name.valid() && road.name.index != 0) {
      std::uint32_t& known = number[road.name.index];
      if (known == 0) {
        known = static_cast<std::uint32_t>(plan.names.size());
        plan.names.push_back({std::string{roads.texts[road.name]}, ""});
      }
      edge.name = known;
    }
    edge.road_class = road.road_class;
    edge.structure = road.structure;
    edge.layer = road.layer;
    edge.driving = two_ways[road.shape_begin] ? Driving::both_ways : Driving::along;
    edge.built_on = road.structure == RoadStructure::at_grade && road.road_class > RoadClass::trunk;
    plan.edges.push_back(edge);
  }
  keep_largest_part(plan);
  settle_in_the_middle(plan, usage_points);
  return plan;
}

double peak_stage_m(const Terrain& terrain, double reach_m) {
  // Over the low bank by about a quarter of the ground's whole rise.
  const double far =
      std::max(terrain.height_m({0, 3 * reach_m}), terrain.height_m({0, -3 * reach_m}));
  return .5 + std::clamp(.22 * far, 1.6, 4.5);
}

double stage_m(const Terrain& terrain, double reach_m, double hours) {
  const double x = hours <= kPeak_h ? hours / kPeak_h : 1 - (hours - kPeak_h) / (3 * kPeak_h);
  const double wave = .5 - .5 * std::cos(3.14159265358979 * std::clamp(x, 0., 1.));
  return peak_stage_m(terrain, reach_m) * wave;
}

}  // namespace

Result<Town> make_town(const TownSettings& settings) {
  if (settings.usage_points < 100 || settings.usage_points > 20'000'000) {
    return refuse(
        ErrorCode::invalid_argument, "USAGE_POINTS_OUT_OF_RANGE",
        "a town has 100 to 20,000,000 usage points, not " + std::to_string(settings.usage_points),
        "--usage-points");
  }
  StreetPlan streets;
  double reach_m = 0;
  std::optional<River> river;
  if (settings.roads.empty()) {
    const TownSize size = town_size(settings.usage_points);
    reach_m = size.reach_m;
    river.emplace(reach_m, settings.seed);
    streets = grow_streets(size, *river, TownFrame{{112.35, 30.62}, .2}, settings.seed);
    streets.reach_m = reach_m;
  } else {
    auto roads = read_osm_roads(settings.roads);
    if (!roads) return unexpected(roads.error());
    streets = plan_of_roads(roads->records, settings.usage_points);
    reach_m = std::max(300., streets.reach_m);
    river.emplace(reach_m, settings.seed);
  }
  Terrain terrain{*river, reach_m, settings.seed};
  TownNetwork network = grow_network(streets, terrain, settings.usage_points, settings.seed);
  if (network.usage_points.empty()) {
    return refuse(ErrorCode::invalid_argument, "NO_STREETS", "no street there that is built on",
                  "--roads");
  }
  const StreetName name = town_name(settings.seed);
  const std::string title = settings.roads.empty() ? name.chinese + " " + name.english
                                                   : settings.roads.stem().stem().string();
  return Town{settings, title, std::move(streets), std::move(terrain), std::move(network)};
}

DepthGrid flood_depths(const Town& town, double hours) {
  const double reach = town.streets.reach_m * 1.5;
  const TownFrame& frame = town.streets.frame;
  DepthGrid grid;
  grid.columns = kCells;
  grid.rows = kCells;
  double west = 180, east = -180, south = 90, north = -90;
  for (const PlanePoint corner :
       {PlanePoint{-reach, -reach}, {reach, -reach}, {-reach, reach}, {reach, reach}}) {
    const Position p = frame.to_position(corner);
    west = std::min(west, p.longitude_deg);
    east = std::max(east, p.longitude_deg);
    south = std::min(south, p.latitude_deg);
    north = std::max(north, p.latitude_deg);
  }
  grid.west_deg = west;
  grid.north_deg = north;
  // One cell size both ways, as an ASCII grid has.
  grid.step_east_deg = std::max(east - west, north - south) / kCells;
  grid.step_south_deg = grid.step_east_deg;
  grid.depth_m.resize(std::size_t{kCells} * kCells);
  const double stage = stage_m(town.terrain, town.streets.reach_m, hours);
  for (std::uint32_t row = 0; row < kCells; ++row) {
    for (std::uint32_t column = 0; column < kCells; ++column) {
      const PlanePoint p = frame.to_plane(
          {west + (column + .5) * grid.step_east_deg, north - (row + .5) * grid.step_south_deg});
      const bool channel = town.terrain.river().distance_to_bank_m(p) <= 0;
      const double depth = channel ? stage + 2.5 : stage - town.terrain.height_m(p);
      grid.depth_m[std::size_t{row} * kCells + column] =
          static_cast<float>(std::round(100 * std::max(0., depth)) / 100);
    }
  }
  return grid;
}

}  // namespace gridmend
