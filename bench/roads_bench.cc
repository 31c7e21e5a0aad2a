// Roads: reading, the graph, conditions under water, Dijkstra. bench_roads [FILE.osm.pbf | LAYER]
// Figures and the command that gives them: README.md.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "data/ingest/line_road_reader.h"
#include "routing/road/road_index.h"
#include "routing/road/road_search.h"
#include "routing/road/travel_times.h"

namespace gridmend {
namespace {

template <class Work>
double milliseconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

void row(const std::string& what, double value_ms) {
  std::printf("| %-44s | %10.3f ms |\n", what.c_str(), value_ms);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Up to a metre, in waves, over the south-west quarter of where the roads are (nine tenths of them:
// a single long road would stretch the map).
Water quarter_flood(const RoadGraph& graph) {
  std::vector<double> east;
  std::vector<double> north;
  for (const RoadVertex& v : graph.vertices()) {
    east.push_back(v.position.longitude_deg);
    north.push_back(v.position.latitude_deg);
  }
  std::ranges::sort(east);
  std::ranges::sort(north);
  const std::size_t tail = east.size() / 20;
  const Box box{east[tail], north[tail], east[east.size() - 1 - tail],
                north[north.size() - 1 - tail]};
  constexpr std::uint32_t kCells = 1000;
  DepthGrid grid{box.west_deg,
                 box.north_deg,
                 (box.east_deg - box.west_deg) / kCells,
                 (box.north_deg - box.south_deg) / kCells,
                 kCells,
                 kCells,
                 {}};
  for (std::uint32_t r = 0; r < kCells; ++r) {
    for (std::uint32_t c = 0; c < kCells; ++c) {
      const bool wet = r > kCells / 2 && c < kCells / 2;
      grid.depth_m.push_back(wet ? static_cast<float>(r % 100) / 100.0F : 0.0F);
    }
  }
  return Water{}.with_slice({"quarter", Time{}, std::move(grid), {}});
}

void measure_conditions(const RoadGraph& graph, const Water& water) {
  row("conditions, dry", milliseconds([&] { RoadConditions::dry(graph, VehicleClass::truck); }));
  RoadWater wet;
  row("water on the roads, a quarter flooded",
      milliseconds([&] { wet = RoadWater::sample(graph, water, Time{}); }));
  std::printf("|   wet stretches %zu of %u\n", wet.stretches().size(), graph.stretches());
  row("conditions of one class from it",
      milliseconds([&] { RoadConditions::derive(graph, VehicleClass::truck, {}, wet, {}); }));
  const RoadClosure closure{
      "bench", {graph.vertices()[Id<RoadVertex>{0}].position}, Time{}, {}, ""};
  row("edges of one closure", milliseconds([&] { closed_edges(graph, closure); }));
}

void measure_search(const RoadGraph& graph, const RoadConditions& conditions, Random& random) {
  const auto place = [&] {
    const Id<RoadEdge> edge{static_cast<std::uint32_t>(random.below(graph.edges().size()))};
    return RoadPlace{edge, 0, 0, graph.vertices()[graph.edges()[edge].from].position};
  };
  std::vector<double> pairs;
  std::vector<double> snapped;
  std::vector<double> all;
  for (int i = 0; i < 100; ++i) {
    const std::vector<SearchStart> start{{place(), 0}};
    const RoadPlace goal = place();
    RoadSearch pair{graph, conditions, {{goal, 0, 0}}, 1};
    pairs.push_back(milliseconds([&] { pair.run(start); }));
    snapped.push_back(milliseconds([&] { graph.snap(goal.position); }));
    std::vector<SearchGoal> everywhere;
    for (std::uint32_t t = 0; t < 50; ++t) everywhere.push_back({place(), 0, t});
    RoadSearch to_all{graph, conditions, everywhere, 50};
    if (i < 20) all.push_back(milliseconds([&] { to_all.run(start); }));
  }
  row("Dijkstra, one pair (median of 100)", median(pairs));
  row("Dijkstra, one to 50 (median of 20)", median(all));
  row("snap one position (median of 100)", median(snapped));
  std::vector<Position> sites;
  for (int i = 0; i < 100; ++i) sites.push_back(place().position);
  row("matrix 100 x 100 by Dijkstra, with snapping",
      milliseconds([&] { travel_seconds(graph, conditions, sites, sites); }));
}

void measure_index(const RoadGraph& graph, const TurnSettings& turns, Random& random) {
  const std::string what = turns.everywhere ? "turning charged everywhere: " : "";
  ContractionOrder order;
  row(what + "order", milliseconds([&] { order = RoadIndex::find_order(graph, turns); }));
  RoadIndex index;
  row(what + "index from the order",
      milliseconds([&] { index = *RoadIndex::from_order(graph, turns, order); }));
  const RoadConditions dry = RoadConditions::dry(graph, VehicleClass::truck);
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) times.push_back(milliseconds([&] { RoadMetric{index, dry}; }));
  row(what + "customise (median of 5)", median(times));
  const RoadMetric metric{index, dry};
  std::printf("|   %u states, %zu arcs, %u edges in the hierarchy\n", index.states().size(),
              index.states().arcs().size(), index.hierarchy().edges());
  const auto place = [&] {
    const Id<RoadEdge> edge{static_cast<std::uint32_t>(random.below(graph.edges().size()))};
    return RoadPlace{edge, 0, 0, graph.vertices()[graph.edges()[edge].from].position};
  };
  RoadQuery query{metric};
  times.clear();
  for (int i = 0; i < 1000; ++i) {
    const std::vector<SearchStart> start{{place(), 0}};
    const std::vector<SearchGoal> goal{{place(), 0, 0}};
    times.push_back(milliseconds([&] { query.run(start, goal); }));
  }
  row(what + "a pair (median of 1,000)", median(times));
  std::vector<std::vector<SearchStart>> origins;
  std::vector<std::vector<SearchGoal>> targets;
  for (int i = 0; i < 1000; ++i) {
    origins.push_back({{place(), 0}});
    targets.push_back({{place(), 0, 0}});
  }
  row(what + "matrix 1,000 x 1,000", milliseconds([&] { road_matrix(metric, origins, targets); }));
}

int run(const std::filesystem::path& path) {
  Result<RoadImport> roads;
  const double read_ms = milliseconds([&] { roads = read_road_file(path); });
  if (!roads) {
    std::fprintf(stderr, "%s\n", describe(roads.error()).c_str());
    return 1;
  }
  Result<RoadGraph> graph;
  const double graph_ms = milliseconds([&] { graph = RoadGraph::from_records(roads->records); });
  std::printf("%s: %zu vertices, %zu edges, %zu turn restrictions\n", path.filename().c_str(),
              graph->vertices().size(), graph->edges().size(),
              graph->records().turn_restrictions.size());
  row("read", read_ms);
  row("graph and index from records", graph_ms);
  const Water water = quarter_flood(*graph);
  measure_conditions(*graph, water);
  Random random{1};
  measure_search(*graph, RoadConditions::dry(*graph, VehicleClass::truck), random);
  measure_index(*graph, {}, random);
  measure_index(*graph, {20, true}, random);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_roads FILE.osm.pbf | FILE with a layer of roads\n");
    return 2;
  }
  return gridmend::run(argv[1]);
}
