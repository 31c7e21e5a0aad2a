#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/engine/dispatch_builder.h"
#include "service/engine/prepared_roads.h"
#include "tests/routing/road/water_since_noon.h"

// Roads, water and work without anything else, for tests of what a planner is given.
namespace gridmend::road_world {

// A World of roads, crews and tasks, without anything else.
class RoadWorld {
 public:
  explicit RoadWorld(const RoadGraph& graph, bool keeps_order = true) {
    NetworkRecords none;
    none.texts = TextPoolBuilder{}.finish();
    Region region{.network = *NetworkModel::from_records(std::move(none)),
                  .roads = graph,
                  .defects = {},
                  .provenance = {},
                  .id = {}};
    if (keeps_order) region.road_order = RoadIndex::find_order(graph);
    world_.region = std::make_shared<const Region>(std::move(region));
    world_.roads = std::make_shared<PreparedRoads>(world_.region);
    settings.snap.fragment_m = 0;
    settings.road_step = std::chrono::minutes{10};
    settings.planner.iteration_limit = 300;
    settings.planner.time_limit_s = 1e9;
    flood({});
    close({});
  }

  void flood(Water water) { world_.water = std::make_shared<const Water>(std::move(water)); }
  void close(const std::vector<RoadClosure>& closures) {
    auto map = std::make_shared<RecordMap<ClosureRecord>>();
    for (const RoadClosure& closure : closures) {
      (*map)[closure.id] = std::make_shared<ClosureRecord>(ClosureRecord{closure, "", 1});
    }
    world_.closures = std::move(map);
  }
  void crew(const std::string& id, Position position, VehicleClass vehicle = VehicleClass::truck,
            Time shift_end = Time{}) {
    Crew made;
    made.id = id;
    made.position = position;
    made.vehicle_class = vehicle;
    made.shift_end = shift_end;
    made.status = CrewStatus::awaiting_assignment;
    (*crews_)[id] = std::make_shared<CrewRecord>(CrewRecord{made, {}, 1});
  }
  // A break of 20 minutes, from half past twelve on.
  void give_rest(const std::string& id) {
    Crew crew = (*crews_)[id]->crew;
    crew.rest_length = std::chrono::minutes{20};
    crew.rest_earliest = kNoon + std::chrono::minutes{30};
    (*crews_)[id] = std::make_shared<CrewRecord>(CrewRecord{crew, {}, 1});
  }
  // The crew is at work there since then.
  void at_work(const std::string& crew, const std::string& task, Time since) {
    WorkTaskRecord record = *(*tasks_)[task];
    record.task.crews.push_back({crew, WorkStatus::arrived, since});
    record.task.status = WorkStatus::arrived;
    record.arrived_at = since;
    (*tasks_)[task] = std::make_shared<WorkTaskRecord>(record);
  }
  // A task that was closed after so long.
  void closed(const std::string& id, double expected_min, double took_min) {
    task(id, RoadMap::position(0, 0), expected_min);
    WorkTaskRecord record = *(*tasks_)[id];
    record.task.status = WorkStatus::completed;
    record.arrived_at = kNoon - std::chrono::hours{12};
    record.task.completed_at = *record.arrived_at + from_seconds(60 * took_min);
    (*tasks_)[id] = std::make_shared<WorkTaskRecord>(record);
  }
  void task(const std::string& id, Position position, double work_min, double weight = 1) {
    WorkTask made;
    made.id = id;
    made.position = position;
    made.expected_duration = from_seconds(60 * work_min);
    made.weight = weight;
    WorkTaskRecord record;
    record.task = made;
    (*tasks_)[id] = std::make_shared<WorkTaskRecord>(record);
  }

  void depot(const std::string& id, Position position, Duration loading) {
    (*depots_)[id] = std::make_shared<DepotRecord>(DepotRecord{{id, id, position, {}, loading}, 1});
  }
  template <class Change>
  void change_crew(const std::string& id, Change change) {
    CrewRecord record = *(*crews_)[id];
    change(record.crew);
    (*crews_)[id] = std::make_shared<CrewRecord>(record);
  }
  template <class Change>
  void change_task(const std::string& id, Change change) {
    WorkTaskRecord record = *(*tasks_)[id];
    change(record.task);
    (*tasks_)[id] = std::make_shared<WorkTaskRecord>(record);
  }

  const World& world() {
    world_.crews = crews_;
    world_.tasks = tasks_;
    world_.depots = depots_;
    world_.plan = std::make_shared<const Plan>();
    return world_;
  }
  DispatchCase build(Time now) { return build_dispatch(world(), now, settings); }

  EngineSettings settings;

 private:
  World world_;
  std::shared_ptr<RecordMap<CrewRecord>> crews_ = std::make_shared<RecordMap<CrewRecord>>();
  std::shared_ptr<RecordMap<DepotRecord>> depots_ = std::make_shared<RecordMap<DepotRecord>>();
  std::shared_ptr<RecordMap<WorkTaskRecord>> tasks_ = std::make_shared<RecordMap<WorkTaskRecord>>();
};

inline const DispatchTask& task_of(const DispatchCase& dispatch, std::string_view id) {
  return *std::ranges::find(dispatch.problem.tasks, id, &DispatchTask::id);
}

}  // namespace gridmend::road_world
