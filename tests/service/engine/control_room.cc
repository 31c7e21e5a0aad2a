#include "tests/service/engine/control_room.h"

#include <gtest/gtest.h>

#include "core/outage/outage_book.h"
#include "service/converters/time_converter.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::control_room {

Time at_minute(double minute) { return kStart + from_seconds(60 * minute); }

std::shared_ptr<const Region> drawn_region(std::string_view drawing) {
  const NetworkModel network = drawing::draw(drawing);
  return std::make_shared<const Region>(
      Region{network, RoadGraph{}, {}, {}, content_id(network.records(), {})});
}

v1::Evidence item(std::string key, std::string source, Time time) {
  v1::Evidence evidence;
  evidence.set_idempotency_key(std::move(key));
  evidence.set_source(std::move(source));
  *evidence.mutable_event_time() = to_proto(time);
  return evidence;
}

Command evidence(std::vector<v1::Evidence> items) {
  Command command;
  command.set_actor("ami");
  for (v1::Evidence& item : items)
    *command.mutable_submit_evidence()->add_evidence() = std::move(item);
  return command;
}

Command gasps(const std::vector<std::string>& usage_points, Time time) {
  std::vector<v1::Evidence> items;
  for (const std::string& name : usage_points) {
    items.push_back(item("gasp " + name + to_rfc3339(time), "ami", time));
    items.back().mutable_last_gasp()->set_usage_point(name);
  }
  return evidence(std::move(items));
}

Command power_ups(const std::vector<std::string>& usage_points, Time time) {
  std::vector<v1::Evidence> items;
  for (const std::string& name : usage_points) {
    items.push_back(item("up " + name + to_rfc3339(time), "ami", time));
    items.back().mutable_power_up()->set_usage_point(name);
  }
  return evidence(std::move(items));
}

Command call(const std::string& usage_point, Time time) {
  v1::Evidence made = item("call " + usage_point + to_rfc3339(time), "95598", time);
  made.mutable_trouble_call()->set_usage_point(usage_point);
  return evidence({std::move(made)});
}

Command crew(const std::string& id, Position position, std::string request_id) {
  Command command;
  command.set_actor("operator/test");
  command.set_request_id(std::move(request_id));
  v1::Crew& made = *command.mutable_create_crew()->mutable_crew();
  made.set_id(id);
  made.set_name("Crew " + id);
  made.mutable_position()->set_longitude_deg(position.longitude_deg);
  made.mutable_position()->set_latitude_deg(position.latitude_deg);
  made.add_skills(v1::Crew::LINE);
  made.set_status(v1::Crew::AWAITING_ASSIGNMENT);
  return command;
}

Command tablet(const std::string& crew, v1::TabletOperation operation, std::string request_id) {
  Command command;
  command.set_actor("crew/" + crew);
  command.set_request_id(request_id);
  operation.set_request_id(std::move(request_id));
  command.mutable_tablet_operation()->set_crew(crew);
  command.mutable_tablet_operation()->set_device_id("tablet of " + crew);
  *command.mutable_tablet_operation()->mutable_operation() = std::move(operation);
  return command;
}

v1::TabletOperation sign_on() {
  v1::TabletOperation operation;
  operation.mutable_sign_on();
  return operation;
}
v1::TabletOperation acknowledge(const std::string& task) {
  v1::TabletOperation operation;
  operation.mutable_acknowledge()->set_work_task(task);
  return operation;
}
v1::TabletOperation set_out(const std::string& task) {
  v1::TabletOperation operation;
  operation.mutable_set_out()->set_work_task(task);
  return operation;
}
v1::TabletOperation arrive(const std::string& task) {
  v1::TabletOperation operation;
  operation.mutable_arrive()->set_work_task(task);
  return operation;
}
v1::TabletOperation complete(const std::string& task, v1::FieldReport::Finding finding) {
  v1::TabletOperation operation;
  operation.mutable_complete()->set_work_task(task);
  operation.mutable_complete()->set_finding(finding);
  return operation;
}

ControlRoom::ControlRoom(std::string_view drawing, EngineSettings settings_in)
    : ControlRoom(drawn_region(drawing), std::move(settings_in)) {}

ControlRoom::ControlRoom(std::shared_ptr<const Region> region_in, EngineSettings settings_in)
    : region(std::move(region_in)),
      clock(std::make_shared<ManualClock>(kStart)),
      journal(std::make_shared<MemoryStore::Contents>()),
      settings(std::move(settings_in)) {
  settings.planner.iteration_limit = 200;
  settings.planner.time_limit_s = 1e9;
  regions->keep(region);
  restart();
}

void ControlRoom::restart() {
  engine.reset();
  auto opened =
      Engine::open(region, std::make_unique<MemoryStore>(journal), clock, settings, regions);
  ASSERT_TRUE(opened) << describe(opened.error());
  engine = std::move(*opened);
}

ControlRoom& ControlRoom::at(double minute) {
  clock->set(at_minute(minute));
  return *this;
}

void ControlRoom::ok_answer(const Result<Answer>& answer) {
  EXPECT_TRUE(answer) << answer.error().reason << ": " << describe(answer.error());
}

Answer ControlRoom::ok(Command command) {
  const std::string text = command.ShortDebugString();
  auto answer = engine->execute(std::move(command));
  EXPECT_TRUE(answer) << answer.error().reason << ": " << describe(answer.error()) << "\n" << text;
  return answer.value_or(Answer{});
}

Error ControlRoom::refused(Command command) {
  const std::string text = command.ShortDebugString();
  auto answer = engine->execute(std::move(command));
  EXPECT_FALSE(answer) << text;
  return answer ? Error{} : answer.error();
}

std::shared_ptr<const Region> ControlRoom::keep(std::string_view drawing) {
  auto made = drawn_region(drawing);
  regions->keep(made);
  return made;
}

v1::RegionCarryOver ControlRoom::load(std::string_view drawing) {
  Command command;
  command.set_actor("operator/test");
  const auto answer = engine->load_region(keep(drawing), std::move(command));
  ok_answer(answer);
  if (!answer) return {};
  EXPECT_EQ(world()->region_revision(), answer->revision);
  return world()->region_loads->back().carry_over;
}

void ControlRoom::plan() { ok_answer(engine->replan_now(settings.planner)); }

std::string ControlRoom::outages() const {
  const auto present = world();
  std::string text;
  for (const auto& [id, record] : *present->outages) {
    const Outage& outage = record->outage;
    if (has_ended(outage.status)) continue;
    std::string blamed = "feeder";
    if (outage.probable.device.valid()) {
      blamed = present->region->network.mrid(outage.probable.device);
    } else if (outage.probable.usage_point.valid()) {
      blamed = present->region->network.mrid(outage.probable.usage_point);
    }
    text += id + " " + std::string(to_string(outage.status)) + " " + blamed + "\n";
  }
  return text;
}

namespace {

std::string crew_names(const WorkTask& task) {
  std::string names;
  for (const TaskCrew& part : task.crews) names += (names.empty() ? "" : "+") + part.crew;
  return names;
}

}  // namespace

std::string ControlRoom::tasks() const {
  std::string text;
  const auto present = world();
  for (const auto& [id, record] : *present->tasks) {
    const WorkTask& task = record->task;
    text += id + " " + std::string(to_string(task.kind)) + " " +
            std::string(to_string(task.status)) + " " +
            (task.device.valid() ? std::string(present->region->network.mrid(task.device)) : "-") +
            " " + (task.crews.empty() ? "-" : crew_names(task)) + "\n";
  }
  return text;
}

}  // namespace gridmend::control_room
