// Travel times of a plan as the engine makes them, beside Dijkstra from every site: 200 crews of
// five classes, 1,000 tasks, a flood that rises over a quarter of the city.
// bench_travel FILE.osm.pbf | LAYER. Figures and the command that gives them: README.md.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/storm_city.h"
#include "service/engine/dispatch_builder.h"
#include "service/engine/prepared_roads.h"
#include "service/engine/travel_matrices.h"

namespace gridmend {
namespace {

constexpr Time kNow{std::chrono::hours{1000}};
constexpr int kDijkstraRows = 60;

struct Cost {
  double wall_ms = 0;
  double cpu_ms = 0;  // of all threads
};

template <class Work>
Cost cost_of(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t cpu_begin = std::clock();
  work();
  const double cpu_s = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
  return {
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count(),
      cpu_s * 1000};
}

void row(const std::string& what, const Cost& cost) {
  std::printf("| %-58s | %10.1f ms | %10.1f ms |\n", what.c_str(), cost.wall_ms, cost.cpu_ms);
}

struct Storm {
  World world;
  EngineSettings settings;
  std::vector<Position> sites;
  RecordMap<CrewRecord> crews;
  RecordMap<WorkTaskRecord> tasks;

  explicit Storm(const std::shared_ptr<const Region>& region) {
    world.region = region;
    world.roads = std::make_shared<PreparedRoads>(world.region);
    world.closures = std::make_shared<const RecordMap<ClosureRecord>>();
    world.depots = std::make_shared<const RecordMap<DepotRecord>>();
    world.plan = std::make_shared<const Plan>();
    Random random{1};
    for (int i = 0; i < kStormCrews; ++i) {
      CrewRecord record;
      record.crew.id = "C" + std::to_string(1000 + i);
      record.crew.position = somewhere_in(region->roads, random);
      record.crew.vehicle_class = class_of_storm_crew(i);
      record.crew.status = CrewStatus::awaiting_assignment;
      sites.push_back(record.crew.position);
      crews[record.crew.id] = std::make_shared<const CrewRecord>(record);
    }
    for (int i = 0; i < kStormTasks; ++i) {
      WorkTaskRecord record;
      record.task.id = "T" + std::to_string(10000 + i);
      record.task.position = somewhere_in(region->roads, random);
      record.task.expected_duration = std::chrono::minutes{45};
      sites.push_back(record.task.position);
      tasks[record.task.id] = std::make_shared<const WorkTaskRecord>(record);
    }
    world.crews = std::make_shared<const RecordMap<CrewRecord>>(crews);
    world.tasks = std::make_shared<const RecordMap<WorkTaskRecord>>(tasks);
  }

  void flood(Water water) { world.water = std::make_shared<const Water>(std::move(water)); }
  void close(const RoadClosure& closure) {
    auto map = std::make_shared<RecordMap<ClosureRecord>>(*world.closures);
    (*map)[closure.id] = std::make_shared<const ClosureRecord>(ClosureRecord{closure, "", 1});
    world.closures = std::move(map);
  }
  // Each to another crew's place but a few metres off.
  void move_crews() {
    const auto before = crews;
    auto other = before.begin();
    for (auto& [id, record] : crews) {
      if (++other == before.end()) other = before.begin();
      CrewRecord moved = *record;
      moved.crew.position = other->second->crew.position;
      moved.crew.position.longitude_deg += 5e-5;
      record = std::make_shared<const CrewRecord>(moved);
    }
    world.crews = std::make_shared<const RecordMap<CrewRecord>>(crews);
  }
  Cost build(Time now) {
    return cost_of([&] { (void)build_dispatch(world, now, settings); });
  }
};

int run(const std::filesystem::path& path) {
  const auto region = read_storm_city(path);
  if (region == nullptr) return 1;
  const RoadGraph& graph = region->roads;
  Storm storm{region};
  storm.flood({});
  const auto dry = RoadConditions::dry(graph, VehicleClass::truck);
  const std::span<const Position> sites{storm.sites};
  std::printf("| %-58s | %13s | %13s |\n", "", "wall", "processor");
  const Cost some = cost_of([&] {
    (void)travel_seconds(graph, dry, sites.first(kDijkstraRows), sites.subspan(kStormCrews));
  });
  row("Dijkstra from " + std::to_string(kDijkstraRows) + " sites, one class", some);
  row("so from all sites, five classes",
      {some.wall_ms / kDijkstraRows * static_cast<double>(sites.size()) * 5,
       some.cpu_ms / kDijkstraRows * static_cast<double>(sites.size()) * 5});
  row("index from the order that the region keeps",
      cost_of([&] { (void)storm.world.roads->index(); }));
  row("dry: the whole problem, nothing known yet", storm.build(kNow));
  row("dry: again", storm.build(kNow));
  storm.close({"tree", {storm.sites.back()}, kNow, {}, ""});
  row("dry: after a closure", storm.build(kNow));
  Water flood;
  for (const WaterSlice& slice : rising_flood(graph, kNow)) flood = flood.with_slice(slice);
  storm.flood(std::move(flood));
  row("flood of six slices: the first time", storm.build(kNow));
  row("flood: again", storm.build(kNow));
  storm.close({"pole", {storm.sites.front()}, kNow, {}, ""});
  row("flood: after a closure", storm.build(kNow));
  storm.move_crews();
  row("flood: every crew has moved", storm.build(kNow));
  row("flood: a step later", storm.build(kNow + std::chrono::minutes{31}));
  const AccessQuestion question{storm.sites[0], storm.sites[700], VehicleClass::truck, kNow,
                                std::chrono::minutes{45}};
  row("flood: access of one crew to one site",
      cost_of([&] { (void)storm.world.roads->access(storm.world, question, storm.settings); }));
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_travel FILE.osm.pbf | FILE with a layer of roads\n");
    return 2;
  }
  return gridmend::run(argv[1]);
}
